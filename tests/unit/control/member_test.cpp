// The verbs about a member whose key is lost or stolen.
#include "daemon/shell/control/readiness.hpp"
#include "tests/unit/control/served.hpp"

namespace member_test {
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

TEST_CASE("who is suspended is not invited again under another short name by oversight") {
  Federation served;
  auto& fives = served.node.lib.members->members.at("fives");
  fives.name = "Maison de l'Été";
  const auto invite = [&](const char* name, bool anyway) {
    return served.ask("member.invite", {{"slug", "neuf"}, {"name", name}, {"anyway", anyway}, {"offline", true}});
  };
  CHECK(invite("maison de l'ete", false).contains("invitation"));
  fives.suspended = true;
  fives.suspended_why = "volé";
  CHECK(invite("MAISON  de l'ete", false)["failure"] == "member.same-name");
  CHECK(invite("maison de l'hiver", false).contains("invitation"));
  CHECK(invite("maison de l'ete", true).contains("invitation"));
}

TEST_CASE("a centre that peers call suspended is shown so as their word, and not as what the federation has signed") {
  Served served;
  const auto own = [&] {
    const auto pages = served.ask("member.list")["items"];
    for (const auto& member : pages.at(0))
      if (member["self"] == true) return member;
    return Json();
  };
  CHECK(own()["told"].is_null());
  served.node.change([](core::NodeStatus& status) {
    for (const auto& [slug, since] : {std::pair("fede", Instant{5'000}), {"fives", Instant{1'000}}}) {
      core::PeerStatus peer;
      peer.slug = slug;
      peer.state = core::PeerStatus::State::refused_us;
      peer.last_error = Error{Errc::publish_suspended, ""};
      peer.error_since = since;
      status.peers.push_back(peer);
    }
  });
  served.node.step_ms = 0;
  served.node.set_clock(3'601'000);
  const auto now = shell::civil_now().seconds;
  for (const auto& json : {own(), served.ask("member.show", {{"slug", "wazemmes"}})}) {
    CHECK(json["suspended"] == false);
    CHECK(json["told"]["code"] == "publish.suspended");
    CHECK(json["told"]["by"] == Json{"fede", "fives"});
    const auto since = parse_utc(json["told"]["since"].get<std::string>());
    REQUIRE(since);
    CHECK(now - since->seconds >= 3'599);
    CHECK(now - since->seconds <= 3'601);
  }
  CHECK(served.ask("member.show", {{"slug", "fives"}})["told"].is_null());
  // What nobody will answer is not waited for.
  served.node.change([](core::NodeStatus& status) { status.own_heads_confirmed = false; });
  const auto refused = served.ask("kit.adopt", {{"id", "fives/lampe"}});
  CHECK(refused["failure"] == "publish.suspended");
  CHECK(refused["detail"] == "as fede, fives say");
}

TEST_CASE("that this centre is suspended is not believed of some peers while others, which have not refused, are still dialled") {
  Served served;
  served.node.change([](core::NodeStatus& status) {
    status.own_heads_confirmed = false;
    for (const auto* const slug : {"fede", "fives"}) {
      core::PeerStatus peer;
      peer.slug = slug;
      peer.state = core::PeerStatus::State::connecting;
      status.peers.push_back(peer);
    }
    status.peers.back().last_error = Error{Errc::publish_suspended, ""};
  });
  const auto cut_off = [&] { return shell::is_cut_off(*served.node.status()); };
  CHECK_FALSE(cut_off());
  const auto adopt = [&] {
    const auto begun = served.node.now();
    CHECK(served.ask("kit.adopt", {{"id", "fives/lampe"}})["failure"] == "publish.suspended");
    return served.node.now() - begun;
  };
  CHECK(adopt() >= std::chrono::seconds(10));
  // It has refused as well, and is dialled once more.
  served.node.change([](core::NodeStatus& status) { status.peers.front().last_error = Error{Errc::publish_suspended, ""}; });
  CHECK(adopt() < std::chrono::seconds(10));
  CHECK(cut_off());
}

TEST_CASE("a member is shown with its keys and what it published last") {
  Federation served;
  CHECK(served.ask("member.show", {{"slug", "nobody"}})["failure"] == "peer.unknown");
  CHECK(served.ask("member.show", {{"slug", "fives"}, {"count", 0}})["failure"] == "usage");
  const auto shown = served.ask("member.show", {{"slug", "fives"}});
  CHECK(shown["keys"].size() == 1);
  CHECK(shown["suspended"] == false);
}

TEST_CASE("a member of which a feed is damaged here is shown all the same, and the feed named") {
  Federation served;
  served.node.lib.held = {{{"fives", {}}, {1, 1, 3}, {}}};
  const auto published = [&] { return served.ask("member.show", {{"slug", "fives"}})["items"].at(0).at(0); };
  CHECK(published()["unread"].is_null());
  CHECK(published()["time"].is_string());
  served.node.lib.damaged = true;
  CHECK(published()["unread"] == "disk.corrupt");
  CHECK(published()["time"].is_null());
  CHECK(published()["feed"] == "fives/region");
}

TEST_CASE("fork.resolve tells of each feed where it forked and where it goes on") {
  Served served;
  CHECK(served.ask("fork.resolve")["feeds"].empty());
  served.node.lib.forks = {{{1, 1, 7}, {{"wazemmes", {}}, {1, 2, 9}, {}}}};
  CHECK(served.ask("fork.resolve")["feeds"] == Json::array({{{"feed", "wazemmes/region"}, {"forked", "1.1.7"}, {"order", "1.2.9"}}}));
  CHECK(served.ask("fork.resolve", {{"feed", "wazemmes/region"}})["failure"] == "usage");
}

TEST_CASE("a centre's neighbours are named on the federation's node, and shown everywhere") {
  Served elsewhere;
  CHECK(elsewhere.ask("member.neighbours", {{"slug", "fives"}, {"neighbours", {"a", "b"}}})["failure"] == "federation.not-here");
  Federation served;
  CHECK(served.ask("member.neighbours", {{"slug", "nobody"}, {"neighbours", {"a", "b"}}})["failure"] == "peer.unknown");
  CHECK(served.ask("member.neighbours", {{"slug", "fives"}, {"neighbours", {"a", "b"}}, {"needed", 17}})["failure"] ==
        "member.neighbours-refused");
  CHECK(served.node.lib.calls.empty());
  const auto named = served.ask("member.neighbours", {{"slug", "fives"}, {"neighbours", {"b", "a", "a"}}});
  CHECK(served.node.lib.calls.back() == "neighbours of fives: 2 of 2");
  CHECK(named["neighbours"] == test::Json({"a", "b"}));
  CHECK(named["neighbours_needed"] == 2);
  served.ask("member.neighbours", {{"slug", "fives"}});
  CHECK(served.node.lib.calls.back() == "neighbours of fives: 2 of 0");

  auto& members = served.node.lib.members->members;
  Member near;
  near.slug = "near";
  near.keys = members.at("fives").keys;
  members["near"] = near;
  members["gone"] = near;
  members["gone"].slug = "gone";
  members["gone"].suspended = true;
  members.at("fives").neighbours = {"gone", "near"};
  members.at("fives").neighbours_needed = 2;
  const auto shown = served.ask("member.show", {{"slug", "fives"}});
  CHECK(shown["neighbours"] == test::Json({{"named", {"gone", "near"}}, {"needed", 2}, {"able", 1}}));
  CHECK(shown["key_given_by"].empty());
  CHECK(served.ask("member.show", {{"slug", "near"}})["neighbour_of"] == test::Json::array({"fives"}));
  const auto explained = served.ask("explain", {{"id", "fives"}});
  CHECK(explained.dump().find("neighbours-too-few") != std::string::npos);
}

TEST_CASE("a centre is let ask its neighbours for a new key, and what counts then may be said with that alone") {
  Federation served;
  CHECK(served.ask("member.new-key", {{"slug", "fives"}, {"last", {"fives/region@1.1.40"}}})["failure"] == "usage");
  CHECK(served.ask("member.new-key", {{"slug", "fives"}, {"by_neighbours", true}, {"last", {"fives/region"}}})["failure"] == "usage");
  CHECK(served.ask("member.invite", {{"slug", "autre"}, {"name", std::string(201, 'n')}})["detail"] == "name: one line of 1 to 200 bytes");
  served.ask("member.new-key", {{"slug", "fives"}, {"by_neighbours", true}, {"last", {"fives/region@1.1.40"}}});
  CHECK(served.node.lib.calls.back() == "new key of fives by its neighbours, feeds cut: 1");
  CHECK(served.ask("federation.requests", {{"wait", true}})["failure"] == "usage");
}

}  // namespace member_test
