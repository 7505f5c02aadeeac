// The raw commits of feeds.

#include <algorithm>

#include "store/feed/commit.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/test_feed.hpp"

namespace essaimage::fuzz::commit_target {
namespace {

store::Commit first() {
  store::Commit commit;
  commit.time = {1'700'000'000};
  commit.federation = test::test_federation();
  commit.feed = {"mdq-wazemmes", {Audience::Kind::territory, "lille"}};
  commit.order = {1, 1, 1};
  commit.tree.bytes.fill(1);
  return commit;
}

const Bytes& genuine() {
  static const Bytes raw = [] {
    auto commit = first();
    return sign_commit(commit, test::secret_of("mdq-wazemmes"));
  }();
  return raw;
}

bool run(ByteView bytes) {
  const auto commit = store::parse_commit(bytes);
  if (!commit) return false;
  ESSAIMAGE_ASSERT(std::ranges::equal(store::encode(*commit), bytes));
  ESSAIMAGE_ASSERT(commit->parent.has_value() == (commit->order.seq != 1));
  // What differs from a signed commit is not signed by that key any more.
  if (commit->key == test::secret_of("mdq-wazemmes").public_key() && commit->order == Order{1, 1, 1} &&
      !std::ranges::equal(bytes, genuine())) {
    const auto was = store::parse_commit(genuine());
    if (commit->signature == was->signature) ESSAIMAGE_ASSERT(!signature_holds(*commit));
  }
  return true;
}

std::vector<Seed> seeds() {
  const auto secret = test::secret_of("mdq-wazemmes");
  std::vector<Seed> seeds{seed("valid-first", genuine())};
  auto next = first();
  next.order.seq = 2;
  next.parent.emplace().bytes.fill(2);
  seeds.push_back(seed("valid-next", sign_commit(next, secret)));
  auto root = first();
  root.order = {2, 3, 1};
  root.resolves.emplace();
  root.resolves->first.bytes.fill(3);
  root.resolves->second.bytes.fill(4);
  seeds.push_back(seed("valid-root", sign_commit(root, secret)));
  Bytes behind = genuine();
  behind.push_back('\n');
  seeds.push_back(seed("hostile-line-behind", behind));
  return seeds;
}

const Registered registered{{"commit", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::commit_target
