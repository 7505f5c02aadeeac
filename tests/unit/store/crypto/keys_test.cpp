#include "store/crypto/keys.hpp"

#include <sys/stat.h>

#include "store/crypto/sshsig.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run.hpp"
#include "tests/support/temp_folder.hpp"

namespace keys_test {
using namespace essaimage;
using namespace essaimage::store;
using essaimage::test::read_text;
using essaimage::test::run;
using essaimage::test::TempFolder;
using essaimage::test::write_text;

TEST_CASE("Ed25519 gives the values of RFC 8032, test 2") {
  const auto seed = from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").value();
  const auto secret = SigningSecret::from_seed(seed);
  CHECK(secret.public_key().hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const Bytes message{0x72};
  const auto signature = secret.sign(message);
  CHECK(signature.hex() ==
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  CHECK(verify(secret.public_key(), message, signature));
  CHECK_FALSE(verify(secret.public_key(), Bytes{0x73}, signature));
}

TEST_CASE("a signing key is saved so that only its owner reads it, and comes back the same") {
  const TempFolder folder;
  const auto secret = SigningSecret::generate();
  REQUIRE(secret.save(folder / "signing", "mdq-wazemmes"));
  struct stat info {};
  REQUIRE(::stat((folder / "signing").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  const auto loaded = SigningSecret::load(folder / "signing");
  REQUIRE(loaded);
  CHECK(loaded->public_key() == secret.public_key());
  CHECK(verify(secret.public_key(), bytes_of("x"), loaded->sign(bytes_of("x"))));
  CHECK(secret.save(folder / "signing", "again").error().code == Errc::conflict);
}

TEST_CASE("ssh-keygen reads our key file, and we read its") {
  const TempFolder folder;
  const auto secret = SigningSecret::generate();
  REQUIRE(secret.save(folder / "ours", "a comment"));
  const auto shown = run({"ssh-keygen", "-y", "-f", (folder / "ours").string()});
  CHECK(shown.output == to_openssh(secret.public_key()) + " a comment\n");

  REQUIRE(run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "theirs", "-f", (folder / "theirs").string()}).exit_code == 0);
  const auto loaded = SigningSecret::load(folder / "theirs");
  REQUIRE(loaded);
  CHECK(read_text(folder / "theirs.pub") == to_openssh(loaded->public_key()) + " theirs\n");
}

TEST_CASE("a key file that is missing, cut, encrypted or open to others is refused") {
  const TempFolder folder;
  CHECK(SigningSecret::load(folder / "key").error().code == Errc::key_unusable);
  CHECK(TransportSecret::load(folder / "key").error().code == Errc::key_unusable);
  REQUIRE(SigningSecret::generate().save(folder / "key", ""));
  const std::string whole = read_text(folder / "key");
  ::umask(077);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_text(folder / "cut", whole.substr(0, size));
    const auto loaded = SigningSecret::load(folder / "cut");
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == Errc::key_unusable);
  }
  REQUIRE(run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", (folder / "locked").string()}).exit_code == 0);
  CHECK(SigningSecret::load(folder / "locked").error().code == Errc::key_unusable);
  std::filesystem::permissions(folder / "key", std::filesystem::perms(0640));
  CHECK(SigningSecret::load(folder / "key").error().code == Errc::key_exposed);
}

TEST_CASE("a transport key comes back the same") {
  const TempFolder folder;
  const auto secret = TransportSecret::generate();
  REQUIRE(secret.save(folder / "transport"));
  const auto loaded = TransportSecret::load(folder / "transport");
  REQUIRE(loaded);
  CHECK(loaded->public_key() == secret.public_key());
  CHECK(std::equal(loaded->secret32(), loaded->secret32() + 32, secret.secret32()));
  write_text(folder / "transport", "not a key");
  CHECK(TransportSecret::load(folder / "transport").error().code == Errc::key_unusable);
}

}  // namespace keys_test
