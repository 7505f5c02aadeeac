#pragma once
// Performs the core's store effects on five workers, and posts what came of them as inputs:
//   store   receptions of packs, admissions, forks, upkeep: what changes the library
//   serve   sources: what is read for peers
//   media   runs of chunks on their way in
//   settle  media that became whole: they wait for the disk, and no chunk waits for them
//   scrub   the slow reading of all that is held: it waits most of the time
// so that checking a large pack delays neither reading nor media. What belongs to a job (a reception, a source, a run)
// lives on its worker alone, by job; the library is safe from all of them.
// Bounded by the core: it opens so many jobs, gives so much credit, and each effect is answered once.
// Thread rule: perform() and the others on the loop's thread; `post` is called on the workers' (or, with workers that run
// jobs within post(), before perform() returns).

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "daemon/core/effect.hpp"
#include "daemon/shell/log.hpp"
#include "daemon/shell/worker.hpp"
#include "store/curation.hpp"
#include "store/library.hpp"
#include "store/mirrors.hpp"

namespace essaimage::shell {

class StoreJobs {
 public:
  using Post = std::function<void(core::Input)>;

  /// `library`, `log` and what `post` uses must outlive the jobs.
  StoreJobs(store::Library& library, Log& log, Post post, Worker::Runs runs = Worker::Runs::on_own_thread);
  ~StoreJobs();

  void perform(const core::effect::OpenPack& effect);
  void perform(const core::effect::OpenRun& effect);
  void perform(const core::effect::ReadSource& effect);
  void perform(const core::effect::CloseSource& effect);
  void perform(const core::effect::FindMedia& effect);
  void perform(const core::effect::AppendPack& effect);
  void perform(const core::effect::AcceptPack& effect);
  void perform(const core::effect::DropPack& effect);
  void perform(const core::effect::WriteRun& effect);
  void perform(const core::effect::DropRun& effect);
  void perform(const core::effect::TellMedia& effect);
  void perform(const core::effect::Admit& effect);
  void perform(const core::effect::KeepFork& effect);

  /// On the store worker, if nothing of the kind is under way there.
  void publish_centre(std::vector<std::string> endpoints);
  /// The federation's signed time (Library::beat).
  void beat();
  /// Curation::follow_decisions(); `told`, if given, of each kit, on the worker's thread.
  void follow_decisions(std::function<void(const store::PassedOn&)> told);
  /// What the rules for mirrors take (store::Mirrors::apply_rules).
  void apply_rules();
  void consolidate();
  /// What was withdrawn goes, and if that makes no fork, receipts are signed (store::Withdrawals::settle).
  void settle_withdrawals(bool may_sign);
  void catch_up();
  void check_room();
  /// Goes on reading what is held, slowly, as long as that is due; on a worker of its own.
  void scrub();
  /// What was freed, to the system; `caches`: what the library's caches hold as well.
  void give_back_memory(bool caches);
  void run_on_store(std::function<Status()> job);

  void stop();
  /// True if all jobs that were running have ended within that time.
  bool wait_end(Duration at_most);

 private:
  struct Run {
    std::unique_ptr<store::RunReception> reception;  ///< null: refused, the rest is ignored
    std::uint32_t next = 0, end = 0;                 ///< chunks not told yet
  };
  struct Reception {
    std::unique_ptr<store::FeedReception> reception;
    Status status;  ///< the first failure: nothing is appended after it
  };

  /// On the store worker, unless the last of its kind is still under way there.
  void run_once(std::atomic<bool>& under_way, std::function<Status()> job);
  /// One that is still wanted, once its turn has come.
  bool begin_opening(core::JobId job);
  void will_open(core::JobId job);
  void post_opened(core::JobId job, const Result<std::unique_ptr<store::Source>>& source, SharedBytes commit);
  Status append(const core::effect::AppendPack& effect);
  Status accept(const core::effect::AcceptPack& effect);
  void write(const core::effect::WriteRun& effect);
  void tell(const core::effect::WriteRun& effect, Run& run, std::uint32_t count, Status status);
  void settle();

  store::Library& library_;
  Log& log_;
  const Post post_;
  std::map<core::JobId, Reception> receptions_;                    ///< of the store worker
  std::map<core::JobId, std::unique_ptr<store::Source>> sources_;  ///< of the serve worker
  std::map<core::JobId, Run> runs_;                                ///< of the media worker
  std::mutex opening_mutex_;
  std::set<core::JobId> opening_;  ///< asked for, not begun, not closed again
  std::atomic<bool> consolidating_{false}, publishing_{false}, catching_up_{false}, settling_{false}, checking_room_{false},
      scrub_waits_{false}, beating_{false}, following_{false}, ruling_{false}, withdrawing_{false};
  std::chrono::steady_clock::time_point settled_at_;  ///< of the settle worker
  // Last: their threads use all of the above, and end first.
  Worker store_, serve_, media_, settle_, scrub_;
};

}  // namespace essaimage::shell
