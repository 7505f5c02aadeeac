#pragma once
// The links that this node dialled: two DEALERs each, with their monitors. The key of the other side is the one that
// was dialled, which CURVE has proved when the handshake succeeds. Internal to daemon/shell/transport; belongs to the
// loop's thread. A link that ends, or does not come about in time, is gone: the core decides whether to dial again.

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/input.hpp"
#include "daemon/shell/transport/options.hpp"
#include "daemon/shell/transport/send_queue.hpp"
#include "daemon/shell/transport/sockets.hpp"

namespace essaimage::shell {

class Outbound {
 public:
  Outbound(zmq::context_t& context, const store::TransportSecret& own, const TransportOptions& options, core::LinkId& next_link)
      : context_(context), own_(own), options_(options), next_link_(next_link) {}

  void dial(const TransportKey& peer, const std::string& endpoint, Instant now, std::vector<core::Input>& inputs);
  void add_poll_items(std::vector<zmq_pollitem_t>& items);
  void collect(Instant now, std::vector<core::Input>& inputs);
  Duration patience() const;

  bool has(core::LinkId link) const { return links_.contains(link); }
  void send(core::LinkId link, Channel channel, Bytes bytes, std::vector<core::Input>& inputs);
  /// What was sent before still goes out, if the other side takes it at once.
  void close(core::LinkId link);

 private:
  struct Half {
    Half(zmq::context_t& context, const store::TransportSecret& own, const TransportKey& peer, std::size_t queue_bytes)
        : socket(make_client(context, own, peer)), monitor(context, socket), queue(queue_bytes) {}
    zmq::socket_t socket;
    Monitor monitor;  ///< after its socket, so destroyed before it
    SendQueue queue;
    bool up = false;
  };
  struct Link {
    TransportKey peer;
    std::string endpoint;
    LinkToken token;
    Instant dialled;
    bool up = false;
    std::array<std::unique_ptr<Half>, 2> halves;  ///< by Channel
  };

  void watch(core::LinkId id, Link& link, Instant now, std::vector<core::Input>& inputs);
  std::optional<std::string> watch_half(Link& link, Channel channel);
  void receive(core::LinkId id, Half& half, Channel channel, std::vector<core::Input>& inputs);
  bool pump(core::LinkId id, Half& half, Channel channel, std::vector<core::Input>& inputs);
  void end(core::LinkId id, const std::string& reason, std::vector<core::Input>& inputs);

  zmq::context_t& context_;
  const store::TransportSecret own_;
  const TransportOptions options_;
  core::LinkId& next_link_;
  std::map<core::LinkId, Link> links_;
};

}  // namespace essaimage::shell
