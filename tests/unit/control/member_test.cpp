// The verbs about a member whose key is lost or stolen.
#include "tests/unit/control/served.hpp"

using namespace essaimage;
using test::Json;
using test::Served;

namespace {

struct Federation : Served {
  Federation() { node.lib.who.slug = node.lib.who.federation_slug; }
};

}  // namespace

TEST_CASE("what counts of a suspended member's feeds may be said, in its one form") {
  Federation served;
  for (const auto* last : {"fives/region", "fives/region@1.1", "fives/region@1.1.0", "@1.1.1", "fives/region@01.1.1"}) {
    INFO(last);
    CHECK(served.ask("member.suspend", {{"slug", "fives"}, {"why", "x"}, {"last", {last}}})["failure"] == "usage");
  }
  CHECK(served.node.lib.calls.empty());
  CHECK(served.ask("member.suspend", {{"slug", "fives"}, {"why", "x"}, {"last", {"fives/region@1.1.40"}}})["suspended"] == true);
  CHECK(served.node.lib.calls.back() == "last fives/region 1.1.40");
}

TEST_CASE("a member is invited to go on under a new key by the federation alone") {
  Served elsewhere;
  CHECK(elsewhere.ask("member.new-key", {{"slug", "fives"}})["failure"] == "federation.not-here");
  Federation served;
  CHECK(served.ask("member.new-key", {{"slug", "nobody"}})["failure"] == "peer.unknown");
  const auto renewed = served.ask("member.new-key", {{"slug", "fives"}, {"reinstate", true}, {"valid_seconds", 60}});
  CHECK(served.node.lib.calls.back() == "new key of fives, reinstated");
  CHECK(renewed["name"] == "fives");
  CHECK(renewed["invitation"].get<std::string>().starts_with("essaimage1-"));
}

TEST_CASE("a member is shown with its keys and what it published last") {
  Federation served;
  CHECK(served.ask("member.show", {{"slug", "nobody"}})["failure"] == "peer.unknown");
  CHECK(served.ask("member.show", {{"slug", "fives"}, {"count", 0}})["failure"] == "usage");
  const auto shown = served.ask("member.show", {{"slug", "fives"}});
  CHECK(shown["keys"].size() == 1);
  CHECK(shown["suspended"] == false);
}
