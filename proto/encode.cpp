// The encoding half of codec.hpp: plain values to generated ones.

#include <string>

#include "proto/codec.hpp"
#include "wire.pb.h"

namespace essaimage {
namespace {

template <class Fixed>
std::string raw(const Fixed& value) {
  return std::string(text_of(value.view()));
}
std::string raw(const SharedBytes& bytes) { return bytes ? std::string(text_of(*bytes)) : std::string(); }

void put(const Head& head, wire::Head& out) {
  out.set_feed(head.feed.str());
  out.set_generation(head.order.generation);
  out.set_epoch(head.order.epoch);
  out.set_seq(head.order.seq);
  out.set_commit(raw(head.commit));
}

void put(const message::Range& range, wire::Range& out) {
  using Kind = message::Range::Kind;
  out.set_upper(range.upper);
  if (range.kind == Kind::fingerprint) out.set_fingerprint(raw(range.fingerprint));
  if (range.kind == Kind::list) {
    auto& list = range.answer ? *out.mutable_answer() : *out.mutable_list();
    for (const Head& head : range.heads) put(head, *list.add_heads());
  }
}

/// Fills the envelope; one overload a message.
struct Encoder {
  wire::Envelope& envelope;

  void operator()(const message::Open& m) const {
    auto& out = *envelope.mutable_open();
    out.set_channel(m.channel == Channel::control ? 1 : 2);
    out.set_token(raw(m.token));
  }
  void operator()(const message::Hello& m) const {
    auto& out = *envelope.mutable_hello();
    out.set_version_min(m.version_min);
    out.set_version_max(m.version_max);
    out.set_federation(raw(m.federation));
    out.set_agent(m.agent);
  }
  void operator()(const message::Refused& m) const {
    auto& out = *envelope.mutable_refused();
    out.set_version_min(m.version_min);
    out.set_version_max(m.version_max);
  }
  void operator()(const message::Join& m) const {
    auto& out = *envelope.mutable_join();
    out.set_federation(raw(m.federation));
    out.set_invitation(raw(m.invitation));
    out.set_signing(raw(m.signing));
    out.set_transport(raw(m.transport));
    out.set_proof(raw(m.proof));
  }
  void operator()(const message::JoinReply& m) const {
    auto& out = *envelope.mutable_join_reply();
    out.set_accepted(m.accepted);
    out.set_code(m.code);
  }
  void operator()(const message::Announce& m) const { envelope.mutable_announce()->set_commit(raw(m.commit)); }
  void operator()(const message::Have& m) const {
    auto& out = *envelope.mutable_have();
    for (const Head& head : m.heads) put(head, *out.add_heads());
  }
  void operator()(const message::Graft& m) const { envelope.mutable_graft()->set_feed(m.feed.str()); }
  void operator()(const message::Prune&) const { envelope.mutable_prune(); }
  void operator()(const message::ForkProof& m) const {
    auto& out = *envelope.mutable_fork_proof();
    out.set_first(raw(m.first));
    out.set_second(raw(m.second));
  }
  void operator()(const message::Reconcile& m) const {
    auto& out = *envelope.mutable_reconcile();
    out.set_round(m.round);
    out.set_opening(m.opening);
    for (const auto& range : m.ranges) put(range, *out.add_ranges());
  }
  void operator()(const message::FetchFeed& m) const {
    auto& out = *envelope.mutable_fetch_feed();
    out.set_request(m.request);
    out.set_feed(m.feed.str());
    if (!m.have.is_zero()) out.set_have(raw(m.have));
    out.set_credit_bytes(m.credit_bytes);
    out.set_plain(m.plain);
  }
  void operator()(const message::FeedOffer& m) const {
    auto& out = *envelope.mutable_feed_offer();
    out.set_request(m.request);
    out.set_commit(raw(m.commit));
    out.set_pack_bytes(m.pack_bytes);
  }
  void operator()(const message::MediaQuery& m) const {
    auto& out = *envelope.mutable_media_query();
    out.set_feed(m.feed.str());
    for (const Sha256& media : m.media) out.add_media(raw(media));
  }
  void operator()(const message::MediaHave& m) const {
    auto& out = *envelope.mutable_media_have();
    out.set_feed(m.feed.str());
    for (const auto& item : m.items) {
      auto& to = *out.add_items();
      to.set_media(raw(item.media));
      to.set_complete(item.complete);
      to.set_chunks(std::string(text_of(item.chunks)));
      if (!item.list.is_zero()) to.set_list(raw(item.list));
    }
  }
  void operator()(const message::FetchChunks& m) const {
    auto& out = *envelope.mutable_fetch_chunks();
    out.set_request(m.request);
    out.set_feed(m.feed.str());
    out.set_media(raw(m.media));
    out.set_list(raw(m.list));
    out.set_first(m.first);
    out.set_count(m.count);
    out.set_credit_bytes(m.credit_bytes);
    if (!m.base.is_zero()) out.set_base(raw(m.base));
  }
  void operator()(const message::Slice& m) const {
    auto& out = *envelope.mutable_slice();
    out.set_request(m.request);
    out.set_offset(m.offset);
    out.set_last(m.last);
    if (m.bytes) out.set_bytes(m.bytes->data(), m.bytes->size());
  }
  void operator()(const message::Credit& m) const {
    envelope.mutable_credit()->set_request(m.request);
    envelope.mutable_credit()->set_total(m.total);
  }
  void operator()(const message::Cancel& m) const { envelope.mutable_cancel()->set_request(m.request); }
  void operator()(const message::Unavailable& m) const { envelope.mutable_unavailable()->set_request(m.request); }
  void operator()(const message::Ping& m) const { envelope.mutable_ping()->set_token(m.token); }
  void operator()(const message::Pong& m) const {
    envelope.mutable_pong()->set_token(m.token);
    envelope.mutable_pong()->set_heard_ms(m.heard_ms);
  }
};

}  // namespace

Bytes encode(const Message& message) {
  wire::Envelope envelope;
  std::visit(Encoder{envelope}, message);
  Bytes frame(envelope.ByteSizeLong());
  ESSAIMAGE_ASSERT(envelope.SerializeToArray(frame.data(), static_cast<int>(frame.size())));
  return frame;
}

}  // namespace essaimage
