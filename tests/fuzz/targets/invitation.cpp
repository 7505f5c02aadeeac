// The line of text that a person pastes.

#include "store/federation/invitation.hpp"

#include "tests/fuzz/target.hpp"
#include "tests/support/test_feed.hpp"

namespace essaimage::fuzz::invitation_target {
namespace {

bool run(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  const auto invitation = store::parse_invitation(text);
  if (!invitation) {
    ESSAIMAGE_ASSERT(invitation.error().code == Errc::invitation_malformed);
    return false;
  }
  ESSAIMAGE_ASSERT(store::check_invitation(*invitation));
  // Blanks around are all that may differ.
  const std::string once = store::to_text(*invitation);
  const auto at = text.find(once);
  ESSAIMAGE_ASSERT(at != std::string_view::npos);
  for (const char c : std::string(text.substr(0, at)) + std::string(text.substr(at + once.size()))) {
    ESSAIMAGE_ASSERT(std::string_view(" \t\r\n").find(c) != std::string_view::npos);
  }
  const auto join = store::make_join(*invitation, test::secret_of("a").public_key(), invitation->transport);
  ESSAIMAGE_ASSERT(store::join_holds(join));
  return true;
}

std::vector<Seed> seeds() {
  store::Invitation invitation{test::test_federation(),      "fcs-npdc", "csc-fives", "Centre social de Fives",
                               "tcp://mdq.example.org:7490", {},         {},          Timestamp{1'900'000'000}};
  const std::string text = store::to_text(invitation);
  std::string above = text;
  above[40] = '\xE9';
  return {seed("valid-line", text),
          seed("valid-blanks", "  " + text + "\r\n"),
          seed("hostile-inner-blank", text.substr(0, 50) + " " + text.substr(50)),
          seed("hostile-cut-off", text.substr(0, text.size() - 1)),
          seed("hostile-above-ascii", above),
          seed("hostile-empty", "essaimage1-")};
}

const Registered registered{{"invitation", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::invitation_target
