#include "proto/codec.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "proto/limits.hpp"
#include "proto/text.hpp"
#include "wire.pb.h"

namespace essaimage {
namespace {

// Generated values to plain ones, with every bound.

template <class Fixed>
Result<Fixed> fixed(const std::string& bytes) {
  return Fixed::from(bytes_of(bytes));
}

Result<FeedId> feed_of(const std::string& text) {
  if (text.size() > limits::feed_name_bytes_max) return fail(Errc::malformed, "feed name too long");
  return FeedId::parse(text);
}

Result<SharedBytes> commit_of(const std::string& bytes) {
  if (bytes.empty() || bytes.size() > limits::commit_bytes_max) return fail(Errc::malformed, "commit size");
  const ByteView view = bytes_of(bytes);
  return std::make_shared<const Bytes>(view.begin(), view.end());
}

Result<std::string> text_for_people(const std::string& text, std::size_t bytes_max) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (text.size() > bytes_max || !is_utf8(text) || std::any_of(text.begin(), text.end(), control)) {
    return fail(Errc::malformed, "text");
  }
  return text;
}

Result<Head> head_of(const wire::Head& in) {
  Head head;
  TRY(head.feed, feed_of(in.feed()));
  head.order = {in.generation(), in.epoch(), in.seq()};
  TRY(head.commit, fixed<ObjectId>(in.commit()));
  return head;
}

template <class Heads>
Result<std::vector<Head>> heads_of(const Heads& in, std::size_t count_max) {
  if (static_cast<std::size_t>(in.size()) > count_max) return fail(Errc::malformed, "too many heads");
  std::vector<Head> heads;
  heads.reserve(static_cast<std::size_t>(in.size()));
  for (const auto& each : in) {
    TRY(auto head, head_of(each));
    heads.push_back(std::move(head));
  }
  return heads;
}

Result<message::Range> range_of(const wire::Range& in, std::size_t& heads_left) {
  using Kind = message::Range::Kind;
  message::Range range;
  if (in.upper().size() > limits::feed_name_bytes_max) return fail(Errc::malformed, "bound too long");
  range.upper = in.upper();
  if (in.content_case() == wire::Range::kFingerprint) {
    range.kind = Kind::fingerprint;
    TRY(range.fingerprint, fixed<Fingerprint>(in.fingerprint()));
  } else if (in.content_case() != wire::Range::CONTENT_NOT_SET) {
    range.kind = Kind::list;
    range.answer = in.content_case() == wire::Range::kAnswer;
    TRY(range.heads, heads_of((range.answer ? in.answer() : in.list()).heads(), heads_left));
    heads_left -= range.heads.size();
  }
  return range;
}

Result<Message> read(const wire::Open& in) {
  message::Open m;
  if (in.channel() != 1 && in.channel() != 2) return fail(Errc::malformed, "channel");
  m.channel = in.channel() == 1 ? Channel::control : Channel::bulk;
  TRY(m.token, fixed<LinkToken>(in.token()));
  return m;
}

Result<Message> read(const wire::Hello& in) {
  message::Hello m;
  m.version_min = in.version_min();
  m.version_max = in.version_max();
  if (m.version_min == 0 || m.version_min > m.version_max) return fail(Errc::malformed, "versions");
  TRY(m.federation, fixed<FederationId>(in.federation()));
  TRY(m.agent, text_for_people(in.agent(), limits::agent_bytes_max));
  return m;
}

Result<Message> read(const wire::Refused& in) {
  if (in.version_min() == 0 || in.version_min() > in.version_max()) return fail(Errc::malformed, "versions");
  return message::Refused{in.version_min(), in.version_max()};
}

Result<Message> read(const wire::Join& in) {
  message::Join m;
  TRY(m.federation, fixed<FederationId>(in.federation()));
  TRY(m.invitation, fixed<SigningKey>(in.invitation()));
  TRY(m.signing, fixed<SigningKey>(in.signing()));
  TRY(m.transport, fixed<TransportKey>(in.transport()));
  TRY(m.proof, fixed<Signature>(in.proof()));
  return m;
}

Result<Message> read(const wire::JoinReply& in) {
  message::JoinReply m;
  m.accepted = in.accepted();
  TRY(m.code, text_for_people(in.code(), limits::error_code_bytes_max));
  return m;
}

Result<Message> read(const wire::Announce& in) {
  TRY(auto commit, commit_of(in.commit()));
  return message::Announce{std::move(commit)};
}

Result<Message> read(const wire::Have& in) {
  if (in.heads().empty()) return fail(Errc::malformed, "no heads");
  TRY(auto heads, heads_of(in.heads(), limits::heads_per_message_max));
  return message::Have{std::move(heads)};
}

Result<Message> read(const wire::Graft& in) {
  TRY(auto feed, feed_of(in.feed()));
  return message::Graft{std::move(feed)};
}

Result<Message> read(const wire::Prune&) { return message::Prune{}; }

Result<Message> read(const wire::ForkProof& in) {
  message::ForkProof m;
  TRY(m.first, commit_of(in.first()));
  TRY(m.second, commit_of(in.second()));
  return m;
}

Result<Message> read(const wire::Reconcile& in) {
  message::Reconcile m;
  m.round = in.round();
  m.opening = in.opening();
  if (static_cast<std::size_t>(in.ranges_size()) > limits::ranges_per_message_max) {
    return fail(Errc::malformed, "too many ranges");
  }
  std::size_t heads_left = limits::heads_per_message_max;
  for (const auto& each : in.ranges()) {
    // Rising bounds; only the last may be open.
    if (!m.ranges.empty()) {
      const std::string& before = m.ranges.back().upper;
      if (before.empty() || (!each.upper().empty() && each.upper() <= before)) {
        return fail(Errc::malformed, "ranges out of order");
      }
    }
    TRY(auto range, range_of(each, heads_left));
    m.ranges.push_back(std::move(range));
  }
  return m;
}

Result<Message> read(const wire::FetchFeed& in) {
  message::FetchFeed m;
  m.request = in.request();
  TRY(m.feed, feed_of(in.feed()));
  if (!in.have().empty()) {
    TRY(m.have, fixed<ObjectId>(in.have()));
  }
  m.credit_bytes = in.credit_bytes();
  m.plain = in.plain();
  return m;
}

Result<Message> read(const wire::FeedOffer& in) {
  message::FeedOffer m;
  m.request = in.request();
  TRY(m.commit, commit_of(in.commit()));
  m.pack_bytes = in.pack_bytes();
  return m;
}

Result<Message> read(const wire::MediaQuery& in) {
  message::MediaQuery m;
  TRY(m.feed, feed_of(in.feed()));
  if (in.media().empty() || static_cast<std::size_t>(in.media_size()) > limits::media_per_message_max) {
    return fail(Errc::malformed, "number of media");
  }
  for (const auto& each : in.media()) {
    TRY(auto media, fixed<Sha256>(each));
    m.media.push_back(media);
  }
  return m;
}

Result<Message> read(const wire::MediaHave& in) {
  message::MediaHave m;
  TRY(m.feed, feed_of(in.feed()));
  if (in.items().empty() || static_cast<std::size_t>(in.items_size()) > limits::media_per_message_max) {
    return fail(Errc::malformed, "number of media");
  }
  for (const auto& each : in.items()) {
    message::MediaHave::Item item;
    TRY(item.media, fixed<Sha256>(each.media()));
    item.complete = each.complete();
    if (each.chunks().size() > (limits::chunks_per_media_max + 7) / 8 || (item.complete && !each.chunks().empty())) {
      return fail(Errc::malformed, "chunk map");
    }
    if (each.chunks().empty() != each.list().empty()) return fail(Errc::malformed, "chunk map without its list");
    if (!each.list().empty()) {
      TRY(item.list, fixed<ObjectId>(each.list()));
    }
    item.chunks.assign(each.chunks().begin(), each.chunks().end());
    m.items.push_back(std::move(item));
  }
  return m;
}

Result<Message> read(const wire::FetchChunks& in) {
  message::FetchChunks m;
  m.request = in.request();
  TRY(m.feed, feed_of(in.feed()));
  TRY(m.media, fixed<Sha256>(in.media()));
  TRY(m.list, fixed<ObjectId>(in.list()));
  m.first = in.first();
  m.count = in.count();
  if (m.count == 0 || m.count > limits::chunks_per_media_max || m.first > limits::chunks_per_media_max - m.count) {
    return fail(Errc::malformed, "run of chunks");
  }
  m.credit_bytes = in.credit_bytes();
  if (!in.base().empty()) {
    TRY(m.base, fixed<Sha256>(in.base()));
  }
  return m;
}

Result<Message> read(const wire::Slice& in) {
  if (in.bytes().size() > limits::slice_bytes_max) return fail(Errc::malformed, "slice too large");
  if (in.bytes().empty() && !in.last()) return fail(Errc::malformed, "empty slice");
  const ByteView view = bytes_of(in.bytes());
  return message::Slice{in.request(), in.offset(), in.last(), std::make_shared<const Bytes>(view.begin(), view.end())};
}

Result<Message> read(const wire::Credit& in) {
  if (in.total() == 0) return fail(Errc::malformed, "no credit");
  return message::Credit{in.request(), in.total()};
}

Result<Message> read(const wire::Cancel& in) { return message::Cancel{in.request()}; }
Result<Message> read(const wire::Unavailable& in) { return message::Unavailable{in.request()}; }
Result<Message> read(const wire::Ping& in) { return message::Ping{in.token()}; }
Result<Message> read(const wire::Pong& in) {
  constexpr std::int64_t clock_max = std::int64_t{1} << 53;  // so that differences never overflow
  if (in.heard_ms() < 0 || in.heard_ms() > clock_max) return fail(Errc::malformed, "no clock");
  return message::Pong{in.token(), in.heard_ms()};
}

}  // namespace

