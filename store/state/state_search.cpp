// State: the words of kits, and what is found by them.

#include <algorithm>

#include "proto/nearest.hpp"
#include "store/search/passage.hpp"
#include "store/search/words.hpp"
#include "store/state/state_impl.hpp"

namespace essaimage::store {
namespace {

constexpr std::size_t similar_looked_at_max = 20'000;

/// A kit that is looked at, whose number, feed's name and slug are the first columns of its row; the rest is read as it is asked.
class Candidate {
 public:
  Candidate(const sql::Statement& row, KitId id, Audience audience) : row_(row), id_(std::move(id)), audience_(std::move(audience)) {}

  bool passes(const SearchPlan& plan) const {
    const auto& filter = plan.filter;
    if (!filter.centre.empty() && filter.centre != id_.centre) return false;
    if (!filter.kind.empty() && filter.kind != row_.text(3)) return false;
    if (!filter.licence.empty() && !has_words(row_.text(5), filter.licence)) return false;
    if (!filter.language.empty() && !any_of(row_.text(6), [&](const auto& each) { return begins(each, filter.language); })) return false;
    if (!filter.theme.empty() && !any_of(row_.text(7), [&](const auto& each) { return each == filter.theme; })) return false;
    if (!filter.equipment.empty() && !has_words(row_.text(8), filter.equipment)) return false;
    const auto minutes = row_.integer(9);
    if (filter.minutes_max != 0 && (minutes == 0 || minutes > filter.minutes_max)) return false;
    return !plan.accepts || plan.accepts(id_, audience_, row_.text(4));
  }
  const KitId& id() const { return id_; }
  const Audience& audience() const { return audience_; }

 private:
  template <class Matches>
  static bool any_of(const std::string& column, Matches&& matches) {
    const auto list = split_words(column);
    return std::ranges::any_of(list, [&](const auto& each) { return matches(fold_text(each)); });
  }
  /// "fr" is also "fr-be".
  static bool begins(const std::string& tag, const std::string& with) {
    return tag.starts_with(with) && (tag.size() == with.size() || tag[with.size()] == ' ');
  }
  /// One after the other, as whole words or their beginnings ("tablette" is of "6 tablettes").
  static bool has_words(const std::string& text, const std::string& words) {
    return (" " + fold_text(text)).find(" " + words) != std::string::npos;
  }

