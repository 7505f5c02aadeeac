#include "daemon/shell/worker.hpp"

#include <pthread.h>

namespace essaimage::shell {

Worker::Worker(std::string name, std::size_t jobs_max, Runs runs)
    : name_(std::move(name)), jobs_max_(jobs_max), runs_(runs), ended_(runs == Runs::within_post) {
  if (runs_ == Runs::on_own_thread) thread_ = std::thread([this] { run(); });
}

Worker::~Worker() {
  stop();
  join();
}

bool Worker::post(Job job) {
  if (runs_ == Runs::within_post) {
    if (stopping()) return false;
    job();
    return true;
  }
  {
    const std::lock_guard lock(mutex_);
    if (stopping()) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void Worker::pause(Duration time) {
  if (runs_ == Runs::within_post) return;
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [this] { return stopping(); });
}

bool Worker::full() const { return waiting() >= jobs_max_; }

std::size_t Worker::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

void Worker::stop() {
  std::deque<Job> dropped;  // destroyed outside of the lock: a job may own much
  {
    const std::lock_guard lock(mutex_);
    stopping_.store(true, std::memory_order_relaxed);
    dropped.swap(jobs_);
  }
  wake_.notify_all();
}

bool Worker::wait_end(Duration at_most) {
  std::unique_lock lock(mutex_);
  return ended_signal_.wait_for(lock, at_most, [this] { return ended_; });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::run() {
  ::pthread_setname_np(::pthread_self(), name_.substr(0, 15).c_str());
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping() || !jobs_.empty(); });
    if (stopping()) break;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it owns goes before the lock is taken again
    lock.lock();
  }
  ended_ = true;
  ended_signal_.notify_all();
}

}  // namespace essaimage::shell
