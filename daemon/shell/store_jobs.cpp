#include "daemon/shell/store_jobs.hpp"

#include <malloc.h>

#include <chrono>

#include "proto/limits.hpp"
#include "store/withdrawal/withdrawals.hpp"

namespace essaimage::shell {
namespace {

/// More waits only when the core's own windows are wrong.
constexpr std::size_t jobs_max = 1024;

/// The first media file that becomes whole after a pause settles at once. While many do, those of this time share the syncs:
/// one costs a commit of the file system's journal, on a memory card a tenth of a second.
constexpr Duration settle_every{100};

/// Free bytes in the heap that are not worth a trim.
constexpr std::size_t free_heap_max = 2 * limits::MiB;

/// A library of 100 GB is read in four hours; an old disk has that many bytes in a tenth of its time.
constexpr std::uint64_t scrub_bytes_per_s = 8'000'000;

SharedBytes share(Bytes bytes) { return std::make_shared<const Bytes>(std::move(bytes)); }

/// The sender's fault, and not this node's.
bool is_peers_fault(const Error& error) { return describe(error.code, Language::english).actor == Actor::peer; }

Status status_of(const tl::expected<store::RunReception::Stored, Error>& stored) {
  return stored ? Status{} : Status(tl::unexpected<Error>(stored.error()));
}

}  // namespace

StoreJobs::StoreJobs(store::Library& library, Log& log, Post post, Worker::Runs runs)
    : library_(library),
      log_(log),
      post_(std::move(post)),
      store_("store", jobs_max, runs),
      serve_("serve", jobs_max, runs),
      media_("media", jobs_max, runs),
      settle_("settle", jobs_max, runs),
      scrub_("scrub", jobs_max, runs) {
  library_.settle_by([this] { settle(); });
}

StoreJobs::~StoreJobs() {
  stop();
  for (Worker* worker : {&store_, &serve_, &media_, &settle_, &scrub_}) worker->join();
  runs_.clear();
  library_.settle_by({});
  if (settling_) library_.settle_media();  // asked for, and dropped by stop()
}

// --- serving -----------------------------------------------------------------------------------------------------------

void StoreJobs::post_opened(core::JobId job, const Result<std::unique_ptr<store::Source>>& source, SharedBytes commit) {
  core::input::SourceOpened opened{job, std::uint64_t{0}, std::move(commit)};
  if (source) opened.bytes = (*source)->bytes();
  else opened.bytes = tl::unexpected<Error>(source.error());
  post_(std::move(opened));
}

void StoreJobs::will_open(core::JobId job) {
  const std::lock_guard lock(opening_mutex_);
  opening_.insert(job);
}

bool StoreJobs::begin_opening(core::JobId job) {
  {
    const std::lock_guard lock(opening_mutex_);
    if (opening_.erase(job) > 0) return true;
  }
  post_opened(job, fail(Errc::cancelled), nullptr);
  return false;
}

void StoreJobs::perform(const core::effect::OpenPack& effect) {
  will_open(effect.job);
  serve_.post([this, effect] {
    if (!begin_opening(effect.job)) return;
    auto pack = library_.open_pack(effect.feed, effect.have, effect.plain);
    if (!pack) return post_opened(effect.job, tl::unexpected<Error>(pack.error()), nullptr);
    Result<std::unique_ptr<store::Source>> source = std::move(pack->source);
    post_opened(effect.job, source, share(std::move(pack->commit)));
    sources_[effect.job] = std::move(*source);
  });
}

void StoreJobs::perform(const core::effect::OpenRun& effect) {
  will_open(effect.job);
  serve_.post([this, effect] {
    if (!begin_opening(effect.job)) return;
    auto source = library_.open_run(effect.feed, effect.media, effect.list, effect.first, effect.count, effect.base);
    post_opened(effect.job, source, nullptr);
    if (source) sources_[effect.job] = std::move(*source);
  });
}

void StoreJobs::perform(const core::effect::ReadSource& effect) {
  serve_.post([this, effect] {
    const auto source = sources_.find(effect.job);
    core::input::SourceRead read{effect.job, effect.offset, SharedBytes{}};
    auto bytes = source == sources_.end() ? Result<Bytes>(fail(Errc::not_found, "a closed source"))
                                          : source->second->read(effect.offset, effect.bytes_max);
    if (bytes) read.bytes = share(std::move(*bytes));
    else read.bytes = tl::unexpected<Error>(std::move(bytes).error());
    post_(std::move(read));
  });
}

void StoreJobs::perform(const core::effect::CloseSource& effect) {
  {
    const std::lock_guard lock(opening_mutex_);
    opening_.erase(effect.job);  // an export that nobody waits for is not made
  }
  serve_.post([this, job = effect.job] { sources_.erase(job); });
}

void StoreJobs::perform(const core::effect::FindMedia& effect) {
  serve_.post([this, effect] {
    auto found = library_.find_media(effect.feed, effect.media);
    if (!found) log_.write(LogLevel::warn, "media", found.error());
    post_(core::input::MediaFound{effect.job, found ? std::move(*found) : std::vector<Sha256>{}});
  });
}

// --- receiving ---------------------------------------------------------------------------------------------------------

void StoreJobs::perform(const core::effect::AppendPack& effect) {
  store_.post([this, effect] { post_(core::input::SliceTaken{effect.job, append(effect)}); });
}

Status StoreJobs::append(const core::effect::AppendPack& effect) {
  auto& [reception, status] = receptions_[effect.job];
  if (status && !reception) {
    auto begun = library_.receive_feed();
    if (begun) {
      reception = std::move(*begun);
    } else {
      status = tl::unexpected<Error>(std::move(begun).error());
    }
  }
  if (status) status = reception->append(*effect.bytes);
  return status;
}

void StoreJobs::perform(const core::effect::AcceptPack& effect) {
  store_.post([this, effect] { post_(core::input::PackAccepted{effect.job, accept(effect)}); });
}

Status StoreJobs::accept(const core::effect::AcceptPack& effect) {
  const auto found = receptions_.find(effect.job);
  if (found == receptions_.end()) return fail(Errc::malformed, "a pack without a byte");
  const auto [reception, status] = std::move(found->second);
  receptions_.erase(found);
  // A pack with a hole of our making says nothing of the peer.
  return status ? reception->accept(effect.feed, *effect.commit) : status;
}

void StoreJobs::perform(const core::effect::DropPack& effect) {
  store_.post([this, job = effect.job] { receptions_.erase(job); });
}

void StoreJobs::perform(const core::effect::WriteRun& effect) {
  media_.post([this, effect] { write(effect); });
}

void StoreJobs::write(const core::effect::WriteRun& effect) {
  const auto [it, is_new] = runs_.try_emplace(effect.job);
  Run& run = it->second;
  Status status;
  if (is_new) {
    run.next = effect.first;
    run.end = effect.first + effect.count;
    auto begun = library_.receive_run(effect.feed, effect.media, effect.first, effect.count, effect.base);
    if (begun) run.reception = std::move(*begun);
    else status = tl::unexpected<Error>(std::move(begun).error());
  }
  std::uint32_t stored_count = 0;
  if (run.reception) {
    const auto stored = run.reception->append(*effect.bytes);
    status = status_of(stored);
    if (stored) stored_count = stored->count;
  }
  // A slice that could not be written is this node's failure; bytes that are wrong are the peer's, chunk by chunk.
  const bool wrong_bytes = !status && is_peers_fault(status.error());
  post_(core::input::SliceTaken{effect.job, wrong_bytes ? Status{} : status});
  if (stored_count > 0) tell(effect, run, stored_count, {});
  if (!status) {
    run.reception.reset();
    tell(effect, run, run.end - run.next, status);
  } else if (effect.last) {
    tell(effect, run, run.end - run.next, fail(Errc::chunk_bad, "the run ends within a chunk"));
  }
  if (effect.last) runs_.erase(it);
}

/// The next `count` chunks of the run are settled.
void StoreJobs::tell(const core::effect::WriteRun& effect, Run& run, std::uint32_t count, Status status) {
  count = std::min(count, run.end - run.next);
  if (count == 0) return;
  post_(core::input::ChunksStored{effect.job, effect.media, run.next, count, std::move(status)});
  run.next += count;
}

void StoreJobs::perform(const core::effect::DropRun& effect) {
  media_.post([this, job = effect.job] { runs_.erase(job); });
}

void StoreJobs::perform(const core::effect::TellMedia& effect) {
  store_.post([this, media = effect.media] { library_.tell_media(media); });
}

void StoreJobs::settle() {
  if (settling_.exchange(true)) return;
  settle_.post([this] {
    using Clock = std::chrono::steady_clock;
    const auto passed = std::chrono::duration_cast<Duration>(Clock::now() - settled_at_);
    if (passed < settle_every) settle_.pause(settle_every - passed);
    settled_at_ = Clock::now();
    settling_ = false;  // what becomes whole from here on asks anew
    library_.settle_media();
  });
}

// --- federation and upkeep -----------------------------------------------------------------------------------------------

void StoreJobs::perform(const core::effect::Admit& effect) {
  store_.post([this, effect] { post_(core::input::Admitted{effect.job, library_.admit(effect.request)}); });
}

void StoreJobs::perform(const core::effect::KeepFork& effect) {
  run_on_store([this, effect] {
    auto status = library_.keep_fork(effect.feed, effect.held ? ByteView(*effect.held) : ByteView{}, *effect.claimed);
    post_(core::input::ForkKept{effect.feed, status});
    return status;
  });
}

void StoreJobs::run_on_store(std::function<Status()> job) {
  store_.post([this, job = std::move(job)] {
    if (const auto status = job(); !status) log_.write(LogLevel::error, "node", status.error());
  });
}

void StoreJobs::run_once(std::atomic<bool>& under_way, std::function<Status()> job) {
  if (under_way.exchange(true)) return;
  run_on_store([&under_way, job = std::move(job)] {
    auto status = job();
    under_way = false;
    return status;
  });
}

void StoreJobs::publish_centre(std::vector<std::string> endpoints) {
  run_once(publishing_, [this, endpoints = std::move(endpoints)] { return library_.publish_centre(endpoints); });
}

void StoreJobs::beat() {
  run_once(beating_, [this] { return library_.beat(false); });
}

void StoreJobs::follow_decisions(std::function<void(const store::PassedOn&)> told) {
  run_once(following_, [this, told = std::move(told)]() -> Status {
    TRY(const auto done, library_.curation().follow_decisions());
    for (const auto& each : done)
      if (told) told(each);
    return {};
  });
}

void StoreJobs::apply_rules() {
  run_once(ruling_, [this]() -> Status {
    TRY([[maybe_unused]] const auto published, library_.mirrors().apply_rules());
    return {};
  });
}

void StoreJobs::consolidate() {
  run_once(consolidating_, [this] { return library_.consolidate(); });
}

void StoreJobs::settle_withdrawals(bool may_sign) {
  run_once(withdrawing_, [this, may_sign] {
    const auto settled = library_.withdrawals().settle(may_sign);
    return settled ? Status{} : Status(tl::unexpected<Error>(settled.error()));
  });
}

void StoreJobs::catch_up() {
  run_once(catching_up_, [this] { return library_.catch_up(); });
}

void StoreJobs::check_room() {
  run_once(checking_room_, [this] { return library_.check_room(); });
}

void StoreJobs::scrub() {
  if (scrub_waits_.exchange(true)) return;
  scrub_.post([this] {
    scrub_waits_ = false;  // what becomes due while this one looks for the last time is not missed
    const auto pace = [this, read = std::uint64_t{0}](std::uint64_t bytes) mutable {
      read += bytes;
      if (read >= scrub_bytes_per_s / 10) {  // most texts are small
        scrub_.pause(Duration{static_cast<std::int64_t>(read * 1'000 / scrub_bytes_per_s)});
        read = 0;
      }
      return !scrub_.stopping();
    };
    Result<bool> more = true;
    while (more && *more && !scrub_.stopping()) more = library_.scrub_next(pace);
    if (!more) log_.write(LogLevel::error, "node", more.error());
  });
}

// A first replication takes a hundred megabytes for a minute, a list of all kits twenty for a moment, and glibc would keep them
// for ever: an old computer has other use for them.
void StoreJobs::give_back_memory(bool caches) {
  run_on_store([this, caches] {
    auto released = caches ? library_.release_memory() : Status{};
    if (caches || ::mallinfo2().fordblks > free_heap_max) ::malloc_trim(0);
    return released;
  });
}

void StoreJobs::stop() {
  for (Worker* worker : {&store_, &serve_, &media_, &settle_, &scrub_}) worker->stop();
}

bool StoreJobs::wait_end(Duration at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  bool all = true;
  for (Worker* worker : {&store_, &serve_, &media_, &settle_, &scrub_}) {
    const auto left = std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    all = worker->wait_end(std::max(left, Duration{0})) && all;
  }
  return all;
}

}  // namespace essaimage::shell