  const sql::Statement& row_;
  KitId id_;
  Audience audience_;
};

/// Whether no other audience has a newer version of it, or the same one more widely.
Result<bool> is_newest(sql::Database& db, const Candidate& kit, std::uint64_t version) {
  auto other =
      db.prepare("SELECT f.name, k.version FROM feed f JOIN kit k ON k.feed = f.id WHERE f.name > ? AND f.name < ? AND k.slug = ?");
  const std::string from = kit.id().centre + "/", to = kit.id().centre + "0";
  other << std::string_view(from) << std::string_view(to) << std::string_view(kit.id().slug);
  bool newest = true;
  CHECK_OK(other.each([&]() -> Status {
    TRY(const FeedId feed, feed_of(other.text(0)));
    const auto theirs = other.unsigned_integer(1);
    if (theirs > version || (theirs == version && feed.audience < kit.audience())) newest = false;
    return {};
  }));
  return newest;
}

#define ESSAIMAGE_FOUND_COLUMNS \
  "SELECT k.id, f.name, k.slug, k.kind, k.stage, k.licence, k.languages, k.themes, k.equipment, k.duration, k.version, k.title FROM "

struct Numbered {
  std::int64_t number = 0;
  SearchFound::Hit hit;
};

/// The rows of a statement that pass, until there are enough and one more.
Result<std::vector<Numbered>> take_rows(sql::Database& db, sql::Statement& row, const SearchPlan& plan) {
  std::vector<Numbered> taken;
  while (taken.size() <= plan.limit) {
    TRY(const bool more, row.step());
    if (!more) break;
    TRY(FeedId feed, feed_of(row.text(1)));
    const Candidate kit(row, {std::move(feed.centre), row.text(2)}, std::move(feed.audience));
    if (!kit.passes(plan)) continue;
    TRY(const bool newest, is_newest(db, kit, row.unsigned_integer(10)));
    if (newest) taken.push_back({row.integer(0), {kit.id(), {{row.text(11), false}}, {}}});
  }
  return taken;
}

/// Title and passage with what was found in them; of a few kits alone, because each has to be read. People understand a summary
/// best, then a text, and names of files the least.
Status mark(sql::Database& db, Marker& marker, Numbered& kit) {
  auto row = db.prepare("SELECT title, summary, text, themes, facts, names FROM search WHERE rowid = ?");
  row << kit.number;
  TRY(const bool found, row.step());
  if (!found) return {};
  kit.hit.title = marker.all(row.text(0));
  for (int column = 1; column < 6 && kit.hit.snippet.empty(); ++column) kit.hit.snippet = marker.passage(row.text(column));
  return {};
}

}  // namespace

Status put_words(sql::Database& db, std::int64_t kit, const KitRow& row) {
  auto statement = db.prepare("INSERT INTO search (rowid, title, themes, summary, facts, names, text) VALUES (?, ?, ?, ?, ?, ?, ?)");
  const std::string themes = join_words(row.themes), facts = join_words(row.equipment) + "\n" + row.searched.participants;
  statement << kit << std::string_view(row.title) << std::string_view(themes) << std::string_view(row.summary) << std::string_view(facts)
            << std::string_view(row.searched.names) << std::string_view(row.searched.text);
  return statement.run();
}

Status delete_words(sql::Database& db, std::int64_t kit) {
  auto statement = db.prepare("DELETE FROM search WHERE rowid = ?");
  statement << kit;
  return statement.run();
}

Status State::forget_words() {
  CHECK_OK(impl_->change([](sql::Database& db) { return db.execute("INSERT INTO search (search) VALUES ('optimize')"); }, true));
  return impl_->tend([](sql::Database& db) -> Status {
    auto row = db.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    TRY(const bool answered, row.step());
    // Who reads for long keeps it in the log.
    return answered && row.integer(0) == 0 ? Status{} : fail(Errc::io, "state.sqlite: what was deleted is still being read");
  });
}

Result<SearchFound> State::search(const SearchPlan& plan) const {
  return impl_->read([&](sql::Database& db) -> Result<SearchFound> {
    // By rank the index gives one kit after the other, so that no more are looked up than are shown.
    auto row = plan.match.empty()
                   ? db.prepare(ESSAIMAGE_FOUND_COLUMNS "kit k JOIN feed f ON f.id = k.feed ORDER BY k.published_at DESC, k.id")
                   : db.prepare(ESSAIMAGE_FOUND_COLUMNS
                                "search s CROSS JOIN kit k ON k.id = s.rowid CROSS JOIN feed f ON f.id = k.feed WHERE s.search MATCH ? "
                                "AND s.rank MATCH 'bm25(12.0, 8.0, 5.0, 2.0, 2.0, 1.0)' ORDER BY s.rank");
    if (!plan.match.empty()) row << std::string_view(plan.match);
    TRY(auto taken, take_rows(db, row, plan));
    SearchFound found;
    found.more = taken.size() > plan.limit;
    if (found.more) taken.pop_back();
    Marker marker(plan.match);
    for (auto& kit : taken) {
      if (!plan.match.empty()) CHECK_OK(mark(db, marker, kit));
      found.hits.push_back(std::move(kit.hit));
    }
    return found;
  });
}

Result<std::string> State::similar_word(const std::string& word) const {
  return impl_->read([&](sql::Database& db) -> Result<std::string> {
    if (word.empty()) return std::string();
    // Whoever mistypes a word mistypes its beginning last.
    const std::string from = word.substr(0, 1), to(1, static_cast<char>(word.front() + 1));
    auto row = db.prepare("SELECT term FROM search_word WHERE term >= ? AND term < ?");
    row << std::string_view(from) << std::string_view(to);
    std::vector<std::string> terms;
    while (terms.size() < similar_looked_at_max) {
      TRY(const bool more, row.step());
      if (!more) break;
      terms.push_back(row.text(0));
    }
    if (std::ranges::find(terms, word) != terms.end()) return std::string();
    const std::vector<std::string_view> known(terms.begin(), terms.end());
    const auto near = nearest(word, known);
    if (near.empty()) return near;
    // As it is written where it was found: with its accents, and not as a stem.
    auto shown = db.prepare("SELECT title, themes, summary, facts, names, text FROM search WHERE search MATCH ? LIMIT 1");
    const std::string match = "\"" + near + "\"";
    shown << std::string_view(match);
    TRY(const bool found, shown.step());
    Marker marker(match);
    for (int column = 0; found && column < 6; ++column) {
      for (const auto& piece : marker.passage(shown.text(column)))
        if (piece.hit) return piece.text;
    }
    return near;
  });
}

}  // namespace essaimage::store
