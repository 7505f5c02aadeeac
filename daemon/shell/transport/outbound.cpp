#include "daemon/shell/transport/outbound.hpp"

#include "daemon/shell/transport/lan.hpp"
#include "proto/codec.hpp"

namespace essaimage::shell {
namespace {

constexpr int messages_out_per_turn = 64;  ///< of one channel
constexpr Duration look_out_every{1'000};
constexpr int farewell_ms = 300;  ///< for the last messages of a link that is closed

std::string reason_of(const Monitor::Event& event) {
  if (event.kind != Monitor::Kind::failed) return "no connection";
  if (event.refused) return "the other side refused the connection (" + std::to_string(event.detail) + ")";
  return "the other side has another key, or is no essaimage (" + std::to_string(event.detail) + ")";
}

}  // namespace

void Outbound::dial(const TransportKey& peer, const std::string& endpoint, Instant now, std::vector<core::Input>& inputs) {
  try {
    Link link;
    link.peer = peer;
    link.endpoint = endpoint;
    link.dialled = now;
    store::random_bytes(link.token.bytes);
    for (auto& half : link.halves) {
      half = std::make_unique<Half>(context_, own_, peer, options_.send_queue_bytes);
      allow_family_of(half->socket, endpoint);
      half->socket.connect(endpoint);
    }
    links_.emplace(next_link_++, std::move(link));
  } catch (const zmq::error_t& error) {
    inputs.push_back(core::input::DialFailed{peer, endpoint, error.what()});
  }
}

void Outbound::add_poll_items(std::vector<zmq_pollitem_t>& items) {
  for (auto& [id, link] : links_) {
    for (auto& half : link.halves) {
      const int events = half->up && !half->queue.empty() ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN;
      items.push_back({half->socket.handle(), 0, static_cast<short>(events), 0});
      items.push_back({half->monitor.handle(), 0, ZMQ_POLLIN, 0});
    }
  }
}

Duration Outbound::patience() const {
  for (const auto& [id, link] : links_) {
    if (!link.up) return look_out_every;
  }
  return Duration::max();
}

void Outbound::collect(Instant now, std::vector<core::Input>& inputs) {
  std::vector<core::LinkId> ids;
  for (const auto& [id, link] : links_) ids.push_back(id);
  for (const auto id : ids) watch(id, links_.at(id), now, inputs);
}

void Outbound::watch(core::LinkId id, Link& link, Instant now, std::vector<core::Input>& inputs) {
  // What came before the end is still delivered.
  std::optional<std::string> over;
  for (const auto channel : {Channel::control, Channel::bulk}) {
    if (auto reason = watch_half(link, channel); reason && !over) over = std::move(reason);
  }
  if (!link.up && !over && link.halves[0]->up && link.halves[1]->up) {
    link.up = true;
    inputs.push_back(core::input::LinkUp{id, link.peer, true, link.endpoint, options_.lan_exempt && is_lan_endpoint(link.endpoint)});
  }
  if (!link.up && !over && now - link.dialled > options_.dial_at_most) over = "no answer";
  for (const auto channel : {Channel::control, Channel::bulk}) {
    if (!link.up) break;
    Half& half = *link.halves[static_cast<std::size_t>(channel)];
    receive(id, half, channel, inputs);
    if (!over && !pump(id, half, channel, inputs)) over = "the connection ended";
  }
  if (over) end(id, *over, inputs);
}

/// The reason if this half is over.
std::optional<std::string> Outbound::watch_half(Link& link, Channel channel) {
  Half& half = *link.halves[static_cast<std::size_t>(channel)];
  while (const auto event = half.monitor.next()) {
    if (event->kind == Monitor::Kind::succeeded) {
      half.up = true;
      Bytes open = encode(message::Open{channel, link.token});
      if (!half.socket.send(zmq::buffer(open), zmq::send_flags::dontwait)) return "the connection ended";
    } else if (event->kind != Monitor::Kind::accepted) {
      return link.up ? "the connection ended" : reason_of(*event);
    }
  }
  return std::nullopt;
}

void Outbound::receive(core::LinkId id, Half& half, Channel channel, std::vector<core::Input>& inputs) {
  for (int i = 0; i < messages_out_per_turn; ++i) {
    zmq::message_t frame, rest;
    if (!half.socket.recv(frame, zmq::recv_flags::dontwait)) return;
    bool multipart = false;
    for (bool more = frame.more(); more; more = rest.more()) {
      multipart = true;
      if (!half.socket.recv(rest, zmq::recv_flags::dontwait)) break;
    }
    auto message = decode({static_cast<const std::uint8_t*>(frame.data()), frame.size()});
    const bool right = message && !multipart && !std::holds_alternative<message::Open>(*message) && channel_of(*message) == channel;
    if (right) inputs.push_back(core::input::Received{id, std::move(*message)});
    else inputs.push_back(core::input::Garbage{id});
  }
}

void Outbound::send(core::LinkId id, Channel channel, Bytes bytes, std::vector<core::Input>& inputs) {
  Half& half = *links_.at(id).halves[static_cast<std::size_t>(channel)];
  half.queue.push(std::move(bytes));
  if (!pump(id, half, channel, inputs)) return end(id, "the connection ended", inputs);
  if (half.queue.room() == SendQueue::Room::overflow) return end(id, "too much waits to be sent", inputs);
  if (half.queue.room() == SendQueue::Room::full && !half.queue.told_full) {
    half.queue.told_full = true;
    inputs.push_back(core::input::Writable{id, channel, false});
  }
}

/// Sends what can be sent; false if the socket cannot send at all any more.
bool Outbound::pump(core::LinkId id, Half& half, Channel channel, std::vector<core::Input>& inputs) {
  while (!half.queue.empty()) {
    try {
      if (!half.socket.send(half.queue.front(), zmq::send_flags::dontwait)) return true;
    } catch (const zmq::error_t&) {
      return false;
    }
    half.queue.pop();
    if (half.queue.told_full && half.queue.room() == SendQueue::Room::plenty) {
      half.queue.told_full = false;
      inputs.push_back(core::input::Writable{id, channel, true});
    }
  }
  return true;
}

void Outbound::close(core::LinkId id) {
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  for (auto& half : found->second.halves) {
    if (half->up) half->socket.set(zmq::sockopt::linger, farewell_ms);
  }
  links_.erase(found);
}

void Outbound::end(core::LinkId id, const std::string& reason, std::vector<core::Input>& inputs) {
  const auto found = links_.find(id);
  if (found->second.up) inputs.push_back(core::input::LinkDown{id, reason});
  else inputs.push_back(core::input::DialFailed{found->second.peer, found->second.endpoint, reason});
  links_.erase(found);
}

}  // namespace essaimage::shell
