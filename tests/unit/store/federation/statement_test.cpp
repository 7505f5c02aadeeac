#include "store/federation/statement.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

namespace statement_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

StatementName name_of_mdq() {
  StatementName name;
  name.federation.bytes[0] = 7;
  name.path = "members/mdq.toml";
  name.version = 2;
  name.previous.bytes[3] = 1;
  return name;
}

}  // namespace

TEST_CASE("a statement holds for its own federation, path, version, predecessor and content alone") {
  const auto secret = SigningSecret::generate();
  const Role role{{secret.public_key()}, 1, std::nullopt};
  const auto name = name_of_mdq();
  const auto content = bytes_of("slug = \"mdq\"\n");
  const auto signatures = sign_statement(name, content, {&secret});
  CHECK(verify_statement(name, content, signatures, role));

  std::vector<StatementName> others(4, name);
  others[0].federation.bytes[0] = 8;
  others[1].path = "members/other.toml";
  others[2].version = 3;
  others[3].previous.bytes[3] = 2;
  for (const auto& other : others) {
    const auto verdict = verify_statement(other, content, signatures, role);
    REQUIRE_FALSE(verdict);
    CHECK(verdict.error().code == Errc::role_threshold);
  }
  CHECK_FALSE(verify_statement(name, bytes_of("slug = \"mdr\"\n"), signatures, role));
}

TEST_CASE("a statement needs as many distinct keys of its role as the threshold says") {
  std::vector<SigningSecret> secrets;
  for (int i = 0; i < 3; ++i) secrets.push_back(SigningSecret::generate());
  const auto stranger = SigningSecret::generate();
  Role role;
  for (const auto& secret : secrets) role.keys.push_back(secret.public_key());
  role.threshold = 2;
  const auto name = name_of_mdq();
  const auto content = bytes_of("x");
  CHECK(verify_statement(name, content, sign_statement(name, content, {&secrets[0], &secrets[2]}), role));
  CHECK_FALSE(verify_statement(name, content, sign_statement(name, content, {&secrets[0]}), role));
  CHECK_FALSE(verify_statement(name, content, sign_statement(name, content, {&secrets[0], &stranger}), role));
  const auto one = sign_statement(name, content, {&secrets[0]});
  const auto twice = verify_statement(name, content, one + one, role);
  REQUIRE_FALSE(twice);
  CHECK(twice.error().code == Errc::malformed);
  CHECK_FALSE(verify_statement(name, content, "", role));
  role.threshold = 0;
  CHECK_FALSE(verify_statement(name, content, "", role));
}

TEST_CASE("signatures stand by rising key, and nothing stands between them") {
  auto a = SigningSecret::generate(), b = SigningSecret::generate();
  if (b.public_key() < a.public_key()) std::swap(a, b);
  const Role role{{a.public_key(), b.public_key()}, 2, std::nullopt};
  const auto name = name_of_mdq();
  const auto content = bytes_of("x");
  const auto of_a = sign_statement(name, content, {&a}), of_b = sign_statement(name, content, {&b});
  CHECK(sign_statement(name, content, {&b, &a}) == of_a + of_b);
  CHECK(verify_statement(name, content, of_a + of_b, role));
  for (const auto& bad : {of_b + of_a, of_a + "\n" + of_b, of_a + of_b + "x", "x" + of_a + of_b}) {
    CHECK_FALSE(verify_statement(name, content, bad, role));
  }
}

}  // namespace statement_test
