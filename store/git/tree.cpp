// Trees as git encodes them: "<mode> <name>\0<20 bytes>", sorted as if the names of folders ended in '/'.

#include <algorithm>
#include <unordered_set>

#include "proto/limits.hpp"
#include "store/git/object_db.hpp"

namespace essaimage::store {
namespace {

struct ModeText {
  TreeEntry::Mode mode;
  std::string_view text;
};
constexpr ModeText modes[] = {{TreeEntry::Mode::tree, "40000"}, {TreeEntry::Mode::file, "100644"}, {TreeEntry::Mode::executable, "100755"}};

bool is_before(const TreeEntry& a, const TreeEntry& b) {
  const auto size = std::min(a.name.size(), b.name.size());
  const int order = std::string_view(a.name).substr(0, size).compare(std::string_view(b.name).substr(0, size));
  if (order != 0) return order < 0;
  const auto end_of = [size](const TreeEntry& entry) -> unsigned char {
    if (entry.name.size() > size) return static_cast<unsigned char>(entry.name[size]);
    return entry.mode == TreeEntry::Mode::tree ? '/' : '\0';
  };
  return end_of(a) < end_of(b);
}

tl::unexpected<Error> malformed_tree(std::string_view what) { return fail(Errc::malformed, "tree: " + std::string(what)); }

/// The entry at the front of `content`, which is shortened by it.
Result<TreeEntry> take_entry(ByteView& content) {
  const std::string_view text = text_of(content);
  const auto blank = text.find(' ');
  if (blank == std::string_view::npos) return malformed_tree("cut off");
  const auto zero = text.find('\0', blank);
  if (zero == std::string_view::npos || text.size() - zero - 1 < ObjectId::size) return malformed_tree("cut off");
  const auto* mode = std::find_if(std::begin(modes), std::end(modes), [&](const ModeText& m) { return m.text == text.substr(0, blank); });
  if (mode == std::end(modes)) return malformed_tree("mode " + std::string(text.substr(0, std::min<std::size_t>(blank, 8))));
  TreeEntry entry;
  entry.mode = mode->mode;
  entry.name = text.substr(blank + 1, zero - blank - 1);
  TRY(entry.id, ObjectId::from(content.subspan(zero + 1, ObjectId::size)));
  if (entry.name.empty() || entry.name.find('/') != std::string::npos) return malformed_tree("name");
  if (entry.id.is_zero()) return malformed_tree("zero id");
  content = content.subspan(zero + 1 + ObjectId::size);
  return entry;
}

}  // namespace

Result<Tree> parse_tree(ByteView content) {
  Tree tree;
  while (!content.empty()) {
    if (tree.size() == limits::tree_entries_max) return malformed_tree("too many entries");
    TRY(TreeEntry entry, take_entry(content));
    if (!tree.empty() && !is_before(tree.back(), entry)) return malformed_tree("not sorted: " + entry.name);
    tree.push_back(std::move(entry));
  }
  // A file and a folder of one name need not be neighbours ("a", "a.b", "a/").
  std::unordered_set<std::string_view> names;
  for (const TreeEntry& entry : tree) {
    if (!names.insert(entry.name).second) return malformed_tree("twice: " + entry.name);
  }
  return tree;
}

Bytes encode_tree(Tree entries) {
  std::sort(entries.begin(), entries.end(), is_before);
  Bytes content;
  for (const TreeEntry& entry : entries) {
    const std::string_view mode = modes[static_cast<std::size_t>(entry.mode)].text;
    append_bytes(content, bytes_of(mode));
    content.push_back(' ');
    append_bytes(content, bytes_of(entry.name));
    content.push_back('\0');
    append_bytes(content, entry.id.view());
  }
  return content;
}

}  // namespace essaimage::store
