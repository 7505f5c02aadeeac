#include "store/federation/request.hpp"

#include <algorithm>

#include "store/crypto/hash.hpp"
#include "store/federation/catalogue_file.hpp"
#include "store/federation/toml_form.hpp"
#include "tests/support/catch.hpp"

namespace request_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

struct Asked {
  SigningSecret one = SigningSecret::generate(), two = SigningSecret::generate(), stranger = SigningSecret::generate();
  FederationFile roles;
  SigningRequest request;

  Asked() {
    roles.slug = "fede";
    roles.name = "Fédération \"du\" Nord";
    for (const auto name : all_roles) roles.roles[std::string(name)] = Role{{one.public_key(), two.public_key()}, 2, std::nullopt};
    for (auto& [name, role] : roles.roles) std::ranges::sort(role.keys);
    request.roles = encode(roles);
    request.federation = sha256(bytes_of(request.roles));
    CatalogueFile file;
    file.kit = {"mdq", "robot"};
    file.kit_version = 1;
    file.reason = R"(dit """oui""" \ "non")";
    request.statements.push_back({"catalogue/mdq/robot.toml", 1, {}, encode(file), {}});
  }
  SigningRequest changes() {
    auto next = roles;
    next.version = 2;
    next.previous = sha256(bytes_of(request.roles));
    next.roles["root"] = Role{{stranger.public_key()}, 1, std::nullopt};
    auto asked = request;
    asked.statements.insert(asked.statements.begin(), {"federation.toml", 2, next.previous, encode(next), {}});
    return asked;
  }
};

}  // namespace

TEST_CASE("a request reads back as it was written, also with the line ends of another system") {
  Asked a;
  REQUIRE(sign(a.request, a.one));
  const auto text = encode(a.request);
  const auto read = parse_request(text);
  REQUIRE(read);
  CHECK(encode(*read) == text);
  CHECK(read->statements.front().content == a.request.statements.front().content);
  auto windows = text;
  for (std::size_t at = 0; (at = windows.find('\n', at)) != std::string::npos; at += 2) windows.replace(at, 1, "\r\n");
  CHECK(parse_request(windows));
}

TEST_CASE("a request that is not whole, or says of itself what it is not, is refused") {
  Asked a;
  const auto refused = [](const SigningRequest& request) {
    const auto read = parse_request(encode(request));
    return !read && read.error().code == Errc::request_malformed;
  };
  auto other = a.request;
  SECTION("another path") { other.statements.front().path = "catalogue/mdq/autre.toml"; }
  SECTION("a path of no role") { other.statements.front().path = "kits/x.toml"; }
  SECTION("another version") { other.statements.front().version = 2; }
  SECTION("another predecessor") { other.statements.front().previous.bytes[0] = 1; }
  SECTION("a content in another form") { other.statements.front().content += "\n"; }
  SECTION("signatures that are none") { other.statements.front().signatures = "x\n"; }
  SECTION("twice the same") { other.statements.push_back(other.statements.front()); }
  SECTION("nothing at all") { other.statements.clear(); }
  SECTION("roles of another federation") { other.federation.bytes[0] ^= 1; }
  SECTION("roles that do not follow") {
    other = a.changes();
    a.roles.name = "Autre";
    other.roles = encode(a.roles);
    other.federation = sha256(bytes_of(other.roles));
  }
  SECTION("roles that come last") {
    other = a.changes();
    std::reverse(other.statements.begin(), other.statements.end());
  }
  CHECK(refused(other));
  CHECK_FALSE(parse_request(encode(a.request) + "x = 1\n"));
  CHECK_FALSE(parse_request(""));
  CHECK(parse_request(std::string(request_bytes_max + 1, '#')).error().code == Errc::request_malformed);
}

TEST_CASE("each key signs what its role has to, once") {
  Asked a;
  CHECK(sign(a.request, a.stranger).error().code == Errc::key_not_of_role);
  REQUIRE(sign(a.request, a.one));
  CHECK(sign(a.request, a.one).error().code == Errc::request_signed);
  CHECK_FALSE(demands_of(a.request)->front().is_met());
  REQUIRE(sign(a.request, a.two));
  CHECK(demands_of(a.request)->front().is_met());
  CHECK(parse_request(encode(a.request)));
}

TEST_CASE("other roles need the root as it is and the root as it will be") {
  Asked a;
  auto request = a.changes();
  CHECK(parse_request(encode(request)));
  const auto met = [&] {
    std::vector<bool> all;
    const auto demands = demands_of(request).value();
    for (const auto& demand : demands) all.push_back(demand.is_met());
    return all;
  };
  for (const auto* secret : {&a.one, &a.two}) REQUIRE(sign(request, *secret));
  CHECK(met() == std::vector{true, false, true});
  REQUIRE(sign(request, a.stranger));
  CHECK(met() == std::vector{true, true, true});
}

TEST_CASE("texts of several lines read back whatever quotes they have") {
  for (const std::string text : {"", "a\n", "\"\"\"\"\"\"\"\n", "x\"", "\\\"\"\"\\", "\n\n\"\n"}) {
    const auto table = TomlTable::parse("t = " + toml_lines(text) + "\n", "t");
    REQUIRE(table);
    CHECK(table->text("t").value() == text);
  }
}

}  // namespace request_test
