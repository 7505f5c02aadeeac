#pragma once
// The messages between two nodes, as plain values. proto/codec.hpp turns them into bytes and back; WIRE.md specifies
// them. A decoded message is bounded (limits.hpp) and well-formed, but nothing in it is trusted.
//
// A link has two channels, each a connection of its own: control for everything short, bulk for slices, so that a
// transfer never stands in the way of an announcement.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage {

inline constexpr std::uint32_t protocol_version = 1;

enum class Channel : std::uint8_t { control, bulk };

/// Large payloads are shared, never copied, on their way through the core.
using SharedBytes = std::shared_ptr<const Bytes>;

/// Pairs the two connections of one link; random.
using LinkToken = FixedBytes<16, struct LinkTokenTag>;
/// Of a set of heads, keyed by the round: the first 16 bytes of a SHA-256 (WIRE.md).
using Fingerprint = FixedBytes<16, struct FingerprintTag>;

namespace message {

/// First frame on each of the two connections of a link, sent by who dialled. The shell pairs connections of the same
/// authenticated key and token; the core never sees it.
struct Open {
  Channel channel = Channel::control;
  LinkToken token;
};

/// First on each link, in both directions; a higher version than ours is answered by our own range.
struct Hello {
  std::uint32_t version_min = protocol_version;
  std::uint32_t version_max = protocol_version;
  FederationId federation;
  std::string agent;  ///< "essaimage 0.1.0": for people
};

/// All that a node which is not a member learns.
struct Refused {
  std::uint32_t version_min = protocol_version;
  std::uint32_t version_max = protocol_version;
};

/// The one message that is accepted from a node which is not a member.
struct Join {
  FederationId federation;
  SigningKey invitation;  ///< the one-time key that the federation's feed lists
  SigningKey signing;     ///< the new member's keys
  TransportKey transport;
  Signature proof;  ///< by the invitation's key; store/federation/invitation.hpp says over what
};
struct JoinReply {
  bool accepted = false;
  std::string code;  ///< of error_codes.def when not accepted; only for who proved to hold an invitation, or an earlier key
};

/// The raw commit of a head that the sender holds (eager).
struct Announce {
  SharedBytes commit;
};
/// Heads that the sender holds (lazy): ask for them with Graft if they do not come otherwise.
struct Have {
  std::vector<Head> heads;
};
/// Send announcements of this tree edge eagerly from now on, and this head's commit at once.
struct Graft {
  FeedId feed;
};
/// Announce lazily from now on: what you sent had come already.
struct Prune {};
/// Two raw commits of one feed with equal order: the feed is frozen at the sender.
struct ForkProof {
  SharedBytes first;
  SharedBytes second;
};

/// Range-based set reconciliation over the heads that both may hold, ordered by feed (as FeedId::str()). A range
/// reaches from the end of the one before it up to `upper`, exclusive; an empty `upper` is the end of all. A frozen
/// feed is told with order zero and commit zero, whatever is held of it.
/// (Meyer, "Range-Based Set Reconciliation", 2023; negentropy's protocol v1.)
struct Range {
  enum class Kind : std::uint8_t { skip, fingerprint, list };
  std::string upper;
  Kind kind = Kind::skip;
  Fingerprint fingerprint;  ///< of the heads in the range
  std::vector<Head> heads;  ///< Kind::list: the sender's heads in the range
  bool answer = false;      ///< Kind::list: true when it answers a list: only the heads that differ; wants none back
};
struct Reconcile {
  std::uint64_t round = 0;  ///< chosen by who starts; echoed
  bool opening = false;
  std::vector<Range> ranges;  ///< empty: level, the round is over
};

/// Asks for all objects in (have, the head held]. Answered by FeedOffer and slices, or by Unavailable.
struct FetchFeed {
  std::uint64_t request = 0;
  FeedId feed;
  ObjectId have;  ///< zero: nothing
  std::uint64_t credit_bytes = 0;
  bool plain = false;  ///< with reference to nothing of it: something of it is damaged here
};
struct FeedOffer {
  std::uint64_t request = 0;
  SharedBytes commit;  ///< the raw commit that the pack leads to
  std::uint64_t pack_bytes = 0;
};

/// Which of these media of that feed do you hold? Answered by MediaHave, then again whenever more has arrived.
struct MediaQuery {
  FeedId feed;
  std::vector<Sha256> media;
};
struct MediaHave {
  struct Item {
    Sha256 media;
    bool complete = false;
    Bytes chunks;   ///< bit i (lowest first): chunk i is held; empty when complete or nothing is
    ObjectId list;  ///< the chunk list by which `chunks` counts; zero without them
  };
  FeedId feed;
  std::vector<Item> items;
};
/// Asks for `count` chunks of that chunk list from `first` on. Answered by slices, or by Unavailable.
struct FetchChunks {
  std::uint64_t request = 0;
  FeedId feed;
  Sha256 media;
  ObjectId list;  ///< a blob: an author may name one media file by several
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint64_t credit_bytes = 0;
  Sha256 base;  ///< an older media file of that feed which the requester holds: the answer may build on it; zero: none
};

/// (bulk) A piece of the answer to a request.
struct Slice {
  std::uint64_t request = 0;
  std::uint64_t offset = 0;
  bool last = false;
  SharedBytes bytes;
};
/// So many bytes may be sent in all for that request. A total and not a difference: told twice it is no more.
struct Credit {
  std::uint64_t request = 0;
  std::uint64_t total = 0;
};
/// The requester wants no more of it.
struct Cancel {
  std::uint64_t request = 0;
};
/// Not held, not allowed, or not any more: all answer alike.
struct Unavailable {
  std::uint64_t request = 0;
};

struct Ping {
  std::uint64_t token = 0;
};
struct Pong {
  std::uint64_t token = 0;
  std::int64_t heard_ms = 0;  ///< when the Ping came, by the answerer's monotonic clock: only differences tell anything
};

}  // namespace message

using Message = std::variant<message::Open, message::Hello, message::Refused, message::Join, message::JoinReply, message::Announce,
                             message::Have, message::Graft, message::Prune, message::ForkProof, message::Reconcile, message::FetchFeed,
                             message::FeedOffer, message::MediaQuery, message::MediaHave, message::FetchChunks, message::Slice,
                             message::Credit, message::Cancel, message::Unavailable, message::Ping, message::Pong>;

/// "Hello", "FetchFeed", …: for logs.
std::string_view name_of(const Message& message);

/// Slices travel on bulk, everything else on control. (An Open goes first on the channel that it names.)
inline Channel channel_of(const Message& message) {
  return std::holds_alternative<message::Slice>(message) ? Channel::bulk : Channel::control;
}

}  // namespace essaimage
