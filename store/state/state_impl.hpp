#pragma once
// What the parts of State share. For store/state alone. Two connections to the one file (which SQLite's write-ahead log
// allows): nobody who looks something up waits for a change that is being written, which takes as long as the disk does.
// A reader sees what was committed last. Everything here is called with the mutex of its connection held.

#include <atomic>
#include <mutex>

#include "store/state/schema.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {

struct State::Impl {
  Path file;
  std::mutex reading, changing;
  std::unique_ptr<sql::Database> reader, writer;
  bool rebuilt = false;
  bool lost = false;
  std::atomic<std::int64_t> now = 0, sure = 0;  ///< set_time()

  /// Runs a function that changes nothing.
  template <class Function>
  auto read(Function&& function) -> decltype(function(*reader)) {
    return run(reading, *reader, function);
  }

  /// Runs a function outside of any transaction.
  template <class Function>
  auto tend(Function&& function) -> decltype(function(*writer)) {
    return run(changing, *writer, function);
  }

  /// Runs a function in one transaction, which a failure rolls back. `durable`: on the disk when it returns.
  template <class Function>
  auto change(Function&& function, bool durable = false) -> decltype(function(*writer)) {
    return run(changing, *writer, [&](sql::Database& db) -> decltype(function(*writer)) {
      if (durable) CHECK_OK(db.execute("PRAGMA synchronous = FULL"));
      auto result = in_transaction(db, function);
      if (durable) CHECK_OK(db.execute("PRAGMA synchronous = NORMAL"));
      return result;
    });
  }

 private:
  /// Notes when the file turns out to be damaged.
  template <class Function>
  auto run(std::mutex& mutex, sql::Database& database, Function&& function) -> decltype(function(database)) {
    const std::lock_guard lock(mutex);
    auto result = function(database);
    if (!result && result.error().code == Errc::corrupt) mark_suspect(file);
    return result;
  }

  template <class Function>
  static auto in_transaction(sql::Database& db, Function& function) -> decltype(function(db)) {
    TRY(const auto transaction, sql::Transaction::begin(db));
    auto result = function(db);
    if (result) CHECK_OK(transaction->commit());
    return result;
  }
};

// --- rows that the parts need from each other
// -------------------------------------------------------------------------

/// A feed's name as the file has it. Errc::corrupt if it is none.
inline Result<FeedId> feed_of(std::string_view name) {
  auto feed = FeedId::parse(name);
  if (!feed) return fail(Errc::corrupt, "state.sqlite: not a feed");
  return feed;
}

/// 0 if there is none.
Result<std::int64_t> find_feed(sql::Database& db, const FeedId& feed);
Result<std::int64_t> find_media(sql::Database& db, const Sha256& media);
Result<std::int64_t> find_or_add_media(sql::Database& db, const Sha256& media);
Result<std::int64_t> find_or_add_list(sql::Database& db, const NamedMedia& named);
/// Notes what a media file was made from, unless it is held for that feed; `feed`: its number.
Status put_older(sql::Database& db, std::int64_t feed, const Sha256& media, const Sha256& older);
/// Of a column that holds a list of short words.
std::vector<std::string> split_words(std::string_view text);
/// What a change says of adoptions (state_adoptions.cpp).
Status put_adoptions(sql::Database& db, std::int64_t feed, const State::FeedChange& change);
/// What a change says of outcomes (state_outcomes.cpp).
/// Likewise.
Status put_proposals(sql::Database& db, std::int64_t feed, const State::FeedChange& change);
Status put_outcomes(sql::Database& db, std::int64_t feed, const State::FeedChange& change);
/// The words of a kit, under its number (state_search.cpp).
Status put_words(sql::Database& db, std::int64_t kit, const KitRow& row);
Status delete_words(sql::Database& db, std::int64_t kit);
/// A list of short words for one column.
std::string join_words(const std::vector<std::string>& words);
/// What a change says of withdrawals and receipts (state_withdrawals.cpp).
Status put_withdrawals(sql::Database& db, std::int64_t feed, const State::FeedChange& change, std::set<Sha256>& touched);
/// Of names.until: no consent ends.
inline constexpr std::int64_t until_never = 9'000'000'000'000;
/// Of a row of names (n) and of media (m): whether that naming makes the media file wanted and served.
#define ESSAIMAGE_LIVE_NAMING "n.over = 0 AND NOT EXISTS (SELECT 1 FROM blocked b WHERE b.sha = m.sha)"
/// The kits that a question finds, sorted; of a feed, if the question is about one.
Result<std::vector<KitId>> take_kits(sql::Statement row, const FeedId* feed = nullptr);
/// Forgets a media file that nothing refers to any more.
Status tidy_media(sql::Database& db, const Sha256& media);

}  // namespace essaimage::store
