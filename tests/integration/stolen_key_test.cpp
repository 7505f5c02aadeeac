// A thief has a centre's key, and buries its feed below the last order there is: real daemons, and the way out that is told.

#include "store/crypto/keys.hpp"
#include "store/feed/commit.hpp"
#include "store/feed/refs.hpp"
#include "store/git/pack_writer.hpp"
#include "tests/integration/peer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_feed.hpp"

namespace stolen_key_test {
using namespace essaimage;
using namespace essaimage::test;

namespace {

/// Into a home that is stopped: a first commit of the last epoch, with nothing in it.
void bury(const Node& thief, const FederationId& federation, const FeedId& feed) {
  const store::Layout layout{thief.home};
  const auto writer = store::PackWriter::create(layout.scratch());
  REQUIRE(writer);
  store::Commit commit;
  commit.tree = TestLibrary::add_tree(**writer, root_files());
  commit.time = {1};
  commit.federation = federation;
  commit.feed = feed;
  commit.order = {1, store::order_part_max, 1};
  const auto key = store::SigningSecret::load(layout.signing_key());
  REQUIRE(key);
  const auto id = (*writer)->add(store::ObjectType::commit, store::sign_commit(commit, *key));
  REQUIRE(id);
  REQUIRE((*writer)->finish_into(layout.packs()));
  auto refs = store::Refs::open(layout);
  REQUIRE(refs);
  const auto before = (*refs)->snapshot()->at(feed);
  REQUIRE((*refs)->update({{feed, before, *id}}));
}

bool knows(const Node& node, const std::string& id) { return !known(node, id).is_null(); }

}  // namespace

TEST_CASE("A stolen key that buries its centre's feed is got out of by a new one, and nobody else is touched") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& escaut = nodes.join("escaut", "lille");
  publish(deule, nodes.kit("clavier", 1'000));
  publish(escaut, nodes.kit("malle", 1'000));
  level(nodes);
  const auto federation = FederationId::parse(deule.json({"status"})["federation"]["id"].get<std::string>());
  deule.stop();
  Node thief(nodes.folder / "thief");
  std::filesystem::copy(deule.home, thief.home, std::filesystem::copy_options::recursive);
  bury(thief, *federation, FeedId{"deule", Audience{}});
  thief.start();
  REQUIRE(eventually([&] { return !knows(nodes.federation, "deule/clavier") && !knows(escaut, "deule/clavier"); }));

  // The federation names the last that counts, and gives the centre a new key.
  const std::string told = nodes.federation.ctl({"member", "show", "deule"}).output;
  INFO(told);
  const auto begin = told.find("deule/region@1.1.");  // the newest comes first
  REQUIRE(begin != std::string::npos);
  const std::string last = told.substr(begin, told.find_first_of(" \n", begin) - begin);
  REQUIRE(nodes.federation.ctl({"member", "suspend", "deule", "--why", "clé volée", "--last", last}).exit_code == 0);
  auto invitation = nodes.federation.ctl({"member", "new-key", "deule", "--reinstate"});
  REQUIRE(invitation.exit_code == 0);
  while (invitation.output.ends_with('\n')) invitation.output.pop_back();
  Node renewed(nodes.folder / "renewed");
  REQUIRE(renewed.ctl({"join", invitation.output, "--listen", renewed.endpoint}).exit_code == 0);
  renewed.start();
  REQUIRE(renewed.sync());
  publish(renewed, nodes.kit("clavier", 1'000, 2));
  for (const Node* node : {&nodes.federation, &escaut, &renewed}) {
    CHECK(eventually([&] { return knows(*node, "deule/clavier") && known(*node, "deule/clavier")["version"] == 2; }));
    CHECK(eventually([&] { return node->whole_kits() == std::vector<std::string>{"deule/clavier", "escaut/malle"}; }));
    CHECK(node->ctl({"verify"}).exit_code == 0);
  }
}

}  // namespace stolen_key_test
