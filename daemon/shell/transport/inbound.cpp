#include "daemon/shell/transport/inbound.hpp"

#include <charconv>

#include "daemon/shell/transport/lan.hpp"
#include "daemon/shell/transport/tcp.hpp"
#include "daemon/shell/transport/zap.hpp"
#include "proto/codec.hpp"

namespace essaimage::shell {
namespace {

constexpr int messages_in_per_turn = 256;
constexpr std::size_t early_messages_max = 16;
constexpr Duration retry_every{5};
constexpr Duration look_in_every{1'000};
constexpr Duration last_words{10};
constexpr Duration farewell{300};  ///< for the last messages of a link that is closed
/// More than the queue of one connection can hold (64 messages).
constexpr std::uint64_t undelivered_bytes_max = 16 * limits::MiB;

std::size_t index_of(Channel channel) { return static_cast<std::size_t>(channel); }

/// The descriptor of the connection that a message came from.
int fd_of(zmq::message_t& message) {
  const char* text = zmq_msg_gets(message.handle(), "__fd");
  int fd = -1;
  if (text != nullptr) std::from_chars(text, text + std::char_traits<char>::length(text), fd);
  return fd;
}

}  // namespace

Inbound::Inbound(zmq::context_t& context, const store::TransportSecret& own, const TransportOptions& options, core::LinkId& next_link)
    : options_(options), next_link_(next_link), socket_(make_server(context, own)), monitor_(context, socket_) {}

Status Inbound::bind(const std::string& listen) {
  try {
    allow_family_of(socket_, listen);
    socket_.bind(listen);
    endpoint_ = socket_.get(zmq::sockopt::last_endpoint);
  } catch (const zmq::error_t& error) {
    return fail(Errc::transport_bind, listen + ": " + error.what());
  }
  const auto colon = endpoint_.rfind(':');
  std::from_chars(endpoint_.data() + colon + 1, endpoint_.data() + endpoint_.size(), port_);
  return {};
}

bool Inbound::has_room_for(const TransportKey& key) const {
  const auto found = per_key_.find(key);
  return found == per_key_.end() || found->second < options_.connections_per_peer;
}

void Inbound::add_poll_items(std::vector<zmq_pollitem_t>& items) {
  items.push_back({socket_.handle(), 0, ZMQ_POLLIN, 0});
  items.push_back({monitor_.handle(), 0, ZMQ_POLLIN, 0});
}

Duration Inbound::patience() const {
  if (!backlog_.empty()) return retry_every;
  if (!gone_.empty()) return last_words;
  if (leaving_ > 0) return farewell;
  return connections_.empty() ? Duration::max() : look_in_every;
}

void Inbound::collect(Instant now, std::vector<core::Input>& inputs) {
  now_ = now;
  drain_monitor();
  for (int i = 0; i < messages_in_per_turn; ++i) {
    zmq::message_t routing_id;
    if (!socket_.recv(routing_id, zmq::recv_flags::dontwait)) break;
    take(routing_id, inputs);
  }
  forget_the_gone();
  for (const auto link : std::exchange(ended_, {})) end_link(link, "the connection ended", inputs);
  pump_backlog(inputs);
  if (now - looked_ < (leaving_ > 0 ? farewell : look_in_every)) return;
  looked_ = now;
  for (auto& [fd, connection] : connections_) look_after(fd, connection);
}

void Inbound::drain_monitor() {
  while (const auto event = monitor_.next()) {
    if (event->kind == Monitor::Kind::accepted) {
      forget(event->fd);
      connections_[event->fd].since = now_;
      if (connections_.size() > options_.connections) cut(least_deserving(event->fd));
    } else if (event->kind == Monitor::Kind::disconnected && connections_.contains(event->fd)) {
      // What came before the end may reach us a moment after the news of the end.
      gone_.emplace(event->fd, now_ + last_words);
    }
  }
}

/// Which connection makes room for one more: the oldest of those that have not said anything yet. Whoever keeps places by
/// silence then keeps nobody out, who needs no longer for a handshake than it takes to fill all places anew. Else the new one.
int Inbound::least_deserving(int newest) const {
  int found = newest;
  for (const auto& [fd, connection] : connections_) {
    if (fd == newest || !connection.routing_id.empty() || connection.doomed || gone_.contains(fd)) continue;
    if (found == newest || connection.since < connections_.at(found).since) found = fd;
  }
  return found;
}

/// The connection is over.
void Inbound::forget(int fd) {
  const auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  const Connection& connection = found->second;
  if (connection.link != 0) ended_.push_back(connection.link);
  if (connection.ends_at) --leaving_;
  if (!connection.routing_id.empty()) {
    by_routing_id_.erase(connection.routing_id);
    if (const auto count = per_key_.find(connection.key); count != per_key_.end() && --count->second == 0) per_key_.erase(count);
  }
  if (connection.token && connection.link == 0) {
    const auto half = halves_.find({connection.key, *connection.token});
    if (half != halves_.end() && half->second == fd) halves_.erase(half);
  }
  connections_.erase(found);
  gone_.erase(fd);
}

void Inbound::forget_the_gone() {
  std::vector<int> over;
  for (const auto& [fd, until] : gone_) {
    if (now_ >= until) over.push_back(fd);
  }
  for (const int fd : over) forget(fd);
}

void Inbound::cut(int fd) {
  const auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  found->second.doomed = true;
  found->second.early.clear();
  shut_down(fd, port_);
}

/// Ends a connection after what ZeroMQ still has to send.
void Inbound::dismiss(int fd) {
  Connection& connection = connections_.at(fd);
  if (connection.doomed) return;
  connection.doomed = true;
  connection.ends_at = now_ + farewell;
  ++leaving_;
}

/// The connection of a message, known or new; nothing if it proved no key.
Inbound::Connection* Inbound::connection_of(const std::string& routing_id, zmq::message_t& frame) {
  const auto key = key_of(frame);
  if (const auto known = by_routing_id_.find(routing_id); known != by_routing_id_.end()) {
    Connection& connection = connections_.at(known->second);
    return key == connection.key ? &connection : nullptr;
  }
  // What the monitor tells of this connection, and of the one before on the same descriptor, was told before its first
  // message could come.
  drain_monitor();
  const int fd = fd_of(frame);
  const auto found = connections_.find(fd);
  if (!key || found == connections_.end() || !found->second.routing_id.empty()) return nullptr;
  Connection& connection = found->second;
  connection.routing_id = routing_id;
  connection.key = *key;
  by_routing_id_[routing_id] = fd;
  if (++per_key_[*key] > options_.connections_per_peer) cut(fd);
  return &connection;
}

void Inbound::take(zmq::message_t& routing_id, std::vector<core::Input>& inputs) {
  zmq::message_t frame, rest;
  if (!routing_id.more() || !socket_.recv(frame, zmq::recv_flags::dontwait)) return;
  bool multipart = false;
  for (bool more = frame.more(); more; more = rest.more()) {
    multipart = true;
    if (!socket_.recv(rest, zmq::recv_flags::dontwait)) break;
  }
  const auto name = routing_id.to_string();
  Connection* connection = connection_of(name, frame);
  if (connection == nullptr || connection->doomed) return;
  connection->delivered = true;
  auto message = multipart ? Result<Message>(fail(Errc::malformed, "multipart"))
                           : decode({static_cast<const std::uint8_t*>(frame.data()), frame.size()});
  take_frame(by_routing_id_.at(name), *connection, std::move(message), inputs);
}

void Inbound::take_frame(int fd, Connection& connection, Result<Message> message, std::vector<core::Input>& inputs) {
  const auto* opening = message ? std::get_if<message::Open>(&*message) : nullptr;
  const bool right = message && !opening && connection.token && channel_of(*message) == connection.channel;
  if (connection.link != 0) {
    if (right) inputs.push_back(core::input::Received{connection.link, std::move(*message)});
    else inputs.push_back(core::input::Garbage{connection.link});
  } else if (opening != nullptr && !connection.token) {
    open(fd, connection, *opening, inputs);
  } else if (right && connection.early.size() < early_messages_max) {
    connection.early.push_back(std::move(*message));
  } else {
    cut(fd);
  }
}

void Inbound::open(int fd, Connection& connection, const message::Open& open, std::vector<core::Input>& inputs) {
  const Pair pair{connection.key, open.token};
  connection.channel = open.channel;
  const auto half = halves_.find(pair);
  if (tokens_.contains(pair) || (half != halves_.end() && connections_.at(half->second).channel == open.channel)) {
    cut(fd);
    return;
  }
  connection.token = open.token;
  if (half == halves_.end()) {
    halves_[pair] = fd;
    return;
  }
  const int other = half->second;
  halves_.erase(half);
  pair_up(fd, other, inputs);
}

void Inbound::pair_up(int first_fd, int second_fd, std::vector<core::Input>& inputs) {
  const core::LinkId id = next_link_++;
  const auto bytes = options_.send_queue_bytes;
  Link link{{}, {}, {-1, -1}, {SendQueue(bytes), SendQueue(bytes)}};
  for (const int fd : {first_fd, second_fd}) {
    Connection& connection = connections_.at(fd);
    connection.link = id;
    link.key = connection.key;
    link.token = *connection.token;
    link.fds[index_of(connection.channel)] = fd;
  }
  inputs.push_back(core::input::LinkUp{id, link.key, false, "", options_.lan_exempt && is_lan_peer(first_fd)});
  for (const int fd : link.fds) {
    for (auto& message : std::exchange(connections_.at(fd).early, {})) inputs.push_back(core::input::Received{id, std::move(message)});
  }
  tokens_.insert({link.key, link.token});
  links_.emplace(id, std::move(link));
}

void Inbound::end_link(core::LinkId id, const std::string& reason, std::vector<core::Input>& inputs) {
  if (!has(id)) return;
  close(id);
  inputs.push_back(core::input::LinkDown{id, reason});
}

void Inbound::close(core::LinkId id) {
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  for (const int fd : found->second.fds) {
    const auto connection = connections_.find(fd);
    if (connection == connections_.end() || connection->second.link != id) continue;
    connection->second.link = 0;
    dismiss(fd);
  }
  tokens_.erase({found->second.key, found->second.token});
  backlog_.erase(id);
  links_.erase(found);
}

void Inbound::send(core::LinkId id, Channel channel, Bytes bytes, std::vector<core::Input>& inputs) {
  Link& link = links_.at(id);
  SendQueue& queue = link.queues[index_of(channel)];
  queue.push(std::move(bytes));
  if (!pump(id, link, channel, inputs)) return end_link(id, "the connection ended", inputs);
  if (queue.room() == SendQueue::Room::overflow) return end_link(id, "too much waits to be sent", inputs);
  if (!queue.empty()) backlog_.insert(id);
  if (queue.room() == SendQueue::Room::full && !queue.told_full) {
    queue.told_full = true;
    inputs.push_back(core::input::Writable{id, channel, false});
  }
}

Inbound::Sent Inbound::try_send(const Connection& connection, zmq::message_t& message) {
  try {
    zmq::message_t routing_id(connection.routing_id.data(), connection.routing_id.size());
    if (!socket_.send(routing_id, zmq::send_flags::sndmore | zmq::send_flags::dontwait)) return Sent::later;
    return socket_.send(message, zmq::send_flags::dontwait) ? Sent::yes : Sent::gone;
  } catch (const zmq::error_t&) {
    return Sent::gone;  // EHOSTUNREACH
  }
}

/// Sends what can be sent of one queue; false if the connection is gone.
bool Inbound::pump(core::LinkId id, Link& link, Channel channel, std::vector<core::Input>& inputs) {
  SendQueue& queue = link.queues[index_of(channel)];
  const auto connection = connections_.find(link.fds[index_of(channel)]);
  if (connection == connections_.end() || connection->second.link != id) return false;
  while (!queue.empty()) {
    const auto sent = try_send(connection->second, queue.front());
    if (sent == Sent::gone) return false;
    if (sent == Sent::later) return true;
    queue.pop();
    if (queue.told_full && queue.room() == SendQueue::Room::plenty) {
      queue.told_full = false;
      inputs.push_back(core::input::Writable{id, channel, true});
    }
  }
  return true;
}

void Inbound::pump_backlog(std::vector<core::Input>& inputs) {
  const std::vector<core::LinkId> waiting(backlog_.begin(), backlog_.end());
  for (const auto id : waiting) {
    const auto found = links_.find(id);
    if (found == links_.end()) continue;
    Link& link = found->second;
    if (!pump(id, link, Channel::control, inputs) || !pump(id, link, Channel::bulk, inputs)) end_link(id, "the connection ended", inputs);
    else if (link.queues[0].empty() && link.queues[1].empty()) backlog_.erase(id);
  }
}

/// Ends a connection that has not become a link in time, or that piles up memory in ZeroMQ: a message of many parts is
/// handed over only when its last part has come, and no option bounds their number. We read whatever comes, so bytes
/// that keep arriving without a message are parts of one.
void Inbound::look_after(int fd, Connection& connection) {
  if (connection.ends_at && now_ >= *connection.ends_at) {
    connection.ends_at.reset();
    --leaving_;
    cut(fd);
  }
  if (connection.doomed) return;
  const auto received = bytes_received(fd);
  if (connection.delivered) connection.received_before = received;
  connection.delivered = false;
  const bool late = connection.link == 0 && now_ - connection.since > options_.pairing_at_most;
  if (late || received > connection.received_before + undelivered_bytes_max) cut(fd);
}

}  // namespace essaimage::shell
