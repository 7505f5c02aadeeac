// SSHSIG, public keys and base64; and what counts as signed by a role.

#include "store/crypto/armour.hpp"
#include "store/federation/statement.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/test_feed.hpp"

namespace essaimage::fuzz::signatures_target {
namespace {

const store::StatementName& name() {
  static const store::StatementName name{test::test_federation(), "members/a.toml", 1, {}};
  return name;
}
constexpr std::string_view content = "name = \"A\"\n";

/// By both keys of a role that wants two.
const std::string& both() {
  static const std::string signatures = [] {
    const auto a = test::secret_of("a"), b = test::secret_of("b");
    return sign_statement(name(), bytes_of(content), {&a, &b});
  }();
  return signatures;
}

bool run(ByteView bytes) {
  using namespace store;
  const std::string_view text = text_of(bytes);
  bool accepted = false;
  if (const auto signature = parse_ssh_signature(text)) {
    ESSAIMAGE_ASSERT(armour(*signature) == text);
    ESSAIMAGE_ASSERT(!verify(*signature, "another", bytes_of(content)));
    accepted = true;
  }
  if (const auto key = from_openssh(text)) {
    ESSAIMAGE_ASSERT(to_openssh(*key) == text);
    accepted = true;
  }
  if (const auto decoded = from_base64(text)) ESSAIMAGE_ASSERT(to_base64(*decoded) == text);
  if (const auto decoded = from_armour(text, "SSH SIGNATURE")) ESSAIMAGE_ASSERT(to_armour(*decoded, "SSH SIGNATURE") == text);
  static const Role role{{test::secret_of("a").public_key(), test::secret_of("b").public_key()}, 2, {}};
  if (verify_statement(name(), bytes_of(content), text, role)) {
    // Others may sign, too; these must.
    ESSAIMAGE_ASSERT(text.find(both().substr(0, both().find("-----END"))) != std::string_view::npos);
    accepted = true;
  }
  return accepted;
}

std::vector<Seed> seeds() {
  const auto secret = test::secret_of("a");
  const std::string signature = store::sign_ssh(secret, store::git_namespace, bytes_of("message"));
  std::string above = store::to_openssh(secret.public_key());
  above[30] = '\xC3';
  return {seed("valid-signature", signature),
          seed("valid-key", store::to_openssh(secret.public_key())),
          seed("valid-role", both()),
          seed("base64", store::to_base64(bytes_of("any bytes at all"))),
          seed("hostile-one-of-two", both().substr(0, both().find("-----BEGIN", 10)) + "x"),
          seed("hostile-same-twice", both().substr(0, both().find("-----BEGIN", 10)) + both().substr(0, both().find("-----BEGIN", 10))),
          seed("hostile-above-ascii", above),
          seed("hostile-only-above-ascii", "\xC2\xC2\xC2\xC2"),
          seed("hostile-columns", signature.substr(0, 60) + "\n" + signature.substr(60))};
}

const Registered registered{{"signatures", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::signatures_target
