// State: who names a media file, for which feeds it is held, and where chunks lie.

#include <algorithm>

#include "store/state/state_impl.hpp"

namespace essaimage::store {
namespace {

constexpr std::int64_t places_max = 16;

std::int64_t prefix_of(const Sha256& chunk) { return static_cast<std::int64_t>(chunk_prefix(chunk)); }

/// Regions before mirrors before territories.
int narrowness(const Audience& audience) {
  switch (audience.kind) {
    case Audience::Kind::region: return 0;
    case Audience::Kind::mirror: return 1;
    case Audience::Kind::territory: return 2;
  }
  return 2;
}

bool is_wider(const FeedId& left, const FeedId& right) {
  const int narrow_left = narrowness(left.audience);
  const int narrow_right = narrowness(right.audience);
  return narrow_left != narrow_right ? narrow_left < narrow_right : left < right;
}

// --- rows
// ------------------------------------------------------------------------------------------------------------

#define ESSAIMAGE_NAMING                                                                         \
  "SELECT m.sha, f.name, l.bytes, l.blob, l.refused FROM media m JOIN list l ON l.media = m.id " \
  "JOIN names n ON n.list = l.id AND " ESSAIMAGE_LIVE_NAMING " JOIN feed f ON f.id = n.feed "
#define ESSAIMAGE_HOLDING "SELECT m.sha, f.name FROM media m JOIN held h ON h.media = m.id JOIN feed f ON f.id = h.feed "

using Rows = std::map<Sha256, MediaRow>;

Status read_naming(sql::Statement& row, Rows& rows) {
  return row.each([&]() -> Status {
    TRY(FeedId feed, feed_of(row.text(1)));
    rows[row.fixed<Sha256>(0)].named.push_back({std::move(feed), row.unsigned_integer(2), row.fixed<ObjectId>(3), row.integer(4) != 0});
    return {};
  });
}

Status read_holding(sql::Statement& row, Rows& rows) {
  return row.each([&]() -> Status {
    TRY(FeedId feed, feed_of(row.text(1)));
    rows[row.fixed<Sha256>(0)].held.push_back(std::move(feed));
    return {};
  });
}

std::vector<MediaRow> finish(Rows rows) {
  std::vector<MediaRow> result;
  result.reserve(rows.size());
  for (auto& [media, row] : rows) {
    row.media = media;
    std::sort(row.named.begin(), row.named.end(), [](const auto& left, const auto& right) {
      return std::tie(left.feed, left.chunk_list) < std::tie(right.feed, right.chunk_list);
    });
    std::sort(row.held.begin(), row.held.end());
    result.push_back(std::move(row));
  }
  return result;
}

// --- wants
// -----------------------------------------------------------------------------------------------------------

#define ESSAIMAGE_WANTS(where)                                                                            \
  "SELECT m.sha, l.id, l.bytes, l.blob, f.name FROM media m JOIN list l ON l.media = m.id "               \
  "JOIN names n ON n.list = l.id AND " ESSAIMAGE_LIVE_NAMING " JOIN feed f ON f.id = n.feed WHERE " where \
  " l.refused = 0 AND NOT EXISTS (SELECT 1 FROM held h WHERE h.media = m.id AND h.feed = n.feed) "        \
  "GROUP BY l.id, n.feed ORDER BY m.sha, l.id"

/// Rows by media, then list.
Result<std::vector<MediaWants>> read_wants(sql::Statement& row) {
  std::vector<MediaWants> wants;
  CHECK_OK(row.each([&]() -> Status {
    const auto media = row.fixed<Sha256>(0);
    const auto list = row.fixed<ObjectId>(3);
    if (wants.empty() || wants.back().back().media != media) wants.emplace_back();
    MediaWants& lists = wants.back();
    if (lists.empty() || lists.back().chunk_list != list) lists.push_back({media, row.unsigned_integer(2), list, {}});
    TRY(FeedId feed, feed_of(row.text(4)));
    lists.back().feeds.push_back(std::move(feed));
    return {};
  }));
  for (MediaWants& lists : wants) {
    for (MediaWant& want : lists) std::sort(want.feeds.begin(), want.feeds.end(), is_wider);
  }
  return wants;
}

Status run_for(sql::Database& db, const char* literal, std::int64_t id) {
  auto statement = db.prepare(literal);
  statement << id;
  return statement.run();
}

// --- holding, and the places of chunks: within a transaction
// -----------------------------------------------------------------

/// Rows that are in one transaction at a time: about 2 MB of pages.
constexpr std::size_t rows_at_once_max = 50'000;

Status hold_within(sql::Database& db, const Sha256& media, std::span<const FeedId> feeds) {
  if (feeds.empty()) return {};
  TRY(const std::int64_t id, find_or_add_media(db, media));
  for (const FeedId& feed : feeds) {
    auto statement = db.prepare("INSERT OR IGNORE INTO held SELECT ?, id FROM feed WHERE name = ?");
    const std::string name = feed.str();
    statement << id << std::string_view(name);
    CHECK_OK(statement.run());
  }
  // Where it is, nobody asks any more what it was made from.
  CHECK_OK(run_for(db, "DELETE FROM older WHERE media = ?1 AND feed IN (SELECT feed FROM held WHERE media = ?1)", id));
  return tidy_media(db, media);
}

Status index_within(sql::Database& db, const Sha256& media, const ChunkList& chunks) {
  TRY(const std::int64_t id, find_or_add_media(db, media));
  CHECK_OK(run_for(db, "DELETE FROM chunk WHERE media = ?", id));
  std::uint64_t place = 0;
  for (const Chunk& chunk : chunks.chunks) {
    auto statement = db.prepare("INSERT INTO chunk VALUES (?, ?, ?)");
    statement << id << place << prefix_of(chunk.id);
    CHECK_OK(statement.run());
    place += chunk.bytes;
  }
  return {};
}

}  // namespace

std::vector<FeedId> MediaRow::named_feeds() const {
  std::vector<FeedId> feeds;
  for (const Naming& naming : named) {
    if (feeds.empty() || feeds.back() != naming.feed) feeds.push_back(naming.feed);
  }
  return feeds;
}

// --- rows that the parts need from each other
// ----------------------------------------------------------------------------

Result<std::int64_t> find_media(sql::Database& db, const Sha256& media) {
  auto row = db.prepare("SELECT id FROM media WHERE sha = ?");
  row << media.view();
  TRY(const bool found, row.step());
  return found ? row.integer(0) : 0;
}

Result<std::int64_t> find_or_add_media(sql::Database& db, const Sha256& media) {
  TRY(const std::int64_t found, find_media(db, media));
  if (found != 0) return found;
  auto statement = db.prepare("INSERT INTO media (sha) VALUES (?)");
  statement << media.view();
  CHECK_OK(statement.run());
  return db.last_row();
}

Result<std::int64_t> find_or_add_list(sql::Database& db, const NamedMedia& named) {
  TRY(const std::int64_t media, find_or_add_media(db, named.media));
  {
    auto row = db.prepare("SELECT id FROM list WHERE media = ? AND blob = ?");
    row << media << named.chunk_list.view();
    TRY(const bool found, row.step());
    if (found) return row.integer(0);
  }
  auto statement = db.prepare("INSERT INTO list (media, blob, bytes) VALUES (?, ?, ?)");
  statement << media << named.chunk_list.view() << named.bytes;
  CHECK_OK(statement.run());
  return db.last_row();
}

Status tidy_media(sql::Database& db, const Sha256& media) {
  TRY(const std::int64_t id, find_media(db, media));
  if (id == 0) return {};
  CHECK_OK(run_for(db,
                   "DELETE FROM list WHERE media = ? AND refused = 0 AND NOT EXISTS "
                   "(SELECT 1 FROM names n WHERE n.list = list.id)",
                   id));
  CHECK_OK(run_for(db, "DELETE FROM older WHERE media = ?1 AND NOT EXISTS (SELECT 1 FROM list l WHERE l.media = ?1)", id));
  return run_for(db,
                 "DELETE FROM media WHERE id = ? AND NOT EXISTS (SELECT 1 FROM list l WHERE "
                 "l.media = media.id) AND NOT "
                 "EXISTS (SELECT 1 FROM held h WHERE h.media = media.id) AND NOT EXISTS "
                 "(SELECT 1 FROM chunk c WHERE c.media = media.id)",
                 id);
}

// --- who names and holds
// -----------------------------------------------------------------------------------------------

Result<std::optional<MediaRow>> State::media(const Sha256& media) const {
  return impl_->read([&](sql::Database& db) -> Result<std::optional<MediaRow>> {
    Rows rows;
    auto naming = db.prepare(ESSAIMAGE_NAMING "WHERE m.sha = ? GROUP BY l.id, n.feed");
    naming << media.view();
    CHECK_OK(read_naming(naming, rows));
    auto holding = db.prepare(ESSAIMAGE_HOLDING "WHERE m.sha = ?");
    holding << media.view();
    CHECK_OK(read_holding(holding, rows));
    if (rows.empty()) return std::nullopt;
    return std::move(finish(std::move(rows)).front());
  });
}

Result<std::vector<MediaRow>> State::all_media() const {
  return impl_->read([](sql::Database& db) -> Result<std::vector<MediaRow>> {
    Rows rows;
    auto naming = db.prepare(ESSAIMAGE_NAMING "GROUP BY l.id, n.feed");
    CHECK_OK(read_naming(naming, rows));
    auto holding = db.prepare(ESSAIMAGE_HOLDING);
    CHECK_OK(read_holding(holding, rows));
    return finish(std::move(rows));
  });
}

Result<std::optional<Sha256>> State::held_after(const Sha256& media) const {
  return impl_->read([&](sql::Database& db) -> Result<std::optional<Sha256>> {
    auto row = db.prepare(
        "SELECT sha FROM media WHERE sha > ? AND EXISTS (SELECT 1 FROM held WHERE held.media = media.id) "
        "ORDER BY sha LIMIT 1");
    row << media.view();
    TRY(const bool found, row.step());
    return found ? std::optional(row.fixed<Sha256>(0)) : std::nullopt;
  });
}

Result<std::vector<Sha256>> State::media_of(const FeedId& feed) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<Sha256>> {
    std::vector<Sha256> media;
    auto row = db.prepare(
        "SELECT DISTINCT m.sha FROM kit k JOIN names n ON n.kit = k.id JOIN list l ON l.id = "
        "n.list "
        "JOIN media m ON m.id = l.media WHERE k.feed = (SELECT id FROM feed WHERE name = ?) ORDER "
        "BY m.sha");
    const std::string name = feed.str();
    row << std::string_view(name);
    CHECK_OK(row.each([&] { media.push_back(row.fixed<Sha256>(0)); }));
    return media;
  });
}

