#pragma once
// A control server over a fake node and a temporary folder, and questions to it. One thread asks.

#include "daemon/shell/control/json.hpp"
#include "daemon/shell/control/server.hpp"
#include "proto/control_socket.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/control/fake_node.hpp"

namespace essaimage::test {

using shell::Json;

inline Sha256 media(std::uint8_t n) {
  Sha256 id;
  id.bytes.fill(n);
  return id;
}

struct Served {
  TempFolder folder;
  FakeNode node;
  std::filesystem::path socket = folder.path() / "control.sock";
  std::unique_ptr<shell::ControlServer> server = shell::ControlServer::start(socket, node).value();

  /// A kit of fives with two media files, neither of them here.
  store::KitSummary& kit() {
    node.lib.add_kit({"fives", "film"});
    auto& kit = node.lib.all_kits.back();
    kit.row.media = {{media(1), 1'000, {}}, {media(2), 500, {}}};
    kit.media_total = 2;
    kit.not_held = {2, 1'500};
    kit.why_not = store::HoldReason::policy_none;
    return kit;
  }

  /// The reply, or {"failure": code, "detail": …}; items under "items".
  Json ask(const std::string& verb, const Json& arguments = Json::object()) const {
    auto connection = control::Connection::connect(socket).value();
    REQUIRE(connection.send(control::Request{verb, arguments.dump()}));
    auto items = Json::array();
    for (;;) {
      const auto frame = connection.receive(std::chrono::seconds(20));
      REQUIRE(frame);
      REQUIRE(frame->has_value());
      if (const auto* item = std::get_if<control::Item>(&**frame)) items.push_back(Json::parse(item->json));
      if (const auto* failure = std::get_if<control::Failure>(&**frame)) return {{"failure", failure->code}, {"detail", failure->detail}};
      if (const auto* reply = std::get_if<control::Reply>(&**frame)) {
        auto json = Json::parse(reply->json);
        json["items"] = items;
        return json;
      }
    }
  }
};

}  // namespace essaimage::test
