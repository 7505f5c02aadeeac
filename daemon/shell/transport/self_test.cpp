#include "daemon/shell/transport/self_test.hpp"

#include <array>
#include <chrono>
#include <memory>

#include "daemon/shell/transport/sockets.hpp"

namespace essaimage::shell {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{3};
constexpr std::string_view knock = "essaimage self-test";

enum class Outcome { admitted, refused, silence };

/// A server, and whoever knocks at it.
class Bench {
 public:
  Bench(zmq::context_t& context, Zap& zap) : context_(context), zap_(zap), server_(make_server(context, server_key_)) {
    server_.bind("tcp://127.0.0.1:*");
    endpoint_ = server_.get(zmq::sockopt::last_endpoint);
  }

  const TransportKey& server_key() const { return server_key_.public_key(); }

  /// A client with this key, expecting that server key.
  Outcome knock_with(const store::TransportSecret& own, const TransportKey& expected) {
    return knock_by(make_client(context_, own, expected), own.public_key());
  }

  Outcome knock_without_curve() {
    zmq::socket_t plain(context_, zmq::socket_type::dealer);
    plain.set(zmq::sockopt::linger, 0);
    plain.set(zmq::sockopt::reconnect_ivl, -1);
    return knock_by(std::move(plain), {});
  }

 private:
  Outcome knock_by(zmq::socket_t client, const TransportKey& key) {
    Monitor monitor(context_, client);
    client.connect(endpoint_);
    client.send(zmq::buffer(knock), zmq::send_flags::dontwait);
    const auto deadline = Clock::now() + patience;
    while (Clock::now() < deadline) {
      std::array<zmq_pollitem_t, 3> items = {
          {{zap_.handle(), 0, ZMQ_POLLIN, 0}, {server_.handle(), 0, ZMQ_POLLIN, 0}, {monitor.handle(), 0, ZMQ_POLLIN, 0}}};
      (void)zmq_poll(items.data(), static_cast<int>(items.size()), 50);
      zap_.serve();
      if (const auto who = knocked()) return *who == key && !key.is_zero() ? Outcome::admitted : Outcome::silence;
      while (const auto event = monitor.next()) {
        if (event->kind != Monitor::Kind::succeeded) return Outcome::refused;
      }
    }
    return Outcome::silence;
  }

  /// The key of whoever's message came through; zero for a message without one.
  std::optional<TransportKey> knocked() {
    zmq::message_t routing_id, frame;
    if (!server_.recv(routing_id, zmq::recv_flags::dontwait)) return std::nullopt;
    if (!server_.recv(frame, zmq::recv_flags::dontwait) || frame.to_string_view() != knock) return TransportKey{};
    return key_of(frame).value_or(TransportKey{});
  }

  zmq::context_t& context_;
  Zap& zap_;
  const store::TransportSecret server_key_ = store::TransportSecret::generate();
  zmq::socket_t server_;
  std::string endpoint_;
};

tl::unexpected<Error> wrong(const char* what) { return fail(Errc::transport_self_test, what); }

}  // namespace

Status test_curve(zmq::context_t& context, Zap& zap) {
  if (zmq_has("curve") != 1) return wrong("libzmq was built without CURVE");
  const auto friendly = store::TransportSecret::generate(), unwanted = store::TransportSecret::generate();
  zap.judge_by([&](const TransportKey& key) { return key == friendly.public_key(); });
  try {
    Bench bench(context, zap);
    if (bench.knock_with(friendly, bench.server_key()) != Outcome::admitted)
      return wrong("a right key was not admitted under its own name");
    if (bench.knock_with(unwanted, bench.server_key()) != Outcome::refused) return wrong("a key was admitted without asking");
    if (bench.knock_with(friendly, unwanted.public_key()) != Outcome::refused) return wrong("a client accepted a server with another key");
    if (bench.knock_without_curve() != Outcome::refused) return wrong("a client without encryption was admitted");
  } catch (const zmq::error_t& error) {
    return wrong(error.what());
  }
  zap.judge_by([](const TransportKey&) { return true; });
  return {};
}

}  // namespace essaimage::shell
