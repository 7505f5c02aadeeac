// State: the index of feeds and kits.

#include <algorithm>
#include <set>

#include "store/state/state_impl.hpp"

namespace essaimage::store {
namespace {

// --- changing
// ------------------------------------------------------------------------------------------------------------

Result<std::int64_t> put_feed(sql::Database& db, const Head& head) {
  auto statement = db.prepare(
      "INSERT INTO feed (name, generation, epoch, seq, commit_id) VALUES (?, ?, ?, ?, ?) ON "
      "CONFLICT (name) DO UPDATE "
      "SET generation = excluded.generation, epoch = excluded.epoch, seq = excluded.seq, "
      "commit_id = excluded.commit_id");
  const std::string name = head.feed.str();
  statement << std::string_view(name) << ordered(head.order.generation) << ordered(head.order.epoch) << ordered(head.order.seq)
            << head.commit.view();
  CHECK_OK(statement.run());
  return find_feed(db, head.feed);
}

Result<std::int64_t> find_kit(sql::Database& db, std::int64_t feed, std::string_view slug) {
  auto row = db.prepare("SELECT id FROM kit WHERE feed = ? AND slug = ?");
  row << feed << slug;
  TRY(const bool found, row.step());
  return found ? row.integer(0) : 0;
}

using Naming = std::set<std::pair<Sha256, ObjectId>>;  ///< media and chunk list

/// What the kit names until a consent ends: another version may name it for longer.
Status note_ending(sql::Database& db, std::int64_t kit, std::set<Sha256>& touched) {
  auto row =
      db.prepare("SELECT m.sha FROM names n JOIN list l ON l.id = n.list JOIN media m ON m.id = l.media WHERE n.kit = ? AND n.until < ?");
  row << kit << until_never;
  return row.each([&] { touched.insert(row.fixed<Sha256>(0)); });
}

/// Unlinks a kit from its media. Returns what it named.
Result<Naming> take_naming(sql::Database& db, std::int64_t kit) {
  Naming naming;
  {
    auto row = db.prepare(
        "SELECT m.sha, l.blob FROM names n JOIN list l ON l.id = n.list JOIN media m ON m.id = "
        "l.media WHERE n.kit = ?");
    row << kit;
    CHECK_OK(row.each([&] { naming.emplace(row.fixed<Sha256>(0), row.fixed<ObjectId>(1)); }));
  }
  auto statement = db.prepare("DELETE FROM names WHERE kit = ?");
  statement << kit;
  CHECK_OK(statement.run());
  return naming;
}

Status delete_kit(sql::Database& db, std::int64_t kit) {
  CHECK_OK(delete_words(db, kit));
  for (const char* const literal : {"DELETE FROM consent WHERE kit = ?", "DELETE FROM kit WHERE id = ?"}) {
    auto statement = db.prepare(literal);
    statement << kit;
    CHECK_OK(statement.run());
  }
  return {};
}

Status insert_kit(sql::Database& db, std::int64_t feed, const KitRow& kit) {
  auto statement = db.prepare("INSERT INTO kit VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const std::string languages = join_words(kit.languages);
  const std::string themes = join_words(kit.themes);
  const std::string equipment = join_words(kit.equipment);
  const auto from = kit.adapted_from.value_or(Lineage{});
  const std::string parent = from.kit ? from.kit->str() : std::string();
  statement << feed << std::string_view(kit.id.slug) << kit.kit_tree.view() << kit.version << kit.published_at.seconds
            << std::string_view(kit.title) << std::string_view(kit.summary) << std::string_view(kit.kind) << std::string_view(kit.stage)
            << std::string_view(kit.licence) << std::string_view(languages) << std::string_view(themes) << std::string_view(equipment)
            << kit.duration_minutes << kit.files << kit.bytes << std::string_view(parent) << from.version << std::string_view(from.url);
  return statement.run();
}

/// By set_time(): as names.over says it (schema.cpp).
struct Times {
  std::int64_t now, sure;
  std::int64_t over(std::int64_t until) const { return std::int64_t{until <= now} + std::int64_t{until <= sure}; }
};

Status insert_naming(sql::Database& db, std::int64_t kit, std::int64_t feed, const KitRow& row, const Times& times) {
  for (const NamedMedia& named : row.media) {
    TRY(const std::int64_t list, find_or_add_list(db, named));
    const auto ends = row.media_until.find(named.media);
    const std::int64_t until = ends == row.media_until.end() ? until_never : ends->second.seconds;
    auto statement = db.prepare("INSERT OR IGNORE INTO names VALUES (?, ?, ?, ?, ?)");
    statement << kit << list << feed << until << times.over(until);
    CHECK_OK(statement.run());
  }
  for (const EndingConsent& consent : row.consents) {
    auto statement = db.prepare("INSERT OR REPLACE INTO consent VALUES (?, ?, ?)");
    statement << kit << std::string_view(consent.file) << consent.until.seconds;
    CHECK_OK(statement.run());
  }
  return {};
}

/// Collects the media whose naming differs between two versions of a kit.
void note_difference(const Naming& before, const Naming& after, std::set<Sha256>& touched) {
  std::vector<Naming::value_type> changed;
  std::set_symmetric_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(changed));
  for (const auto& [media, list] : changed) touched.insert(media);
}

Status remove_kit(sql::Database& db, std::int64_t kit, std::set<Sha256>& touched) {
  TRY(const Naming before, take_naming(db, kit));
  note_difference(before, {}, touched);
  return delete_kit(db, kit);
}

Status put_kit(sql::Database& db, std::int64_t feed, const KitRow& kit, const Times& times, std::set<Sha256>& touched) {
  Naming before, after;
  TRY(const std::int64_t old, find_kit(db, feed, kit.id.slug));
  if (old != 0) {
    CHECK_OK(note_ending(db, old, touched));
    TRY(before, take_naming(db, old));
    CHECK_OK(delete_kit(db, old));
  }
  CHECK_OK(insert_kit(db, feed, kit));
  const std::int64_t number = db.last_row();
  CHECK_OK(put_words(db, number, kit));
  CHECK_OK(insert_naming(db, number, feed, kit, times));
  for (const NamedMedia& named : kit.media) after.emplace(named.media, named.chunk_list);
  note_difference(before, after, touched);
  for (const auto& [media, until] : kit.media_until) touched.insert(media);
  return {};
}

Status apply_one(sql::Database& db, const State::FeedChange& change, const Times& times, std::set<Sha256>& touched) {
  TRY(const std::int64_t feed, put_feed(db, change.head));
  for (const std::string& slug : change.removed) {
    TRY(const std::int64_t kit, find_kit(db, feed, slug));
    if (kit != 0) CHECK_OK(remove_kit(db, kit, touched));
  }
  for (const KitRow& kit : change.put) {
    ESSAIMAGE_ASSERT(kit.id.centre == change.head.feed.centre && kit.audience == change.head.feed.audience);
    CHECK_OK(put_kit(db, feed, kit, times, touched));
  }
  for (const auto& kit : change.renewed) {
    auto statement = db.prepare("UPDATE kit SET tree = ?, version = ?, published_at = ? WHERE feed = ? AND slug = ?");
    statement << kit.kit_tree.view() << kit.version << kit.published_at.seconds << feed << std::string_view(kit.slug);
    CHECK_OK(statement.run());
  }
  for (const auto& [media, older] : change.older) CHECK_OK(put_older(db, feed, media, older));
  CHECK_OK(put_adoptions(db, feed, change));
  CHECK_OK(put_proposals(db, feed, change));
  CHECK_OK(put_withdrawals(db, feed, change, touched));
  return put_outcomes(db, feed, change);
}

Status tidy_all(sql::Database& db, const std::set<Sha256>& touched) {
  for (const Sha256& media : touched) CHECK_OK(tidy_media(db, media));
  return {};
}

/// Its row stays, at no commit, and what is held for it.
Status lose_rows(sql::Database& db, std::int64_t feed, std::set<Sha256>& touched) {
  std::vector<std::int64_t> kits;
  {
    auto row = db.prepare("SELECT id FROM kit WHERE feed = ?");
    row << feed;
    CHECK_OK(row.each([&] { kits.push_back(row.integer(0)); }));
  }
  for (const std::int64_t kit : kits) CHECK_OK(remove_kit(db, kit, touched));
  for (const char* const literal :
       {"DELETE FROM older WHERE feed = ?", "DELETE FROM adoption WHERE feed = ?", "DELETE FROM outcome WHERE feed = ?",
        "DELETE FROM proposal WHERE feed = ?", "DELETE FROM receipt WHERE feed = ?",
        "DELETE FROM gone WHERE withdrawal IN (SELECT id FROM withdrawal WHERE feed = ?)", "DELETE FROM withdrawal WHERE feed = ?"}) {
    auto statement = db.prepare(literal);
    statement << feed;
    CHECK_OK(statement.run());
  }
  return tidy_all(db, touched);
}

// --- reading
// ---------------------------------------------------------------------------------------------------------------

Result<KitRow> read_kit(const sql::Statement& row) {
  TRY(FeedId feed, feed_of(row.text(1)));
  KitRow kit;
  kit.id = {std::move(feed.centre), row.text(2)};
  kit.audience = std::move(feed.audience);
  kit.kit_tree = row.fixed<ObjectId>(3);
  kit.version = row.unsigned_integer(4);
  kit.published_at.seconds = row.integer(5);
  kit.title = row.text(6);
  kit.summary = row.text(7);
  kit.kind = row.text(8);
  kit.stage = row.text(9);
  kit.licence = row.text(10);
  kit.languages = split_words(row.text(11));
  kit.themes = split_words(row.text(12));
  kit.equipment = split_words(row.text(13));
  kit.duration_minutes = static_cast<std::uint32_t>(row.integer(14));
  kit.files = static_cast<std::uint32_t>(row.integer(15));
  kit.bytes = row.unsigned_integer(16);
  const std::string parent = row.text(17), origin = row.text(19);
  if (parent.empty() && origin.empty()) return kit;
  kit.adapted_from = Lineage{std::nullopt, row.unsigned_integer(18), origin};
  if (!parent.empty()) {
    TRY(kit.adapted_from->kit, KitId::parse(parent));
  }
  return kit;
}

void add_media(const sql::Statement& row, KitRow& kit) {
  kit.media.push_back({row.fixed<Sha256>(1), row.unsigned_integer(2), row.fixed<ObjectId>(3)});
  if (row.integer(4) == 0) return;
  ++kit.media_here;
  kit.media_bytes_here += kit.media.back().bytes;
}

/// Both statements give their rows by the kit's number, and for the same kits.
Result<std::vector<KitRow>> read_kits(sql::Statement& kit_row, sql::Statement& media_row) {
  std::vector<KitRow> kits;
  TRY(bool more_media, media_row.step());
  for (;;) {
    TRY(const bool more, kit_row.step());
    if (!more) break;
    TRY(KitRow kit, read_kit(kit_row));
    while (more_media && media_row.integer(0) == kit_row.integer(0)) {
      add_media(media_row, kit);
      TRY(more_media, media_row.step());
    }
    std::sort(kit.media.begin(), kit.media.end());
    kits.push_back(std::move(kit));
  }
  std::sort(kits.begin(), kits.end(),
            [](const KitRow& left, const KitRow& right) { return std::tie(left.id, left.audience) < std::tie(right.id, right.audience); });
  return kits;
}

#define ESSAIMAGE_KIT_COLUMNS                                                                    \
  "SELECT k.id, f.name, k.slug, k.tree, k.version, k.published_at, k.title, k.summary, k.kind, " \
  "k.stage, k.licence, "                                                                         \
  "k.languages, k.themes, k.equipment, k.duration, k.files, k.bytes, k.parent, k.parent_version, k.origin FROM kit k JOIN feed f ON f.id = k.feed "
#define ESSAIMAGE_KIT_MEDIA                                                                   \
  "SELECT n.kit, m.sha, l.bytes, l.blob, EXISTS (SELECT 1 FROM held h WHERE h.media = m.id) " \
  "FROM names n JOIN list l ON l.id = n.list JOIN media m ON m.id = l.media AND " ESSAIMAGE_LIVE_NAMING " "

}  // namespace

std::string join_words(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : "\n") + word;
  return text;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

Result<std::int64_t> find_feed(sql::Database& db, const FeedId& feed) {
  auto row = db.prepare("SELECT id FROM feed WHERE name = ?");
  const std::string name = feed.str();
  row << std::string_view(name);
  TRY(const bool found, row.step());
  return found ? row.integer(0) : 0;
}

Result<std::vector<Sha256>> State::apply(std::span<const FeedChange> changes) {
  return impl_->change([&](sql::Database& db) -> Result<std::vector<Sha256>> {
    std::set<Sha256> touched;
    const Times times{impl_->now, impl_->sure};
    for (const FeedChange& change : changes) CHECK_OK(apply_one(db, change, times, touched));
    CHECK_OK(tidy_all(db, touched));
    return std::vector<Sha256>(touched.begin(), touched.end());
  });
}

Result<std::map<FeedId, Head>> State::indexed() const {
  return impl_->read([](sql::Database& db) -> Result<std::map<FeedId, Head>> {
    std::map<FeedId, Head> heads;
    auto row = db.prepare("SELECT name, generation, epoch, seq, commit_id FROM feed");
    CHECK_OK(row.each([&]() -> Status {
      TRY(const FeedId feed, feed_of(row.text(0)));
      const Order order{from_ordered(row.integer(1)), from_ordered(row.integer(2)), from_ordered(row.integer(3))};
      heads[feed] = {feed, order, row.fixed<ObjectId>(4)};
      return {};
    }));
    return heads;
  });
}

Result<std::vector<Sha256>> State::lose_feed(const FeedId& feed) {
  return impl_->change([&](sql::Database& db) -> Result<std::vector<Sha256>> {
    std::set<Sha256> touched;
    TRY(const std::int64_t id, find_feed(db, feed));
    if (id != 0) {
      CHECK_OK(put_feed(db, Head{feed, {}, {}}));
      CHECK_OK(lose_rows(db, id, touched));
    }
    return std::vector<Sha256>(touched.begin(), touched.end());
  });
}

Result<std::vector<Sha256>> State::let_go(const FeedId& feed) {
  return impl_->change(
      [&](sql::Database& db) -> Result<std::vector<Sha256>> {
        std::set<Sha256> touched;
        TRY(const std::int64_t id, find_feed(db, feed));
        if (id == 0) return std::vector<Sha256>();
        {
          auto row = db.prepare("SELECT m.sha FROM held h JOIN media m ON m.id = h.media WHERE h.feed = ?");
          row << id;
          CHECK_OK(row.each([&] { touched.insert(row.fixed<Sha256>(0)); }));
        }
        for (const char* const literal : {"DELETE FROM chunk WHERE media IN (SELECT h.media FROM held h WHERE h.feed = ?1 AND NOT EXISTS "
                                          "(SELECT 1 FROM held o WHERE o.media = h.media AND o.feed <> ?1))",
                                          "DELETE FROM held WHERE feed = ?1"}) {
          auto statement = db.prepare(literal);
          statement << id;
          CHECK_OK(statement.run());
        }
        CHECK_OK(lose_rows(db, id, touched));
        auto statement = db.prepare("DELETE FROM feed WHERE id = ?");
        statement << id;
        CHECK_OK(statement.run());
        return std::vector<Sha256>(touched.begin(), touched.end());
      },
      true);
}

Result<std::vector<Sha256>> State::held_alone(const FeedId& feed) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<Sha256>> {
    std::vector<Sha256> media;
    const std::string name = feed.str();
    auto row = db.prepare(
        "SELECT m.sha FROM feed f JOIN held h ON h.feed = f.id JOIN media m ON m.id = h.media WHERE f.name = ? AND NOT EXISTS "
        "(SELECT 1 FROM held o WHERE o.media = h.media AND o.feed <> h.feed) ORDER BY m.sha");
    row << std::string_view(name);
    CHECK_OK(row.each([&] { media.push_back(row.fixed<Sha256>(0)); }));
    return media;
  });
}

