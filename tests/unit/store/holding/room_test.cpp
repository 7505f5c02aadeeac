#include "store/holding/holding.hpp"
#include "tests/support/catch.hpp"

namespace room_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

Sha256 media(std::uint8_t n) {
  Sha256 id;
  id.bytes.fill(n);
  return id;
}

HoldPolicy with(std::uint64_t quota, std::uint64_t floor) {
  HoldPolicy policy;
  policy.quota_bytes = quota;
  policy.free_bytes_min = floor;
  return policy;
}

Candidate candidate(std::uint8_t n, HoldReason claim, std::int64_t published, std::uint64_t bytes) {
  return {media(n), claim, {published}, {"a", "k" + std::to_string(published)}, bytes, bytes};
}

std::vector<std::uint8_t> order_of(const std::vector<Candidate>& all) {
  std::vector<std::uint8_t> order;
  for (const auto& each : all) order.push_back(each.media.bytes[0]);
  return order;
}

/// A disk on which little is free, or as good as everything.
Space with_free(std::uint64_t free) { return {10, {free, 1'000}}; }
Space with_media(std::uint64_t media) { return {media, {std::uint64_t{1} << 60, 1'000}}; }

}  // namespace

TEST_CASE("the stronger claim has the room first, then the newest kit, and in it the smallest file") {
  std::vector<Candidate> all{candidate(1, HoldReason::policy, 10, 5), candidate(2, HoldReason::policy, 20, 9),
                             candidate(3, HoldReason::policy, 20, 4), candidate(4, HoldReason::fetched, 1, 7),
                             candidate(5, HoldReason::pinned, 1, 7),  candidate(6, HoldReason::own, 1, 7)};
  place(all, with(25, 0), with_media(0));
  CHECK(order_of(all) == std::vector<std::uint8_t>{6, 5, 4, 3, 2, 1});
  CHECK(all[3].waits == std::nullopt);
  CHECK(all[4].waits == HoldReason::quota);
  CHECK(all[5].waits == HoldReason::quota);
}

TEST_CASE("what does not fit keeps nothing smaller from it, and a part that is here needs no room") {
  std::vector<Candidate> all{candidate(1, HoldReason::policy, 30, 100), candidate(2, HoldReason::policy, 20, 100),
                             candidate(3, HoldReason::policy, 10, 5)};
  all[1].lacking_bytes = 10;
  place(all, with(50, 0), with_media(30));
  CHECK(all[0].waits == HoldReason::quota);
  CHECK_FALSE(all[1].waits);
  CHECK_FALSE(all[2].waits);
}

TEST_CASE("some of the disk is left to others, whatever the claim; the quota binds nobody to lose its own") {
  Room room(with(10, 1'000), with_free(1'050), 0);
  CHECK(room.take(1, HoldReason::pinned) == HoldReason::quota);
  CHECK(room.take(51, HoldReason::own) == HoldReason::disk);
  CHECK(room.take(50, HoldReason::own) == std::nullopt);
  CHECK(room.take(1, HoldReason::own) == HoldReason::disk);
  Room full(with(0, 1'000), with_free(10), 0);
  CHECK(full.take(1, HoldReason::pinned) == HoldReason::disk);
  Room unbound(with(0, 0), with_media(0), 0);
  CHECK(unbound.take(1'000'000, HoldReason::policy) == std::nullopt);
}

TEST_CASE("a disk is never filled to its end, even where the admin leaves nothing free") {
  constexpr std::uint64_t MiB = 1 << 20;
  Room large(with(0, 0), {0, {100 * MiB, 100'000 * MiB}}, 0);
  CHECK(large.take(37 * MiB, HoldReason::own) == HoldReason::disk);
  CHECK(large.take(36 * MiB, HoldReason::own) == std::nullopt);
  Room small(with(0, 0), {0, {10 * MiB, 64 * MiB}}, 0);  // a stick
  CHECK(small.take(9 * MiB + 1, HoldReason::own) == HoldReason::disk);
  CHECK(small.take(9 * MiB, HoldReason::own) == std::nullopt);
  Room silent(with(0, 0), {0, {0, 0}}, 0);  // a file system that says nothing of its size
  CHECK(silent.take(MiB, HoldReason::policy) == std::nullopt);
}

TEST_CASE("what is granted counts until it has come, and what is kept back is added up by reason") {
  Holding holding(with(100, 0));
  holding.grant(media(1), 60);
  CHECK(holding.is_granted(media(1)));
  CHECK(holding.promised_bytes() == 60);
  CHECK(holding.room(with_media(0)).take(41, HoldReason::policy) == HoldReason::quota);
  holding.keep_back(media(2), HoldReason::quota, 41);
  holding.keep_back(media(3), HoldReason::theme, 7);
  CHECK(holding.waits_for_room());
  CHECK(holding.keeps_partial(media(1)));
  CHECK(holding.keeps_partial(media(2)));
  CHECK_FALSE(holding.keeps_partial(media(3)));
  CHECK(holding.kept_back_by_reason() == std::map<HoldReason, KeptBack>{{HoldReason::theme, {1, 7}}, {HoldReason::quota, {1, 41}}});
  holding.forget(media(1));  // it has come
  CHECK(holding.promised_bytes() == 0);
  CHECK(holding.room(with_media(0)).take(41, HoldReason::policy) == HoldReason::quota);
  const auto changed = holding.replace({{media(2), 41}}, {}, with_media(20));
  CHECK(changed == std::vector<Sha256>{media(2)});
  CHECK_FALSE(holding.waits_for_room());
  CHECK(holding.room(with_media(0)).take(39, HoldReason::policy) == std::nullopt);
  CHECK(holding.room(with_media(0)).take(40, HoldReason::policy) == HoldReason::quota);
}

TEST_CASE("a choice ends what takes everything, until it is taken back") {
  Holding holding({});
  const KitId kit{"a", "k"};
  CHECK(holding.takes_all());
  holding.set_choice(kit, {KitChoice::Kind::dropped, 2});
  CHECK_FALSE(holding.takes_all());
  CHECK(holding.choice(kit).kind == KitChoice::Kind::dropped);
  holding.set_choice(kit, {});
  CHECK(holding.takes_all());
}

}  // namespace room_test
