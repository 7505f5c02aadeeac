#pragma once
// The network of one node: links to other nodes over ZeroMQ with CURVE, as WIRE.md section 1 specifies. It knows nothing
// of members; it says which key is at the other end and carries messages.
//
// Use, all on the loop's thread: wait(), then collect() the inputs, then perform effects by dial(), send(), close().
// Nothing blocks but wait(). A link that ends by itself gives LinkDown; close() gives nothing.
// Bounded: connections, message sizes, queues (Writable tells when the core shall wait; beyond the bound a link ends).
// Errors: open() gives Errc::transport_self_test when CURVE does not protect as it must, Errc::transport_bind when the
// address cannot be listened on.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "daemon/core/input.hpp"
#include "daemon/shell/transport/options.hpp"
#include "store/crypto/keys.hpp"

namespace essaimage::shell {

class Transport {
 public:
  static Result<std::unique_ptr<Transport>> open(const TransportOptions& options, const store::TransportSecret& own);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// Where it listens, with the real port; empty if nowhere.
  const std::string& endpoint() const;

  /// Until something happened on a socket or one of these descriptors is readable, or the time has passed.
  void wait(std::span<const int> descriptors, Duration at_most);
  /// Everything that has happened. `now` is the loop's clock.
  void collect(Instant now, std::vector<core::Input>& inputs);

  void dial(const TransportKey& peer, const std::string& endpoint, Instant now);
  void send(core::LinkId link, const Message& message);
  void close(core::LinkId link);

 private:
  Transport();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace essaimage::shell
