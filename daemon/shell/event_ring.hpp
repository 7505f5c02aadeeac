#pragma once
// The newest events of the core, numbered, for whoever watches. Bounded. Safe from any thread.

#include <deque>
#include <mutex>
#include <vector>

#include "daemon/shell/node.hpp"

namespace essaimage::shell {

class EventRing {
 public:
  explicit EventRing(std::size_t events_max) : events_max_(events_max) {}

  void add(Timestamp time, core::Event event) {
    const std::lock_guard lock(mutex_);
    events_.push_back({++last_, time, std::move(event)});
    if (events_.size() > events_max_) events_.pop_front();
  }

  std::vector<Node::NumberedEvent> after(std::uint64_t number) const {
    const std::lock_guard lock(mutex_);
    std::vector<Node::NumberedEvent> found;
    for (const auto& event : events_) {
      if (event.number > number) found.push_back(event);
    }
    return found;
  }

 private:
  const std::size_t events_max_;
  mutable std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::deque<Node::NumberedEvent> events_;
};

}  // namespace essaimage::shell
