#pragma once
// Feeds by hand, for what no honest author's program would write: trees with any names, modes and order, in commits that are
// signed all the same, as a parcel. Needs no disk. One thread.

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "store/git/id_hash.hpp"
#include "store/transfer/parcel_format.hpp"
#include "tests/support/test_feed.hpp"

namespace essaimage::test {

class ForgedFeed {
 public:
  struct Entry {
    std::string mode, name;  ///< as they shall stand there
    ObjectId id;
  };

  explicit ForgedFeed(FeedId feed) : feed_(std::move(feed)) {}

  ObjectId blob(std::string_view text) { return add(store::ObjectType::blob, bytes_of(text)); }
  /// In git's order, unless `sorted` is false.
  ObjectId tree(std::vector<Entry> entries, bool sorted = true) {
    const auto key = [](const Entry& entry) { return entry.name + (entry.mode == "40000" ? "/" : ""); };
    if (sorted) std::ranges::sort(entries, {}, key);
    Bytes content;
    for (const Entry& entry : entries) {
      append_bytes(content, bytes_of(entry.mode + " " + entry.name));
      content.push_back(0);
      append_bytes(content, entry.id.view());
    }
    return add(store::ObjectType::tree, content);
  }
  /// The trees of these files, by path.
  ObjectId files(const Files& files) {
    std::vector<Entry> entries;
    std::map<std::string, Files> folders;
    for (const auto& [path, text] : files) {
      const auto slash = path.find('/');
      if (slash == std::string::npos) entries.push_back({"100644", path, blob(text)});
      else folders[path.substr(0, slash)][path.substr(slash + 1)] = text;
    }
    for (const auto& [name, below] : folders) entries.push_back({"40000", name, this->files(below)});
    return tree(std::move(entries));
  }
  /// A feed's root tree with one kit, whose files/ is this tree.
  ObjectId root_with(const KitId& kit, const ObjectId& files_tree) {
    const std::string entry = kit_files(kit, 1).at(kit_path(kit) + "entry.toml");
    ObjectId at = tree({{"100644", "entry.toml", blob(entry)}, {"40000", "files", files_tree}});
    at = tree({{"40000", kit.slug, at}});
    at = tree({{"40000", kit_path(kit).substr(5, 2), at}});
    std::vector<Entry> root{{"40000", "kits", at}};
    for (const auto& [name, text] : root_files()) root.push_back({"100644", name, blob(text)});
    return tree(std::move(root));
  }
  /// The feed's first commit, signed by its author.
  Bytes commit(const ObjectId& root) {
    store::Commit commit;
    commit.tree = root;
    commit.time = {1'700'000'000};
    commit.federation = test_federation();
    commit.feed = feed_;
    commit.order = {1, 1, 1};
    Bytes raw = sign_commit(commit, secret_of(feed_.centre));
    add(store::ObjectType::commit, raw);
    return raw;
  }
  /// Anything, under whatever number of a type.
  ObjectId add(store::ObjectType type, ByteView content) {
    const ObjectId id = store::object_id(type, content);
    if (!ids_.insert(id).second) return id;
    if (!frame_.empty() && frame_.size() + content.size() > store::parcel::frame_bytes) close_frame();
    store::pack::put_object_header(frame_, type, content.size());
    append_bytes(frame_, content);
    return id;
  }
  /// All of it, uncompressed. Once.
  Bytes parcel() {
    close_frame();
    Bytes all(store::parcel::magic.begin(), store::parcel::magic.end());
    all.resize(all.size() + ObjectId::size);
    append_bytes(all, frames_);
    return all;
  }

 private:
  void close_frame() {
    if (frame_.empty()) return;
    store::parcel::put_u32(frames_, frame_.size());
    store::parcel::put_u32(frames_, frame_.size());
    store::parcel::put_u32(frames_, 0);
    append_bytes(frames_, frame_);
    frame_.clear();
  }

  FeedId feed_;
  std::unordered_set<ObjectId, store::IdHash> ids_;
  Bytes frame_, frames_;
};

}  // namespace essaimage::test
