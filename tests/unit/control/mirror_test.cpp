// The verbs about mirrors, and what a kit's entry says of one that has ended.
#include "tests/unit/control/served.hpp"

namespace mirror_test {
using namespace essaimage;
using test::Json;
using test::Served;

namespace {

struct Federation : Served {
  Federation() { node.lib.who.slug = node.lib.who.federation_slug; }
  Json add(const std::string& mirror = "numerique") const {
    return ask("mirror.add", {{"mirror", mirror}, {"name", "Inclusion"}, {"territories", {"lille", "valenciennes"}}, {"offline", true}});
  }
};

}  // namespace

TEST_CASE("the federation links territories and ends that, and everybody sees both") {
  Federation served;
  CHECK(served.ask("mirror.show", {{"mirror", "numerique"}})["failure"] == "mirror.unknown");
  const auto added = served.add();
  CHECK(added["runs"] == true);
  CHECK(added["ended"].is_null());
  CHECK(added["territories"] == Json::array({"lille", "valenciennes"}));
  CHECK(served.add()["failure"] == "mirror.exists");
  CHECK(served.ask("mirror.list")["mirrors"] == 1);
  CHECK(served.ask("mirror.end", {{"mirror", "numerique"}, {"offline", true}})["failure"] == "usage");
  const auto ended = served.ask("mirror.end", {{"mirror", "numerique"}, {"why", "fini"}, {"offline", true}});
  CHECK(ended["runs"] == false);
  CHECK(ended["ended_why"] == "fini");
  CHECK(served.ask("mirror.list")["mirrors"] == 0);
  CHECK(served.ask("mirror.list", {{"all", true}})["items"][0][0]["version"] == 2);
}

TEST_CASE("a mirror that runs gets other territories or another name, by the verb that says so") {
  Federation served;
  const auto change = [&](Json arguments) {
    arguments["offline"] = true;
    return served.ask("mirror.change", arguments);
  };
  CHECK(change({{"mirror", "numerique"}, {"name", "Nouveau"}})["failure"] == "mirror.unknown");
  served.add();
  CHECK(change({{"mirror", "numerique"}})["failure"] == "usage");
  const auto renamed = change({{"mirror", "numerique"}, {"name", "Nouveau"}});
  CHECK(renamed["name"] == "Nouveau");
  CHECK(renamed["territories"] == Json::array({"lille", "valenciennes"}));
  CHECK(change({{"mirror", "numerique"}, {"territories", {"lens", "lille"}}})["territories"] == Json::array({"lens", "lille"}));
}

TEST_CASE("another node than the federation's links nothing") {
  Served served;
  const auto added = served.ask("mirror.add", {{"mirror", "n"}, {"territories", {"a", "b"}}, {"offline", true}});
  CHECK(added["failure"] == "federation.not-here");
  CHECK(served.ask("mirror.change", {{"mirror", "n"}, {"name", "x"}, {"offline", true}})["failure"] == "federation.not-here");
  CHECK(served.ask("mirror.end", {{"mirror", "n"}, {"why", "x"}, {"offline", true}})["failure"] == "federation.not-here");
}

TEST_CASE("an act that lacks signatures is a request, and nothing is linked") {
  Federation served;
  store::SigningRequest request;
  request.roles = "roles\n";
  served.node.lib.linked.asks = request;
  const auto added = served.add();
  CHECK(added["in_force"] == false);
  CHECK(added["request"].get<std::string>().starts_with("# Demande"));
  CHECK(served.ask("mirror.list", {{"all", true}})["mirrors"] == 0);
}

TEST_CASE("a kit says of the mirrors that it lies in which have ended") {
  Federation served;
  auto& kit = served.kit();
  kit.audiences = {{Audience::Kind::mirror, "numerique"}, {Audience::Kind::mirror, "autre"}, {Audience::Kind::territory, "lille"}};
  served.add();
  served.add("autre");
  CHECK(served.ask("kit.show", {{"id", "fives/film"}})["ended_mirrors"].empty());
  served.ask("mirror.end", {{"mirror", "numerique"}, {"why", "fini"}, {"offline", true}});
  const auto shown = served.ask("kit.show", {{"id", "fives/film"}})["ended_mirrors"];
  REQUIRE(shown.size() == 1);
  CHECK(shown[0]["mirror"] == "numerique");
  CHECK(served.ask("mirror.show", {{"mirror", "autre"}})["kits"] == Json::array({"fives/film"}));
}

TEST_CASE("a rule names own kits that are known, and applies at once unless it is taken off") {
  Federation served;
  served.add();
  served.node.lib.who.slug = "fives";
  served.kit();
  const auto rule = [&](Json arguments) {
    arguments["mirror"] = "numerique";
    arguments["offline"] = true;
    return served.ask("mirror.rule", arguments);
  };
  CHECK(rule({{"kits", {"autre/film"}}})["failure"] == "usage");
  CHECK(rule({{"kits", {"fives/absent"}}})["failure"] == "not-found");
  store::PublishedKit copy;
  copy.id = {"fives", "film"};
  copy.by_rule = true;
  served.node.lib.linked.copies = {copy};
  const auto done = rule({{"kits", {"fives/film"}}, {"themes", {"énergie"}}});
  CHECK(done["rule"]["kits"] == Json::array({"film"}));
  CHECK(done["rule"]["themes"] == Json::array({"énergie"}));
  CHECK(done["published"] == 1);
  CHECK(done["items"][0][0]["by_rule"] == true);
  CHECK(served.ask("mirror.show", {{"mirror", "numerique"}})["rule"]["kits"] == Json::array({"film"}));
  CHECK(rule({{"off", true}})["rule"].is_null());
  CHECK(served.node.lib.linked.applied == 1);
}

}  // namespace mirror_test
