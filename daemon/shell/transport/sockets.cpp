#include "daemon/shell/transport/sockets.hpp"

#include <atomic>
#include <cstring>

#include "proto/limits.hpp"

namespace essaimage::shell {
namespace {

/// Messages of one connection in ZeroMQ's queue: 4 MiB of the largest slices, each way.
constexpr int queue_messages_max = 64;
/// The kernel doubles it for its own needs; about this much is on its way.
constexpr int send_buffer_bytes = 48 * 1024;
constexpr int handshake_ms = 5'000;
/// The core notices a dead link by its own pings, rarely sent; ZMTP's heartbeats would cost a silent node thirty times as much, on
/// both connections of each link. The kernel's keepalive is left for the bulk connection, which may be silent for days behind a box.
constexpr int keepalive_after_s = 900, keepalive_every_s = 30, keepalive_count = 4;
/// ZMQ_ZAP_ENFORCE_DOMAIN: in libzmq 4.3.4, but its name is in no stable header. With it, no handler means no entry.
constexpr int option_zap_enforce_domain = 93;

void set_common(zmq::socket_t& socket) {
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(limits::message_bytes_max));
  socket.set(zmq::sockopt::sndhwm, queue_messages_max);
  socket.set(zmq::sockopt::rcvhwm, queue_messages_max);
  socket.set(zmq::sockopt::sndbuf, send_buffer_bytes);
  socket.set(zmq::sockopt::handshake_ivl, handshake_ms);
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::tcp_keepalive_idle, keepalive_after_s);
  socket.set(zmq::sockopt::tcp_keepalive_intvl, keepalive_every_s);
  socket.set(zmq::sockopt::tcp_keepalive_cnt, keepalive_count);
}

void set_key(zmq::socket_t& socket, int option, const void* key) {
  if (zmq_setsockopt(socket.handle(), option, key, TransportKey::size) != 0) throw zmq::error_t();
}

}  // namespace

zmq::socket_t make_server(zmq::context_t& context, const store::TransportSecret& own) {
  zmq::socket_t socket(context, zmq::socket_type::router);
  set_common(socket);
  socket.set(zmq::sockopt::router_mandatory, true);
  socket.set(zmq::sockopt::curve_server, true);
  set_key(socket, ZMQ_CURVE_SECRETKEY, own.secret32());
  socket.set(zmq::sockopt::zap_domain, zap_domain);
  const int enforce = 1;
  if (zmq_setsockopt(socket.handle(), option_zap_enforce_domain, &enforce, sizeof enforce) != 0) throw zmq::error_t();
  return socket;
}

zmq::socket_t make_client(zmq::context_t& context, const store::TransportSecret& own, const TransportKey& server) {
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  set_common(socket);
  socket.set(zmq::sockopt::reconnect_ivl, -1);
  set_key(socket, ZMQ_CURVE_PUBLICKEY, own.public_key().bytes.data());
  set_key(socket, ZMQ_CURVE_SECRETKEY, own.secret32());
  set_key(socket, ZMQ_CURVE_SERVERKEY, server.bytes.data());
  return socket;
}

void allow_family_of(zmq::socket_t& socket, const std::string& endpoint) {
  if (endpoint.find('[') != std::string::npos) socket.set(zmq::sockopt::ipv6, true);
}

Monitor::Monitor(zmq::context_t& context, zmq::socket_t& watched) : watched_(watched.handle()), events_(context, zmq::socket_type::pair) {
  static std::atomic<std::uint64_t> counter{0};
  const auto address = "inproc://essaimage.monitor." + std::to_string(++counter);
  constexpr int events = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                         ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                         ZMQ_EVENT_CLOSED | ZMQ_EVENT_CONNECT_RETRIED;
  if (zmq_socket_monitor(watched_, address.c_str(), events) != 0) throw zmq::error_t();
  events_.set(zmq::sockopt::linger, 0);
  events_.set(zmq::sockopt::rcvhwm, 0);  // else ZeroMQ's own thread would wait for us
  try {
    events_.connect(address);
  } catch (const zmq::error_t&) {
    zmq_socket_monitor(watched_, nullptr, 0);
    throw;
  }
}

Monitor::~Monitor() { zmq_socket_monitor(watched_, nullptr, 0); }

std::optional<Monitor::Event> Monitor::next() {
  zmq::message_t what, where;
  if (!events_.recv(what, zmq::recv_flags::dontwait)) return std::nullopt;
  if (what.more()) (void)events_.recv(where, zmq::recv_flags::dontwait);
  // 16 bits of event, 32 bits of value, in the machine's order (zmq_socket_monitor(3)).
  std::uint16_t event = 0;
  std::int32_t value = 0;
  ESSAIMAGE_ASSERT(what.size() == sizeof event + sizeof value);
  std::memcpy(&event, what.data(), sizeof event);
  std::memcpy(&value, static_cast<const char*>(what.data()) + sizeof event, sizeof value);
  switch (event) {
    case ZMQ_EVENT_ACCEPTED: return Event{Kind::accepted, value, 0, false};
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: return Event{Kind::succeeded, -1, 0, false};
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: return Event{Kind::failed, -1, value, true};
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: return Event{Kind::failed, -1, value, false};
    default: return Event{Kind::disconnected, value, 0, false};
  }
}

}  // namespace essaimage::shell
