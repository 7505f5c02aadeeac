#pragma once
// A feed that its own key signed, and that no essaimage would have written: for tests of who takes what.

#include "store/crypto/hash.hpp"
#include "store/federation/catalogue_file.hpp"
#include "store/federation/statement.hpp"
#include "store/feed/commit.hpp"
#include "store/feed/refs.hpp"
#include "store/feed/tree_editor.hpp"
#include "store/library/library_impl.hpp"
#include "tests/unit/store/members.hpp"

namespace essaimage::test {

/// Files of a feed by path, as they shall be; nothing: removed.
using Edits = std::map<std::string, std::optional<std::string>>;

/// One more commit of the node's own feed, with these files changed, in a pack that is not in the library yet.
struct EditedCommit {
  std::unique_ptr<store::ObjectDb> objects;
  std::unique_ptr<store::PackWriter> pack;
  Bytes raw;
  ObjectId id;
};
inline EditedCommit edited_commit(const store::Layout& layout, const Head& head, const Edits& edits) {
  using namespace store;
  EditedCommit edited;
  edited.objects = ObjectDb::open(layout.library() / "objects").value();
  edited.pack = PackWriter::create(layout.scratch()).value();
  auto commit = parse_commit(edited.objects->read(head.commit, ObjectType::commit).value()).value();
  TreeEditor editor(*edited.objects, commit.tree);
  for (const auto& [path, text] : edits) {
    if (text) {
      const auto blob = edited.pack->add(ObjectType::blob, bytes_of(*text)).value();
      REQUIRE(editor.set(path, TreeEntry::Mode::file, blob));
    } else {
      REQUIRE(editor.remove(path));
    }
  }
  commit.tree = editor.write(*edited.pack).value();
  commit.parent = head.commit;
  commit.order.seq += 1;
  edited.raw = sign_commit(commit, SigningSecret::load(layout.signing_key()).value());
  edited.id = edited.pack->add(ObjectType::commit, edited.raw).value();
  return edited;
}

/// The node's library has it from then on.
inline void edit_feed(TestNode& node, const FeedId& feed, const Edits& edits) {
  const Head head = node.head(feed);
  const store::Layout layout = node.layout();
  node.close();
  {
    const auto edited = edited_commit(layout, head, edits);
    auto refs = store::Refs::open(layout).value();
    REQUIRE(edited.pack->finish_into(layout.packs()));
    REQUIRE(refs->update({{feed, head.commit, edited.id}}));
  }
  REQUIRE(node.open());
}

/// The text of a file in the newest tree of a feed.
inline std::optional<std::string> file_in(const TestNode& node, const FeedId& feed, std::string_view path) {
  using namespace store;
  const auto objects = ObjectDb::open(node.layout().library() / "objects").value();
  const auto commit = parse_commit(objects->read(node.head(feed).commit, ObjectType::commit).value()).value();
  const auto id = id_at(*objects, commit.tree, path).value();
  if (!id) return std::nullopt;
  return std::string(text_of(objects->read(*id, ObjectType::blob).value()));
}

/// What the curators say instead, later; and the files that say it, signed.
inline store::CatalogueFile next_of(const store::CatalogueFile& file, store::CatalogueFile::Decision decision) {
  auto next = file;
  next.version = file.version + 1;
  next.previous = store::sha256(bytes_of(encode(file)));
  next.decision = decision;
  return next;
}
inline std::string signed_by(const TestNode& federation, const std::string& path, const store::CatalogueFile& file,
                             const std::vector<const store::SigningSecret*>& keys) {
  const store::StatementName name{federation.library().identity().federation, path, file.version, file.previous};
  return store::sign_statement(name, bytes_of(encode(file)), keys);
}
inline Edits signed_edits(const TestNode& federation, const std::string& path, const store::CatalogueFile& file,
                          const std::vector<const store::SigningSecret*>& keys) {
  return {{path, encode(file)}, {path + ".sigs", signed_by(federation, path, file, keys)}};
}

}  // namespace essaimage::test
