#include "daemon/shell/control/explain/explain.hpp"

#include "daemon/shell/control/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/control/fake_node.hpp"

namespace explain_test {
using namespace essaimage;
using namespace essaimage::shell;

namespace {

struct Picture {
  test::FakeNode node;
  core::NodeStatus status = node.status().value();
  std::uint64_t disk_free = 10'000'000'000;
  std::vector<store::Problem> problems;
  Traffic::State traffic = {};

  Situation here() { return {status, node.lib.members.get(), node.lib.who, Instant{1000}, disk_free, problems, {}, traffic}; }
  core::PeerStatus& peer(const std::string& slug, core::PeerStatus::State state) {
    core::PeerStatus peer;
    peer.slug = slug;
    peer.state = state;
    peer.endpoint = "tcp://192.0.2.7:7490";
    status.peers.push_back(peer);
    return status.peers.back();
  }
  core::FeedStatus& feed(const FeedId& id, std::uint64_t seq) {
    core::FeedStatus feed;
    feed.held = {id, {1, 1, seq}, {}};
    status.feeds.push_back(feed);
    return status.feeds.back();
  }
};

const Explanation* find(const Explanations& all, const std::string& code) {
  for (const auto& entry : all)
    if (entry.code == code) return &entry;
  return nullptr;
}

bool complete(const Explanation& e) {
  const bool text = !e.text.en.empty() && !e.text.fr.empty() && e.text.en != e.text.fr;
  return text && e.next_step.en.empty() == e.next_step.fr.empty() && (!e.problem || !e.next_step.en.empty());
}

}  // namespace

TEST_CASE("a node that is level has nothing to explain but that") {
  Picture picture;
  picture.peer("fives", core::PeerStatus::State::connected).level = true;
  const auto all = explain_node(picture.here());
  REQUIRE(all.size() == 1);
  CHECK(all[0].code == "all-well");
  CHECK_FALSE(all[0].problem);
}

TEST_CASE("every trouble of a node has its own words in both languages, and a way out") {
  Picture picture;
  picture.status.joined = false;
  picture.status.suspended = true;
  picture.disk_free = 1'000'000;
  picture.status.join_error = Error{Errc::invitation_used, {}};
  picture.peer("fives", core::PeerStatus::State::unreachable).retry_at = Instant{61'000};
  picture.peer("loos", core::PeerStatus::State::refused_us);
  picture.peer("mons", core::PeerStatus::State::connected);
  picture.peer("lens", core::PeerStatus::State::waiting).endpoint.clear();
  picture.feed({"wazemmes", {}}, 3).frozen = true;
  picture.feed({"fives", {}}, 3).frozen = true;
  picture.feed({"fede", {}}, 4).wanted = Head{{"fede", {}}, {1, 1, 5}, {}};
  picture.status.media.push_back({Sha256{}, 3'000'000, 1'000'000, {}, {}});
  picture.problems.push_back({Error{Errc::corrupt, "an object"}, "deule/region"});
  const auto all = explain_node(picture.here());
  for (const auto* code :
       {"library-damaged", "not-joined", "suspended", "disk-low", "own-feed-forked", "feed-forked", "feed-wanted-no-holder",
        "media-lacking-no-holder", "peer-unreachable", "peer-refuses-us", "peer-not-level", "peer-only-inbound"}) {
    INFO(code);
    const auto* found = find(all, code);
    REQUIRE(found != nullptr);
    CHECK(complete(*found));
  }
  CHECK(find(all, "all-well") == nullptr);
  CHECK(find(all, "not-joined")->text.fr.find("déjà servi") != std::string::npos);
  CHECK(find(all, "peer-unreachable")->text.en.find("the next try is in 60 s") != std::string::npos);
  CHECK(find(all, "media-lacking-no-holder")->text.fr.find("2,0 Mo") != std::string::npos);
}

TEST_CASE("publishing that waits for a confirmation says when --offline is right") {
  Picture picture;
  picture.status.own_heads_confirmed = false;
  const auto all = explain_node(picture.here());
  const auto* found = find(all, "publishing-unconfirmed");
  REQUIRE(found != nullptr);
  CHECK(found->next_step.en.find("--offline") != std::string::npos);
  CHECK(find(all, "no-peer-connected") != nullptr);
  picture.peer("fives", core::PeerStatus::State::refused_us);
  CHECK(find(explain_node(picture.here()), "no-peer-connected") == nullptr);
}

TEST_CASE("a kit that lacks media names the peers that hold them, and those that are away") {
  Picture picture;
  picture.node.lib.add_kit({"fives", "lampe"});
  auto kit = picture.node.lib.all_kits[0];
  kit.row.media.push_back({Sha256{{1}}, 5000, {}});
  kit.media_total = 1;
  picture.status.media.push_back({Sha256{{1}}, 5000, 0, {"loos", "mons"}, {}});
  picture.status.media.push_back({Sha256{{2}}, 9999, 0, {"other"}, {}});
  picture.peer("lens", core::PeerStatus::State::unreachable);
  const auto all = explain_kit(picture.here(), {"fives", "lampe"}, kit);
  const auto* lacking = find(all, "media-lacking");
  REQUIRE(lacking != nullptr);
  CHECK(lacking->text.en.find("1 media file (5.0 kB) is lacking; held by: loos, mons.") != std::string::npos);
  CHECK(find(all, "peer-unreachable") != nullptr);
  picture.traffic.rest = Traffic::Rest::paused;
  CHECK(find(explain_kit(picture.here(), {"fives", "lampe"}, kit), "media-paused")->next_step.en.find("resume") != std::string::npos);
  picture.traffic.rest = Traffic::Rest::hours;
  picture.traffic.hours = {{1200, 420}};
  CHECK(find(explain_node(picture.here()), "media-not-now")->text.en.find("20:00-07:00") != std::string::npos);
  CHECK(find(explain_node(picture.here()), "media-not-now") != nullptr);
  picture.traffic.rest = Traffic::Rest::none;
  picture.status.media.clear();
  const auto whole = explain_kit(picture.here(), {"fives", "lampe"}, kit);
  REQUIRE(whole.size() == 1);
  CHECK(whole[0].code == "all-well");
}

TEST_CASE("a peer that serves no media now is named: it may be paused") {
  Picture picture;
  picture.status.media.push_back({Sha256{{1}}, 5000, 0, {"loos"}, {}});
  picture.peer("loos", core::PeerStatus::State::connected).refuses_media = true;
  const auto told = [&](const char* code) {
    const auto all = explain_node(picture.here());
    const auto* found = find(all, code);
    REQUIRE(found != nullptr);
    CHECK(complete(*found));
    return found->text.en;
  };
  CHECK(told("media-peer-refuses").find("the peer loos serves no media now (it may be paused)") != std::string::npos);
  picture.status.media[0].holders = {"loos", "mons"};
  picture.peer("mons", core::PeerStatus::State::connected).level = true;
  CHECK(told("media-lacking").find("held by: loos, mons; the peer loos serves no media now") != std::string::npos);
  // Who has refused for long is not known as a holder any more.
  picture.status.media[0].holders.clear();
  const auto refused = told("media-peer-refuses");
  CHECK(refused.find("the peer loos serves no media now (it may be paused); no other connected peer") != std::string::npos);
  picture.status.store_rests = true;
  CHECK(told("media-disk-fails").find("the disk could not be written") != std::string::npos);
}

TEST_CASE("a kit that is not here is spoken of in the same words whether it exists for others or not") {
  Picture picture;
  const auto one = explain_kit(picture.here(), {"fives", "secret"}, std::nullopt);
  const auto two = explain_kit(picture.here(), {"fives", "nothing"}, std::nullopt);
  REQUIRE(find(one, "not-here") != nullptr);
  CHECK(find(one, "not-here")->text.en == find(two, "not-here")->text.en);
  CHECK(find(explain_kit(picture.here(), {"mars", "rover"}, std::nullopt), "centre-unknown") != nullptr);
}

TEST_CASE("feeds of audiences that we are not in are never told of") {
  Picture picture;
  const FeedId foreign{"fives", {Audience::Kind::territory, "valenciennes"}};
  const auto all = explain_feed(picture.here(), foreign);
  REQUIRE(all.size() == 1);
  CHECK(all[0].code == "other-audience");
  const FeedId ours{"fives", {Audience::Kind::territory, "lille"}};
  CHECK(find(explain_feed(picture.here(), ours), "not-here") != nullptr);
  picture.feed(ours, 3);
  CHECK(find(explain_feed(picture.here(), ours), "all-well") != nullptr);
  auto& known = picture.status.feeds.back();
  known.wanted = Head{ours, {1, 1, 9}, {}};
  known.holders = {"loos"};
  known.fetching = true;
  CHECK(find(explain_feed(picture.here(), ours), "feed-fetching") != nullptr);
}

TEST_CASE("a feed that was here and is lost is our disk's matter, not its author's") {
  Picture picture;
  const FeedId ours{"fives", {Audience::Kind::territory, "lille"}};
  auto& known = picture.feed(ours, GENERATE(0U, 3U));
  known.lacking = true;
  for (const auto& all :
       {explain_node(picture.here()), explain_feed(picture.here(), ours), explain_kit(picture.here(), {"fives", "lampe"}, std::nullopt)}) {
    REQUIRE(find(all, "feed-lost-no-holder") != nullptr);
    CHECK(complete(*find(all, "feed-lost-no-holder")));
    CHECK(find(all, "not-here") == nullptr);
    CHECK(find(all, "all-well") == nullptr);
  }
  known.holders = {"loos"};
  const auto all = explain_feed(picture.here(), ours);
  REQUIRE(find(all, "feed-lost") != nullptr);
  CHECK(complete(*find(all, "feed-lost")));
  CHECK(find(all, "feed-lost")->text.en.find("from loos") != std::string::npos);
}

TEST_CASE("of its own feed a centre is told that others may not have it") {
  Picture picture;
  picture.feed({picture.node.lib.who.slug, {}}, 3).lacking = true;
  const auto all = explain_node(picture.here());
  REQUIRE(find(all, "own-feed-lost") != nullptr);
  CHECK(complete(*find(all, "own-feed-lost")));
  // tests/unit/store/publishing/publish_again_test.cpp does that step.
  CHECK(find(all, "own-feed-lost")->next_step.en.find("essaimagectl publish DIR") != std::string::npos);
  CHECK(find(all, "own-feed-lost")->next_step.fr.find("essaimagectl publish DOSSIER") != std::string::npos);
  CHECK(find(all, "own-feed-lost")->next_step.en.find("backup") != std::string::npos);
}

TEST_CASE("a feed that is frozen and lacks objects is both") {
  Picture picture;
  auto& known = picture.feed({"fives", {}}, 3);
  known.frozen = known.lacking = true;
  known.holders = {"loos"};
  const auto all = explain_node(picture.here());
  CHECK(find(all, "feed-forked") != nullptr);
  CHECK(find(all, "feed-lost") != nullptr);
}

TEST_CASE("of a feed that forked everybody hears a way out, and of the federation's none that it does not have") {
  for (const bool own : {true, false}) {
    for (const bool federations : {true, false}) {
      Picture picture;
      auto& who = picture.node.lib.who;
      const std::string author = own ? who.slug : "loos";
      if (federations) who.federation_slug = author;
      picture.feed({author, {}}, 3).frozen = true;
      const auto all = explain_node(picture.here());
      const auto* found = find(all, own ? "own-feed-forked" : "feed-forked");
      REQUIRE(found != nullptr);
      for (const auto& text : {found->next_step.en, found->next_step.fr}) {
        INFO(text);
        CHECK(text.find("`essaimagectl fork resolve`") != std::string::npos);
        CHECK((text.find("`essaimagectl member new-key " + author + "`") == std::string::npos) == federations);
      }
      CHECK((found->next_step.fr.find("admis des membres") != std::string::npos) == (own && federations));
    }
  }
}

TEST_CASE("of news that a peer cannot give it is not said that they come by themselves alone") {
  Picture picture;
  auto& known = picture.feed({"fives", {}}, 3);
  known.wanted = Head{known.held.feed, {1, 1, 4}, {}};
  known.holders = {"fives"};
  const auto before = explain_node(picture.here());
  CHECK(find(before, "feed-wanted")->next_step.en.find("fives") == std::string::npos);
  known.last_error = Error{Errc::not_found, ""};
  const auto all = explain_node(picture.here());
  CHECK(find(all, "feed-wanted")->next_step.en.find("at fives has to look at `essaimagectl explain`") != std::string::npos);
  CHECK(complete(*find(all, "feed-wanted")));
}

TEST_CASE("who lost the federation's word is not told to make a new home") {
  Picture picture;
  picture.status.joined = false;
  picture.feed({picture.node.lib.who.federation_slug, {}}, 3).lacking = true;
  const auto all = explain_node(picture.here());
  CHECK(find(all, "not-joined") == nullptr);
  CHECK(find(all, "feed-lost-no-holder") != nullptr);
}

TEST_CASE("a home whose centre goes on under another key is told so") {
  Picture picture;
  picture.status.joined = false;
  auto here = picture.here();
  here.key_succeeded = true;
  const auto all = explain_node(here);
  CHECK(find(all, "not-joined") == nullptr);
  REQUIRE(find(all, "own-key-succeeded") != nullptr);
  CHECK(complete(*find(all, "own-key-succeeded")));
}

TEST_CASE("a home that peers refuse because of its key is told so as their word, once") {
  Picture picture;
  for (const char* slug : {"fives", "loos"})
    picture.peer(slug, core::PeerStatus::State::refused_us).last_error = Error{Errc::key_succeeded, ""};
  const auto all = explain_node(picture.here());
  REQUIRE(find(all, "peer-tells-key-succeeded") != nullptr);
  CHECK(find(all, "peer-tells-key-succeeded")->text.en.starts_with("fives, loos"));
  CHECK(complete(*find(all, "peer-tells-key-succeeded")));
  CHECK(find(all, "peer-refuses-us") == nullptr);
  CHECK(find(all, "own-key-succeeded") == nullptr);
}

TEST_CASE("a home that peers refuse because it is suspended is told so as their word, once, and promised nothing") {
  Picture picture;
  for (const char* slug : {"fives", "loos"})
    picture.peer(slug, core::PeerStatus::State::refused_us).last_error = Error{Errc::publish_suspended, ""};
  const auto all = explain_node(picture.here());
  REQUIRE(find(all, "peer-tells-suspended") != nullptr);
  CHECK(find(all, "peer-tells-suspended")->text.en.starts_with("fives, loos"));
  CHECK(find(all, "peer-tells-suspended")->actor == Actor::federation);
  CHECK(complete(*find(all, "peer-tells-suspended")));
  CHECK(find(all, "peer-refuses-us") == nullptr);
}

TEST_CASE("a centre that was admitted is not told to wait by a peer that refuses it") {
  Picture picture;
  picture.peer("fives", core::PeerStatus::State::refused_us).last_error = Error{Errc::peer_refuses, ""};
  picture.node.lib.members->members[picture.node.lib.who.slug].slug = picture.node.lib.who.slug;
  const auto all = explain_node(picture.here());
  REQUIRE(find(all, "peer-refuses-us") != nullptr);
  CHECK(find(all, "peer-refuses-us")->next_step.en.find("minutes") == std::string::npos);
  CHECK(complete(*find(all, "peer-refuses-us")));
}

TEST_CASE("a suspended peer is the federation's matter") {
  Picture picture;
  auto& member = picture.node.lib.members->members["fives"];
  member.suspended = true;
  member.suspended_why = "key lost";
  const auto all = explain_peer(picture.here(), member);
  REQUIRE(all.size() == 1);
  CHECK(all[0].code == "peer-suspended");
  CHECK(all[0].actor == Actor::federation);
  CHECK(all[0].text.en.find("key lost") != std::string::npos);
}

TEST_CASE("bytes and times are written as people of each language write them") {
  CHECK(words_of_bytes(999).en == "999 B");
  CHECK(words_of_bytes(1000).fr == "1,0 ko");
  CHECK(words_of_bytes(999'950).en == "1.0 MB");
  CHECK(words_of_time(Duration(99'000)).en == "99 s");
  CHECK(words_of_time(Duration(600'000)).fr == "10 min");
  CHECK(words_of_time(Duration(120'000'000)).fr == "33 h");
}

TEST_CASE("French texts leave the daemon with blanks that do not break, English ones as they are") {
  const auto json = to_json(Words{"a : b", "Attendu : rien ; voilà."});
  CHECK(json["en"] == "a : b");
  CHECK(json["fr"] == "Attendu\u00A0: rien\u00A0; voilà.");
}

}  // namespace explain_test
