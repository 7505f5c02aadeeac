#include "daemon/shell/control/server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <nlohmann/json.hpp>

#include "daemon/shell/control/verbs.hpp"
#include "proto/control_socket.hpp"
#include "proto/limits.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/control/fake_node.hpp"

namespace control_server_test {
using namespace essaimage;
using namespace std::chrono_literals;
using control::Connection;
using control::Request;
using shell::ControlServer;
using shell::Json;
namespace {

struct Served {
  test::TempFolder folder;
  test::FakeNode node;
  std::filesystem::path socket = folder.path() / "control.sock";
  std::unique_ptr<ControlServer> server = ControlServer::start(socket, node).value();

  Connection client() const { return Connection::connect(socket).value(); }
};

/// What came until the reply or the failure.
struct Answer {
  std::vector<Json> items;
  std::vector<control::Data> data;
  std::optional<Json> reply;
  std::string failure;  ///< its code
  std::string detail;
};

Answer answer_of(Connection& connection) {
  Answer answer;
  for (;;) {
    const auto frame = connection.receive(20s);
    if (!frame) {
      answer.failure = "closed";
      return answer;
    }
    REQUIRE(frame->has_value());
    if (const auto* item = std::get_if<control::Item>(&**frame)) answer.items.push_back(Json::parse(item->json));
    if (const auto* data = std::get_if<control::Data>(&**frame)) answer.data.push_back(*data);
    if (const auto* reply = std::get_if<control::Reply>(&**frame)) {
      answer.reply = Json::parse(reply->json);
      return answer;
    }
    if (const auto* failure = std::get_if<control::Failure>(&**frame)) {
      answer.failure = failure->code;
      answer.detail = failure->detail;
      return answer;
    }
  }
}

Answer ask(const Served& served, const std::string& verb, const Json& arguments = Json::object()) {
  auto client = served.client();
  REQUIRE(client.send(Request{verb, arguments.dump()}));
  return answer_of(client);
}

void give(Connection& client, const Json& item) { REQUIRE(client.send(control::Item{item.dump()})); }

}  // namespace

TEST_CASE("the control socket is for its owner alone, and a stale one is replaced") {
  Served served;
  struct stat status {};
  REQUIRE(::stat(served.socket.c_str(), &status) == 0);
  CHECK(S_ISSOCK(status.st_mode));
  CHECK((status.st_mode & 0777) == 0600);
  served.server.reset();
  CHECK_FALSE(std::filesystem::exists(served.socket));
  CHECK(Connection::connect(served.socket).error().code == Errc::control_not_running);
  std::filesystem::create_directory(served.folder.path() / "x");
  std::ofstream(served.socket) << "stale";
  served.server = ControlServer::start(served.socket, served.node).value();
  CHECK(ask(served, "version").reply.has_value());
}

TEST_CASE("a home with a path longer than a socket's name may be works") {
  Served served;
  const auto deep = served.folder.path() / std::string(100, 'a') / std::string(100, 'b');
  std::filesystem::create_directories(deep);
  const auto server = ControlServer::start(deep / "control.sock", served.node).value();
  auto client = Connection::connect(deep / "control.sock").value();
  REQUIRE(client.send(Request{"version", "{}"}));
  CHECK(answer_of(client).reply.has_value());
}

TEST_CASE("one connection answers several requests, one after the other") {
  Served served;
  auto client = served.client();
  for (int i = 0; i < 3; ++i) {
    REQUIRE(client.send(Request{"version", "{}"}));
    CHECK((*answer_of(client).reply)["control"] == 1);
  }
}

TEST_CASE("unknown verbs, unknown or wrong arguments and garbage are refused by name") {
  Served served;
  CHECK(ask(served, "dance").failure == "control.verb-unknown");
  const auto extra = ask(served, "version", {{"loud", true}});
  CHECK(extra.failure == "usage");
  CHECK(extra.detail.find("loud") != std::string::npos);
  CHECK(ask(served, "kit.show").failure == "usage");
  CHECK(ask(served, "kit.show", {{"id", 3}}).failure == "usage");
  CHECK(ask(served, "kit.show", {{"id", "no-slash"}}).failure != "");
  CHECK(ask(served, "version", Json::array()).failure == "malformed");
  auto client = served.client();
  REQUIRE(client.send(control::Item{"{}"}));
  CHECK(answer_of(client).failure == "malformed");
  CHECK(ask(served, "version").reply.has_value());
}

TEST_CASE("long lists come in pieces that fit in a frame") {
  Served served;
  for (int i = 0; i < 1201; ++i) served.node.lib.add_kit({"wazemmes", "kit-" + std::to_string(i)});
  const auto answer = ask(served, "kits");
  REQUIRE(answer.items.size() == 3);
  CHECK(answer.items[0].size() == 500);
  CHECK(answer.items[2].size() == 201);
  CHECK((*answer.reply)["kits"] == 1201);
  const auto& kit = answer.items[0][0];
  for (const auto* field : {"id", "centre", "slug", "title", "kind", "stage", "claimed_stage", "audience", "version", "commit", "files",
                            "bytes", "media_total", "media_here", "complete", "published_at"})
    CHECK(kit.contains(field));
  CHECK(kit["id"] == "wazemmes/kit-0");
  CHECK(kit["complete"] == true);
  CHECK(kit["published_at"] == "1970-01-01T00:00:00Z");
}

TEST_CASE("an upload becomes the steps of a publication, in their order") {
  Served served;
  auto client = served.client();
  REQUIRE(client.send(Request{"publish", R"({"audience":"territory:lille"})"}));
  give(client, {{"step", "kit"}, {"folder", "lampe"}});
  give(client, {{"step", "file"}, {"path", "a.txt"}, {"executable", true}, {"bytes", 6}});
  REQUIRE(client.send(control::Data{0, {'a', 'b'}, false}));
  give(client, {{"step", "abort-file"}});
  give(client, {{"step", "file"}, {"path", "a.txt"}, {"executable", false}, {"bytes", 3}});
  REQUIRE(client.send(control::Data{1, {'x', 'y'}, false}));
  REQUIRE(client.send(control::Data{1, {'z'}, true}));
  give(client, {{"step", "end-kit"}});
  give(client, {{"step", "commit"}});
  const auto answer = answer_of(client);
  REQUIRE(answer.reply.has_value());
  CHECK(served.node.lib.published_to == Audience{Audience::Kind::territory, "lille"});
  const std::vector<std::string> steps = {"kit lampe",    "file a.txt x 6", "abort-file", "file a.txt - 3",
                                          "end-file xyz", "end-kit",        "commit",     "destroyed"};
  CHECK(served.node.lib.publications.all() == steps);
  REQUIRE(answer.items.size() == 2);
  CHECK(answer.items[0]["step"] == "ready");
  CHECK(answer.items[1][0]["id"] == "wazemmes/lampe");
  CHECK(answer.items[1][0]["version"] == 3);
}

TEST_CASE("a file that the publication knows needs no bytes; one that it does not know is remembered") {
  Served served;
  auto client = served.client();
  REQUIRE(client.send(Request{"publish", "{}"}));
  give(client, {{"step", "kit"}, {"folder", "lampe"}, {"path", "/kits/lampe"}});
  give(client, {{"step", "known"}, {"path", "known.jpg"}, {"executable", true}, {"state", "1:2"}});
  give(client, {{"step", "known"}, {"path", "new.jpg"}, {"state", "1:3"}});
  give(client, {{"step", "file"}, {"path", "new.jpg"}, {"bytes", 1}, {"state", "1:3"}});
  REQUIRE(client.send(control::Data{0, {'x'}, true}));
  give(client, {{"step", "end-kit"}});
  give(client, {{"step", "commit"}});
  const auto answer = answer_of(client);
  REQUIRE(answer.reply.has_value());
  const std::vector<std::string> steps = {"kit lampe",
                                          "place /kits/lampe",
                                          "known? known.jpg x 1:2",
                                          "known? new.jpg - 1:3",
                                          "file new.jpg - 1",
                                          "remember 1:3",
                                          "end-file x",
                                          "end-kit",
                                          "commit",
                                          "destroyed"};
  CHECK(served.node.lib.publications.all() == steps);
  CHECK(answer.items.at(1) == Json{{"known", true}});
  CHECK(answer.items.at(2) == Json{{"known", false}});
}

TEST_CASE("an upload that fails says which folder, and nothing is committed") {
  Served served;
  served.node.lib.publications.fail_at = "end-kit";
  auto client = served.client();
  REQUIRE(client.send(Request{"publish", "{}"}));
  give(client, {{"step", "kit"}, {"folder", "lampe"}});
  give(client, {{"step", "end-kit"}});
  const auto answer = answer_of(client);
  CHECK(answer.failure == "kit.title-missing");
  CHECK(answer.detail == "lampe: kit.toml");
  CHECK(served.node.lib.publications.all().back() == "destroyed");
}

TEST_CASE("steps out of order end the upload") {
  const std::vector<std::vector<Json>> uploads = {
      {{{"step", "end-kit"}}},
      {{{"step", "file"}, {"path", "a"}}},
      {{{"step", "known"}, {"path", "a"}, {"state", "1"}}},
      {{{"step", "abort-file"}}},
      {{{"step", "kit"}, {"folder", "a"}}, {{"step", "commit"}}},
      {{{"step", "kit"}, {"folder", "a"}}, {{"step", "kit"}, {"folder", "b"}}},
      {{{"step", "jump"}}},
  };
  for (const auto& upload : uploads) {
    Served served;
    auto client = served.client();
    REQUIRE(client.send(Request{"publish", "{}"}));
    for (const auto& step : upload) give(client, step);
    CHECK(answer_of(client).failure == "malformed");
  }
  Served served;
  auto client = served.client();
  REQUIRE(client.send(Request{"publish", "{}"}));
  REQUIRE(client.send(control::Data{0, {1}, false}));
  CHECK(answer_of(client).failure == "malformed");
}

TEST_CASE("a client that goes away in the middle of an upload leaves nothing") {
  Served served;
  {
    auto client = served.client();
    REQUIRE(client.send(Request{"publish", "{}"}));
    give(client, {{"step", "kit"}, {"folder", "lampe"}});
    REQUIRE(client.receive(20s).value().has_value());  // ready
  }
  served.server.reset();
  CHECK(served.node.lib.publications.all().back() == "destroyed");
}

TEST_CASE("publishing waits for a peer that confirms our own heads, or is told to go offline") {
  Served served;
  served.node.change([](auto& status) { status.own_heads_confirmed = false; });
  CHECK(ask(served, "publish").failure == "publish.unconfirmed");
  auto client = served.client();
  REQUIRE(client.send(Request{"publish", R"({"offline":true})"}));
  give(client, {{"step", "commit"}});
  CHECK(answer_of(client).reply.has_value());
  served.node.lib.members = nullptr;
  CHECK(ask(served, "publish", {{"offline", true}}).failure == "node.not-joined");
  CHECK(ask(served, "publish", {{"audience", "moon"}}).failure == "audience.unknown");
}

TEST_CASE("checkout lists the files and sends each one whole") {
  Served served;
  served.node.lib.add_kit({"wazemmes", "lampe"}, 4);
  const std::string large(limits::control_data_bytes_max + 10, 'x');
  served.node.lib.add_file("a/grand.bin", large);
  served.node.lib.add_file("vide.txt", "");
  const auto answer = ask(served, "checkout", {{"id", "wazemmes/lampe"}});
  REQUIRE(answer.reply.has_value());
  CHECK((*answer.reply)["version"] == 4);
  REQUIRE(answer.items.size() == 1);
  CHECK(answer.items[0][0]["path"] == "a/grand.bin");
  REQUIRE(answer.data.size() == 3);
  CHECK(answer.data[0].bytes.size() == limits::control_data_bytes_max);
  CHECK_FALSE(answer.data[0].end);
  CHECK(answer.data[1].end);
  CHECK((answer.data[2].file == 1 && answer.data[2].bytes.empty() && answer.data[2].end));
  CHECK(ask(served, "checkout", {{"id", "wazemmes/lampe"}, {"version", 9}}).failure == "not-found");
}

TEST_CASE("checkout of a version whose media lack says which, and sends nothing") {
  Served served;
  served.node.lib.add_kit({"wazemmes", "lampe"});
  served.node.lib.add_file("a.txt", "a");
  served.node.lib.add_file("photo.jpg", "p", false);
  const auto answer = ask(served, "checkout", {{"id", "wazemmes/lampe"}});
  CHECK(answer.failure == "checkout.media-missing");
  CHECK(answer.detail == "wazemmes/lampe: 1/2: photo.jpg");
  CHECK(answer.items.empty());
}

TEST_CASE("only the federation's node invites and suspends") {
  Served served;
  const Json invite{{"slug", "fives"}, {"name", "Fives"}, {"territories", {"lille"}}, {"valid_seconds", 3600}};
  CHECK(ask(served, "member.invite", invite).failure == "federation.not-here");
  CHECK(ask(served, "member.suspend", {{"slug", "fives"}, {"why", "x"}}).failure == "federation.not-here");
  served.node.lib.who.slug = "fede";
  const auto answer = ask(served, "member.invite", invite);
  REQUIRE(answer.reply.has_value());
  CHECK((*answer.reply)["invitation"].get<std::string>().starts_with("essaimage1-"));
  CHECK((*answer.reply)["expires"] == "1970-01-01T01:00:00Z");
  CHECK(ask(served, "member.invite", {{"slug", "No Slug"}, {"name", "x"}}).failure == "usage");
  CHECK(ask(served, "member.suspend", {{"slug", "nobody"}, {"why", "x"}}).failure == "peer.unknown");
  CHECK(ask(served, "member.suspend", {{"slug", "fede"}, {"why", "x"}}).failure == "usage");
  CHECK(ask(served, "member.suspend", {{"slug", "fives"}, {"why", "lost"}}).reply.has_value());
  CHECK(served.node.lib.calls == std::vector<std::string>{"suspend fives: lost"});
  served.node.reachable_at.clear();
  CHECK(ask(served, "member.invite", invite).failure == "federation.endpoint-missing");
}

TEST_CASE("sync is level only after a whole round with somebody") {
  Served served;
  const auto nobody = ask(served, "sync", {{"wait", true}, {"timeout_seconds", 3}});
  CHECK((*nobody.reply)["level"] == false);
  served.node.change([](auto& status) {
    core::PeerStatus peer;
    peer.slug = "fives";
    peer.state = core::PeerStatus::State::connected;
    status.peers = {peer};
  });
  CHECK((*ask(served, "sync", {{"timeout_seconds", 3}}).reply)["round_done"] == false);
  served.node.change([](auto& status) { status.sync_rounds_done = 99; });
  const auto done = ask(served, "sync");
  CHECK((*done.reply)["level"] == true);
  CHECK((*done.reply)["peers_connected"] == 1);
  served.node.change([](auto& status) { status.level = false; });
  CHECK((*ask(served, "sync").reply)["level"] == false);
}

TEST_CASE("verify lists what is wrong") {
  Served served;
  CHECK((*ask(served, "verify").reply)["problems"] == 0);
  served.node.lib.wrong.push_back({{Errc::media_bad, "sha256"}, "lfs/objects/aa"});
  const auto answer = ask(served, "verify");
  CHECK((*answer.reply)["problems"] == 1);
  CHECK(answer.items[0][0]["where"] == "lfs/objects/aa");
  CHECK(answer.items[0][0]["code"] == "media.bad");
}

TEST_CASE("scrub begins a slow reading, or only tells of it") {
  Served served;
  const auto before = *ask(served, "scrub", {{"look", true}}).reply;
  CHECK(before["reading"] == false);
  CHECK(before["begun"].is_null());
  served.node.lib.scrubbing = {false, {1'772'357'400}, {1'774'949'400}, 1'000, 1};
  const auto now = *ask(served, "scrub").reply;
  CHECK(now["reading"] == true);
  CHECK(now["begun"] == "2026-03-01T09:30:00Z");
  CHECK(now["due"] == "2026-03-31T09:30:00Z");
  CHECK(now["bytes"] == 1'000);
  CHECK(now["damaged"] == 1);
  CHECK(ask(served, "scrub", {{"look", 3}}).failure == "usage");
}

TEST_CASE("watch tells what happens from now on, or from the beginning") {
  Served served;
  served.node.tell(core::Event::Kind::joined, "");
  served.node.tell(core::Event::Kind::peer_connected, "fives");
  const auto all = ask(served, "watch", {{"after", 0}, {"count", 2}});
  REQUIRE(all.items.size() == 2);
  CHECK(all.items[1]["kind"] == "peer-connected");
  CHECK(all.items[1]["peer"] == "fives");
  CHECK(all.items[1]["time"] == "2026-03-01T09:30:00Z");
}

TEST_CASE("the end of the server ends every client at once, with the reason") {
  Served served;
  auto watching = served.client();
  REQUIRE(watching.send(Request{"watch", "{}"}));
  auto idle = served.client();
  auto uploading = served.client();
  REQUIRE(uploading.send(Request{"publish", "{}"}));
  REQUIRE(uploading.receive(20s).value().has_value());
  const auto start = std::chrono::steady_clock::now();
  served.node.ends = true;
  served.server.reset();
  CHECK(std::chrono::steady_clock::now() - start < 2s);
  for (auto* client : {&watching, &idle, &uploading}) {
    const auto failure = answer_of(*client).failure;
    CHECK((failure == "node.stopping" || failure == "closed"));
  }
}

TEST_CASE("more clients than may be are told so, and places become free again") {
  Served served;
  std::vector<Connection> clients;
  for (std::size_t i = 0; i < limits::control_clients_max; ++i) {
    clients.push_back(served.client());
    REQUIRE(clients.back().send(Request{"version", "{}"}));
    REQUIRE(answer_of(clients.back()).reply.has_value());
  }
  auto late = served.client();
  CHECK(answer_of(late).failure == "control.busy");
  clients.clear();
  for (bool served_again = false; !served_again;) {
    auto next = served.client();
    (void)next.send(Request{"version", "{}"});
    served_again = answer_of(next).reply.has_value();
  }
}
}  // namespace control_server_test
