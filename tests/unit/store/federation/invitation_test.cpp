#include "store/federation/invitation.hpp"

#include "tests/support/catch.hpp"

namespace invitation_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

Invitation sample() {
  Invitation invitation;
  invitation.federation.bytes.fill(1);
  invitation.federation_slug = "fcs";
  invitation.slug = "mdq-wazemmes";
  invitation.name = "Maison de quartier";
  invitation.endpoint = "tcp://192.0.2.7:7373";
  invitation.transport.bytes.fill(2);
  invitation.seed.fill(3);
  invitation.expires = Timestamp{1'800'000'000};
  return invitation;
}

}  // namespace

TEST_CASE("an invitation is one line that fits an e-mail and a QR code") {
  const auto text = to_text(sample());
  CHECK(text.size() < 400);
  CHECK(text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == std::string::npos);
  const auto parsed = parse_invitation("  " + text + "\r\n");
  REQUIRE(parsed);
  CHECK(to_text(*parsed) == text);
  CHECK(parsed->slug == "mdq-wazemmes");
  CHECK(parsed->endpoint == sample().endpoint);
  CHECK(parsed->seed == sample().seed);
  CHECK(parsed->expires == sample().expires);
}

TEST_CASE("every mistyped, shortened or lengthened invitation is told as such") {
  const auto text = to_text(sample());
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto typo = text;
    typo[i] = typo[i] == 'A' ? 'B' : 'A';
    const auto parsed = parse_invitation(typo);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == Errc::invitation_malformed);
    CHECK_FALSE(parse_invitation(text.substr(0, i)));
  }
  CHECK_FALSE(parse_invitation(text + "A"));
  CHECK_FALSE(parse_invitation(text + text));
  CHECK_FALSE(parse_invitation(std::string(100'000, 'A')));
}

TEST_CASE("what has no place in an invitation is refused before it is made") {
  auto wrong = sample();
  wrong.endpoint = "192.0.2.7";
  CHECK_FALSE(check_invitation(wrong));
  wrong = sample();
  wrong.slug = "No Slug";
  CHECK_FALSE(check_invitation(wrong));
  wrong = sample();
  wrong.name = "two\nlines";
  CHECK_FALSE(check_invitation(wrong));
  CHECK(check_invitation(sample()));
}

TEST_CASE("a join holds for its own keys, invitation and federation alone") {
  const auto secret = SigningSecret::generate();
  const auto join = make_join(sample(), secret.public_key(), TransportSecret::generate().public_key());
  CHECK(join_holds(join));
  CHECK(join.invitation == SigningSecret::from_seed(sample().seed).public_key());
  auto changed = join;
  changed.federation.bytes[0] ^= 1;
  CHECK_FALSE(join_holds(changed));
  changed = join;
  changed.signing.bytes[0] ^= 1;
  CHECK_FALSE(join_holds(changed));
  changed = join;
  changed.transport.bytes[0] ^= 1;
  CHECK_FALSE(join_holds(changed));
  changed = join;
  changed.invitation = secret.public_key();
  CHECK_FALSE(join_holds(changed));
}

}  // namespace invitation_test
