#pragma once
// The links that others dialled: one ROUTER on one port. Pairs connections to links (WIRE.md, section 1), and ends those
// that do not behave. Internal to daemon/shell/transport; belongs to the loop's thread.
//
// A ROUTER names connections by routing id and tells nobody when one ends. Its monitor does, by file descriptor, and each
// message carries the descriptor of its connection ("__fd"); so the table of connections is kept by descriptor. Nothing
// in ZeroMQ ends one connection of a ROUTER, so this shuts its descriptor down, after a look that it is a connection of
// our port (the descriptor may be another's by then; at worst another inbound connection has to be dialled again).
// Bounded: connections in all and of one key; messages that come before a link's second half; send queues.

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/core/input.hpp"
#include "daemon/shell/transport/options.hpp"
#include "daemon/shell/transport/send_queue.hpp"
#include "daemon/shell/transport/sockets.hpp"

namespace essaimage::shell {

class Inbound {
 public:
  /// Throws zmq::error_t. `next_link` is shared with Outbound.
  Inbound(zmq::context_t& context, const store::TransportSecret& own, const TransportOptions& options, core::LinkId& next_link);

  /// Errors: Errc::transport_bind.
  Status bind(const std::string& listen);
  const std::string& endpoint() const { return endpoint_; }  ///< with the real port

  /// For ZAP: whether this key may have one more connection.
  bool has_room_for(const TransportKey& key) const;

  void add_poll_items(std::vector<zmq_pollitem_t>& items);
  void collect(Instant now, std::vector<core::Input>& inputs);
  /// When to look again although nothing came.
  Duration patience() const;

  bool has(core::LinkId link) const { return links_.contains(link); }
  void send(core::LinkId link, Channel channel, Bytes bytes, std::vector<core::Input>& inputs);
  /// What was sent before still goes out, if the other side takes it at once.
  void close(core::LinkId link);

 private:
  struct Connection {
    Instant since;
    std::string routing_id;  ///< empty until its first message
    TransportKey key;
    std::optional<LinkToken> token;  ///< since its Open
    Channel channel{};
    core::LinkId link = 0;              ///< 0: not paired yet
    bool doomed = false;                ///< ends; what still comes from it is ignored
    std::optional<Instant> ends_at;     ///< doomed, but ZeroMQ may still send what was given to it
    std::vector<Message> early;         ///< before it was paired
    bool delivered = false;             ///< a message, since the last look
    std::uint64_t received_before = 0;  ///< bytes, at the last look that saw a message
  };
  struct Link {
    TransportKey key;
    LinkToken token;
    std::array<int, 2> fds{-1, -1};   ///< by Channel
    std::array<SendQueue, 2> queues;  ///< by Channel
  };
  using Pair = std::pair<TransportKey, LinkToken>;
  enum class Sent { yes, later, gone };

  void drain_monitor();
  void forget(int fd);
  void forget_the_gone();
  int least_deserving(int newest) const;
  void cut(int fd);
  void dismiss(int fd);
  Connection* connection_of(const std::string& routing_id, zmq::message_t& frame);
  void take(zmq::message_t& routing_id, std::vector<core::Input>& inputs);
  void take_frame(int fd, Connection& connection, Result<Message> message, std::vector<core::Input>& inputs);
  void open(int fd, Connection& connection, const message::Open& open, std::vector<core::Input>& inputs);
  void pair_up(int first_fd, int second_fd, std::vector<core::Input>& inputs);
  void end_link(core::LinkId link, const std::string& reason, std::vector<core::Input>& inputs);
  Sent try_send(const Connection& connection, zmq::message_t& message);
  bool pump(core::LinkId id, Link& link, Channel channel, std::vector<core::Input>& inputs);
  void pump_backlog(std::vector<core::Input>& inputs);
  void look_after(int fd, Connection& connection);

  const TransportOptions options_;
  core::LinkId& next_link_;
  zmq::socket_t socket_;
  Monitor monitor_;
  std::string endpoint_;
  int port_ = 0;
  Instant now_, looked_;                   ///< of the present collect(); of the last look at all connections
  std::map<int, Connection> connections_;  ///< by descriptor
  std::map<int, Instant> gone_;            ///< ended, to be forgotten then
  std::unordered_map<std::string, int> by_routing_id_;
  std::map<TransportKey, std::uint32_t> per_key_;
  std::map<Pair, int> halves_;  ///< opened, not paired: its descriptor
  std::map<core::LinkId, Link> links_;
  std::set<Pair> tokens_;            ///< of links that are up
  std::size_t leaving_ = 0;          ///< connections with ends_at
  std::set<core::LinkId> backlog_;   ///< with something in a queue
  std::vector<core::LinkId> ended_;  ///< by the monitor, to be told
};

}  // namespace essaimage::shell
