#include "daemon/shell/transport/send_queue.hpp"

#include <memory>

namespace essaimage::shell {
namespace {

/// What a small message costs beyond its bytes.
constexpr std::size_t overhead_bytes = 128;

}  // namespace

void SendQueue::push(Bytes bytes) {
  const std::size_t size = bytes.size() + overhead_bytes;
  auto owned = std::make_unique<Bytes>(std::move(bytes));
  // ZeroMQ frees it, on its own thread, once it is sent: no copy.
  messages_.emplace_back(
      owned->data(), owned->size(), [](void*, void* hint) { delete static_cast<Bytes*>(hint); }, owned.get());
  owned.release();
  sizes_.push_back(size);
  bytes_ += size;
}

SendQueue::Room SendQueue::room() const {
  if (bytes_ > bytes_max_) return Room::overflow;
  return bytes_ > bytes_max_ / 2 ? Room::full : Room::plenty;
}

void SendQueue::pop() {
  bytes_ -= sizes_.front();
  messages_.pop_front();
  sizes_.pop_front();
}

}  // namespace essaimage::shell
