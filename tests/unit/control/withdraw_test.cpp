// The verbs about withdrawal: who may withdraw what, how far it has come, and what is told of files that are not given out.
#include "tests/unit/control/served.hpp"

namespace withdraw_test {
using namespace essaimage;
using test::Json;
using test::Served;

namespace {

store::WithdrawalView view(const std::string& centre, bool done) {
  store::WithdrawalView view;
  view.key = {centre, 3, {}};
  view.since = {1'772'357'400};
  view.why = "consentement retiré";
  view.media = 2;
  view.by_author = store::Withdrawal{{centre, "lampe"}, 3, view.since, view.why, {"moi.jpg"}, store::Numbers({1, 2}), false, false, 0, {}};
  view.members = {"fives", "moulins"};
  view.signed_by["fives"] = {view.key, {}, {}, 2, 0};
  if (done) view.signed_by["moulins"] = {view.key, {}, {}, 0, 1};
  else view.last_heard["moulins"] = {1'772'357'000};
  return view;
}

}  // namespace

TEST_CASE("an author withdraws its own kits, and is told who has signed") {
  Served served;
  const auto self = served.node.lib.who.slug;
  served.node.lib.withdrawn.views = {view(self, false)};
  const auto reply =
      served.ask("withdraw", {{"id", self + "/lampe"}, {"file", "moi.jpg"}, {"why", "x"}, {"earlier", true}, {"offline", true}});
  REQUIRE(served.node.lib.withdrawn.wishes.size() == 1);
  const auto& wish = served.node.lib.withdrawn.wishes.front();
  CHECK(wish.files == std::vector<std::string>{"moi.jpg"});
  CHECK(wish.earlier);
  CHECK(reply["done"] == false);
  const auto& one = reply["withdrawals"][0];
  CHECK(one["withdrawal"] == self + "/3");
  CHECK(one["members"] == 2);
  CHECK(one["signed"] == 1);
  CHECK(one["erased"] == 2);
  CHECK(one["versions"] == "1-2");
  CHECK(one["erased_at"] == 1);
  CHECK(one["kept_at"] == 0);
  CHECK(one["suspended"] == Json::array());
  CHECK(one["lacking"][0]["centre"] == "moulins");
  CHECK(one["lacking"][0]["last_heard"] == "2026-03-01T09:23:20Z");

  CHECK(served.ask("withdraw", {{"id", "fives/lampe"}, {"why", "x"}, {"offline", true}})["failure"] == "withdraw.not-own");
  CHECK(served.ask("withdraw", {{"hash", std::string(64, 'a')}, {"why", "x"}, {"offline", true}})["failure"] == "federation.not-here");
  CHECK(served.ask("withdraw", {{"id", self + "/lampe"}, {"offline", true}})["failure"] == "usage");
  CHECK(served.ask("withdraw", {{"hash", "12"}, {"why", "x"}, {"offline", true}})["failure"] == "usage");
  CHECK(served.node.lib.withdrawn.wishes.size() == 1);
}

TEST_CASE("who keeps what was withdrawn has not erased it, and who is suspended cannot tell") {
  Served served;
  auto one = view(served.node.lib.who.slug, true);
  one.suspended = {"loos"};
  one.named_by = {{"fives", "affiche"}};
  served.node.lib.withdrawn.views = {one};
  const auto told = served.ask("withdraw.status")["withdrawals"][0];
  CHECK(told["members"] == 3);
  CHECK(told["signed"] == 2);
  CHECK(told["erased_at"] == 1);
  CHECK(told["kept_at"] == 1);
  CHECK(told["named_by"] == Json::array({"fives/affiche"}));
  CHECK(told["suspended"] == Json::array({"loos"}));
  CHECK(told["lacking"] == Json::array());
}

TEST_CASE("a withdrawal is named by its number, its centre's or this one's, by its kit, or by a hash") {
  Served served;
  const auto self = served.node.lib.who.slug;
  served.node.lib.withdrawn.views = {view(self, true), view("fives", false)};
  store::WithdrawalView media;
  media.key = {served.node.lib.who.federation_slug, 0, {}};
  media.key.media.bytes.fill(0xAB);
  media.taken_back = true;
  served.node.lib.withdrawn.federations = {media};
  const auto count = [&](const Json& arguments) { return served.ask("withdraw.status", arguments)["withdrawals"].size(); };
  CHECK(count(Json::object()) == 3);
  CHECK(count({{"name", "3"}}) == 1);
  CHECK(count({{"name", "fives/3"}}) == 1);
  CHECK(count({{"name", "fives/lampe"}}) == 1);
  CHECK(count({{"name", media.key.media.hex()}}) == 1);
  CHECK(served.ask("withdraw.status", {{"name", "3"}})["done"] == true);
  CHECK(served.ask("withdraw.status", {{"name", "fives/3"}})["done"] == false);
  CHECK(served.ask("withdraw.status", {{"name", "4"}})["failure"] == "withdraw.none");
  CHECK(served.ask("withdraw.status", {{"name", std::string(64, '0')}})["failure"] == "withdraw.none");
  CHECK(served.ask("withdraw.status", {{"name", "Fives/x"}})["failure"] == "kit.id-malformed");
  const auto list = served.ask("withdraw.list");
  CHECK(list["withdrawals"] == 3);
  CHECK(list["items"][0][0].contains("receipts") == false);
}

TEST_CASE("the federation withdraws media for cause, and takes that back") {
  Served served;
  served.node.lib.who.slug = served.node.lib.who.federation_slug;
  const std::string hash(64, 'a');
  CHECK(served.ask("withdraw", {{"hash", hash}, {"why", "volée"}, {"undo", true}, {"offline", true}})["undone"] == true);
  REQUIRE(served.node.lib.withdrawn.causes.size() == 1);
  CHECK(served.node.lib.withdrawn.causes.front().undo);
  CHECK(served.node.lib.withdrawn.causes.front().media == std::vector{Sha256::parse(hash).value()});
  CHECK(served.ask("withdraw", {{"id", "fives/lampe"}, {"file", "x"}, {"why", "volée"}, {"offline", true}})["failure"] ==
        "withdraw.nothing");
}

TEST_CASE("a hash that nothing is known of is not withdrawn by a slip, and what is of a kit is told with it") {
  Served served;
  served.node.lib.who.slug = served.node.lib.who.federation_slug;
  auto& held = served.node.lib.withdrawn;
  held.unknown = {test::media(7)};
  const auto withdraw = [&](const Json& more) {
    Json arguments{{"hash", test::media(7).hex()}, {"why", "x"}, {"offline", true}};
    arguments.update(more);
    return served.ask("withdraw", arguments);
  };
  CHECK(withdraw(Json::object())["failure"] == "withdraw.unknown-media");
  CHECK(withdraw(Json::object())["detail"] == test::media(7).hex());
  CHECK(held.causes.empty());
  CHECK(withdraw({{"anyway", true}}).contains("withdrawals"));
  CHECK(withdraw({{"undo", true}}).contains("withdrawals"));

  auto cause = view("fede", false);
  cause.key = {"fede", 0, test::media(7)};
  cause.by_author.reset();
  cause.why = "une plainte";
  cause.files = {"fives/lampe:moi.jpg"};
  cause.named_by = {{"fives", "lampe"}};
  held.federations = {cause};
  const auto status = served.ask("withdraw.status", {{"name", "fives/lampe"}})["withdrawals"];
  REQUIRE(status.size() == 1);
  CHECK(status[0]["by"] == "federation");
  CHECK(status[0]["files"] == Json::array({"fives/lampe:moi.jpg"}));
  CHECK(served.ask("withdraw.status", {{"name", "fives/autre"}})["failure"] == "withdraw.none");
  served.node.lib.add_kit({"fives", "lampe"});
  CHECK(served.ask("kit.show", {{"id", "fives/lampe"}})["withdrawals"].size() == 1);
  const auto told = served.ask("explain", {{"id", "fives/lampe"}}).dump();
  CHECK(told.find("withdrawn-for-cause") != std::string::npos);
  CHECK(told.find("La fédération a retiré fives/lampe:moi.jpg le 1er mars 2026\u00A0: une plainte.") != std::string::npos);
  CHECK(told.find("Publish the kit without it.") != std::string::npos);
  held.federations.front().named_by.clear();  // its newest version has it no more
  CHECK(served.ask("explain", {{"id", "fives/lampe"}}).dump().find("Publish the kit without it.") == std::string::npos);
}

TEST_CASE("a checkout with a withdrawn file is refused, unless the rest is asked for") {
  Served served;
  served.kit();
  auto& files = served.node.lib.all_files;
  files.resize(2);
  files[0].path = "moi.jpg";
  files[1].path = "guide.md";
  files[1].bytes = 2;
  served.node.lib.contents["guide.md"] = "ok";
  files.front().withdrawn = store::WithdrawnBy{store::WithdrawnBy::Kind::author, "fives/3", "consentement retiré", {}};
  CHECK(served.ask("checkout", {{"id", "fives/film"}})["failure"] == "media.withdrawn");
  const auto reply = served.ask("checkout", {{"id", "fives/film"}, {"rest", true}});
  CHECK(reply["withdrawn"] == Json::array({files.front().path}));
  CHECK(reply["files"] == files.size() - 1);
  const auto listed = served.ask("kit.files", {{"id", "fives/film"}});
  CHECK(listed["items"][0][0]["withdrawn"]["withdrawal"] == "fives/3");
}

TEST_CASE("`status` tells an author what the federation withdrew that its kits name still") {
  Served served;
  const auto problem = [&] {
    const auto status = served.ask("status");
    for (const auto& each : status["problems"])
      if (each["code"] == "withdrawn-for-cause") return each;
    return Json();
  };
  CHECK(problem().is_null());
  auto cause = view("fede", false);
  cause.by_author.reset();
  cause.why = "une plainte";
  cause.files = {"wazemmes/lampe:moi.jpg"};
  served.node.lib.withdrawn.against_own = {cause};
  const auto told = problem();
  REQUIRE_FALSE(told.is_null());
  CHECK(told["actor"] == "author");
  CHECK(told["text"]["en"] ==
        "The federation has withdrawn wazemmes/lampe:moi.jpg on 1 Mar 2026: une plainte. Nobody gives it out any more.");
  CHECK(told["next_step"]["fr"] == "Publiez le kit sans lui.");
}

TEST_CASE("`explain` and `status` tell of what was withdrawn, and of consents that end soon") {
  Served served;
  served.kit();
  auto own = view("fives", false);
  own.by_author->kit = {"fives", "film"};
  served.node.lib.withdrawn.views = {own};
  const auto has = [](const Json& list, const std::string& code) {
    return std::any_of(list.begin(), list.end(), [&](const Json& each) { return each["code"] == code; });
  };
  const auto told = served.ask("explain", {{"id", "fives/film"}});
  CHECK(has(told["explanations"], "withdrawn"));
  CHECK(served.ask("kit.show", {{"id", "fives/film"}})["withdrawals"][0]["withdrawal"] == "fives/3");
  CHECK_FALSE(has(served.ask("status")["problems"], "consent-ends"));
  served.node.lib.withdrawn.consents = {{{"moulins", "lampe"}, {}, {"photos/", {1'772'357'400}}}};
  CHECK(has(served.ask("status")["problems"], "consent-ends"));
  CHECK(has(served.ask("explain")["explanations"], "consent-ends"));
  served.node.lib.roles.judged.time = {1'772'357'400};
  const auto problems = served.ask("status")["problems"];
  CHECK(has(problems, "consent-over"));
  CHECK_FALSE(has(problems, "consent-ends"));
}

}  // namespace withdraw_test
