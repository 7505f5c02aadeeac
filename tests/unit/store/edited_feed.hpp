#pragma once
// A feed that its own key signed, and that no essaimage would have written: for tests of who takes what.

#include "store/feed/commit.hpp"
#include "store/feed/refs.hpp"
#include "store/feed/tree_editor.hpp"
#include "store/library_impl.hpp"
#include "tests/unit/store/members.hpp"

namespace essaimage::test {

/// Files of a feed by path, as they shall be; nothing: removed.
using Edits = std::map<std::string, std::optional<std::string>>;

/// One more commit of the node's own feed, with these files changed.
inline void edit_feed(TestNode& node, const FeedId& feed, const Edits& edits) {
  using namespace store;
  const Head head = node.head(feed);
  const Layout layout = node.layout();
  node.close();
  {
    auto objects = ObjectDb::open(layout.library() / "objects").value();
    auto refs = Refs::open(layout).value();
    const auto writer = PackWriter::create(layout.scratch()).value();
    auto commit = parse_commit(objects->read(head.commit, ObjectType::commit).value()).value();
    TreeEditor editor(*objects, commit.tree);
    for (const auto& [path, text] : edits) {
      if (text) {
        const auto blob = writer->add(ObjectType::blob, bytes_of(*text)).value();
        REQUIRE(editor.set(path, TreeEntry::Mode::file, blob));
      } else {
        REQUIRE(editor.remove(path));
      }
    }
    commit.tree = editor.write(*writer).value();
    commit.parent = head.commit;
    commit.order.seq += 1;
    const auto raw = sign_commit(commit, SigningSecret::load(layout.signing_key()).value());
    const auto id = writer->add(ObjectType::commit, raw).value();
    REQUIRE(writer->finish_into(layout.packs()));
    REQUIRE(refs->update({{feed, head.commit, id}}));
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

}  // namespace essaimage::test
