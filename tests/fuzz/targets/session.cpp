// A whole session: the bytes choose what peers send, what the store answers, and how time passes.

#include <algorithm>

#include "daemon/core/settings.hpp"
#include "proto/limits.hpp"
#include "tests/fuzz/session_node.hpp"
#include "tests/fuzz/target.hpp"

namespace essaimage::fuzz::session_target {
namespace {

constexpr std::size_t steps_max = 300;

SharedBytes content(std::size_t bytes) { return std::make_shared<const Bytes>(std::min(bytes, limits::slice_bytes_max), 1); }

/// A commit, genuine or with a byte changed, by a choice.
SharedBytes some_commit(Choices& choices) {
  const std::size_t author = choices.below(5);
  const std::uint8_t kind = choices.byte();
  const auto raw = SessionNode::commit(author, kind & 1, 1 + (kind >> 1 & 7), kind >> 4 & 3);
  if ((kind & 0xC0) == 0) return raw;
  Bytes bytes = *raw;
  bytes[choices.byte() % bytes.size()] ^= 1;
  return std::make_shared<const Bytes>(std::move(bytes));
}

Head some_head(Choices& choices) {
  const std::size_t author = choices.below(5);
  const std::uint8_t kind = choices.byte();
  const auto raw = SessionNode::commit(author, kind & 1, 1 + (kind >> 1 & 7), kind >> 4);
  return {SessionNode::feed(author, kind & 1), {1, 1, 1U + (kind >> 1 & 7)}, sim::commit_id(*raw)};
}

FeedId some_feed(Choices& choices) {
  const std::uint8_t kind = choices.byte();
  return SessionNode::feed(kind % 5, kind & 0x80);
}

/// Its own requests are small numbers; ours are told by the node.
std::uint64_t some_request(Choices& choices, const SessionNode& node) {
  const std::uint8_t which = choices.byte();
  return which < 128 ? which % 16 : node.last_asked() - which % 8;
}

message::Reconcile some_reconcile(Choices& choices) {
  message::Reconcile reconcile{choices.byte(), choices.byte() % 2 == 0, {}};
  const std::size_t count = choices.below(4);
  for (std::size_t i = 0; i < count; ++i) {
    message::Range range;
    range.kind = static_cast<message::Range::Kind>(choices.below(3));
    if (i + 1 < count) range.upper = SessionNode::feed(i + 1, true).str();
    if (range.kind == message::Range::Kind::fingerprint) range.fingerprint.bytes.fill(choices.byte());
    if (range.kind == message::Range::Kind::list) {
      range.answer = choices.byte() % 2 == 1;
      const std::size_t heads = choices.below(4);
      for (std::size_t h = 0; h < heads; ++h) range.heads.push_back(some_head(choices));
      std::ranges::sort(range.heads, {}, [](const Head& head) { return head.feed.str(); });
    }
    reconcile.ranges.push_back(std::move(range));
  }
  return reconcile;
}

Message some_message(Choices& choices, const SessionNode& node) {
  using namespace message;
  switch (choices.below(18)) {
    case 0: return Announce{some_commit(choices)};
    case 1: return Have{{some_head(choices)}};
    case 2: return Graft{some_feed(choices)};
    case 3: return Prune{};
    case 4: return ForkProof{some_commit(choices), some_commit(choices)};
    case 5: return some_reconcile(choices);
    case 6: return FetchFeed{some_request(choices, node), some_feed(choices), {}, 1'000 * choices.u16(), choices.byte() % 2 == 1};
    case 7: return FeedOffer{some_request(choices, node), some_commit(choices), 100 * choices.u16()};
    case 8: return MediaQuery{some_feed(choices), {SessionNode::need(choices.below(8)).media, SessionNode::need(choices.below(8)).media}};
    case 9: {
      const MediaNeed need = SessionNode::need(choices.below(8));
      const std::uint8_t bits = choices.byte();
      if (bits & 0x80) return MediaHave{need.feeds[0], {{need.media, true, {}, {}}}};
      return MediaHave{need.feeds[0], {{need.media, false, {bits}, need.chunk_list}}};
    }
    case 10: {
      const MediaNeed need = SessionNode::need(choices.below(8));
      return FetchChunks{some_request(choices, node), some_feed(choices),    need.media, need.chunk_list, choices.byte(),
                         1U + choices.byte(),         1'000 * choices.u16(), {}};
    }
    case 11: {
      const std::uint64_t request = some_request(choices, node), offset = 100 * choices.u16();
      return Slice{request, offset, choices.byte() % 2 == 1, content(1 + 100 * choices.u16())};
    }
    case 12: return Credit{some_request(choices, node), 1'000 * choices.u16()};
    case 13: return Cancel{some_request(choices, node)};
    case 14: return Unavailable{some_request(choices, node)};
    case 15: return Ping{choices.byte()};
    case 16: return Join{};
    default: return Pong{choices.byte(), static_cast<std::int64_t>(choices.u16())};
  }
}

bool run(ByteView bytes) {
  SessionNode node;
  Choices choices(bytes);
  for (std::size_t step = 0; step < steps_max && !choices.empty(); ++step) {
    const std::uint8_t what = choices.byte();
    switch (what % 16) {
      case 0: node.link_up(choices.below(SessionNode::peers), what & 0x80); break;
      case 1: node.link_down(choices.byte()); break;
      case 2: node.receive(choices.byte(), message::Hello{1, 1, node.federation(), "fuzz"}); break;
      case 3: {
        const std::uint8_t link = choices.byte();
        node.receive_frame(link, choices.bytes(choices.byte()));
        break;
      }
      case 4: node.pass(Duration(250 * std::int64_t{choices.byte()})); break;
      case 5: node.change_roster(choices.byte()); break;
      case 6: node.need_media(choices.below(8)); break;
      case 7: node.publish(what & 0x80); break;
      case 8: node.writable(choices.byte(), what & 0x80 ? Channel::bulk : Channel::control, what & 0x40); break;
      case 9:
      case 10: node.answer_serving(what & 0xF0); break;
      case 11: node.answer_receiving(what & 0xF0); break;
      default: {
        const std::uint8_t link = choices.byte();
        node.receive(link, some_message(choices, node));
      }
    }
  }
  return true;
}

// --- seeds -------------------------------------------------------------------------------------------------------------------

/// Steps by their numbers above.
class Script {
 public:
  Script& greeted(std::uint8_t peer) { return put({0, peer, 2, static_cast<std::uint8_t>(links_++)}); }
  Script& message(std::uint8_t link, std::initializer_list<std::uint8_t> bytes) { return put({12, link}).put(bytes); }
  Script& serve(int times) {
    while (times-- > 0) put({0x19, 4, 1});  // what the line lets pass comes with time
    return *this;
  }
  Script& store(int times) {
    while (times-- > 0) put({0x1B});
    return *this;
  }
  Script& put(std::initializer_list<std::uint8_t> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
  unsigned links_ = 0;
};

std::vector<Seed> seeds() {
  const std::uint8_t ours = 128;  // the request that we made last
  Script serves, fetches, media, forks, strangers, slow, audience;
  // A peer asks for a feed with little credit, and for more; then for chunks.
  serves.greeted(2).message(0, {6, 1, 1, 0, 20, 0}).serve(3).message(0, {12, 1, 0, 60}).serve(3).message(0, {12, 1, 0, 200}).serve(4);
  serves
      .message(0,
               {
                   10,
                   2,
                   1,
                   3,
                   0,
                   1,
                   0,
                   70,
               })
      .serve(4)
      .message(0, {13, 2})
      .put({4, 8});
  // It announces what is lacking here; the offer, slices, and the store takes them.
  fetches.greeted(2).message(0, {0, 2, 8}).message(0, {7, ours, 2, 8, 2, 0}).message(0, {11, ours, 0, 0, 0, 0, 200}).store(1);
  fetches.message(0, {11, ours, 0, 0, 1, 2, 0}).store(3).put({4, 4, 7}).message(0, {5, 1, 0, 2, 2, 0, 1, 2, 8, 1});
  media.put({6, 0, 6, 1}).greeted(2).message(0, {9, 0, 0x80}).message(0, {9, 1, 3}).put({4, 4});
  media.message(0, {11, ours, 0, 0, 1, 2, 188}).store(3);
  media.message(0, {8, 1, 0, 1}).serve(2).put({4, 200}).message(0, {14, ours}).store(2);
  forks.greeted(2).greeted(3).message(0, {0, 2, 4}).message(1, {0, 2, 0x14}).message(1, {4, 2, 4, 2, 0x14}).store(2).put({4, 4});
  strangers.put({0, 5, 2, 0}).message(0, {16}).message(0, {6, 1, 1, 0, 20, 0}).put({0, 4, 2, 1});
  strangers.message(1, {6, 1, 0x82, 0, 20, 0}).serve(2).put({5, 2, 4, 200});
  slow.greeted(3).put({0x08, 0, 7, 7, 7, 5, 3, 7, 0xC8, 0, 0x48, 0, 5, 0, 4, 240, 4, 240});
  // Of a feed of Lille, a member of another territory hears and gets nothing.
  audience.greeted(2).greeted(4).put({0x87, 4, 8, 0x87, 4, 8}).message(1, {6, 1, 0x83, 0, 20, 0}).message(1, {2, 0x83}).serve(3);
  audience.message(1, {5, 1, 0, 1, 2, 0, 0}).message(0, {5, 1, 0, 1, 2, 0, 0}).message(1, {8, 0x83, 0, 1}).serve(2).put({7, 4, 255});
  return {seed("valid-audience", audience.bytes()), seed("valid-serves", serves.bytes()), seed("valid-fetches", fetches.bytes()),
          seed("valid-media", media.bytes()),       seed("valid-forks", forks.bytes()),   seed("valid-strangers", strangers.bytes()),
          seed("valid-slow", slow.bytes())};
}

const Registered registered{{"session", run, seeds, 500}};

}  // namespace
}  // namespace essaimage::fuzz::session_target
