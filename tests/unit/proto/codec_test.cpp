#include "proto/codec.hpp"

#include <set>

#include "proto/limits.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/every_message.hpp"

namespace codec_test {
using namespace essaimage;
using namespace essaimage::test;

namespace {

bool readable(const Message& message) { return decode(encode(message)).has_value(); }

}  // namespace

TEST_CASE("every message survives encoding and decoding") {
  const auto messages = every_message();
  std::set<std::size_t> kinds;
  for (const Message& message : messages) {
    CAPTURE(name_of(message));
    kinds.insert(message.index());
    const Bytes frame = encode(message);
    const auto back = decode(frame);
    REQUIRE(back);
    CHECK(back->index() == message.index());
    CHECK(encode(*back) == frame);
  }
  CHECK(kinds.size() == std::variant_size_v<Message>);
}

TEST_CASE("the fields of a reconciliation come back as they were") {
  const auto back = decode(encode(reconcile()));
  REQUIRE(back);
  const auto& m = std::get<message::Reconcile>(*back);
  REQUIRE(m.ranges.size() == 5);
  CHECK(m.opening);
  CHECK(m.round == 9);
  CHECK(m.ranges[0].kind == message::Range::Kind::skip);
  CHECK(m.ranges[1].fingerprint == filled<Fingerprint>(3));
  CHECK(m.ranges[2].heads == std::vector<Head>{head("c/region", 4)});
  CHECK_FALSE(m.ranges[2].answer);
  CHECK(m.ranges[3].kind == message::Range::Kind::list);
  CHECK(m.ranges[4].answer);
  CHECK(m.ranges[4].upper.empty());
}

TEST_CASE("a truncated frame is refused or read, and never crashes") {
  for (const Message& message : every_message()) {
    const Bytes frame = encode(message);
    for (std::size_t size = 0; size < frame.size(); ++size) {
      const auto back = decode(ByteView(frame).first(size));
      if (back) CHECK(encode(*back).size() <= size + 64);
    }
  }
}

TEST_CASE("flipped bits and garbage are refused or read, and never crash") {
  std::uint64_t state = 1;
  const auto random = [&] { return state = state * 6364136223846793005U + 1442695040888963407U; };
  for (const Message& message : every_message()) {
    const Bytes frame = encode(message);
    for (std::size_t i = 0; i < frame.size(); ++i) {
      Bytes broken = frame;
      broken[i] ^= static_cast<std::uint8_t>(1U << (random() >> 61U));
      (void)decode(broken);
    }
  }
  for (int round = 0; round < 20'000; ++round) {
    Bytes noise((random() >> 33U) % 200);
    for (auto& byte : noise) byte = static_cast<std::uint8_t>(random() >> 56U);
    (void)decode(noise);
  }
  CHECK_FALSE(decode({}));
  CHECK_FALSE(decode(Bytes(limits::message_bytes_max + 1, 0)));
}

TEST_CASE("the largest messages that the core makes fit into a frame") {
  message::Have have;
  const std::string slug(64, 'a');
  have.heads.assign(limits::heads_per_message_max, {{slug, {Audience::Kind::territory, slug}}, {~0ULL, ~0ULL, ~0ULL}, filled<ObjectId>(1)});
  CHECK(encode(have).size() <= limits::message_bytes_max);
  CHECK(readable(have));
  CHECK(encode(message::Slice{~0ULL, ~0ULL, true, shared(limits::slice_bytes_max)}).size() <= limits::message_bytes_max);
  const FeedId feed{slug, {Audience::Kind::territory, slug}};
  const Bytes map((limits::chunks_per_media_max + 7) / 8, 0xff);
  const message::MediaHave whole_map{feed, {{filled<Sha256>(1), false, map, filled<ObjectId>(2)}}};
  CHECK(encode(whole_map).size() <= limits::message_bytes_max);
  CHECK(encode(message::ForkProof{shared(limits::commit_bytes_max), shared(limits::commit_bytes_max)}).size() <= limits::message_bytes_max);
}

TEST_CASE("what is out of bounds is refused") {
  CHECK_FALSE(readable(message::Hello{0, 1, {}, "x"}));
  CHECK_FALSE(readable(message::Hello{2, 1, {}, "x"}));
  CHECK_FALSE(readable(message::Hello{1, 1, {}, std::string(limits::agent_bytes_max + 1, 'x')}));
  CHECK_FALSE(readable(message::Hello{1, 1, {}, "two\nlines"}));
  CHECK_FALSE(readable(message::Hello{1, 1, {}, "\xff"}));
  CHECK_FALSE(readable(message::JoinReply{false, std::string(limits::error_code_bytes_max + 1, 'x')}));
  CHECK_FALSE(readable(message::Announce{shared(0)}));
  CHECK_FALSE(readable(message::Announce{shared(limits::commit_bytes_max + 1)}));
  CHECK_FALSE(readable(message::Have{}));
  CHECK_FALSE(readable(message::Have{std::vector<Head>(limits::heads_per_message_max + 1, head("a/region", 1))}));
  CHECK_FALSE(readable(message::Graft{{"Not-a-slug", {}}}));
  CHECK_FALSE(readable(message::MediaQuery{{"a", {}}, {}}));
  CHECK_FALSE(readable(message::MediaQuery{{"a", {}}, std::vector<Sha256>(limits::media_per_message_max + 1)}));
  CHECK_FALSE(readable(message::MediaHave{{"a", {}}, {{{}, true, {1}, filled<ObjectId>(1)}}}));
  CHECK_FALSE(readable(message::MediaHave{{"a", {}}, {{{}, false, {1}, {}}}}));
  CHECK_FALSE(readable(message::FetchChunks{1, {"a", {}}, {}, {}, 0, 0, 0, {}}));
  CHECK_FALSE(readable(message::FetchChunks{1, {"a", {}}, {}, {}, 0xffffffff, 2, 0, {}}));
  CHECK_FALSE(readable(message::Slice{1, 0, false, shared(0)}));
  CHECK_FALSE(readable(message::Slice{1, 0, false, shared(limits::slice_bytes_max + 1)}));
  CHECK_FALSE(readable(message::Credit{1, 0}));
}

TEST_CASE("the ranges of a reconciliation rise, and only the last one is open") {
  using Kind = message::Range::Kind;
  const auto ranges = [](std::vector<std::string> uppers) {
    message::Reconcile m;
    for (auto& upper : uppers) m.ranges.push_back({std::move(upper), Kind::skip, {}, {}, false});
    return m;
  };
  CHECK(readable(ranges({})));
  CHECK(readable(ranges({"a", "b", ""})));
  CHECK_FALSE(readable(ranges({"b", "a"})));
  CHECK_FALSE(readable(ranges({"a", "a"})));
  CHECK_FALSE(readable(ranges({"", "a"})));
  CHECK_FALSE(readable(ranges({"", ""})));
}

TEST_CASE("the heads of all ranges together are bounded") {
  using Kind = message::Range::Kind;
  message::Reconcile m;
  m.ranges.push_back({"m", Kind::list, {}, std::vector<Head>(limits::heads_per_message_max, head("a/region", 1)), false});
  CHECK(readable(m));
  m.ranges.push_back({"", Kind::list, {}, {head("n/region", 1)}, false});
  CHECK_FALSE(readable(m));
}

}  // namespace codec_test
