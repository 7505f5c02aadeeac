#include "daemon/shell/store_jobs.hpp"

#include <condition_variable>
#include <future>

#include "daemon/shell/mailbox.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/shell/fake_library.hpp"

namespace store_jobs_test {
using namespace essaimage;
using namespace essaimage::shell;
using namespace essaimage::core;
using namespace essaimage::test;

namespace {

const FeedId feed{"deule", Audience{}};

SharedBytes shared(Bytes bytes) { return std::make_shared<const Bytes>(std::move(bytes)); }

struct Bench {
  /// The next input that a worker posts; waits for it.
  template <class T>
  T next() {
    std::unique_lock lock(mutex);
    const bool came = signal.wait_for(lock, std::chrono::seconds(10), [&] { return !inputs.empty(); });
    REQUIRE(came);
    Input input = std::move(inputs.front());
    inputs.pop_front();
    INFO("input number " << input.index());
    REQUIRE(std::holds_alternative<T>(input));
    return std::get<T>(std::move(input));
  }
  bool silent() {
    const std::lock_guard lock(mutex);
    return inputs.empty();
  }

  std::mutex mutex;
  std::condition_variable signal;
  std::deque<Input> inputs;
  FakeLibrary library;
  std::unique_ptr<Log> log = Log::none();
  StoreJobs jobs{library, *log, [this](Input input) {
                   {
                     const std::lock_guard lock(mutex);
                     inputs.push_back(std::move(input));
                   }
                   signal.notify_all();
                 }};
};

effect::WriteRun slice(Bytes bytes, bool last, std::uint8_t media = 1) {
  effect::WriteRun write{7, feed, {}, 10, 4, 0, shared(std::move(bytes)), last, {}};
  write.media.bytes.fill(media);
  return write;
}

}  // namespace

TEST_CASE("A pack is opened, read in pieces and closed; what is closed or unknown is not there") {
  Bench bench;
  bench.library.packs[feed] = Bytes{1, 2, 3, 4, 5};
  bench.jobs.perform(effect::OpenPack{1, feed, {}});
  const auto opened = bench.next<input::SourceOpened>();
  CHECK(opened.bytes.value() == 5);
  CHECK(*opened.commit == Bytes{1, 2, 3});
  bench.jobs.perform(effect::ReadSource{1, 3, 100});
  const auto read = bench.next<input::SourceRead>();
  CHECK(*read.bytes.value() == Bytes{4, 5});
  CHECK(read.offset == 3);
  bench.jobs.perform(effect::CloseSource{1});
  bench.jobs.perform(effect::ReadSource{1, 0, 1});
  CHECK_FALSE(bench.next<input::SourceRead>().bytes);
  bench.jobs.perform(effect::OpenPack{2, FeedId{"nobody", Audience{}}, {}});
  CHECK(bench.next<input::SourceOpened>().bytes.error().code == Errc::not_found);
}

TEST_CASE("A pack that comes in slices is accepted whole, and each slice is answered") {
  Bench bench;
  bench.jobs.perform(effect::AppendPack{1, shared({1, 2})});
  bench.jobs.perform(effect::AppendPack{1, shared({3})});
  bench.jobs.perform(effect::AcceptPack{1, feed, shared({9})});
  CHECK(bench.next<input::SliceTaken>().status);
  CHECK(bench.next<input::SliceTaken>().status);
  CHECK(bench.next<input::PackAccepted>().status);
  CHECK(bench.library.accepted.packs.at(feed) == Bytes{1, 2, 3});
}

TEST_CASE("A pack that was dropped, or never began, is not accepted") {
  Bench bench;
  bench.jobs.perform(effect::AppendPack{1, shared({1})});
  bench.jobs.perform(effect::DropPack{1});
  bench.jobs.perform(effect::AcceptPack{1, feed, shared({9})});
  CHECK(bench.next<input::SliceTaken>().status);
  CHECK(bench.next<input::PackAccepted>().status.error().code == Errc::malformed);
  CHECK(bench.library.accepted.packs.empty());
}

TEST_CASE("A slice that the disk refuses is answered with the reason") {
  Bench bench;
  bench.jobs.perform(effect::AppendPack{1, shared({})});
  CHECK(bench.next<input::SliceTaken>().status.error().code == Errc::disk_full);
}

TEST_CASE("After a slice that the disk refused nothing is appended, and the pack fails for that reason") {
  Bench bench;
  bench.jobs.perform(effect::AppendPack{1, shared({1})});
  bench.jobs.perform(effect::AppendPack{1, shared({})});
  bench.jobs.perform(effect::AppendPack{1, shared({3})});
  bench.jobs.perform(effect::AcceptPack{1, feed, shared({9})});
  CHECK(bench.next<input::SliceTaken>().status);
  CHECK(bench.next<input::SliceTaken>().status.error().code == Errc::disk_full);
  CHECK(bench.next<input::SliceTaken>().status.error().code == Errc::disk_full);
  CHECK(bench.next<input::PackAccepted>().status.error().code == Errc::disk_full);
  CHECK(bench.library.accepted.packs.empty());
}

TEST_CASE("A source that is closed before its turn is not opened, and answered all the same") {
  Bench bench;
  bench.library.packs[feed] = Bytes{1};
  std::promise<void> go;
  bench.library.before_open = [turn = go.get_future().share()] { turn.wait(); };
  bench.jobs.perform(effect::OpenPack{1, feed, {}});
  bench.jobs.perform(effect::OpenPack{2, feed, {}});
  bench.jobs.perform(effect::CloseSource{2});
  go.set_value();
  CHECK(bench.next<input::SourceOpened>().bytes);
  const auto second = bench.next<input::SourceOpened>();
  CHECK(second.job == 2);
  CHECK(second.bytes.error().code == Errc::cancelled);
  CHECK(bench.library.opened == 1);
}

TEST_CASE("Keeping a fork is answered, whether the disk lets it or not") {
  Bench bench;
  bench.jobs.perform(effect::KeepFork{feed, nullptr, shared({1})});
  CHECK(bench.next<input::ForkKept>().status);
  bench.library.fork_status = fail(Errc::disk_full);
  bench.jobs.perform(effect::KeepFork{feed, nullptr, shared({1})});
  const auto refused = bench.next<input::ForkKept>();
  CHECK(refused.feed == feed);
  CHECK(refused.status.error().code == Errc::disk_full);
}

TEST_CASE("Chunks of a run are told as they become whole, each once") {
  Bench bench;
  bench.jobs.perform(slice({1, 1, 1}, false));
  CHECK(bench.next<input::SliceTaken>().status);
  auto stored = bench.next<input::ChunksStored>();
  CHECK(stored.first == 10);
  CHECK(stored.count == 1);
  bench.jobs.perform(slice({1, 1, 1, 1, 1}, true));
  CHECK(bench.next<input::SliceTaken>().status);
  stored = bench.next<input::ChunksStored>();
  CHECK(stored.first == 11);
  CHECK(stored.count == 3);
  CHECK(stored.status);
  CHECK(bench.silent());
}

TEST_CASE("A bad chunk is the peer's fault: the rest of the run is refused, the slice was taken") {
  Bench bench;
  bench.jobs.perform(slice({1, 1}, false));
  bench.next<input::SliceTaken>();
  bench.next<input::ChunksStored>();
  bench.jobs.perform(slice({1, 0}, false));
  CHECK(bench.next<input::SliceTaken>().status);
  const auto refused = bench.next<input::ChunksStored>();
  CHECK(refused.first == 11);
  CHECK(refused.count == 3);
  CHECK(refused.status.error().code == Errc::chunk_bad);
  bench.jobs.perform(slice({1, 1}, true));
  CHECK(bench.next<input::SliceTaken>().status);
  bench.jobs.perform(effect::DropRun{7});
  bench.jobs.perform(slice({1, 1}, false));  // the job's number again: a run of its own
  bench.next<input::SliceTaken>();
  CHECK(bench.next<input::ChunksStored>().first == 10);
}

TEST_CASE("What is needed of a media file is told once more where the core asks") {
  Bench bench;
  Sha256 media;
  media.bytes.fill(3);
  bench.jobs.perform(effect::TellMedia{media});
  bench.jobs.perform(effect::AppendPack{1, shared({1})});  // comes after it
  bench.next<input::SliceTaken>();
  CHECK(bench.library.told == std::vector<Sha256>{media});
}

TEST_CASE("A run that ends within a chunk, or that nobody needs any more, leaves no chunk untold") {
  Bench bench;
  bench.jobs.perform(slice({1, 1, 1}, true));
  bench.next<input::SliceTaken>();
  CHECK(bench.next<input::ChunksStored>().count == 1);
  const auto rest = bench.next<input::ChunksStored>();
  CHECK(rest.first == 11);
  CHECK(rest.count == 3);
  CHECK_FALSE(rest.status);
  bench.jobs.perform(slice({1, 1}, false, 0));
  CHECK(bench.next<input::SliceTaken>().status.error().code == Errc::not_found);
  CHECK(bench.next<input::ChunksStored>().count == 4);
}

TEST_CASE("A full disk is no fault of the peer") {
  Bench bench;
  bench.jobs.perform(slice({0xFF}, false));
  CHECK(bench.next<input::SliceTaken>().status.error().code == Errc::disk_full);
  CHECK(bench.next<input::ChunksStored>().status.error().code == Errc::disk_full);
}

TEST_CASE("Admissions and questions about media are answered") {
  Bench bench;
  bench.jobs.perform(effect::Admit{3, {}});
  CHECK(bench.next<input::Admitted>().status.error().code == Errc::invitation_used);
  bench.jobs.perform(effect::FindMedia{4, feed, {Sha256{}}});
  CHECK(bench.next<input::MediaFound>().complete.size() == 1);
}

TEST_CASE("Media that became whole settle on a worker of their own, many together, and none is forgotten at the end") {
  Bench bench;
  for (int i = 0; i < 100; ++i) bench.library.ask_to_settle();
  bench.library.settled.wait(0);
  const int first = bench.library.settled;
  CHECK(first >= 1);
  CHECK(first < 100);
  bench.library.ask_to_settle();
  bench.jobs.stop();  // whether it has begun or not
  bench.jobs.wait_end(std::chrono::seconds(10));
}

TEST_CASE("What was asked to settle and dropped by the end settles all the same") {
  FakeLibrary library;
  {
    const auto log = Log::none();
    StoreJobs jobs(library, *log, [](Input) {});
    jobs.stop();
    library.ask_to_settle();
    CHECK(library.settled == 0);
  }
  CHECK(library.settled == 1);
  CHECK_FALSE(library.ask_to_settle);
}

}  // namespace store_jobs_test
