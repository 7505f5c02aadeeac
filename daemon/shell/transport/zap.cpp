#include "daemon/shell/transport/zap.hpp"

#include <deque>

#include "daemon/shell/transport/sockets.hpp"

namespace essaimage::shell {
namespace {

ByteView view_of(const zmq::message_t& message) { return {static_cast<const std::uint8_t*>(message.data()), message.size()}; }

}  // namespace

Zap::Zap(zmq::context_t& context, Judge judge) : socket_(context, zmq::socket_type::rep), judge_(std::move(judge)) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.bind(zap_endpoint);
}

void Zap::serve() {
  constexpr int requests_per_turn = 64;
  for (int i = 0; i < requests_per_turn && serve_one(); ++i) {
  }
}

bool Zap::serve_one() {
  // version, request id, domain, address, routing id, mechanism, credentials
  std::deque<zmq::message_t> frames;
  do {
    if (!socket_.recv(frames.emplace_back(), zmq::recv_flags::dontwait)) return false;
  } while (frames.back().more());
  const bool curve = frames.size() == 7 && frames[0].to_string_view() == "1.0" && frames[2].to_string_view() == zap_domain &&
                     frames[5].to_string_view() == "CURVE";
  const auto key = curve ? TransportKey::from(view_of(frames[6])) : fail(Errc::malformed);
  const bool admitted = key && !key->is_zero() && judge_(*key);
  const std::string request = frames.size() > 1 ? frames[1].to_string() : "";
  const std::string reply[] = {"1.0", request, admitted ? "200" : "400", admitted ? "OK" : "refused", admitted ? key->hex() : "", ""};
  for (std::size_t i = 0; i < std::size(reply); ++i) {
    const auto flags = i + 1 < std::size(reply) ? zmq::send_flags::sndmore : zmq::send_flags::none;
    socket_.send(zmq::buffer(reply[i]), flags | zmq::send_flags::dontwait);
  }
  return true;
}

std::optional<TransportKey> key_of(zmq::message_t& message) {
  const char* user = zmq_msg_gets(message.handle(), "User-Id");
  if (user == nullptr) return std::nullopt;
  const auto key = TransportKey::parse(user);
  return key ? std::optional(*key) : std::nullopt;
}

}  // namespace essaimage::shell
