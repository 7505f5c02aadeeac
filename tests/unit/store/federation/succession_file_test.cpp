// The files of successions by neighbours: one byte form each.
#include "store/federation/succession_file.hpp"

#include "store/federation/member_file.hpp"
#include "tests/support/catch.hpp"

namespace succession_file_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

SuccessionFile succession() {
  SuccessionFile file;
  file.version = 3;
  file.previous.bytes.fill(0xab);
  file.slug = "mdq";
  file.signing.bytes.fill(6);
  file.transport.bytes.fill(8);
  Sha256 vouched;
  vouched.bytes.fill(0xcd);
  file.vouched = {vouched};
  const FeedId region{"mdq", {}};
  file.last_valid[region] = Head{region, {2, 1, 40}, {}};
  return file;
}

Errc refusal(const std::string& text) {
  const auto file = parse_succession_file(text);
  return file ? Errc::internal : file.error().code;
}

std::string with(std::string text, std::string_view old, std::string_view fresh) {
  const auto at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), fresh);
}

}  // namespace

TEST_CASE("a succession reads back as it was written, byte for byte") {
  const auto text = encode(succession());
  CHECK(text ==
        "format = 1\nversion = 3\nprevious = \"abababababababababababababababababababababababababababababababab\"\nslug = \"mdq\"\n"
        "signing = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYG\"\n"
        "transport = \"0808080808080808080808080808080808080808080808080808080808080808\"\n"
        "vouched = [\"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd\"]\n\n"
        "[[last_valid]]\nfeed = \"mdq/region\"\norder = \"2.1.40\"\ncommit = \"0000000000000000000000000000000000000000\"\n");
  const auto file = parse_succession_file(text);
  REQUIRE(file);
  CHECK(encode(*file) == text);
  CHECK(succession_path(*file) == "successions/mdq/3.toml");
}

TEST_CASE("a succession in any other form is refused") {
  const auto text = encode(succession());
  CHECK(refusal(with(text, "version = 3", "version = 1")) == Errc::malformed);
  CHECK(refusal(with(text, "slug = \"mdq\"", "slug = \"MDQ\"")) == Errc::malformed);
  CHECK(refusal(with(text, "mdq/region", "other/region")) == Errc::malformed);
  CHECK(refusal(with(text, "signing", "territories = [\"lille\"]\nsigning")) == Errc::malformed);
  CHECK(refusal(with(text, "vouched = [\"cd", "vouched = [\"CD")) == Errc::malformed);
  CHECK(refusal(text + "\n") == Errc::malformed);
  CHECK(refusal(std::string(70'000, '#')) == Errc::too_large);
}

TEST_CASE("a member names two neighbours or more, not itself, of which two or more have to sign") {
  MemberFile file;
  file.member.slug = "mdq";
  file.member.name = "Maison de quartier";
  file.member.keys = {MemberKeys{1, {}, {}, {}}};
  file.member.keys[0].signing.bytes.fill(6);
  file.member.keys[0].transport.bytes.fill(7);
  file.member.neighbours = {"fives", "moulins", "wazemmes"};
  const auto parsed = [&](std::uint32_t needed) {
    file.member.neighbours_needed = needed;
    return parse_member_file(encode(file)).has_value();
  };
  CHECK(parsed(2));
  CHECK(parsed(3));
  CHECK(encode(file).find("neighbours = [\"fives\", \"moulins\", \"wazemmes\"]\nneighbours_needed = 3\n") != std::string::npos);
  CHECK_FALSE(parsed(0));
  CHECK_FALSE(parsed(1));
  CHECK_FALSE(parsed(4));
  file.member.neighbours.insert("mdq");
  CHECK_FALSE(parsed(2));
  file.member.neighbours = {"fives"};
  CHECK_FALSE(parsed(2));
  file.member.neighbours.clear();
  CHECK(parsed(0));
  // What a key vouches for is said where it ends, or its member is suspended.
  file.member.keys[0].vouched.insert(Sha256{});
  CHECK_FALSE(parsed(0));
  file.member.suspended = true;
  file.member.suspended_why = "parti";
  CHECK(parsed(0));
}

TEST_CASE("what a centre may ask for reads back as it was written") {
  AskedSuccession asked;
  asked.slug = "mdq";
  asked.expires = {1'900'000'000};
  asked.last[{"mdq", {}}] = {1, 1, 40};
  const auto text = encode(asked);
  const auto read = parse_asked_succession(text);
  REQUIRE(read);
  CHECK(encode(*read) == text);
  CHECK(read->last == asked.last);
  CHECK_FALSE(parse_asked_succession(with(text, "mdq/region@1.1.40", "other/region@1.1.40")));
  CHECK_FALSE(parse_asked_succession(with(text, "@1.1.40", "")));
}

}  // namespace succession_file_test
