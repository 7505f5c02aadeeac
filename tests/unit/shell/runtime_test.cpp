#include "daemon/shell/runtime.hpp"

#include <algorithm>
#include <future>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/shell/fake_library.hpp"

namespace runtime_test {
using namespace essaimage;
using namespace essaimage::shell;
using namespace essaimage::test;

namespace {

struct RunningNode {
  explicit RunningNode(const std::string& listen = "tcp://127.0.0.1:*") {
    Runtime::Parts parts;
    parts.layout.home = folder.path();
    parts.config.listen = listen;
    auto owned = std::make_unique<FakeLibrary>();
    library = owned.get();
    auto roster = std::make_shared<Roster>();
    roster->federation = library->identity().federation;
    roster->federation_slug = "federation";
    Member own;
    own.slug = "moulins";
    own.keys.push_back({1, library->signing().public_key(), library->transport().public_key(), {}});
    roster->members["moulins"] = own;
    roster->index();
    library->roster_ = roster;
    parts.library = std::move(owned);
    parts.log = Log::none();
    auto opened = Runtime::open(std::move(parts));
    REQUIRE(opened);
    runtime = std::move(*opened);
    thread = std::thread([&] { runtime->run([&] { ready.set_value(); }); });
    ready.get_future().wait();
  }
  ~RunningNode() {
    runtime->stop();
    if (thread.joinable()) thread.join();
  }

  TempFolder folder;
  std::promise<void> ready;
  FakeLibrary* library = nullptr;
  std::unique_ptr<Runtime> runtime;
  std::thread thread;
};

}  // namespace

TEST_CASE("A running node answers for its status from any thread") {
  RunningNode node;
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto status = node.runtime->status();
      if (status && status->slug == "moulins" && status->joined) ++right;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(right == 4);
}

TEST_CASE("Each sync is a round of its own") {
  RunningNode node;
  const auto first = node.runtime->sync_now(), second = node.runtime->sync_now();
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*second == *first + 1);
}

TEST_CASE("A node tells where it listens with the real port, and advertises what it is told to") {
  RunningNode node;
  const auto endpoints = node.runtime->endpoints();
  REQUIRE(endpoints.size() == 1);
  CHECK(endpoints[0].find("tcp://127.0.0.1:") == 0);
  CHECK(endpoints[0] != "tcp://127.0.0.1:*");
  const RunningNode silent("");
  CHECK(silent.runtime->endpoints().empty());
}

TEST_CASE("A stopped node ends its loop, and answers no more") {
  RunningNode node;
  CHECK_FALSE(node.runtime->stopping());
  node.runtime->stop();
  node.thread.join();
  CHECK(node.runtime->stopping());
  CHECK(node.runtime->wait_for_jobs(Duration{5'000}));
  const auto status = node.runtime->status();
  REQUIRE_FALSE(status);
  CHECK(status.error().code == Errc::timed_out);
}

TEST_CASE("What changes in the library reaches the core") {
  RunningNode node;
  Head head{FeedId{"moulins", Audience{}}, Order{1, 1, 1}, {}};
  head.commit.bytes.fill(1);
  node.library->tell(store::change::HeadChanged{head, std::make_shared<const Bytes>(Bytes{1}), true});
  const auto status = node.runtime->status();
  REQUIRE(status);
  const auto& feeds = status->feeds;
  const auto found = std::find_if(feeds.begin(), feeds.end(), [&](const auto& feed) { return feed.held == head; });
  CHECK(found != feeds.end());
}

}  // namespace runtime_test
