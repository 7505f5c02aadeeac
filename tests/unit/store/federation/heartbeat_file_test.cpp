#include "store/federation/heartbeat_file.hpp"

#include "tests/support/catch.hpp"

namespace heartbeat_file_test {
using namespace essaimage;
using namespace essaimage::store;

TEST_CASE("heartbeat.toml reads back as it was written, and in no other form") {
  HeartbeatFile file{2, {}, {1'790'000'000}};
  file.previous.bytes[0] = 9;
  const auto text = encode(file);
  const auto read = parse_heartbeat_file(text);
  REQUIRE(read);
  CHECK(encode(*read) == text);
  CHECK(text.ends_with("time = 2026-09-21T14:13:20Z\n"));
  CHECK_FALSE(parse_heartbeat_file(text + "\n"));
  CHECK_FALSE(parse_heartbeat_file(encode(HeartbeatFile{2, {}, {1}})));
  CHECK_FALSE(parse_heartbeat_file(""));
  const auto secret = SigningSecret::generate();
  const Heartbeat heartbeat{file, sign_statement({{}, "heartbeat.toml", 2, file.previous}, bytes_of(text), {&secret})};
  const auto whole = parse_heartbeat(to_text(heartbeat));
  REQUIRE(whole);
  CHECK(whole->signatures == heartbeat.signatures);
  const Role role{{secret.public_key()}, 1, std::nullopt};
  CHECK(check_heartbeat(*whole, {}, role));
  FederationId other;
  other.bytes[0] = 1;
  CHECK_FALSE(check_heartbeat(*whole, other, role));
}

TEST_CASE("what time it is: the later of clock and signed time, but no clock more than 30 days beyond it") {
  constexpr std::int64_t day = 86'400;
  const Timestamp signed_at{1'790'000'000};
  const auto judged = [&](std::int64_t clock) { return judge_time({clock}, signed_at); };
  CHECK(judge_time({5}, std::nullopt).time == Timestamp{5});
  CHECK(judged(0).time == signed_at);
  CHECK_FALSE(judged(0).clock_ignored);
  CHECK(judged(signed_at.seconds + 30 * day).time.seconds == signed_at.seconds + 30 * day);
  CHECK_FALSE(judged(signed_at.seconds + 30 * day).clock_ignored);
  CHECK(judged(signed_at.seconds + 30 * day + 1).time == signed_at);
  CHECK(judged(signed_at.seconds + 30 * day + 1).clock_ignored);
}

TEST_CASE("what cannot be undone is judged by a signed time that the clock bears out") {
  constexpr std::int64_t day = 86'400;
  const Timestamp signed_at{1'790'000'000};
  const auto sure = [&](std::int64_t clock) { return judge_time({clock}, signed_at).sure.seconds; };
  CHECK(judge_time({5}, std::nullopt).sure == Timestamp{5});
  CHECK(sure(0) == day);
  CHECK(sure(signed_at.seconds - day - 1) == signed_at.seconds - 1);
  CHECK(sure(signed_at.seconds - day) == signed_at.seconds);
  CHECK(sure(signed_at.seconds) == signed_at.seconds);
  CHECK(sure(signed_at.seconds + 30 * day) == signed_at.seconds + 30 * day);
  CHECK(sure(signed_at.seconds + 30 * day + 1) == signed_at.seconds);
}

}  // namespace heartbeat_file_test
