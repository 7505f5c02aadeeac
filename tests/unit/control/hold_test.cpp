// The verbs about what a node holds, and what is told of media that it does not hold.
#include "daemon/shell/control/explain/explain.hpp"
#include "tests/unit/control/served.hpp"

namespace hold_test {
using namespace essaimage;
using test::Json;
using test::media;
using test::Served;

TEST_CASE("a kit that is not held says so, why, and who has all of it") {
  Served served;
  served.kit();
  served.node.holders = {{media(1), {"fede", "loos"}}, {media(2), {"fede"}}};
  const auto shown = served.ask("kit.show", {{"id", "fives/film"}, {"holders", true}});
  CHECK(shown["state"] == "not-held");
  CHECK(shown["complete"] == false);
  CHECK(shown["not_held"]["bytes"] == 1'500);
  CHECK(shown["why_not"]["code"] == "policy-none");
  CHECK(shown["held_by"] == Json::array({"fede"}));
  const auto listed = served.ask("kits");
  CHECK_FALSE(listed["items"][0][0].contains("held_by"));
  CHECK(served.ask("status")["kits_not_held"] == 1);
}

TEST_CASE("a kit of which something is to come is coming, and one without media is whole") {
  Served served;
  served.kit().not_held = {1, 500};
  CHECK(served.ask("kit.show", {{"id", "fives/film"}})["state"] == "coming");
  served.node.lib.add_kit({"fives", "texte"});
  CHECK(served.ask("kit.show", {{"id", "fives/texte"}, {"holders", true}})["state"] == "whole");
}

TEST_CASE("dropping is refused while too few others hold what would go, and says how many and who") {
  Served served;
  served.kit();
  served.node.lib.removes = {{{"fives", {}}, media(1), 1'000}, {{"fives", {}}, media(2), 500}};
  served.node.holders = {{media(1), {"fede", "loos"}}, {media(2), {"loos"}}};
  const auto refused = served.ask("drop", {{"id", "fives/film"}});
  CHECK(refused["failure"] == "hold.copies-too-few");
  CHECK(refused["detail"] == "fives/film: 1/2 (loos)");
  CHECK(served.node.lib.calls.empty());
  const auto anyway = served.ask("drop", {{"id", "fives/film"}, {"anyway", true}});
  CHECK(anyway["removed_files"] == 2);
  CHECK(anyway["removed_bytes"] == 1'500);
  served.node.holders[media(2)].emplace_back("fede");
  CHECK(served.ask("drop", {{"id", "fives/film"}})["removed_files"] == 2);
  CHECK(served.node.lib.calls == std::vector<std::string>{"dropped fives/film", "dropped fives/film"});
  served.node.lib.add_kit({"wazemmes", "lampe"});
  CHECK(served.ask("drop", {{"id", "wazemmes/lampe"}, {"anyway", true}})["failure"] == "hold.own-kit");
  CHECK(served.ask("drop", {{"id", "fives/autre"}})["failure"] == "not-found");
}

TEST_CASE("waiting for a kit that waits for room ends, and says what is in the way") {
  Served served;
  auto& kit = served.kit();
  kit.why_not = store::HoldReason::quota;
  const auto waited = served.ask("fetch", {{"id", "fives/film"}, {"wait", true}});
  CHECK(waited["failure"] == "hold.no-room");
  CHECK(waited["detail"] == "fives/film: quota, 1.5 kB");
  // Without waiting too: it is chosen, but nothing is on its way.
  CHECK(served.ask("fetch", {{"id", "fives/film"}})["failure"] == "hold.no-room");
  CHECK(served.node.lib.calls == std::vector<std::string>{"fetched fives/film", "fetched fives/film"});
  kit.choice = {store::KitChoice::Kind::pinned, 1};
  kit.media_here = 2;
  served.node.lib.calls.clear();
  CHECK(served.ask("fetch", {{"id", "fives/film"}, {"wait", true}})["state"] == "whole");
  CHECK(served.node.lib.calls.empty());  // it stays pinned
  CHECK(served.ask("pin", {{"id", "fives/film"}})["id"] == "fives/film");
  CHECK(served.ask("unpin", {{"id", "fives/film"}})["id"] == "fives/film");
  CHECK(served.node.lib.calls == std::vector<std::string>{"pinned fives/film", "none fives/film"});
}

TEST_CASE("hold tells the policy, the choices, and what waits for room") {
  Served served;
  served.kit().why_not = store::HoldReason::disk;
  auto& view = served.node.lib.view;
  view.policy.media = store::HoldPolicy::Media::territory;
  view.policy.quota_bytes = 7;
  view.choices[{"fives", "film"}] = {store::KitChoice::Kind::fetched, 3};
  view.not_held[store::HoldReason::disk] = {2, 1'500};
  const auto told = served.ask("hold");
  CHECK(told["policy"]["media"] == "territory");
  CHECK(told["policy"]["quota_bytes"] == 7);
  CHECK(told["choices"][0]["choice"] == "fetched");
  CHECK(told["not_held"][0]["why"]["code"] == "disk");
  CHECK(told["waiting"][0]["id"] == "fives/film");
  CHECK(told["earlier"]["files"] == 0);
}

TEST_CASE("what is not held is no problem, what the disk has no room for is one") {
  Served served;
  const auto kit = served.kit();
  const auto status = served.node.status().value();
  shell::Situation here{status, served.node.lib.members.get(), served.node.lib.who, Instant{1000}, 10'000'000'000};
  const auto found = shell::explain_kit(here, kit.row.id, kit);
  REQUIRE(found.size() == 1);
  CHECK(found[0].code == "media-not-held");
  CHECK(found[0].next_step.en.find("fetch") != std::string::npos);
  CHECK_FALSE(found[0].problem);
  here.not_held = {{store::HoldReason::dropped, {1, 1}}, {store::HoldReason::quota, {1, 1}}};
  for (const auto& each : shell::explain_node(here)) CHECK_FALSE((each.problem && each.code.starts_with("media")));
  here.not_held = {{store::HoldReason::disk, {1, 1}}};
  const auto problems = shell::explain_node(here);
  CHECK(std::any_of(problems.begin(), problems.end(), [](const auto& e) { return e.problem && e.code == "media-wait-for-disk"; }));
  for (int i = 0; i <= static_cast<int>(store::HoldReason::disk); ++i) {
    auto other = kit;
    other.why_not = static_cast<store::HoldReason>(i);
    const auto told = shell::explain_kit(here, kit.row.id, other).at(0);
    CHECK(told.text.en != told.text.fr);
    // Where room lacks, asking for it brings nothing.
    const bool room = store::waits_for_room(*other.why_not);
    CHECK((told.next_step.en.find("`essaimagectl fetch") == std::string::npos) == room);
    CHECK((told.next_step.fr.find(i == static_cast<int>(store::HoldReason::quota) ? "quota_gib" : "free_gib_min") != std::string::npos) ==
          room);
  }
}

}  // namespace hold_test
