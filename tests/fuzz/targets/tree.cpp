// The trees of git.

#include <algorithm>

#include "store/git/object_db.hpp"
#include "tests/fuzz/target.hpp"

namespace essaimage::fuzz::tree_target {
namespace {

bool run(ByteView bytes) {
  const auto tree = store::parse_tree(bytes);
  if (!tree) return false;
  ESSAIMAGE_ASSERT(std::ranges::equal(store::encode_tree(*tree), bytes));
  return true;
}

std::vector<Seed> seeds() {
  using store::TreeEntry;
  ObjectId id;
  id.bytes.fill('i');
  const Bytes good = store::encode_tree({{TreeEntry::Mode::tree, "files", id},
                                         {TreeEntry::Mode::file, "files.txt", id},
                                         {TreeEntry::Mode::executable, "Café.sh", id},
                                         {TreeEntry::Mode::file, ".git", id}});
  std::vector<Seed> seeds{seed("valid-modes", good), seed("valid-empty", Bytes())};
  const auto entry = [&](const std::string& mode_and_name) {
    Bytes bytes;
    append_bytes(bytes, bytes_of(mode_and_name));
    bytes.push_back(0);
    append_bytes(bytes, id.view());
    return bytes;
  };
  for (const std::string mode : {"120000", "160000", "040000", "100664", "0"}) {
    seeds.push_back(seed("hostile-mode-" + mode, entry(mode + " a")));
  }
  seeds.push_back(seed("hostile-no-name", entry("100644 ")));
  seeds.push_back(seed("hostile-slash", entry("100644 a/b")));
  Bytes twice = entry("100644 a");
  append_bytes(twice, entry("40000 a"));
  seeds.push_back(seed("hostile-file-and-folder", twice));
  seeds.push_back(seed("hostile-cut-off", ByteView(good).first(good.size() - 1)));
  return seeds;
}

const Registered registered{{"tree", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::tree_target
