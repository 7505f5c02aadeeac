#include "tests/sim/tamper.hpp"

#include "proto/limits.hpp"

namespace essaimage::sim {

SharedBytes Tamperer::spoil(const SharedBytes& bytes) {
  Bytes copy = *bytes;
  if (copy.empty()) return bytes;
  copy[random_.below(copy.size())] ^= static_cast<std::uint8_t>(1 + random_.below(255));
  return std::make_shared<const Bytes>(std::move(copy));
}

std::optional<Message> Tamperer::operator()(Message message) {
  if (random_.below(100) >= 8) {
    sent_.push_back(message);
    if (sent_.size() > 200) sent_.pop_front();
    return message;
  }
  if (random_.below(4) == 0 && !sent_.empty()) {
    coverage_.strike(Fault::message_replayed);
    return sent_[random_.below(sent_.size())];
  }
  if (random_.below(12) == 0) {
    coverage_.strike(Fault::garbage_sent);
    return std::nullopt;
  }
  if (auto* m = std::get_if<message::Announce>(&message)) {
    if (random_.below(2) == 0) {
      m->commit = spoil(m->commit);
    } else if (auto forged = stores_.forge(*m->commit, random_)) {
      m->commit = std::move(forged);
    }
  } else if (auto* offer = std::get_if<message::FeedOffer>(&message)) {
    if (random_.below(2) == 0) offer->commit = spoil(offer->commit);
    else offer->pack_bytes += random_.below(5000);
  } else if (auto* slice = std::get_if<message::Slice>(&message)) {
    if (random_.below(3) == 0) slice->offset += random_.below(3);
    else slice->bytes = spoil(slice->bytes);
    if (random_.below(8) == 0) slice->bytes = std::make_shared<const Bytes>(limits::slice_bytes_max, 0);
  } else if (auto* reconcile = std::get_if<message::Reconcile>(&message)) {
    for (auto& range : reconcile->ranges) {
      for (Head& head : range.heads) head.order.seq += random_.below(3);
      range.fingerprint.bytes[0] ^= 1;
    }
  } else if (auto* have = std::get_if<message::Have>(&message)) {
    for (Head& head : have->heads) head.order.seq += random_.below(3);
  } else if (auto* media = std::get_if<message::MediaHave>(&message)) {
    for (auto& item : media->items) item = {item.media, true, {}, {}};
  } else if (auto* proof = std::get_if<message::ForkProof>(&message)) {
    proof->second = random_.below(2) == 0 ? proof->first : spoil(proof->second);
  } else if (auto* fetch = std::get_if<message::FetchFeed>(&message)) {
    fetch->feed.audience = {Audience::Kind::territory, random_.below(2) == 0 ? "lille" : "valenciennes"};
    fetch->credit_bytes = ~0ULL;
  } else if (auto* chunks = std::get_if<message::FetchChunks>(&message)) {
    chunks->feed.audience = {Audience::Kind::territory, random_.below(2) == 0 ? "lille" : "valenciennes"};
    chunks->credit_bytes = ~0ULL;
  } else {
    return message;
  }
  coverage_.strike(Fault::message_tampered);
  return message;
}

}  // namespace essaimage::sim