Status State::hold(const Sha256& media, std::span<const FeedId> feeds) {
  return impl_->change([&](sql::Database& db) { return hold_within(db, media, feeds); });
}

Status State::hold(std::span<const Whole> list) {
  while (!list.empty()) {
    CHECK_OK(impl_->change([&](sql::Database& db) -> Status {
      for (std::size_t rows = 0; rows < rows_at_once_max && !list.empty(); list = list.subspan(1)) {
        const Whole& whole = list.front();
        CHECK_OK(hold_within(db, whole.media, whole.feeds));
        CHECK_OK(index_within(db, whole.media, *whole.chunks));
        rows += 1 + whole.chunks->chunks.size();
      }
      return {};
    }));
  }
  return {};
}

Result<bool> State::serves(const FeedId& feed, const Sha256& media) const {
  return impl_->read([&](sql::Database& db) -> Result<bool> {
    auto row = db.prepare(
        "SELECT 1 FROM feed f, media m JOIN held h ON h.media = m.id AND h.feed = f.id JOIN list l "
        "ON l.media = m.id AND "
        "l.refused = 0 JOIN names n ON n.list = l.id AND n.feed = f.id AND " ESSAIMAGE_LIVE_NAMING
        " WHERE f.name = ? AND m.sha "
        "= ? LIMIT 1");
    const std::string name = feed.str();
    row << std::string_view(name) << media.view();
    return row.step();
  });
}

