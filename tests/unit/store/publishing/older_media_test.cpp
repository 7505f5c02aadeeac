#include "store/publishing/older_media.hpp"

#include "store/crypto/hash.hpp"
#include "tests/support/catch.hpp"

namespace older_media_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

Sha256 id(const std::string& content) { return sha256(bytes_of(content)); }

/// Paths and contents.
KitTree tree_of(const std::vector<std::pair<std::string, std::string>>& files) {
  KitTree tree;
  for (const auto& [path, content] : files) {
    tree.files.push_back({path, false, {}, id(content), 1});
    tree.media.push_back({id(content), 1, {}});
  }
  std::sort(tree.media.begin(), tree.media.end());
  return tree;
}

std::map<Sha256, Sha256> found(const KitTree& before, const KitTree& now) {
  std::map<Sha256, Sha256> pairs;
  std::size_t comparisons = older_media_comparisons_max;
  for (const auto& each : older_media(before, now, comparisons)) pairs[each.media] = each.older;
  return pairs;
}

}  // namespace

TEST_CASE("a new file was made from what lay at its path") {
  const auto pairs = found(tree_of({{"a.pdf", "1"}, {"b.pdf", "2"}}), tree_of({{"a.pdf", "3"}, {"b.pdf", "2"}, {"c.pdf", "1"}}));
  CHECK(pairs == std::map<Sha256, Sha256>{{id("3"), id("1")}});
}

TEST_CASE("or from the most similar of those whose path is gone, of the same kind") {
  const auto before = tree_of({{"guide v1.pdf", "1"}, {"guide v1.docx", "2"}, {"plan.pdf", "3"}, {"photos/groupe.jpg", "4"}});
  CHECK(found(before, tree_of({{"guide v2.pdf", "5"}})) == std::map<Sha256, Sha256>{{id("5"), id("1")}});
  CHECK(found(before, tree_of({{"images/groupe.jpg", "6"}})) == std::map<Sha256, Sha256>{{id("6"), id("4")}});
  CHECK(found(before, tree_of({{"autre chose.pdf", "7"}})).empty());
  CHECK(found(before, tree_of({{"guide v1.odt", "8"}})).empty());
}

TEST_CASE("names are compared so often and no more, and what lies at its path is found all the same") {
  const auto before = tree_of({{"a v1.pdf", "1"}, {"b v1.pdf", "2"}, {"c.pdf", "3"}});
  const auto now = tree_of({{"a v2.pdf", "4"}, {"b v2.pdf", "5"}, {"c.pdf", "6"}});
  std::size_t comparisons = 2;
  const auto pairs = older_media(before, now, comparisons);
  CHECK(comparisons == 0);
  CHECK(pairs.size() == 2);
}

TEST_CASE("one file at two paths has one that it was made from, and text has none") {
  auto before = tree_of({{"fr/p.jpg", "1"}, {"nl/p.jpg", "1"}});
  before.files.push_back({"a.md", false, {}, std::nullopt, 10});
  const auto pairs = found(before, tree_of({{"fr/p.jpg", "2"}, {"nl/p.jpg", "2"}, {"a.md", "3"}}));
  CHECK(pairs == std::map<Sha256, Sha256>{{id("2"), id("1")}});
}

}  // namespace older_media_test
