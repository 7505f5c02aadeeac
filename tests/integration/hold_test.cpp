// What real daemons hold: a policy that asks for nothing, and the admin's choices, across restarts and new versions.

#include <algorithm>

#include "tests/integration/nodes.hpp"
#include "tests/integration/peer.hpp"
#include "tests/support/catch.hpp"

namespace hold_test {
using namespace essaimage;
using namespace essaimage::test;

namespace {

const std::string film = "deule/film";

}  // namespace

TEST_CASE("A node that holds nothing by itself fetches a kit when told, and drops it when others hold it") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& escaut = nodes.join("escaut", "valenciennes");
  configure(escaut, "media = \"none\"");
  publish(deule, nodes.kit("film", 3'000'000));
  level(nodes);
  CHECK(known(escaut, film)["state"] == "not-held");
  CHECK(known(escaut, film)["why_not"]["code"] == "policy-none");
  CHECK(escaut.json({"status"})["media_not_held"] == 1);
  // Its author may just be telling where it can be reached: then something newer of its feed is on its way for a moment.
  CHECK(eventually([&] { return escaut.ctl({"explain", film}).exit_code == 0; }));
  const auto both = [&] { return escaut.json({"kit", "show", film})["held_by"] == nlohmann::json::array({"deule", "federation"}); };
  CHECK(eventually(both));  // once it is connected with both

  REQUIRE(escaut.ctl({"fetch", film, "--wait"}).exit_code == 0);
  CHECK(known(escaut, film)["state"] == "whole");
  // One node more than there are must hold it.
  configure(escaut, "media = \"none\"\ncopies_min = 3");
  const auto refused = [&](const std::string& why) {
    const auto result = escaut.ctl({"drop", film, "--json"});
    return result.exit_code == 1 && result.output.find("hold.copies-too-few") != std::string::npos &&
           result.output.find(why) != std::string::npos;
  };
  CHECK(eventually([&] { return refused("2/3 (deule, federation)"); }));
  CHECK(known(escaut, film)["state"] == "whole");
  REQUIRE(escaut.ctl({"drop", film, "--anyway"}).exit_code == 0);
  CHECK(known(escaut, film)["media_here"] == 0);

  configure(escaut, "media = \"all\"\ncopies_min = 2");
  CHECK(known(escaut, film)["why_not"]["code"] == "dropped");
  publish(deule, nodes.kit("film", 3'000'000, 2));
  level(nodes);
  CHECK(known(escaut, film)["version"] == 2);
  CHECK(known(escaut, film)["state"] == "not-held");
  REQUIRE(escaut.ctl({"pin", film}).exit_code == 0);
  REQUIRE(escaut.sync());
  CHECK(known(escaut, film)["state"] == "whole");
  CHECK(eventually([&] { return escaut.ctl({"drop", film}).exit_code == 0; }));
  CHECK(known(escaut, film)["media_here"] == 0);
  CHECK(escaut.ctl({"verify"}).exit_code == 0);
}

TEST_CASE("A pinned kit comes with its new versions to a node that holds nothing else") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& escaut = nodes.join("escaut", "valenciennes");
  configure(escaut, "media = \"territory\"");
  publish(deule, nodes.kit("film", 300'000));
  publish(deule, nodes.kit("autre", 310'000));
  level(nodes);
  CHECK(known(escaut, film)["why_not"]["code"] == "elsewhere");
  REQUIRE(escaut.ctl({"pin", film}).exit_code == 0);
  publish(deule, nodes.kit("film", 300'000, 2));
  level(nodes);
  CHECK(known(escaut, film)["version"] == 2);
  CHECK(known(escaut, film)["state"] == "whole");
  CHECK(known(escaut, "deule/autre")["state"] == "not-held");
  // Its author keeps the first version's film, which no newest version names.
  CHECK(deule.json({"hold"})["earlier"]["files"] == 1);
  CHECK(deule.json({"hold"})["earlier"]["bytes"].get<std::uint64_t>() >= 300'000);
}

TEST_CASE("A pause of whoever has a kit is told to those who wait for it, and watching tells when it has come") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  REQUIRE(deule.ctl({"pause"}).exit_code == 0);
  publish(deule, nodes.kit("film", 300'000));
  const auto told = [&] {
    const auto kit = known(nodes.federation, film);
    return kit.is_object() && kit["progress"].is_object() && kit["progress"]["waits"].is_object() &&
           kit["progress"]["waits"]["code"] == "refused";
  };
  CHECK(eventually(told));
  // It is asked again from time to time: for a moment that is said instead.
  const auto says = [&](const std::vector<std::string>& verb, const char* what) {
    return eventually([&] { return nodes.federation.ctl(verb).output.find(what) != std::string::npos; });
  };
  CHECK(says({"explain", film}, "the peer deule serves no media now"));
  CHECK(says({"status"}, "coming          1 kit: 0 B of 300 kB: the peer deule serves no"));
  REQUIRE(deule.ctl({"resume"}).exit_code == 0);
  REQUIRE(nodes.federation.sync());
  CHECK(known(nodes.federation, film)["state"] == "whole");
  CHECK(known(nodes.federation, film)["progress"].is_null());
  // The first picture comes before the events.
  const auto watched = nodes.federation.ctl({"watch", "--json", "--all", "--count", "1"}).output;
  CHECK(watched.find(R"({"kind":"state")") == 0);
  CHECK(watched.find(R"("kits_coming":0)") != std::string::npos);
}

TEST_CASE("What is over the quota waits, the newest kit has come, and the rest comes when the quota is raised") {
  Nodes nodes;
  Node& deule = nodes.join("deule", "lille");
  Node& escaut = nodes.join("escaut", "valenciennes");
  configure(escaut, "quota_gib = 0.004");  // 4.3 MB
  publish(deule, nodes.kit("film", 3'000'000));
  publish(deule, nodes.kit("autre", 2'000'000, 2));
  level(nodes);
  const auto view = escaut.json({"hold"});
  REQUIRE(view["waiting"].size() == 1);
  CHECK(view["waiting"][0]["why"]["code"] == "quota");
  CHECK(view["media_bytes"].get<std::uint64_t>() <= 4'300'000);
  const std::string waits = view["waiting"][0]["id"];
  const auto fetch = escaut.ctl({"fetch", waits, "--wait", "--json"});
  // A fetched kit goes before what the policy alone wants, but what is here already stays.
  CHECK(fetch.output.find("hold.no-room") != std::string::npos);
  const auto plain = escaut.ctl({"fetch", waits});
  CHECK(plain.exit_code == 1);
  CHECK(plain.output.find(waits + ": 1 media file (") != std::string::npos);
  CHECK(plain.output.find(" MB), the quota of media is used up") != std::string::npos);
  CHECK(escaut.ctl({"pin", waits}).output.find("the quota of media is used up") != std::string::npos);
  CHECK(escaut.ctl({"explain", waits}).output.find("quota_gib") != std::string::npos);
  // That is what the admin wished for, and no problem.
  const auto status = escaut.json({"status"});
  for (const auto& problem : status["problems"]) CHECK(problem["code"] != "media-wait-for-quota");
  configure(escaut, "quota_gib = 1");
  level(nodes);
  CHECK(escaut.whole_kits().size() == 2);
}

}  // namespace hold_test