Result<std::vector<std::string>> State::kits_in(const FeedId& feed) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<std::string>> {
    std::vector<std::string> slugs;
    auto row = db.prepare("SELECT k.slug FROM kit k JOIN feed f ON f.id = k.feed WHERE f.name = ? ORDER BY k.slug");
    const std::string name = feed.str();
    row << std::string_view(name);
    CHECK_OK(row.each([&] { slugs.push_back(row.text(0)); }));
    return slugs;
  });
}

Result<std::vector<KitRow>> State::kits() const {
  return impl_->read([](sql::Database& db) -> Result<std::vector<KitRow>> {
    auto kits = db.prepare(ESSAIMAGE_KIT_COLUMNS "ORDER BY k.id");
    auto media = db.prepare(ESSAIMAGE_KIT_MEDIA "ORDER BY n.kit");
    return read_kits(kits, media);
  });
}

Result<std::vector<KitRow>> State::kits_of(const KitId& id) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<KitRow>> {
    // The names of a centre's feeds begin with its slug and '/', behind which '0' is the next
    // character.
    const std::string from = id.centre + "/";
    const std::string to = id.centre + "0";
    auto kits = db.prepare(ESSAIMAGE_KIT_COLUMNS "WHERE f.name > ? AND f.name < ? AND k.slug = ? ORDER BY k.id");
    kits << std::string_view(from) << std::string_view(to) << std::string_view(id.slug);
    auto media = db.prepare(ESSAIMAGE_KIT_MEDIA
                            "WHERE n.kit IN (SELECT k.id FROM kit k JOIN feed f ON f.id = k.feed "
                            "WHERE f.name > ? AND f.name < ? AND k.slug = ?) ORDER BY n.kit");
    media << std::string_view(from) << std::string_view(to) << std::string_view(id.slug);
    return read_kits(kits, media);
  });
}

}  // namespace essaimage::store