Result<Message> decode(ByteView frame) {
  if (frame.size() > limits::message_bytes_max) return fail(Errc::malformed, "frame too large");
  wire::Envelope envelope;
  if (!envelope.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) {
    return fail(Errc::malformed, "not an envelope");
  }
  using Case = wire::Envelope::MessageCase;
  switch (envelope.message_case()) {
    case Case::kOpen: return read(envelope.open());
    case Case::kHello: return read(envelope.hello());
    case Case::kRefused: return read(envelope.refused());
    case Case::kJoin: return read(envelope.join());
    case Case::kJoinReply: return read(envelope.join_reply());
    case Case::kAnnounce: return read(envelope.announce());
    case Case::kHave: return read(envelope.have());
    case Case::kGraft: return read(envelope.graft());
    case Case::kPrune: return read(envelope.prune());
    case Case::kForkProof: return read(envelope.fork_proof());
    case Case::kReconcile: return read(envelope.reconcile());
    case Case::kFetchFeed: return read(envelope.fetch_feed());
    case Case::kFeedOffer: return read(envelope.feed_offer());
    case Case::kMediaQuery: return read(envelope.media_query());
    case Case::kMediaHave: return read(envelope.media_have());
    case Case::kFetchChunks: return read(envelope.fetch_chunks());
    case Case::kSlice: return read(envelope.slice());
    case Case::kCredit: return read(envelope.credit());
    case Case::kCancel: return read(envelope.cancel());
    case Case::kUnavailable: return read(envelope.unavailable());
    case Case::kPing: return read(envelope.ping());
    case Case::kPong: return read(envelope.pong());
    case Case::MESSAGE_NOT_SET: break;
  }
  return fail(Errc::malformed, "no message");
}

}  // namespace essaimage
