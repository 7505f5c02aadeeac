#pragma once
// ZeroMQ sockets as essaimage uses them: CURVE, bounded messages, no lingering, no reconnecting, and a monitor that
// tells what happens to the connections. Internal to daemon/shell/transport: all of it belongs to the loop's thread.
//
// Buffers: a small send buffer keeps what is on its way in the kernel under half a second of a 1 Mbit/s line, so that
// bulk never delays control; the high-water marks bound the memory of one connection, while credit decides the pace.
// Reconnecting is the core's decision (back-off, choice of peers), so a socket lives as long as its connection.

#include <chrono>
#include <optional>
#include <string>
#include <zmq.hpp>

#include "store/crypto/keys.hpp"

namespace essaimage::shell {

inline constexpr const char* zap_domain = "essaimage";
inline constexpr const char* zap_endpoint = "inproc://zeromq.zap.01";

/// A ROUTER as CURVE server, not bound yet. Throws zmq::error_t.
zmq::socket_t make_server(zmq::context_t& context, const store::TransportSecret& own);

/// A DEALER as CURVE client, not connected yet. Throws zmq::error_t.
zmq::socket_t make_client(zmq::context_t& context, const store::TransportSecret& own, const TransportKey& server);

/// For ZeroMQ, IPv6 must be switched on for a socket before it meets such an address.
void allow_family_of(zmq::socket_t& socket, const std::string& endpoint);

/// What happens to the connections of one socket. Destroy it before the socket.
class Monitor {
 public:
  enum class Kind { accepted, succeeded, failed, disconnected };
  struct Event {
    Kind kind{};
    int fd = -1;           ///< accepted, disconnected
    int detail = 0;        ///< failed: a status of ZAP, a protocol error of ZMTP, or errno
    bool refused = false;  ///< failed: by the other side's ZAP
  };

  /// Throws zmq::error_t.
  Monitor(zmq::context_t& context, zmq::socket_t& watched);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  /// Without waiting.
  std::optional<Event> next();
  void* handle() { return events_.handle(); }

 private:
  void* watched_;
  zmq::socket_t events_;
};

}  // namespace essaimage::shell
