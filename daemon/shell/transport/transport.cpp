#include "daemon/shell/transport/transport.hpp"

#include <algorithm>

#include "daemon/shell/transport/inbound.hpp"
#include "daemon/shell/transport/outbound.hpp"
#include "daemon/shell/transport/self_test.hpp"
#include "daemon/shell/transport/zap.hpp"
#include "proto/codec.hpp"

namespace essaimage::shell {

struct Transport::Impl {
  Impl(const TransportOptions& options, const store::TransportSecret& own)
      : zap(context, [](const TransportKey&) { return true; }), outbound(context, own, options, next_link) {}

  // In this order: the handler exists before any server, the context outlives all sockets.
  zmq::context_t context{1};
  Zap zap;
  core::LinkId next_link = 1;
  std::unique_ptr<Inbound> inbound;  ///< null: listens nowhere
  Outbound outbound;
  std::string endpoint;
  std::vector<core::Input> pending;  ///< came about while effects were performed
  std::vector<zmq_pollitem_t> items;
};

Transport::Transport() = default;
Transport::~Transport() = default;

Result<std::unique_ptr<Transport>> Transport::open(const TransportOptions& options, const store::TransportSecret& own) {
  try {
    std::unique_ptr<Transport> transport(new Transport);
    transport->impl_ = std::make_unique<Impl>(options, own);
    Impl& impl = *transport->impl_;
    CHECK_OK(test_curve(impl.context, impl.zap));
    if (!options.listen.empty()) {
      impl.inbound = std::make_unique<Inbound>(impl.context, own, options, impl.next_link);
      CHECK_OK(impl.inbound->bind(options.listen));
      impl.zap.judge_by([inbound = impl.inbound.get()](const TransportKey& key) { return inbound->has_room_for(key); });
      impl.endpoint = impl.inbound->endpoint();
    }
    return transport;
  } catch (const zmq::error_t& error) {
    return fail(Errc::transport_self_test, error.what());
  }
}

const std::string& Transport::endpoint() const { return impl_->endpoint; }

void Transport::wait(std::span<const int> descriptors, Duration at_most) {
  auto& items = impl_->items;
  items.clear();
  for (const int fd : descriptors) items.push_back({nullptr, fd, ZMQ_POLLIN, 0});
  items.push_back({impl_->zap.handle(), 0, ZMQ_POLLIN, 0});
  impl_->outbound.add_poll_items(items);
  Duration patience = std::min(at_most, impl_->outbound.patience());
  if (impl_->inbound) {
    impl_->inbound->add_poll_items(items);
    patience = std::min(patience, impl_->inbound->patience());
  }
  if (!impl_->pending.empty()) patience = Duration{0};
  constexpr Duration longest{60'000};
  patience = std::clamp(patience, Duration{0}, longest);
  // An error here is EINTR, or a descriptor that was closed: the next turn looks again.
  (void)zmq_poll(items.data(), static_cast<int>(items.size()), static_cast<long>(patience.count()));
}

void Transport::collect(Instant now, std::vector<core::Input>& inputs) {
  std::move(impl_->pending.begin(), impl_->pending.end(), std::back_inserter(inputs));
  impl_->pending.clear();
  impl_->zap.serve();
  impl_->outbound.collect(now, inputs);
  if (impl_->inbound) impl_->inbound->collect(now, inputs);
}

void Transport::dial(const TransportKey& peer, const std::string& endpoint, Instant now) {
  impl_->outbound.dial(peer, endpoint, now, impl_->pending);
}

void Transport::send(core::LinkId link, const Message& message) {
  const bool out = impl_->outbound.has(link);
  if (!out && !(impl_->inbound && impl_->inbound->has(link))) return;  // its LinkDown is on the way to the core
  Bytes bytes = encode(message);
  if (bytes.size() > limits::message_bytes_max) {
    // Ours to mend; but what a peer may bring about must not end the node.
    const std::string size = std::to_string(bytes.size());
    close(link);
    impl_->pending.push_back(core::input::LinkDown{link, "a message of " + size + " bytes is too large to send"});
    return;
  }
  if (out) impl_->outbound.send(link, channel_of(message), std::move(bytes), impl_->pending);
  else impl_->inbound->send(link, channel_of(message), std::move(bytes), impl_->pending);
}

void Transport::close(core::LinkId link) {
  impl_->outbound.close(link);
  if (impl_->inbound) impl_->inbound->close(link);
}

}  // namespace essaimage::shell
