#include "store/git/text_merge.hpp"

#include "proto/limits.hpp"
#include "tests/support/catch.hpp"

namespace text_merge_test {
using namespace essaimage;
using namespace essaimage::store;

TEST_CASE("what both changed in different lines is joined, and where they meet both stand there, marked") {
  const MergeNames names{"ours", "wazemmes/lampe@2"};
  const std::string base = "un\ndeux\ntrois\nquatre\ncinq\n";
  const auto joined = merge_texts(base, "UN\ndeux\ntrois\nquatre\ncinq\n", "un\ndeux\ntrois\nquatre\nCINQ\n", names);
  REQUIRE(joined);
  CHECK(joined->text == "UN\ndeux\ntrois\nquatre\nCINQ\n");
  CHECK_FALSE(joined->conflict);
  // A second time changes nothing: what was taken may be taken again.
  CHECK(merge_texts(base, joined->text, "un\ndeux\ntrois\nquatre\nCINQ\n", names)->text == joined->text);

  const auto met = merge_texts(base, "un\nA\ntrois\nquatre\ncinq\n", "un\nB\ntrois\nquatre\ncinq\n", names);
  REQUIRE(met);
  CHECK(met->conflict);
  CHECK(met->text == "un\n<<<<<<< ours\nA\n=======\nB\n>>>>>>> wazemmes/lampe@2\ntrois\nquatre\ncinq\n");
  CHECK(merge_texts("", "a\n", "b\n", names)->conflict);
  CHECK(merge_texts({}, {}, {}, names)->text.empty());
  CHECK(merge_texts(base, "", base, names)->text.empty());
}

TEST_CASE("a diff has three lines around what changed, and nothing where nothing did") {
  const auto diff = diff_texts("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nE\nf\n", "guide.md");
  REQUIRE(diff);
  CHECK(diff->find("--- a/guide.md\n+++ b/guide.md\n@@ -2,5 +2,5 @@") != std::string::npos);
  CHECK(diff->find("\n-e\n+E\n") != std::string::npos);
  CHECK(diff_texts("a\n", "a\n", "x")->empty());
  CHECK(diff_texts("", "", "x")->empty());
  CHECK(diff_texts("", "a\n", "x")->find("+a") != std::string::npos);
  CHECK(diff_texts(std::nullopt, "a\n", "x")->find("--- /dev/null\n+++ b/x\n") != std::string::npos);
  CHECK(diff_texts("a\n", std::nullopt, "x")->find("--- a/x\n+++ /dev/null\n") != std::string::npos);
}

TEST_CASE("what is too large for a text is neither compared nor merged") {
  const std::string large(limits::text_file_bytes_max + 1, 'x');
  CHECK(diff_texts("", large, "x").error().code == Errc::too_large);
  CHECK(merge_texts("", "", large, {}).error().code == Errc::too_large);
}

}  // namespace text_merge_test