Status State::forget_media(const Sha256& media) {
  return impl_->change(
      [&](sql::Database& db) -> Status {
        TRY(const std::int64_t id, find_media(db, media));
        CHECK_OK(run_for(db, "DELETE FROM held WHERE media = ?", id));
        CHECK_OK(run_for(db, "DELETE FROM chunk WHERE media = ?", id));
        return tidy_media(db, media);
      },
      true);
}

Result<std::vector<MediaWants>> State::wants() const {
  return impl_->read([](sql::Database& db) -> Result<std::vector<MediaWants>> {
    auto row = db.prepare(ESSAIMAGE_WANTS(""));
    return read_wants(row);
  });
}

Result<MediaWants> State::wants_of(const Sha256& media) const {
  return impl_->read([&](sql::Database& db) -> Result<MediaWants> {
    auto row = db.prepare(ESSAIMAGE_WANTS("m.sha = ? AND"));
    row << media.view();
    TRY(auto wants, read_wants(row));
    return wants.empty() ? MediaWants{} : std::move(wants.front());
  });
}

Status State::refuse_list(const Sha256& media, const ObjectId& chunk_list) {
  return impl_->change([&](sql::Database& db) -> Status {
    auto statement = db.prepare(
        "UPDATE list SET refused = 1 WHERE blob = ? AND media = (SELECT id FROM media WHERE sha = "
        "?)");
    statement << chunk_list.view() << media.view();
    return statement.run();
  });
}

// --- the local chunk index
// ---------------------------------------------------------------------------------------------

Status State::index_chunks(const Sha256& media, const ChunkList& chunks) {
  return impl_->change([&](sql::Database& db) { return index_within(db, media, chunks); });
}

Result<bool> State::knows_chunks() const {
  return impl_->read([](sql::Database& db) -> Result<bool> {
    auto row = db.prepare("SELECT EXISTS (SELECT 1 FROM chunk)");
    TRY([[maybe_unused]] const bool more, row.step());
    return row.integer(0) != 0;
  });
}

Result<std::vector<State::ChunkPlace>> State::find_chunk(const Sha256& chunk) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<ChunkPlace>> {
    std::vector<ChunkPlace> places;
    auto row = db.prepare(
        "SELECT m.sha, c.place FROM chunk c JOIN media m ON m.id = c.media WHERE c.prefix = ? "
        "ORDER BY c.media, c.place LIMIT ?");
    row << prefix_of(chunk) << places_max;
    CHECK_OK(row.each([&] { places.push_back({row.fixed<Sha256>(0), row.unsigned_integer(1)}); }));
    return places;
  });
}

}  // namespace essaimage::store
