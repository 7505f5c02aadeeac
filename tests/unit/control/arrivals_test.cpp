// How much of what is on its way is here, how fast it comes, and why it does not.
#include "daemon/shell/control/arrivals.hpp"

#include "tests/unit/control/served.hpp"

namespace arrivals_test {
using namespace essaimage;
using namespace essaimage::shell;
using test::media;
using test::Served;

namespace {

/// A film of 1,000 bytes of which 400 are here, beside a picture of 500 bytes that is whole.
struct Coming {
  core::NodeStatus status;
  Node::Rates rates;
  Traffic::State traffic;
  store::KitSummary kit;

  Coming() {
    kit.row.id = {"fives", "film"};
    kit.row.version = 1;
    kit.row.media = {{media(1), 1'000, {}}, {media(2), 500, {}}};
    kit.row.bytes = 1'600;
    kit.media_total = 2;
    kit.media_here = 1;
    kit.bytes_here = 600;
    status.media.push_back({media(1), 1'000, 400, {"fives", "loos"}, {}});
    for (const char* slug : {"fives", "loos"}) {
      status.peers.emplace_back();
      status.peers.back().slug = slug;
    }
  }
  Arrivals arrivals() const { return {status, rates, traffic}; }
  Arrival of_kit() const { return arrivals().of(kit); }
};

}  // namespace

TEST_CASE("what comes is told with its bytes, rate, time and peers, counting what is here of it") {
  Coming coming;
  coming.status.media[0].from = {"loos"};
  coming.rates = {{media(1), 100}, {media(2), 20}, {media(9), 5'000}};
  const auto arrival = coming.of_kit();
  CHECK(arrival.total == 1'500);
  CHECK(arrival.here == 900);
  CHECK(arrival.rate == 120);  // the picture came within the last seconds, and counts for the kit
  CHECK(arrival.left() == Duration(5'000));
  CHECK(arrival.from == std::set<std::string>{"loos"});
  CHECK_FALSE(arrival.wait);
  CHECK(coming.arrivals().bytes_here(coming.kit) == 1'000);
}

TEST_CASE("what is not held is neither here nor to come") {
  Coming coming;
  coming.kit.media_here = 0;
  coming.kit.bytes_here = 100;
  coming.kit.not_held = {1, 500};
  coming.kit.why_not = store::HoldReason::file_size;
  const auto arrival = coming.of_kit();
  CHECK(arrival.total == 1'000);
  CHECK(arrival.here == 400);
  CHECK(arrival.files_lacking == 1);
}

TEST_CASE("what nothing comes of has a reason, the nearest first") {
  Coming coming;
  CHECK(coming.of_kit().wait == Wait::turn);
  coming.rates = {{media(1), 100}};
  CHECK_FALSE(coming.of_kit().wait);
  coming.status.media[0].here_bytes = 1'000;
  CHECK(coming.of_kit().wait == Wait::checked);
  coming.status.media[0].here_bytes = 0;
  coming.status.peers[0].refuses_media = true;
  CHECK_FALSE(coming.of_kit().wait);
  coming.status.peers[1].refuses_media = true;
  CHECK(coming.of_kit().wait == Wait::refused);
  coming.status.media[0].from = {"loos"};
  CHECK_FALSE(coming.of_kit().wait);
  coming.status.media[0].from.clear();
  coming.status.media[0].holders.clear();
  CHECK(coming.of_kit().wait == Wait::refused);
  coming.status.media[0].asking = true;
  CHECK(coming.of_kit().wait == Wait::asked);
  coming.status.media[0].asking = false;
  for (auto& peer : coming.status.peers) peer.refuses_media = false;
  CHECK(coming.of_kit().wait == Wait::no_holder);
  for (auto& peer : coming.status.peers) peer.state = core::PeerStatus::State::waiting;
  CHECK(coming.of_kit().wait == Wait::no_peer);
  coming.status.store_rests = true;
  CHECK(coming.of_kit().wait == Wait::disk_fails);
  coming.traffic.rest = Traffic::Rest::hours;
  coming.traffic.hours = {{1200, 420}};
  CHECK(coming.of_kit().wait == Wait::hours);
  CHECK(coming.arrivals().words(coming.of_kit()).fr.find("20:00-07:00") != std::string::npos);
  coming.traffic.rest = Traffic::Rest::paused;
  CHECK(coming.of_kit().wait == Wait::paused);
  CHECK_FALSE(coming.of_kit().left());
  coming.status.media.clear();
  CHECK_FALSE(coming.of_kit().wait);
  coming.kit.not_held = {1, 1'000};
  coming.kit.why_not = store::HoldReason::quota;
  CHECK(coming.of_kit().wait == Wait::quota);
  for (int i = 0; i <= static_cast<int>(Wait::turn); ++i) {
    const auto words = words_of(static_cast<Wait>(i), coming.status, coming.traffic, coming.of_kit());
    CHECK_FALSE(words.en.empty());
    CHECK(words.en != words.fr);
  }
}

TEST_CASE("of several kits, what two of them name counts once, and those that come are first") {
  Coming coming;
  auto other = coming.kit;
  other.row.id = {"fives", "autre"};
  other.row.media = {{media(1), 1'000, {}}, {media(3), 50, {}}};
  other.media_here = 0;
  coming.status.media.push_back({media(3), 50, 0, {}, {}});
  auto whole = coming.kit;
  whole.row.media = {{media(2), 500, {}}};
  whole.media_here = whole.media_total = 1;
  coming.status.media[0].from = {"loos"};
  auto stuck = coming.kit;
  stuck.row.id = {"fives", "rien"};
  stuck.row.media = {{media(3), 50, {}}};
  stuck.media_here = 0;
  const std::vector<store::KitSummary> kits{stuck, coming.kit, other, whole};
  const auto arrivals = coming.arrivals();
  const auto all = arrivals.of(kits);
  CHECK(all.total == 1'550);
  CHECK(all.here == 900);
  CHECK(all.files_lacking == 2);
  CHECK(all.files_without_holder == 1);
  coming.status.media[1].asking = true;  // who was asked may say yet that they have it
  CHECK(coming.arrivals().of(kits).files_without_holder == 0);
  const auto found = arrivals.coming(kits);
  REQUIRE(found.size() == 3);
  CHECK(found[0].first->row.id.slug == "film");
  CHECK(found[2].first->row.id.slug == "rien");
  CHECK(found[2].second.wait == Wait::no_holder);
}

TEST_CASE("kits, status and what is told of a choice carry the same numbers") {
  Served served;
  const Coming coming;
  served.node.lib.all_kits = {coming.kit};
  served.node.change([&](auto& status) { status.media = coming.status.media; });
  served.node.rates = {{media(1), 300}};
  const auto kits = served.ask("kits")["items"][0];
  CHECK(kits[0]["bytes_here"] == 1'000);
  CHECK(kits[0]["progress"]["bytes_here"] == 900);
  CHECK(kits[0]["progress"]["bytes_per_second"] == 300);
  CHECK(kits[0]["progress"]["remaining_ms"] == 2'000);
  CHECK(kits[0]["progress"]["waits"].is_null());
  const auto status = served.ask("status");
  CHECK(status["bytes_here"] == 1'000);
  CHECK(status["progress"]["kits"][0]["bytes_total"] == 1'500);
  CHECK(status["progress"]["kits_coming"] == 1);
  (void)served.ask("pause");
  const auto pinned = served.ask("pin", {{"id", "fives/film"}});
  CHECK(pinned["progress"]["waits"]["code"] == "paused");
  CHECK(pinned["progress"]["remaining_ms"].is_null());
  served.node.lib.all_kits[0].media_here = 2;
  served.node.change([&](auto& now) { now.media.clear(); });
  CHECK(served.ask("kit.show", {{"id", "fives/film"}})["progress"].is_null());
  CHECK(served.ask("status")["progress"].is_null());
}

TEST_CASE("an event about a media file names the kit and the path where it stands") {
  Served served;
  served.node.lib.add_file("film.mp4", "", false);
  served.node.lib.all_files[0].media = media(1);
  served.node.lib.all_kits = {Coming().kit};
  served.node.tell(core::Event::Kind::media_completed, "", media(1));
  served.node.tell(core::Event::Kind::media_completed, "", media(99));
  auto connection = control::Connection::connect(served.socket).value();
  REQUIRE(connection.send(control::Request{"watch", R"({"after":0,"count":2})"}));
  const auto next = [&] {
    const auto frame = connection.receive(std::chrono::seconds(20));
    REQUIRE(frame);
    REQUIRE(frame->has_value());
    return Json::parse(std::get<control::Item>(**frame).json);
  };
  const auto known = next();
  CHECK(known["kit"] == "fives/film");
  CHECK(known["path"] == "film.mp4");
  CHECK_FALSE(next().contains("kit"));
}

TEST_CASE("watching with progress tells of kits that come, how the node is, and of a kit's end") {
  Served served;
  served.node.lib.add_file("film.mp4", "", false);
  served.node.lib.all_files[0].media = media(1);
  const Coming coming;
  served.node.lib.all_kits = {coming.kit};
  served.node.change([&](auto& status) { status.media = coming.status.media; });
  auto connection = control::Connection::connect(served.socket).value();
  REQUIRE(connection.send(control::Request{"watch", R"({"progress":true,"count":1})"}));
  const auto next = [&] {
    const auto frame = connection.receive(std::chrono::seconds(20));
    REQUIRE(frame);
    REQUIRE(frame->has_value());
    const auto* item = std::get_if<control::Item>(&**frame);
    return item == nullptr ? Json() : Json::parse(item->json);
  };
  const auto first = next();
  CHECK(first["kind"] == "progress");
  CHECK(first["kit"] == "fives/film");
  CHECK(first["bytes_here"] == 900);
  CHECK(first["media"][0]["bytes_here"] == 400);
  CHECK(first["media"][0]["path"] == "film.mp4");
  const auto state = next();
  CHECK(state["kind"] == "state");
  CHECK(state["kits_coming"] == 1);
  CHECK(state["traffic"]["rest"] == "none");
  // All of it came, and it is not whole before it was checked: its end is told then.
  served.node.change([&](auto& status) { status.media.clear(); });
  for (auto item = next(); item["kind"] != "state" || item["kits_coming"] != 0; item = next()) CHECK(item["state"] != "whole");
  served.node.lib.make_whole(0);
  const auto last = [&] {
    for (int i = 0; i < 20; ++i) {
      const auto item = next();
      if (item["kind"] == "progress" && item["state"] == "whole") return item;
    }
    return Json();
  }();
  CHECK(last["kit"] == "fives/film");
  CHECK(next()["kind"] == "state");
  // An event ends it, as counted; progress does not count.
  served.node.tell(core::Event::Kind::level, "");
  Json item;
  do item = next();
  while (item["kind"] == "state");
  CHECK(item["kind"] == "level");
}

}  // namespace arrivals_test
