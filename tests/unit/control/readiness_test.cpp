// Whether kits will be here by their deadlines, whether what is here is right and opens, and the verbs search and ready.
#include "daemon/shell/control/readiness.hpp"

#include <fstream>
#include <iterator>

#include "daemon/shell/deadline_watch.hpp"
#include "store/crypto/hash.hpp"
#include "tests/unit/control/served.hpp"

namespace readiness_test {
using namespace essaimage;
using namespace essaimage::shell;
using test::Json;
using test::media;
using test::Served;
using Outlook = DueKit::Outlook;

namespace {

constexpr Timestamp now{1'796'000'000};

/// A film of 1,000 bytes of which 400 are here.
struct Coming {
  core::NodeStatus status;
  Node::Rates rates;
  Traffic::State traffic;
  store::KitSummary kit;

  Coming() {
    kit.row.id = {"fives", "film"};
    kit.row.media = {{media(1), 1'000, {}}};
    kit.row.bytes = 1'000;
    kit.media_total = 1;
    status.media.push_back({media(1), 1'000, 400, {"fives"}, {}});
    status.media.back().from = {"fives"};
    status.peers.emplace_back();
    status.peers.back().slug = "fives";
    status.peers.back().state = core::PeerStatus::State::connected;
  }
  Arrivals arrivals() const { return {status, rates, traffic}; }
  DueKit due(std::int64_t in_seconds) const { return due_kit(kit, {now.seconds + in_seconds}, arrivals(), now); }
};

}  // namespace

TEST_CASE("what comes is in time or late by its rate, and what does not come is at risk with the reason") {
  Coming coming;
  CHECK(coming.due(60).outlook == Outlook::open);  // it has just begun
  coming.rates = {{media(1), 10}};                 // a minute to go
  CHECK(coming.due(60).outlook == Outlook::in_time);
  CHECK_FALSE(coming.due(60).is_at_risk());
  const auto late = coming.due(59);
  CHECK(late.outlook == Outlook::late);
  CHECK(late.is_at_risk());
  CHECK(late.files_lacking == 1);
  CHECK(late.bytes_lacking == 600);
  CHECK(words_of(late, now).en.find("(600 B) lacking, will not arrive in time at this rate (60 s left)") != std::string::npos);
  CHECK(words_of(late, now).fr.find("n'arrivera pas à temps à ce rythme (encore 60") != std::string::npos);
  coming.traffic.rest = Traffic::Rest::paused;
  const auto stalled = coming.due(3'600);
  CHECK(stalled.outlook == Outlook::stalled);
  CHECK(words_of(stalled, now).en.find("nothing comes: media are paused on this node") != std::string::npos);
  coming.kit.media_here = 1;
  CHECK(coming.due(-5).outlook == Outlook::whole);
}

TEST_CASE("what is not held, or has no room, does not come in time") {
  Coming coming;
  coming.status.media.clear();
  coming.kit.not_held = {1, 1'000};
  coming.kit.why_not = GENERATE(store::HoldReason::dropped, store::HoldReason::quota);
  const auto due = coming.due(3'600);
  CHECK(due.outlook == Outlook::stalled);
  CHECK(due.bytes_lacking == 1'000);
  CHECK_FALSE(due.reason_fr.empty());
}

TEST_CASE("what is at risk is a problem of the node and of the kit, and what is on course is none") {
  Coming coming;
  const auto code_of = [&](const DueKit& due) { return about_due(due, now); };
  coming.rates = {{media(1), 10}};
  const auto late = code_of(coming.due(10));
  CHECK(late.code == "deadline-at-risk");
  CHECK(late.problem);
  CHECK_FALSE(late.next_step.en.empty());
  CHECK_FALSE(late.next_step.fr.empty());
  CHECK(code_of(coming.due(600)).code == "deadline-coming");
  CHECK_FALSE(code_of(coming.due(600)).problem);
}

TEST_CASE("status, explain and the list say what has a deadline, and a deadline can be forgotten") {
  Served served;
  served.kit();
  served.node.lib.due.by_kit[{"fives", "film"}] = {timestamp_max};
  const auto list = served.ask("ready.list");
  CHECK(list["kits"] == 1);
  const auto& entry = list["items"][0][0];
  CHECK(entry["id"] == "fives/film");
  CHECK(entry["at_risk"] == true);
  CHECK(served.ask("status")["deadlines"][0] == entry);
  const auto has = [](const Json& explanations) {
    return std::ranges::any_of(explanations,
                               [](const auto& each) { return each["code"] == "deadline-at-risk" && each["problem"] == true; });
  };
  CHECK(has(served.ask("status")["problems"]));
  CHECK(has(served.ask("explain")["explanations"]));
  CHECK(has(served.ask("explain", {{"id", "fives/film"}})["explanations"]));
  CHECK(served.ask("ready.forget", {{"id", "fives/film"}})["id"] == "fives/film");
  CHECK(served.ask("ready.forget", {{"id", "fives/film"}})["failure"] == "ready.no-deadline");
  CHECK(served.ask("status")["deadlines"].empty());
}

TEST_CASE("a kit is ready when every byte of it was read and is right, and opens as its name says") {
  Served served;
  auto& lib = served.node.lib;
  lib.add_kit({"fives", "film"});
  const std::string pdf = "%PDF-1.4\n%%EOF\n", manifest = "kind = \"prototype\"\ntitle = \"Film\"\nlicence = \"CC-BY-SA-4.0\"\n";
  const auto add = [&](const std::string& path, const std::string& content, bool is_media) {
    store::KitFile file;
    file.path = path;
    file.bytes = content.size();
    file.is_media = is_media;
    if (is_media) file.media = store::sha256(bytes_of(content));
    lib.all_files.push_back(file);
    lib.contents[path] = content;
  };
  lib.all_files.clear();
  add("kit.toml", manifest, false);
  add("plan.pdf", pdf, true);
  const auto ready = served.ask("ready", {{"id", "fives/film"}});
  CHECK(ready["ready"] == true);
  CHECK(ready["bytes_read"] == manifest.size() + pdf.size());
  CHECK(ready["by"].is_null());

  SECTION("a byte that changed on the disk is found") {
    lib.contents["plan.pdf"][5] = '2';
    const auto bad = served.ask("ready", {{"id", "fives/film"}});
    CHECK(bad["ready"] == false);
    CHECK(bad["damaged"][0]["path"] == "plan.pdf");
    CHECK(bad["damaged"][0]["code"] == "media.bad");
  }
  SECTION("a file that is no PDF is told of, though it is what its author published") {
    add("autre.pdf", "<html>404</html>", true);
    const auto bad = served.ask("ready", {{"id", "fives/film"}});
    CHECK(bad["ready"] == false);
    CHECK(bad["damaged"].empty());
    CHECK(bad["doubtful"][0]["path"] == "autre.pdf");
    CHECK(bad["doubtful"][0]["expected"] == "PDF");
  }
  SECTION("a kit.toml that cannot be read is told of") {
    lib.contents["kit.toml"] = std::string(manifest.size(), '=');
    CHECK(served.ask("ready", {{"id", "fives/film"}})["damaged"][0]["path"] == "kit.toml");
  }
  SECTION("what is not here lacks") {
    lib.all_files[1].here = false;
    const auto bad = served.ask("ready", {{"id", "fives/film"}});
    CHECK(bad["lacking"][0]["path"] == "plan.pdf");
    CHECK(bad["ready"] == false);
  }
  CHECK(served.ask("ready", {{"id", "fives/autre"}})["failure"] == "not-found");
  CHECK(served.ask("ready", {{"id", "fives/film"}, {"by", "tomorrow"}})["failure"] == "usage");
  CHECK(served.ask("ready", {{"id", "fives/film"}, {"by", "2020-01-01T00:00:00Z"}})["failure"] == "ready.past");
}

TEST_CASE("search passes on what is asked for, and refuses what no kit can be") {
  Served served;
  auto& finder = served.node.lib.finder;
  served.node.lib.add_kit({"fives", "film"});
  finder.answer.hits.push_back({served.node.lib.all_kits.front(), {{"Un ", false}, {"film", true}}, {{"le ", false}, {"film", true}}});
  finder.answer.more = true;
  const auto found =
      served.ask("search", {{"words", "film"}, {"theme", "santé"}, {"duration_max", "1 h 30"}, {"limit", 3}, {"catalogue", true}});
  CHECK(found["kits"] == 1);
  CHECK(found["more"] == true);
  CHECK(found["items"][0][0]["snippet"][1]["hit"] == true);
  CHECK(finder.asked.words == "film");
  CHECK(finder.asked.filter.theme == "santé");
  CHECK(finder.asked.filter.minutes_max == 90);
  CHECK(finder.asked.limit == 3);
  CHECK(finder.asked.catalogue);
  CHECK(served.ask("search")["failure"] == "search.empty");
  for (const auto& [name, value] : std::vector<std::pair<std::string, Json>>{
           {"kind", "film"}, {"stage", "x"}, {"duration_max", "long"}, {"limit", 0}, {"limit", 501}, {"words", 1}, {"surprise", "x"}}) {
    CAPTURE(name);
    CHECK(served.ask("search", {{name, value}})["failure"] == "usage");
  }
  CHECK(served.ask("search", {{"theme", std::string(501, 'x')}})["failure"] == "too-large");
}

TEST_CASE("the log says once that a kit will not be here in time, and what became of it") {
  Served served;
  Coming coming;
  auto& lib = served.node.lib;
  lib.all_kits.push_back(coming.kit);
  lib.due.now = now;
  lib.due.by_kit[coming.kit.row.id] = {now.seconds + 60};
  test::TempFolder folder;
  LogConfig config;
  const auto file = folder / "log";
  auto log = Log::open(config, file, Language::english).value();
  DeadlineWatch watch(lib, *log);
  const auto count = [&](const std::string& code) {
    std::size_t found = 0;
    std::ifstream stream(file);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    for (auto at = text.find(code); at != std::string::npos; at = text.find(code, at + 1)) ++found;
    return found;
  };
  coming.rates = {{media(1), 1}};
  const std::string risk = "will not arrive in time";
  REQUIRE(watch.look(coming.arrivals(), Instant{0}, now));
  REQUIRE(watch.look(coming.arrivals(), Instant{30'000}, now));
  CHECK(count(risk) == 1);
  REQUIRE(watch.look(coming.arrivals(), Instant{3'700'000}, now));
  CHECK(count(risk) == 2);
  coming.rates = {{media(1), 1'000}};
  REQUIRE(watch.look(coming.arrivals(), Instant{3'730'000}, now));
  CHECK(count("in time at this rate") == 1 + 2);  // as part of the others too
  lib.due.now = {now.seconds + 60};
  REQUIRE(watch.look(coming.arrivals(), Instant{3'760'000}, {now.seconds + 60}));
  CHECK(lib.due.by_kit.empty());
  CHECK(count("the deadline is over: 1 media file (600 B) still lacking") == 1);
}

}  // namespace readiness_test
