#pragma once
// The ZAP handler (ZeroMQ RFC 27): who may finish a CURVE handshake with this node's server. Every well-formed key may,
// up to the caps: membership is the core's to judge, at every message. The User-Id of a connection becomes the key, in
// hexadecimal: ZeroMQ hands it out with every message, and a message without it came past this handler.
// Without a handler libzmq would admit any key silently; so it must exist before any server socket does, in the same
// context, and the self-test (self_test.hpp) proves that it is asked. Belongs to the loop's thread.

#include <functional>
#include <optional>
#include <zmq.hpp>

#include "proto/ids.hpp"

namespace essaimage::shell {

class Zap {
 public:
  /// True admits the key.
  using Judge = std::function<bool(const TransportKey&)>;

  /// Throws zmq::error_t (EADDRINUSE: the context has a handler already).
  Zap(zmq::context_t& context, Judge judge);

  /// Answers what waits.
  void serve();
  void* handle() { return socket_.handle(); }
  void judge_by(Judge judge) { judge_ = std::move(judge); }

 private:
  bool serve_one();

  zmq::socket_t socket_;
  Judge judge_;
};

/// The key that a connection proved, from the metadata of any of its messages; nothing if there is none.
std::optional<TransportKey> key_of(zmq::message_t& message);

}  // namespace essaimage::shell
