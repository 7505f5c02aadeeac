#include "store/media/media_line.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <variant>

#include "proto/limits.hpp"

namespace essaimage::store {
namespace {

/// So much waits at most: enough for the thread to have work while the next pieces come over the control socket.
constexpr std::size_t waiting_bytes_max = 4 * limits::MiB;

struct Begin {
  std::uint64_t bytes_hint;
  std::string path;
};
struct Abort {};
struct End {};
struct Keep {
  Sha256 media;
  std::uint64_t bytes;
};
using Step = std::variant<Begin, Bytes, Abort, End, Keep>;

/// What it takes of memory, about.
std::size_t bytes_of_step(const Step& step) {
  constexpr std::size_t overhead = 128;
  const auto* bytes = std::get_if<Bytes>(&step);
  return overhead + (bytes != nullptr ? bytes->size() : 0);
}

}  // namespace

struct MediaLine::Impl {
  explicit Impl(MediaBatch& its_batch) : batch(its_batch) {}

  MediaBatch& batch;
  std::unique_ptr<MediaWriter> writer;  ///< of the thread
  std::string path;                     ///< of the file that began last; likewise

  std::mutex mutex;
  std::condition_variable handed_over, done;
  std::deque<Step> steps;  ///< the first one is under way
  std::size_t waiting_bytes = 0;
  bool ending = false;
  Status status;  ///< the first error
  std::vector<MediaWriter::Done> files;
  std::thread thread;

  void hand_over(Step step) {
    const std::size_t bytes = bytes_of_step(step);
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return waiting_bytes <= waiting_bytes_max; });
    if (!status) return;
    if (!thread.joinable() && !start()) return;
    waiting_bytes += bytes;
    steps.push_back(std::move(step));
    handed_over.notify_one();
  }

  bool start() {
    try {
      thread = std::thread([this] { work(); });
    } catch (const std::system_error& error) {  // a limit on threads: this publication fails, and nothing else
      status = fail(Errc::io, std::string("a thread for media: ") + error.what());
    }
    return status.has_value();
  }

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      handed_over.wait(lock, [&] { return ending || !steps.empty(); });
      if (ending) return;
      Step& step = steps.front();  // stays where it is while others are put behind it
      lock.unlock();
      auto status_now = std::visit(*this, step);
      lock.lock();
      if (status && !status_now) status = named(std::move(status_now));
      waiting_bytes -= bytes_of_step(step);
      steps.pop_front();
      if (!status) drop_all();
      done.notify_one();
    }
  }

  /// Says which file an error is about: whoever hears of it may be at another one by then.
  Status named(Status failed) const {
    auto error = std::move(failed).error();
    error.detail = path + ": " + error.detail;
    return tl::unexpected(std::move(error));
  }

  /// Nothing comes of what waits any more.
  void drop_all() {
    steps.clear();
    waiting_bytes = 0;
  }

  // --- the steps, on the thread -----------------------------------------------------------------------------------------------

  Status operator()(const Begin& begin) {
    path = begin.path;
    TRY(writer, batch.create(begin.bytes_hint));
    return {};
  }
  Status operator()(const Bytes& bytes) { return writer->write(bytes); }
  Status operator()(Abort) {
    writer.reset();
    return {};
  }
  Status operator()(End) {
    TRY(auto file, writer->finish());
    writer.reset();
    const std::lock_guard lock(mutex);
    files.push_back(std::move(file));
    return {};
  }
  Status operator()(const Keep& kept) {
    batch.keep(kept.media, kept.bytes);
    return {};
  }
};

MediaLine::MediaLine(MediaBatch& batch) : impl_(std::make_unique<Impl>(batch)) {}

MediaLine::~MediaLine() {
  if (!impl_->thread.joinable()) return;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->ending = true;
    impl_->handed_over.notify_one();
  }
  impl_->thread.join();
}

void MediaLine::begin(std::uint64_t bytes_hint, std::string path) { impl_->hand_over(Begin{bytes_hint, std::move(path)}); }
void MediaLine::abort() { impl_->hand_over(Abort{}); }
void MediaLine::end() { impl_->hand_over(End{}); }
void MediaLine::keep(const Sha256& media, std::uint64_t bytes) { impl_->hand_over(Keep{media, bytes}); }

Status MediaLine::write(Bytes bytes) {
  impl_->hand_over(std::move(bytes));
  const std::lock_guard lock(impl_->mutex);
  return impl_->status;
}

Result<std::vector<MediaWriter::Done>> MediaLine::take(bool all) {
  std::unique_lock lock(impl_->mutex);
  impl_->done.wait(lock, [&] { return !all || impl_->steps.empty(); });
  CHECK_OK(impl_->status);
  return std::exchange(impl_->files, {});
}

}  // namespace essaimage::store
