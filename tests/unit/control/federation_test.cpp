// The verbs about the federation's roles, requests and signed time, and what status and explain say of them.
#include <fstream>

#include "daemon/shell/word_watch.hpp"
#include "store/crypto/hash.hpp"
#include "tests/unit/control/served.hpp"

namespace federation_test {
using namespace essaimage;
using namespace essaimage::store;
using test::Json;
using test::Served;

namespace {

constexpr std::int64_t day = 86'400;

struct Federation : Served {
  SigningSecret anne = SigningSecret::generate(), own = SigningSecret::generate();

  Federation() {
    node.lib.who.slug = node.lib.who.federation_slug;
    auto& view = node.lib.roles;
    view.version = 3;
    for (const auto name : all_roles) view.roles[std::string(name)] = Role{{own.public_key(), anne.public_key()}, 1, std::nullopt};
    view.roles["curators"].notes[anne.public_key()] = "Anne";
    view.here = {own.public_key()};
    view.signers = {own.public_key()};
    view.clock = view.judged.time = {1'790'000'000};
    view.heartbeat = view.clock;
  }
  SigningRequest request() const {
    SigningRequest request;
    FederationFile roles;
    roles.slug = "fede";
    roles.name = "F";
    roles.roles = node.lib.roles.roles;
    for (auto& [name, role] : roles.roles) std::ranges::sort(role.keys);
    request.roles = encode(roles);
    request.federation = sha256(bytes_of(request.roles));
    CatalogueFile file;
    file.kit = {"fives", "film"};
    file.kit_version = 1;
    file.reason = "x";
    request.statements.push_back({"catalogue/fives/film.toml", 1, {}, encode(file), {}});
    return request;
  }
  bool says(const std::string& code) {
    const auto explained = ask("explain");
    for (const auto& each : explained["explanations"]) {
      if (each["code"] != code) continue;
      CHECK(each["text"]["en"] != each["text"]["fr"]);
      return true;
    }
    return false;
  }
};

}  // namespace

TEST_CASE("roles are shown with their keys, and changed by a key, a fingerprint or a note") {
  Federation served;
  const auto shown = served.ask("federation.roles");
  CHECK(shown["version"] == 3);
  CHECK(shown["heartbeat"] == "2026-09-21T14:13:20Z");
  CHECK(shown["signed_by"][0] == fingerprint(served.own.public_key()));
  const auto& curators = shown["items"][0][0];
  CHECK(curators["role"] == "curators");
  CHECK(curators["keys"][1]["note"] == "Anne");
  CHECK(curators["keys"][0]["here"] == true);
  CHECK(curators["expires"].is_null());

  const auto change = [&](Json arguments) {
    arguments["offline"] = true;
    return served.ask("federation.change-role", arguments);
  };
  CHECK(change({{"role", "chiefs"}})["failure"] == "federation.role-unknown");
  CHECK(change({{"role", "curators"}, {"add", "ssh-rsa AAAA"}})["failure"] == "usage");
  CHECK(change({{"role", "curators"}, {"expires", "2026"}})["failure"] == "usage");
  CHECK(change({{"role", "curators"}, {"threshold", 0}})["failure"] == "usage");
  CHECK(change({{"role", "curators"}, {"threshold", 17}})["failure"] == "usage");
  CHECK(change({{"role", "curators"}, {"remove", "Said"}})["failure"] == "federation.key-not-of-role");
  CHECK(served.node.lib.changes.empty());
  for (const auto& name : {std::string("Anne"), fingerprint(served.anne.public_key()), to_openssh(served.anne.public_key())}) {
    CHECK(change({{"role", "curators"}, {"remove", name}})["in_force"] == true);
    CHECK(served.node.lib.changes.back().remove == served.anne.public_key());
  }
  CHECK(change({{"role", "root"}, {"rotate", true}, {"threshold", 2}, {"expires", "2027-12-31T23:59:59Z"}})["in_force"] == true);
  const auto& last = served.node.lib.changes.back();
  CHECK(last.rotate);
  CHECK(last.threshold == 2U);
  CHECK(to_utc(*last.expires) == "2027-12-31T23:59:59Z");
  CHECK(change({{"role", "root"}, {"expires", "never"}})["in_force"] == true);
  CHECK(*served.node.lib.changes.back().expires == never);
  // Whoever loses one of them would have lost the role.
  CHECK(change({{"role", "root"}, {"threshold", 2}})["needs_all_keys"] == true);
  CHECK(change({{"role", "root"}, {"threshold", 1}})["needs_all_keys"] == false);
  CHECK(change({{"role", "root"}, {"add", to_openssh(SigningSecret::generate().public_key())}, {"threshold", 2}})["needs_all_keys"] ==
        false);
}

TEST_CASE("an act that needs more keys answers with a request, and says that nothing is in force") {
  Federation served;
  served.kit();
  served.node.lib.asks = served.request();
  const auto text = encode(served.request());
  const auto role = served.ask("federation.change-role", {{"role", "root"}, {"rotate", true}, {"offline", true}});
  const auto accepted = served.ask("catalogue.accept", {{"id", "fives/film"}, {"reason", "x"}, {"offline", true}});
  const auto suspended = served.ask("member.suspend", {{"slug", "fives"}, {"why", "x"}, {"offline", true}});
  const auto invited = served.ask("member.invite", {{"slug", "neuf"}, {"name", "Neuf"}, {"offline", true}});
  for (const auto& reply : {role, accepted, suspended, invited}) {
    CHECK(reply["in_force"] == false);
    CHECK(reply["request"] == text);
  }
  CHECK(suspended["suspended"] == false);
  CHECK(invited["invitation"].get<std::string>().starts_with("essaimage1-"));
  CHECK(served.ask("catalogue.list")["decisions"] == 0);

  served.node.lib.joins["neuf"] = served.request();
  const auto waiting = served.ask("federation.requests");
  CHECK(waiting["requests"] == 1);
  CHECK(waiting["items"][0][0]["centre"] == "neuf");
  CHECK(served.ask("federation.apply", {{"request", "x"}, {"offline", true}})["failure"] == "request.malformed");
  const auto applied = served.ask("federation.apply", {{"request", text}, {"offline", true}});
  CHECK(applied["paths"][0] == "catalogue/fives/film.toml");
  CHECK(served.node.lib.calls.back() == "apply catalogue/fives/film.toml");
  CHECK(served.ask("federation.heartbeat", {{"offline", true}})["heartbeat"] == "2026-09-21T14:13:20Z");
  CHECK(served.node.lib.calls.back() == "beat, confirmed");
}

TEST_CASE("another node than the federation's shows the roles, and changes nothing") {
  Served served;
  for (const auto* verb : {"federation.requests", "federation.heartbeat"}) CHECK(served.ask(verb)["failure"] == "federation.not-here");
  CHECK(served.ask("federation.change-role", {{"role", "root"}})["failure"] == "federation.not-here");
  CHECK(served.ask("federation.apply", {{"request", "x"}})["failure"] == "federation.not-here");
  CHECK(served.ask("federation.roles").contains("version"));
  served.node.lib.members = nullptr;
  CHECK(served.ask("federation.roles")["failure"] == "node.not-joined");
}

TEST_CASE("status says how fresh the federation's word is, and nothing of it is silent") {
  Federation served;
  auto& view = served.node.lib.roles;
  const auto federation = [&] { return served.ask("status")["federation"]; };
  CHECK(federation()["heartbeat_days_ago"] == 0);
  CHECK_FALSE(served.says("federation-silent"));
  view.clock.seconds += 3 * day - 1;
  CHECK_FALSE(served.says("federation-silent"));
  view.clock.seconds += 1;
  CHECK(federation()["heartbeat_days_ago"] == 3);
  CHECK(served.says("federation-silent"));
  served.node.lib.who.slug = "fives";
  CHECK(served.says("federation-silent"));
  CHECK_FALSE(served.says("clock-beyond"));
  view.clock.seconds += 31 * day;
  view.judged = judge_time(view.clock, view.heartbeat);
  CHECK(served.says("clock-beyond"));
  CHECK(federation()["clock_ignored"] == true);
  view.clock = {0};
  CHECK(served.says("clock-behind"));
  CHECK(federation()["heartbeat_days_ago"].is_null());
}

TEST_CASE("that no signed time counts is told, with why, and who can act") {
  Federation served;
  auto& view = served.node.lib.roles;
  const auto told = [&] {
    const auto status = served.ask("status");
    for (const auto& each : status["problems"])
      if (each["code"] == "time-unsigned") return each;
    return Json();
  };
  const auto lacks = [&] { return served.ask("status")["federation"]["heartbeat_lacks"]; };
  CHECK(told().is_null());
  CHECK(lacks().is_null());
  const auto signed_time = view.heartbeat;
  view.heartbeat.reset();
  view.judged = judge_time(view.clock, view.heartbeat);
  view.roles["heartbeat"].expires = view.clock;
  const auto check = [&](TimeLack lack, const std::string& code, const std::string& en, const std::string& fr) {
    view.time_lack = lack;
    CHECK(lacks() == code);
    CHECK(served.ask("federation.roles")["heartbeat_lacks"] == code);
    const auto problem = told();
    REQUIRE_FALSE(problem.is_null());
    CHECK(problem["text"]["en"].get<std::string>().find(en) != std::string::npos);
    CHECK(problem["text"]["fr"].get<std::string>().find(fr) != std::string::npos);
    CHECK(problem["next_step"]["en"] != problem["next_step"]["fr"]);
    return problem["actor"].get<std::string>();
  };
  for (const std::string centre : {"fede", "fives"}) {
    served.node.lib.who.slug = centre;
    const std::string actor = centre == served.node.lib.who.federation_slug ? "admin" : "federation";
    CHECK(check(TimeLack::absent, "absent", "its feed has none", "n'en a aucune") == actor);
    CHECK(check(TimeLack::form, "form", "cannot be read", "illisible") == actor);
    CHECK(check(TimeLack::key, "key", "no key of its role `heartbeat`", "aucune clé de son rôle `heartbeat`") == actor);
    // What the admin of any node does is in vain until root has renewed the role.
    CHECK(check(TimeLack::role_over, "role-over", "21 Sep 2026", "21 sept. 2026") == "federation");
    CHECK(served.says("time-unsigned"));
    CHECK_FALSE(served.says("federation-silent"));
  }
  view.heartbeat = signed_time;
  CHECK(told().is_null());
}

TEST_CASE("the log says once what is wrong with the federation's word, and once that it is right again") {
  Federation served;
  auto& view = served.node.lib.roles;
  test::TempFolder folder;
  const auto file = folder / "log";
  shell::LogConfig config;
  config.format = shell::LogFormat::json;
  auto log = shell::Log::open(config, file, Language::french).value();
  shell::WordWatch watch(served.node.lib, *log);
  const auto count = [&](const std::string& code) {
    std::size_t found = 0;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) found += Json::parse(line)["code"] == code ? 1U : 0U;
    return found;
  };
  REQUIRE(watch.look());
  CHECK(count("federation-word-fine") == 0);
  const auto signed_time = view.heartbeat;
  view.heartbeat.reset();
  view.time_lack = TimeLack::absent;
  REQUIRE(watch.look());
  REQUIRE(watch.look());
  CHECK(count("time-unsigned") == 1);
  // Of two roles that have run out, both.
  for (const auto* name : {"curators", "members"}) {
    view.roles[name].expires = view.clock;
    REQUIRE(watch.look());
  }
  CHECK(count("role-expired") == 2);
  CHECK(count("federation-word-fine") == 0);
  for (const auto* name : {"curators", "members"}) view.roles[name].expires.reset();
  view.heartbeat = signed_time;
  REQUIRE(watch.look());
  REQUIRE(watch.look());
  CHECK(count("federation-word-fine") == 1);
  view.heartbeat.reset();
  REQUIRE(watch.look());
  CHECK(count("time-unsigned") == 2);
  served.node.lib.members = nullptr;  // not joined: nothing is said
  REQUIRE(watch.look());
  CHECK(count("federation-word-fine") == 1);
}

TEST_CASE("a role that has run out shows everywhere, one that soon will on the federation's node") {
  Federation served;
  auto& view = served.node.lib.roles;
  view.roles["curators"].expires = Timestamp{view.clock.seconds + 29 * day};
  CHECK(served.says("role-expires"));
  const auto curators = served.ask("federation.roles")["items"][0][0];
  CHECK(curators["expires_in_days"] == 29);
  CHECK(curators["expired"] == false);
  served.node.lib.who.slug = "fives";
  CHECK_FALSE(served.says("role-expires"));
  view.roles["curators"].expires = view.clock;
  CHECK(served.says("role-expired"));
  CHECK(served.ask("status")["federation"]["roles_expired"] == Json::array({"curators"}));
}

}  // namespace federation_test
