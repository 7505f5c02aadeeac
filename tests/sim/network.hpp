#pragma once
// A fake network: links with two channels, each in order, with delay; connections that fail, break, stall and, against the
// promise of a real link, lose or repeat a message now and then, because a correct core survives that too. A node may have
// a narrow line to the outside: one queue for all that it sends, on both channels, as a modem has.
// Deterministic: everything comes from the generator of the world. One thread.

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "daemon/core/input.hpp"
#include "daemon/core/random.hpp"
#include "tests/sim/coverage.hpp"

namespace essaimage::sim {

struct Conditions {
  std::int64_t delay_ms_min = 1;
  std::int64_t delay_ms_max = 80;
  unsigned loss_per_10000 = 0;  ///< of messages
  unsigned repeat_per_10000 = 0;
  unsigned cut_per_10000 = 0;  ///< of messages: the link breaks at this one
  unsigned dial_fails_percent = 0;
};

class Network {
 public:
  using Schedule = std::function<void(Instant at, std::function<void()>)>;
  using Feed = std::function<void(std::size_t node, std::uint64_t incarnation, core::Input)>;

  Network(core::Random& random, Schedule schedule, Feed feed) : random_(random), schedule_(std::move(schedule)), feed_(std::move(feed)) {}

  Conditions conditions;
  std::vector<TransportKey> keys;  ///< by node
  /// Bytes a second that a node can send in all; without an entry it is not the line that limits.
  std::unordered_map<std::size_t, std::uint64_t> upload;
  /// Each link adds its own share to the delay, drawn between these when it comes up.
  std::int64_t distance_ms_min = 0, distance_ms_max = 0;
  std::set<std::size_t> isolated;    ///< nodes that neither hear nor reach any other
  unsigned overtaken_per_10000 = 0;  ///< of messages: later ones of the same channel may arrive before
  Coverage coverage;                 ///< of its own faults, and of those that its user counts

  void dial(std::size_t from, std::uint64_t incarnation, const TransportKey& peer, std::size_t to, Instant now);
  void send(std::size_t from, core::LinkId link, Message message, Instant now);
  void close(std::size_t from, core::LinkId link, Instant now);
  void node_up(std::size_t node, std::uint64_t incarnation);
  void node_down(std::size_t node, Instant now);
  /// From then on nothing passes between the two sides (`side` is by node), or only from the second to the first; links between
  /// them stall, and break after a while.
  void part(std::vector<bool> side, bool one_way) { partitions_.push_back({std::move(side), one_way}); }
  bool parted() const { return !partitions_.empty(); }
  void heal() { partitions_.clear(); }
  /// About half of the nodes of each first side come back, one here and one there.
  void heal_some();
  /// Cuts some link, if there is one.
  void cut_any(Instant now);

  /// Each delivered message: (from, to, message). For checkers.
  std::function<void(std::size_t from, std::size_t to, const Message& message)> on_delivered;
  /// Each sent message: before it can be lost. For checkers.
  std::function<void(std::size_t from, std::size_t to, const Message& message)> on_sent;
  /// A hostile node changes what it sends; nothing: it sends garbage.
  std::function<std::optional<Message>(std::size_t from, Message)> tamper;

  std::uint64_t delivered() const { return delivered_; }
  /// The most slice bytes that were ever under way on one link in one direction.
  std::uint64_t most_in_flight() const { return most_in_flight_; }
  std::set<std::size_t> neighbours(std::size_t node) const;
  std::uint64_t sent_bytes(std::size_t node) const;
  /// Each link of this moment, by its two ends.
  std::vector<std::pair<std::size_t, std::size_t>> linked() const;

 private:
  /// What a node has sent and, where its line is narrow, when the last of it will have left.
  struct Uplink {
    std::uint64_t sent = 0;
    std::int64_t free_us = 0;
  };
  struct End {
    std::size_t node = 0;
    std::uint64_t incarnation = 0;
    bool up = true;                         ///< this end has not been told that it is down
    std::array<std::int64_t, 2> next_ms{};  ///< when the next message of each channel may arrive at it
    std::uint64_t in_flight = 0;            ///< slice bytes on their way to it
  };
  struct Partition {
    std::vector<bool> side;
    bool one_way = false;
  };
  struct Connection {
    std::array<End, 2> ends;
    bool broken = false;
    std::int64_t distance_ms = 0;
  };

  /// By their numbers, which count up: a place for each that ever was.
  class Connections {
   public:
    core::LinkId add() {
      places_.push_back(std::make_unique<Connection>());
      count_ += 1;
      return places_.size();
    }
    Connection* find(core::LinkId link) { return places_.at(link - 1).get(); }  ///< null: it is gone
    void erase(core::LinkId link) {
      places_.at(link - 1).reset();
      count_ -= 1;
    }
    std::size_t size() const { return count_; }
    template <class Visit>
    void each(const Visit& visit) const {
      for (std::size_t i = 0; i < places_.size(); ++i) {
        if (places_[i]) visit(core::LinkId{i + 1}, *places_[i]);
      }
    }

   private:
    std::vector<std::unique_ptr<Connection>> places_;
    std::size_t count_ = 0;
  };

  void break_link(core::LinkId link, Instant now, std::size_t silent_for);
  void deliver(core::LinkId link, std::size_t to, std::size_t channel, std::optional<Message> message, Instant now, std::int64_t extra_ms);
  std::int64_t delay();
  /// How long a message of that size waits and travels through the sender's line, in ms.
  std::int64_t leave(std::size_t from, const std::optional<Message>& message, Instant now);
  bool strikes(unsigned per_10000, Fault fault);
  bool is_up(std::size_t node) const { return node < up_.size() && up_[node] != 0; }
  bool alive(const End& end) const { return up_[end.node] == end.incarnation; }
  bool blocked(std::size_t from, std::size_t to) const;

  core::Random& random_;
  Schedule schedule_;
  Feed feed_;
  std::vector<std::uint64_t> up_;  ///< incarnation, by node; 0: it is down
  Connections links_;
  std::vector<Partition> partitions_;
  std::vector<Uplink> uplinks_;  ///< by node
  std::uint64_t delivered_ = 0, most_in_flight_ = 0;
};

}  // namespace essaimage::sim
