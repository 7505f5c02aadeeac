#include "tests/sim/network.hpp"

#include <algorithm>

#include "daemon/core/links.hpp"

namespace essaimage::sim {
namespace input = core::input;
using std::chrono::milliseconds;

std::int64_t Network::delay() {
  const auto spread = static_cast<std::uint64_t>(conditions.delay_ms_max - conditions.delay_ms_min + 1);
  return conditions.delay_ms_min + static_cast<std::int64_t>(random_.below(spread));
}

bool Network::strikes(unsigned per_10000, Fault fault) {
  if (per_10000 == 0 || random_.below(10'000) >= per_10000) return false;
  coverage.strike(fault);
  return true;
}

std::int64_t Network::leave(std::size_t from, const std::optional<Message>& message, Instant now) {
  const std::uint64_t bytes = message ? core::approximate_bytes(*message) : 100;
  Uplink& uplink = uplinks_[from];
  uplink.sent += bytes;
  if (upload.empty()) return 0;
  const auto rate = upload.find(from);
  if (rate == upload.end()) return 0;
  uplink.free_us = std::max(uplink.free_us, now.ms * 1000) + static_cast<std::int64_t>(bytes * 1'000'000 / rate->second);
  return uplink.free_us / 1000 - now.ms;
}

std::uint64_t Network::sent_bytes(std::size_t node) const { return node < uplinks_.size() ? uplinks_[node].sent : 0; }

bool Network::blocked(std::size_t from, std::size_t to) const {
  if (isolated.contains(from) || isolated.contains(to)) return true;
  return std::any_of(partitions_.begin(), partitions_.end(), [&](const Partition& partition) {
    return partition.side[from] != partition.side[to] && (!partition.one_way || !partition.side[from]);
  });
}

void Network::heal_some() {
  if (!partitions_.empty()) coverage.strike(Fault::healed_in_part);
  for (Partition& partition : partitions_) {
    for (std::size_t node = 0; node < partition.side.size(); ++node) {
      if (!partition.side[node] && random_.below(2) == 0) partition.side[node] = true;
    }
  }
}

void Network::node_up(std::size_t node, std::uint64_t incarnation) {
  if (up_.size() <= node) {
    up_.resize(node + 1);
    uplinks_.resize(node + 1);
  }
  up_[node] = incarnation;
}

void Network::dial(std::size_t from, std::uint64_t incarnation, const TransportKey& peer, std::size_t to, Instant now) {
  bool fails = blocked(from, to) || blocked(to, from) || !is_up(to);
  if (!fails && random_.below(100) < conditions.dial_fails_percent) {
    fails = true;
    coverage.strike(Fault::dial_failed);
  }
  const Instant at = now + milliseconds(2 * delay());
  const std::string endpoint = "sim://" + std::to_string(to);
  if (fails) {
    schedule_(at, [=, this] { feed_(from, incarnation, input::DialFailed{peer, endpoint, "unreachable"}); });
    return;
  }
  const std::uint64_t other = up_[to];
  schedule_(at, [=, this] {
    if (up_[from] != incarnation) return;
    if (up_[to] != other) {
      feed_(from, incarnation, input::DialFailed{peer, endpoint, "went down"});
      return;
    }
    const core::LinkId link = links_.add();
    Connection& connection = *links_.find(link);
    connection.ends[0] = {from, incarnation, true, {}, 0};
    connection.ends[1] = {to, other, true, {}, 0};
    connection.distance_ms = distance_ms_min;
    if (distance_ms_max > distance_ms_min) {
      coverage.strike(Fault::far_link);
      connection.distance_ms += static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(distance_ms_max - distance_ms_min + 1)));
    }
    feed_(to, other, input::LinkUp{link, keys[from], false, {}});
    feed_(from, incarnation, input::LinkUp{link, keys[to], true, endpoint});
  });
}

void Network::send(std::size_t from, core::LinkId link, Message message, Instant now) {
  const Connection* connection = links_.find(link);
  if (connection == nullptr || connection->broken) return;
  const std::size_t to = connection->ends[0].node == from ? 1 : 0;
  const auto channel = static_cast<std::size_t>(channel_of(message));
  const std::size_t receiver = connection->ends[to].node;
  if (on_sent) on_sent(from, receiver, message);
  std::optional<Message> sent = tamper ? tamper(from, std::move(message)) : std::optional<Message>(std::move(message));
  if (blocked(from, receiver)) return break_link(link, now, 20'000);
  if (strikes(conditions.cut_per_10000, Fault::cut_at_a_message)) return break_link(link, now, 0);
  if (strikes(conditions.loss_per_10000, Fault::message_lost)) return;
  if (sent && strikes(conditions.repeat_per_10000, Fault::message_repeated)) deliver(link, to, channel, sent, now, leave(from, sent, now));
  const std::int64_t left = leave(from, sent, now);
  deliver(link, to, channel, std::move(sent), now, left);
}

void Network::deliver(core::LinkId link, std::size_t to, std::size_t channel, std::optional<Message> message, Instant now,
                      std::int64_t extra_ms) {
  Connection& connection = *links_.find(link);
  End& end = connection.ends[to];
  std::int64_t at = std::max(now.ms + connection.distance_ms + delay() + extra_ms, end.next_ms[channel]);
  if (strikes(overtaken_per_10000, Fault::message_overtaken)) at += 1 + static_cast<std::int64_t>(random_.below(2'000));
  else end.next_ms[channel] = at;
  std::uint64_t bytes = 0;
  if (message) {
    if (const auto* slice = std::get_if<message::Slice>(&*message)) bytes = slice->bytes->size();
  }
  end.in_flight += bytes;
  most_in_flight_ = std::max(most_in_flight_, end.in_flight);
  schedule_(Instant{at}, [this, link, to, bytes, sent = std::move(message)]() mutable {
    Connection* carrier = links_.find(link);
    if (carrier == nullptr) return;
    carrier->ends[to].in_flight -= bytes;
    const End receiver = carrier->ends[to];
    if (carrier->broken || !receiver.up || !alive(receiver)) return;
    delivered_ += 1;
    if (!sent) return feed_(receiver.node, receiver.incarnation, input::Garbage{link});
    if (on_delivered) on_delivered(carrier->ends[1 - to].node, receiver.node, *sent);
    feed_(receiver.node, receiver.incarnation, input::Received{link, std::move(*sent)});
  });
}

void Network::close(std::size_t from, core::LinkId link, Instant now) {
  Connection* connection = links_.find(link);
  if (connection == nullptr) return;
  const std::size_t mine = connection->ends[0].node == from ? 0 : 1;
  connection->ends[mine].up = false;
  // What was sent before still arrives; then the other side sees the end.
  const std::size_t other = 1 - mine;
  const auto& next = connection->ends[other].next_ms;
  const Instant at{std::max({now.ms + delay(), next[0], next[1]})};
  schedule_(at, [this, link, other] {
    const Connection* found = links_.find(link);
    if (found == nullptr) return;
    const End end = found->ends[other];
    links_.erase(link);
    if (end.up && alive(end)) feed_(end.node, end.incarnation, input::LinkDown{link, "closed by the peer"});
  });
}

void Network::break_link(core::LinkId link, Instant now, std::size_t silent_for) {
  Connection& connection = *links_.find(link);
  if (connection.broken) return;
  connection.broken = true;
  schedule_(now + milliseconds(static_cast<std::int64_t>(silent_for) + delay()), [this, link] {
    const Connection* found = links_.find(link);
    if (found == nullptr) return;
    const Connection broken = *found;
    links_.erase(link);
    for (const End& end : broken.ends) {
      if (end.up && alive(end)) feed_(end.node, end.incarnation, input::LinkDown{link, "broken"});
    }
  });
}

void Network::node_down(std::size_t node, Instant now) {
  up_[node] = 0;
  links_.each([&](core::LinkId link, const Connection& connection) {
    if (connection.ends[0].node == node || connection.ends[1].node == node) break_link(link, now, random_.below(4) == 0 ? 30'000 : 0);
  });
}

void Network::cut_any(Instant now) {
  if (links_.size() == 0) return;
  coverage.strike(Fault::link_cut);
  std::uint64_t before = random_.below(links_.size());
  core::LinkId cut = 0;
  links_.each([&](core::LinkId link, const Connection&) {
    if (before-- == 0) cut = link;
  });
  break_link(cut, now, random_.below(3) == 0 ? 30'000 : 0);
}

std::vector<std::pair<std::size_t, std::size_t>> Network::linked() const {
  std::vector<std::pair<std::size_t, std::size_t>> found;
  links_.each([&](core::LinkId, const Connection& connection) {
    if (!connection.broken) found.emplace_back(connection.ends[0].node, connection.ends[1].node);
  });
  return found;
}

std::set<std::size_t> Network::neighbours(std::size_t node) const {
  std::set<std::size_t> found;
  links_.each([&](core::LinkId, const Connection& connection) {
    for (std::size_t end = 0; end < 2 && !connection.broken; ++end) {
      if (connection.ends[end].node == node) found.insert(connection.ends[1 - end].node);
    }
  });
  return found;
}

}  // namespace essaimage::sim
