// State: what media that lack were made from, and the chunks of it that lie here.

#include "store/state/state_impl.hpp"

namespace essaimage::store {
namespace {

Result<bool> is_held(sql::Database& db, std::int64_t feed, const Sha256& media) {
  auto row = db.prepare("SELECT 1 FROM media m JOIN held h ON h.media = m.id WHERE m.sha = ? AND h.feed = ?");
  row << media.view() << feed;
  return row.step();
}

Result<std::optional<Sha256>> find_older(sql::Database& db, std::int64_t feed, const Sha256& media) {
  auto row = db.prepare("SELECT o.older FROM media m JOIN older o ON o.media = m.id WHERE m.sha = ? AND o.feed = ?");
  row << media.view() << feed;
  TRY(const bool found, row.step());
  return found ? std::optional(row.fixed<Sha256>(0)) : std::nullopt;
}

}  // namespace

std::uint64_t chunk_prefix(const Sha256& chunk) {
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < 8; ++i) prefix = prefix << 8 | chunk.bytes[i];
  return prefix;
}

Status put_older(sql::Database& db, std::int64_t feed, const Sha256& media, const Sha256& older) {
  TRY(const bool here, is_held(db, feed, media));
  TRY(const std::int64_t id, find_media(db, media));
  if (here || id == 0) return {};
  // A version that never came is no help: the one before it may be here.
  Sha256 nearest = older;
  TRY(const bool older_here, is_held(db, feed, older));
  if (!older_here) {
    TRY(const auto before, find_older(db, feed, older));
    if (!before || *before == media) return {};
    nearest = *before;
  }
  auto statement = db.prepare("INSERT OR REPLACE INTO older VALUES (?, ?, ?)");
  statement << id << feed << nearest.view();
  return statement.run();
}

Result<bool> State::holds(const FeedId& feed, const Sha256& media) const {
  return impl_->read([&](sql::Database& db) -> Result<bool> {
    TRY(const std::int64_t id, find_feed(db, feed));
    return is_held(db, id, media);
  });
}

Result<std::optional<Sha256>> State::older_of(const FeedId& feed, const Sha256& media) const {
  return impl_->read([&](sql::Database& db) -> Result<std::optional<Sha256>> {
    TRY(const std::int64_t id, find_feed(db, feed));
    return find_older(db, id, media);
  });
}

Status State::forget_older(const FeedId& feed, const Sha256& media, const Sha256& older) {
  return impl_->change([&](sql::Database& db) -> Status {
    TRY(const std::int64_t id, find_feed(db, feed));
    auto statement = db.prepare("DELETE FROM older WHERE media = (SELECT id FROM media WHERE sha = ?) AND feed = ? AND older = ?");
    statement << media.view() << id << older.view();
    return statement.run();
  });
}

Result<std::vector<State::ChunkMark>> State::chunk_marks(const Sha256& media, std::size_t count_max) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<ChunkMark>> {
    std::vector<ChunkMark> marks;
    auto row = db.prepare("SELECT c.place, c.prefix FROM media m JOIN chunk c ON c.media = m.id WHERE m.sha = ? ORDER BY c.place LIMIT ?");
    row << media.view() << static_cast<std::uint64_t>(count_max);
    CHECK_OK(row.each([&] { marks.push_back({row.unsigned_integer(0), static_cast<std::uint64_t>(row.integer(1))}); }));
    return marks;
  });
}

}  // namespace essaimage::store
