#include "daemon/core/links.hpp"

namespace essaimage::core {

Link& Links::add(const input::LinkUp& up, Instant now) {
  Link& link = links_[up.link];
  changes_ += 1;
  link.id = up.link;
  link.peer = up.peer;
  link.outbound = up.outbound;
  link.endpoint = up.endpoint;
  link.lan = up.lan;
  link.up_at = link.heard_at = link.pinged_at = now;
  link.name = up.peer.hex().substr(0, 8);
  return link;
}

Link* Links::find(LinkId id) {
  if (found_ == nullptr || found_->id != id) {
    const auto it = links_.find(id);
    if (it == links_.end()) return nullptr;
    found_ = &it->second;
  }
  return found_->closing ? nullptr : found_;
}

void Links::close(Link& link) {
  link.closing = true;
  changes_ += 1;
  closed_.insert(link.id);
}

std::optional<Link> Links::take_closed() {
  if (closed_.empty()) return std::nullopt;
  const auto it = links_.find(*closed_.begin());
  Link link = std::move(it->second);
  found_ = nullptr;
  links_.erase(it);
  closed_.erase(closed_.begin());
  return link;
}

std::uint64_t approximate_bytes(const Message& message) {
  constexpr std::uint64_t envelope = 24, head = 56;
  if (const auto* slice = std::get_if<message::Slice>(&message)) return envelope + slice->bytes->size();
  if (const auto* announce = std::get_if<message::Announce>(&message)) return envelope + announce->commit->size();
  if (const auto* offer = std::get_if<message::FeedOffer>(&message)) return envelope + offer->commit->size();
  if (const auto* have = std::get_if<message::Have>(&message)) return envelope + head * have->heads.size();
  if (const auto* query = std::get_if<message::MediaQuery>(&message)) return envelope + 34 * query->media.size();
  if (const auto* answer = std::get_if<message::MediaHave>(&message)) {
    std::uint64_t bytes = envelope;
    for (const auto& item : answer->items) bytes += 38 + item.chunks.size();
    return bytes;
  }
  if (const auto* reconcile = std::get_if<message::Reconcile>(&message)) {
    std::uint64_t bytes = envelope;
    for (const auto& range : reconcile->ranges) bytes += 24 + range.upper.size() + head * range.heads.size();
    return bytes;
  }
  return envelope + 24;
}

}  // namespace essaimage::core
