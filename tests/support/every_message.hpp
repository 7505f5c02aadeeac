#pragma once
// One of each message between nodes, with every field set.

#include <vector>

#include "proto/messages.hpp"

namespace essaimage::test {

template <class Fixed>
Fixed filled(std::uint8_t with) {
  Fixed value;
  value.bytes.fill(with);
  return value;
}

inline SharedBytes shared(std::size_t size, std::uint8_t with = 7) { return std::make_shared<const Bytes>(size, with); }

inline Head head(const std::string& feed, std::uint64_t seq) {
  return {*FeedId::parse(feed), {1, 2, seq}, filled<ObjectId>(static_cast<std::uint8_t>(seq))};
}

inline message::Reconcile reconcile() {
  using Kind = message::Range::Kind;
  message::Reconcile m{9, true, {}};
  m.ranges.push_back({"b", Kind::skip, {}, {}, false});
  m.ranges.push_back({"c", Kind::fingerprint, filled<Fingerprint>(3), {}, false});
  m.ranges.push_back({"d", Kind::list, {}, {head("c/region", 4)}, false});
  m.ranges.push_back({"e", Kind::list, {}, {}, false});
  m.ranges.push_back({"", Kind::list, {}, {head("f/territory/lille", 5)}, true});
  return m;
}

/// One of each, with every field set.
inline std::vector<Message> every_message() {
  const FeedId feed = *FeedId::parse("mdq/territory/lille");
  return {
      message::Open{Channel::bulk, filled<LinkToken>(1)},
      message::Hello{1, 3, filled<FederationId>(2), "essaimage 0.1.0"},
      message::Refused{1, 2},
      message::Join{filled<FederationId>(1), filled<SigningKey>(2), filled<SigningKey>(3), filled<TransportKey>(4), filled<Signature>(5)},
      message::JoinReply{false, "invitation.used"},
      message::Announce{shared(500)},
      message::Have{{head("a/region", 1), head("b/mirror/numerique", 2)}},
      message::Graft{feed},
      message::Prune{},
      message::ForkProof{shared(400, 1), shared(401, 2)},
      reconcile(),
      message::FetchFeed{7, feed, filled<ObjectId>(8), 65536},
      message::FetchFeed{8, feed, filled<ObjectId>(8), 65536, true},
      message::FeedOffer{7, shared(500), 123456},
      message::MediaQuery{feed, {filled<Sha256>(1), filled<Sha256>(2)}},
      message::MediaHave{feed, {{filled<Sha256>(1), true, {}, {}}, {filled<Sha256>(2), false, {0xff, 0x01}, filled<ObjectId>(3)}}},
      message::FetchChunks{8, feed, filled<Sha256>(1), filled<ObjectId>(2), 3, 4, 65536, {}},
      message::FetchChunks{9, feed, filled<Sha256>(1), filled<ObjectId>(2), 3, 4, 65536, filled<Sha256>(5)},
      message::Slice{8, 65536, true, shared(1000)},
      message::Credit{8, 4096},
      message::Cancel{8},
      message::Unavailable{9},
      message::Ping{1},
      message::Pong{1, 123'456'789},
  };
}

}  // namespace essaimage::test
