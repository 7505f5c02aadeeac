#include "store/state/state.hpp"

#include <algorithm>

#include "store/state/state_impl.hpp"

namespace essaimage::store {

State::State() : impl_(std::make_unique<Impl>()) {}
State::~State() = default;

Result<std::unique_ptr<State>> State::open(const Path& file) {
  TRY(OpenedState opened, open_state(file));
  std::unique_ptr<State> state(new State);
  state->impl_->file = file;
  state->impl_->reader = std::move(opened.reader);
  state->impl_->writer = std::move(opened.writer);
  state->impl_->rebuilt = opened.rebuilt;
  state->impl_->lost = opened.lost;
  return state;
}

bool State::rebuilt() const { return impl_->rebuilt; }
bool State::was_lost() const { return impl_->lost; }
bool State::is_suspect(const Path& file) { return store::is_suspect(file); }
std::vector<Path> State::set_aside(const Path& file) { return files_set_aside(file); }

void State::release_memory() {
  const auto release = [](std::mutex& mutex, sql::Database& database) {
    const std::lock_guard lock(mutex);
    database.release_memory();
  };
  release(impl_->reading, *impl_->reader);
  release(impl_->changing, *impl_->writer);
}

// --- witnessed heads, forks
// --------------------------------------------------------------------------------------------

Status State::witness(std::span<const Head> heads) {
  if (heads.empty()) return {};
  const auto witness_all = [&](sql::Database& db) -> Status {
    for (const Head& head : heads) {
      auto statement = db.prepare(
          "INSERT INTO witness VALUES (?, ?, ?, ?, ?) ON CONFLICT (feed) DO UPDATE SET generation "
          "= "
          "excluded.generation, epoch = excluded.epoch, seq = excluded.seq, commit_id = "
          "excluded.commit_id "
          "WHERE (witness.generation, witness.epoch, witness.seq) < "
          "(excluded.generation, excluded.epoch, excluded.seq)");
      const std::string feed = head.feed.str();
      statement << std::string_view(feed) << ordered(head.order.generation) << ordered(head.order.epoch) << ordered(head.order.seq)
                << head.commit.view();
      CHECK_OK(statement.run());
    }
    return {};
  };
  return impl_->change(witness_all, true);
}

Result<std::vector<Head>> State::witnessed() const {
  return impl_->read([](sql::Database& db) -> Result<std::vector<Head>> {
    std::vector<Head> heads;
    auto row = db.prepare("SELECT feed, generation, epoch, seq, commit_id FROM witness ORDER BY feed");
    CHECK_OK(row.each([&] {
      auto feed = FeedId::parse(row.text(0));
      if (!feed) return;  // carried over from a damaged file
      const Order order{from_ordered(row.integer(1)), from_ordered(row.integer(2)), from_ordered(row.integer(3))};
      heads.push_back({std::move(*feed), order, row.fixed<ObjectId>(4)});
    }));
    std::sort(heads.begin(), heads.end());
    return heads;
  });
}

Status State::set_frozen(const FeedId& feed, bool frozen) {
  const auto set = [&](sql::Database& db) -> Status {
    const std::string name = feed.str();
    auto statement = frozen ? db.prepare("INSERT OR IGNORE INTO frozen VALUES (?)") : db.prepare("DELETE FROM frozen WHERE feed = ?");
    statement << std::string_view(name);
    return statement.run();
  };
  return impl_->change(set, true);
}

Result<std::vector<FeedId>> State::frozen() const {
  return impl_->read([](sql::Database& db) -> Result<std::vector<FeedId>> {
    std::vector<FeedId> feeds;
    auto row = db.prepare("SELECT feed FROM frozen");
    CHECK_OK(row.each([&] {
      if (auto feed = FeedId::parse(row.text(0))) feeds.push_back(std::move(*feed));
    }));
    std::sort(feeds.begin(), feeds.end());
    return feeds;
  });
}

// --- small values
// ------------------------------------------------------------------------------------------------------

Status State::put(const std::string& key, const std::string& value) {
  const auto set = [&](sql::Database& db) -> Status {
    auto statement = db.prepare("INSERT OR REPLACE INTO value VALUES (?, ?)");
    statement << std::string_view(key) << std::string_view(value);
    return statement.run();
  };
  return impl_->change(set, true);
}

Status State::forget(const std::string& key) {
  return impl_->change(
      [&](sql::Database& db) -> Status {
        auto statement = db.prepare("DELETE FROM value WHERE key = ?");
        statement << std::string_view(key);
        return statement.run();
      },
      true);
}

Result<std::optional<std::string>> State::get(const std::string& key) const {
  return impl_->read([&](sql::Database& db) -> Result<std::optional<std::string>> {
    auto row = db.prepare("SELECT value FROM value WHERE key = ?");
    row << std::string_view(key);
    TRY(const bool found, row.step());
    return found ? std::optional(row.text(0)) : std::nullopt;
  });
}

}  // namespace essaimage::store
