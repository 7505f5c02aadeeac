#include "store/crypto/sshsig.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/run.hpp"
#include "tests/support/temp_folder.hpp"

namespace sshsig_test {
using namespace essaimage;
using namespace essaimage::store;
using essaimage::test::read_text;
using essaimage::test::run;
using essaimage::test::TempFolder;
using essaimage::test::write_text;

namespace {

const Bytes seed(32, 7);
const std::string text = "un texte\n";

}  // namespace

TEST_CASE("ssh-keygen verifies our signature") {
  const TempFolder folder;
  const auto secret = SigningSecret::from_seed(seed);
  write_text(folder / "sig", sign_ssh(secret, statement_namespace, bytes_of(text)));
  write_text(folder / "allowed", "wazemmes " + to_openssh(secret.public_key()) + "\n");
  const std::vector<std::string> command = {"ssh-keygen", "-Y", "verify",    "-f", (folder / "allowed").string(), "-I",
                                            "wazemmes",   "-n", "essaimage", "-s", (folder / "sig").string()};
  CHECK(run(command, ".", text).exit_code == 0);
  CHECK(run(command, ".", text + "x").exit_code != 0);
}

TEST_CASE("we verify the signature of ssh-keygen, which is byte for byte ours") {
  const TempFolder folder;
  const auto secret = SigningSecret::from_seed(seed);
  REQUIRE(secret.save(folder / "key", ""));
  write_text(folder / "text", text);
  REQUIRE(run({"ssh-keygen", "-q", "-Y", "sign", "-f", (folder / "key").string(), "-n", "git", (folder / "text").string()}).exit_code == 0);
  const std::string theirs = read_text(folder / "text.sig");
  CHECK(theirs == sign_ssh(secret, git_namespace, bytes_of(text)));
  const auto parsed = parse_ssh_signature(theirs);
  REQUIRE(parsed);
  CHECK(parsed->key == secret.public_key());
  CHECK(verify(*parsed, git_namespace, bytes_of(text)));
}

TEST_CASE("a signature holds for its text, namespace and key alone") {
  const auto secret = SigningSecret::from_seed(seed);
  auto parsed = parse_ssh_signature(sign_ssh(secret, git_namespace, bytes_of(text))).value();
  CHECK(verify(parsed, git_namespace, bytes_of(text)));
  CHECK_FALSE(verify(parsed, statement_namespace, bytes_of(text)));
  CHECK_FALSE(verify(parsed, git_namespace, bytes_of("other")));
  auto renamed = parsed;
  renamed.name_space = statement_namespace;
  CHECK_FALSE(verify(renamed, statement_namespace, bytes_of(text)));
  parsed.key = SigningSecret::generate().public_key();
  CHECK_FALSE(verify(parsed, git_namespace, bytes_of(text)));
}

TEST_CASE("every single changed byte of an armoured signature is refused or does not verify") {
  const auto secret = SigningSecret::from_seed(seed);
  const std::string good = sign_ssh(secret, git_namespace, bytes_of(text));
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char replacement : {'A', '\n', ' '}) {
      std::string bad = good;
      if (bad[i] == replacement) continue;
      bad[i] = replacement;
      const auto parsed = parse_ssh_signature(bad);
      CHECK_FALSE((parsed && verify(*parsed, git_namespace, bytes_of(text)) && parsed->key == secret.public_key()));
    }
    CHECK_FALSE(parse_ssh_signature(good.substr(0, i)));
  }
}

TEST_CASE("other writings of the same signature are refused") {
  const std::string good = sign_ssh(SigningSecret::from_seed(seed), git_namespace, bytes_of(text));
  REQUIRE(parse_ssh_signature(good));
  const auto second_line = good.find('\n', good.find('\n') + 1);
  std::string rewrapped = good;
  rewrapped.erase(second_line, 1);
  std::string blank = good;
  blank.insert(second_line, "\n");
  std::string carriage = good;
  carriage.insert(second_line, "\r");
  for (const auto& other : {rewrapped, blank, carriage, good + "\n", " " + good, good.substr(0, good.size() - 1)}) {
    CHECK_FALSE(parse_ssh_signature(other));
  }
}

TEST_CASE("a public key is read back from OpenSSH's line, and from nothing longer") {
  const auto key = SigningSecret::from_seed(seed).public_key();
  CHECK(from_openssh(to_openssh(key)).value() == key);
  for (const auto& bad : {to_openssh(key) + " comment", to_openssh(key) + "\n", std::string("ssh-ed25519"),
                          std::string("ssh-rsa ") + to_openssh(key).substr(12), std::string()}) {
    CHECK_FALSE(from_openssh(bad));
  }
}

}  // namespace sshsig_test
