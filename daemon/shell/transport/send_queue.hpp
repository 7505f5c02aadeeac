#pragma once
// What waits to be sent on one channel of one link: in order, bounded in bytes. Belongs to the loop's thread.

#include <deque>
#include <zmq.hpp>

#include "proto/bytes.hpp"

namespace essaimage::shell {

class SendQueue {
 public:
  explicit SendQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  enum class Room {
    plenty,
    full,      ///< beyond half of the bound: who fills it shall wait (Writable)
    overflow,  ///< beyond the bound: who filled it did not wait
  };

  void push(Bytes bytes);
  Room room() const;
  bool empty() const { return messages_.empty(); }
  zmq::message_t& front() { return messages_.front(); }
  void pop();

  /// Whether the filler was told that the queue is full.
  bool told_full = false;

 private:
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::deque<zmq::message_t> messages_;
  std::deque<std::size_t> sizes_;  ///< a message that was sent has lost its size
};

}  // namespace essaimage::shell
