// Small packs that name much: what they cost a receiver is bounded, however few bytes they are.

#include "proto/limits.hpp"
#include "store/feed/new_objects.hpp"
#include "store/feed/tree_rules.hpp"
#include "store/kit/attributes.hpp"
#include "store/kit/entry.hpp"
#include "store/kit/pointer.hpp"
#include "store/media/chunker.hpp"
#include "tests/unit/store/feed/reception.hpp"

namespace bounded_work_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

/// A feed of kits that share their folders of files and of chunk lists: `media` names, all with one list of the most
/// chunks that a file of 16 MiB may have.
class SharingFeed {
 public:
  explicit SharingFeed(std::size_t media) {
    const std::uint64_t bytes = 16 * limits::MiB;
    const std::size_t least = chunk_sizes(0).min;
    ChunkList list{.step = 0, .bytes = bytes, .chunks = {}};
    list.chunks.assign(bytes / least, Chunk{Sha256{}, static_cast<std::uint32_t>(least)});
    chunks_per_media = list.chunks.size();
    const ObjectId list_blob = blob(text_of(encode(list)));
    Tree files{{TreeEntry::Mode::file, "kit.toml", blob("kind = \"prototype\"\ntitle = \"T\"\n")}}, lists;
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < media; ++i) {
      const Sha256 id = sha256(bytes_of(std::to_string(i)));
      paths.push_back(std::to_string(i) + ".jpg");
      files.push_back({TreeEntry::Mode::file, paths.back(), blob(kit::encode_pointer({id, bytes}))});
      lists.push_back({TreeEntry::Mode::file, id.hex(), list_blob});
    }
    files_ = tree(files);
    lists_ = tree(lists);
    attributes_ = blob(kit::encode_attributes(paths));
  }

  /// The tree of a feed with so many kits, each in this version.
  ObjectId with_kits(std::size_t count, std::uint64_t version) {
    std::map<std::string, Tree> fan;
    for (std::size_t i = 0; i < count; ++i) {
      const KitId id{region.centre, "kit-" + std::to_string(i)};
      const ObjectId kit = tree({{TreeEntry::Mode::file, ".gitattributes", attributes_},
                                 {TreeEntry::Mode::tree, "chunks", lists_},
                                 {TreeEntry::Mode::file, "entry.toml", blob(kit::encode_entry({id, version, {1}, ""}))},
                                 {TreeEntry::Mode::tree, "files", files_}});
      fan[kit_path(id).substr(5, 2)].push_back({TreeEntry::Mode::tree, id.slug, kit});
    }
    Tree kits, root;
    for (auto& [name, folder] : fan) kits.push_back({TreeEntry::Mode::tree, name, tree(folder)});
    for (const auto& [name, text] : root_files()) root.push_back({TreeEntry::Mode::file, name, blob(text)});
    root.push_back({TreeEntry::Mode::tree, "kits", tree(kits)});
    return tree(root);
  }

  Bytes commit(const ObjectId& root, std::uint64_t seq, std::optional<ObjectId> parent = {}) {
    Commit commit;
    commit.tree = root;
    commit.parent = parent;
    commit.federation = test_federation();
    commit.feed = region;
    commit.order = {1, 1, seq};
    const Bytes raw = sign_commit(commit, secret_of(region.centre));
    REQUIRE(writer_->add(ObjectType::commit, raw));
    return raw;
  }
  std::string pack() { return parcel_of(*writer_); }

  std::size_t chunks_per_media = 0;

 private:
  ObjectId blob(std::string_view text) { return writer_->add(ObjectType::blob, bytes_of(text)).value(); }
  ObjectId tree(Tree entries) { return writer_->add(ObjectType::tree, encode_tree(std::move(entries))).value(); }

  TestLibrary author_;
  std::unique_ptr<PackWriter> writer_ = author_.writer();
  ObjectId files_, lists_, attributes_;
};

}  // namespace

TEST_CASE("a kit that names more chunks than a node may keep in mind is refused") {
  for (const bool too_many : {false, true}) {
    SharingFeed feed(limits::chunks_per_kit_max / 8'192 + (too_many ? 1 : 0));
    const Bytes commit = feed.commit(feed.with_kits(1, 1), 1);
    Receiver receiver;
    const auto received = receiver.receive(region, commit, bytes_of(feed.pack()));
    if (too_many) CHECK(refusal(received) == Errc::feed_content);
    else CHECK(received);
    CHECK(receiver.is_clean());
  }
}

TEST_CASE("a pack of kits that share their folders is refused before they are all looked at") {
  SharingFeed feed(244);
  const std::size_t visits = 244 * feed.chunks_per_media / 4;
  const Bytes commit = feed.commit(feed.with_kits(limits::pack_visits_max / visits + 1, 1), 1);
  Receiver receiver;
  const std::string pack = feed.pack();
  CHECK(pack.size() < 400'000);
  CHECK(refusal(receiver.receive(region, commit, bytes_of(pack))) == Errc::feed_content);
  CHECK(receiver.is_clean());
}

TEST_CASE("a kit of which entry.toml alone changed is not looked at again") {
  SharingFeed feed(244);
  Bytes commit = feed.commit(feed.with_kits(1, 1), 1);
  const std::size_t versions = limits::pack_visits_max / (244 * feed.chunks_per_media / 4) + 3;
  for (std::uint64_t version = 2; version <= versions; ++version) {
    const ObjectId parent = object_id(ObjectType::commit, commit);
    commit = feed.commit(feed.with_kits(1, version), version, parent);
  }
  Receiver receiver;
  CHECK(receiver.receive(region, commit, bytes_of(feed.pack())));
}

}  // namespace bounded_work_test
