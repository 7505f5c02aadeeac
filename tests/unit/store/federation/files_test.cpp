#include "proto/limits.hpp"
#include "store/crypto/keys.hpp"
#include "store/federation/federation_file.hpp"
#include "store/federation/member_file.hpp"
#include "store/federation/toml_form.hpp"
#include "tests/support/catch.hpp"

namespace files_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

SigningKey key(std::uint8_t byte) {
  SigningKey value;
  value.bytes.fill(byte);
  return value;
}

FederationFile federation_file() {
  FederationFile file;
  file.slug = "fcs-npdc";
  file.name = "Fédération \"test\" \\ Nord";
  for (const auto role : {role_root, role_members, role_curators, role_withdrawals, role_heartbeat}) {
    file.roles[std::string(role)] = Role{{key(3), key(1)}, 1, std::nullopt};
  }
  file.roles["heartbeat"].expires = Timestamp{1'900'000'001};
  return file;
}

MemberFile suspended_member() {
  MemberFile file;
  file.version = 3;
  file.previous.bytes[0] = 9;
  file.member.slug = "mdq";
  file.member.name = "Maison de quartier";
  file.member.territories = {"lille", "roubaix"};
  file.since = Timestamp{951'782'400};  // 2000-02-29
  file.invitation = key(5);
  file.member.suspended = true;
  file.member.suspended_why = "clé volée";
  const FeedId region{"mdq", {}};
  file.member.last_accepted[region] = Order{1, 1, 42};
  MemberKeys first{1, key(6), {}, {}}, second{2, key(7), {}, {}};
  first.transport.bytes.fill(8);
  second.transport.bytes.fill(9);
  first.last_valid[region] = Head{region, {1, 1, 40}, {}};
  file.member.keys = {first, second};
  return file;
}

}  // namespace

TEST_CASE("federation.toml reads back as it was written, its keys sorted") {
  const auto text = encode(federation_file());
  const auto file = parse_federation_file(text);
  REQUIRE(file);
  CHECK(encode(*file) == text);
  CHECK(file->name == federation_file().name);
  CHECK(file->roles.at("root").keys == std::vector{key(1), key(3)});
  CHECK(file->roles.at("heartbeat").expires == Timestamp{1'900'000'001});
}

TEST_CASE("federation.toml in any other form is refused") {
  const auto text = encode(federation_file());
  const auto changed = [&](std::string_view from, std::string_view to) {
    auto copy = text;
    const auto at = copy.find(from);
    REQUIRE(at != std::string::npos);
    return copy.replace(at, from.size(), to);
  };
  CHECK_FALSE(parse_federation_file(text + "\n"));
  CHECK_FALSE(parse_federation_file(text + "more = 1\n"));
  CHECK_FALSE(parse_federation_file(changed("format = 1", "format = 2")));
  CHECK_FALSE(parse_federation_file(changed("version = 1", "version = 0")));
  CHECK_FALSE(parse_federation_file(changed("version = 1", "version = 2")));
  CHECK_FALSE(parse_federation_file(changed("version = 1", "version = 0x1")));
  CHECK_FALSE(parse_federation_file(changed("fcs-npdc", "FCS")));
  CHECK_FALSE(parse_federation_file(changed("[roles.root]", "[roles.other]")));
  CHECK_FALSE(parse_federation_file(changed("threshold = 1", "threshold = 0")));
  CHECK_FALSE(parse_federation_file(changed("threshold = 1", "threshold = 3")));
  CHECK_FALSE(parse_federation_file(changed("\n", "\r\n")));
  CHECK_FALSE(parse_federation_file(""));
  CHECK_FALSE(parse_federation_file("a = ["));
  CHECK_FALSE(parse_federation_file(std::string(limits::statement_bytes_max + 1, '#')));
}

TEST_CASE("a member's file reads back as it was written") {
  const auto text = encode(suspended_member());
  const auto file = parse_member_file(text);
  REQUIRE(file);
  CHECK(encode(*file) == text);
  CHECK(file->member.last_accepted == suspended_member().member.last_accepted);
  CHECK(file->member.keys.size() == 2);
  CHECK(file->member.keys[0].last_valid == suspended_member().member.keys[0].last_valid);
  CHECK(text.find("since = 2000-02-29T00:00:00Z") != std::string::npos);
}

TEST_CASE("a member's file that speaks of another's feeds, or without keys, is refused") {
  auto foreign = suspended_member();
  foreign.member.last_accepted[FeedId{"other", {}}] = Order{1, 1, 1};
  CHECK_FALSE(parse_member_file(encode(foreign)));
  auto keyless = suspended_member();
  keyless.member.keys.clear();
  CHECK_FALSE(parse_member_file(encode(keyless)));
  auto skipping = suspended_member();
  skipping.member.keys[1].generation = 3;
  CHECK_FALSE(parse_member_file(encode(skipping)));
  auto first = suspended_member();
  first.version = 1;
  CHECK_FALSE(parse_member_file(encode(first)));
}

TEST_CASE("invitations and centres read back as they were written") {
  InvitationFile invitation{1, key(2), "mdq", "Maison", {"lille"}, Timestamp{2'000'000'000}};
  const auto parsed = parse_invitation_file(encode(invitation));
  REQUIRE(parsed);
  CHECK(encode(*parsed) == encode(invitation));
  CHECK(parsed->territories == invitation.territories);

  CentreFile centre{"Maison", "", {"tcp://192.0.2.1:7373", "tcp://[2001:db8::1]:7373"}};
  REQUIRE(parse_centre_file(encode(centre)));
  CHECK(parse_centre_file(encode(centre))->endpoints == centre.endpoints);
  centre.contact = "accueil@example.org";
  CHECK(parse_centre_file(encode(centre))->contact == centre.contact);
  centre.endpoints = {"udp://192.0.2.1:7373"};
  CHECK_FALSE(parse_centre_file(encode(centre)));
  centre.endpoints.assign(limits::endpoints_per_member_max + 1, "tcp://192.0.2.1:7373");
  CHECK_FALSE(parse_centre_file(encode(centre)));
}

TEST_CASE("an endpoint is tcp, a host and a port") {
  for (const auto* good : {"tcp://a:1", "tcp://example.org:65535", "tcp://[::1]:7373"}) CHECK(is_endpoint(good));
  for (const auto* bad : {"", "tcp://", "tcp://:1", "tcp://a", "tcp://a:", "tcp://a:0", "tcp://a:65536", "tcp://a:01", "tcp://a b:1",
                          "ipc://a:1", "tcp://a:1\n", "tcp://a;b:1"}) {
    CHECK_FALSE(is_endpoint(bad));
  }
}

TEST_CASE("a name for people is one line of composed UTF-8") {
  CHECK(is_plain_text("Café", 200));
  CHECK_FALSE(is_plain_text("Cafe\xCC\x81", 200));
  CHECK_FALSE(is_plain_text("a\nb", 200));
  CHECK_FALSE(is_plain_text("a\xC2\x85", 200));
  CHECK_FALSE(is_plain_text("\xFF", 200));
  CHECK_FALSE(is_plain_text("", 200));
  CHECK_FALSE(is_plain_text("abc", 2));
}

}  // namespace files_test
