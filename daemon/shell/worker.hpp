#pragma once
// A thread with a queue of jobs, in order. The loop hands disk work to workers and goes on.
//
// Bounded: the queue holds at most `jobs_max` jobs. The loop asks `full()` before it takes in more that would become
// jobs; what is posted beyond the bound is still taken (losing a job would leave the core waiting for ever), so the
// producers' own windows (credit of the core, links that are not read) keep the overshoot small.
// Thread rule: post(), full() and stop() from any thread; jobs run on the worker's own.
// A worker without a thread runs each job within post(), for whoever needs the same jobs in a settled order (the simulator).
// Shutdown: stop() lets the running job end, drops the waiting ones, and wakes the thread; join() waits for it.
// Jobs ask stopping() between steps of long work.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "proto/time.hpp"

namespace essaimage::shell {

class Worker {
 public:
  using Job = std::function<void()>;

  enum class Runs : std::uint8_t { on_own_thread, within_post };

  /// `name` is the thread's, as in top(1): at most 15 bytes.
  Worker(std::string name, std::size_t jobs_max, Runs runs = Runs::on_own_thread);
  ~Worker();  ///< stop() and join()
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// False once stopping: the job is dropped.
  bool post(Job job);
  /// Of a running job: waits so long, less if the worker is to stop. A worker without a thread does not wait.
  void pause(Duration time);
  bool full() const;
  std::size_t waiting() const;

  void stop();
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }
  /// True if the thread has ended within that time.
  bool wait_end(Duration at_most);
  void join();

 private:
  void run();

  const std::string name_;
  const std::size_t jobs_max_;
  const Runs runs_;
  mutable std::mutex mutex_;
  std::condition_variable wake_, ended_signal_;
  std::deque<Job> jobs_;
  std::atomic<bool> stopping_{false};
  bool ended_ = false;
  std::thread thread_;  ///< last: it uses all the others
};

}  // namespace essaimage::shell
