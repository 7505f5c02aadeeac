#include "tests/sim/role_forger.hpp"

#include <filesystem>

#include "store/disk/files.hpp"
#include "store/feed/commit.hpp"
#include "store/feed/receive.hpp"
#include "store/feed/tree_editor.hpp"
#include "store/library/kit_tree.hpp"
#include "tests/sim/must.hpp"

namespace essaimage::sim {
namespace {

store::Commit commit_of(const store::ObjectDb& objects, const ObjectId& id) {
  return must(store::parse_commit(must(objects.read(id, store::ObjectType::commit), "no commit")), "no commit");
}

}  // namespace

void RoleForger::begin() {
  auto& federation = stores_.store(0);
  const store::Path scratch = stores_.folder() / "forger";
  std::filesystem::create_directories(scratch);
  pack_ = must(store::PackWriter::create(scratch), "no forgery");
  objects_ = must(store::ObjectDb::open(federation.layout().library() / "objects"), "no objects");
  parent_ = federation.head(region_feed());
}

void RoleForger::make(const Edits& edits) {
  begin();
  store::TreeEditor editor(*objects_, commit_of(*objects_, parent_.commit).tree);
  for (const auto& [path, text] : edits) {
    if (!text) {
      must(editor.remove(path), path);
      continue;
    }
    const auto blob = must(pack_->add(store::ObjectType::blob, bytes_of(*text)), path);
    must(editor.set(path, store::TreeEntry::Mode::file, blob), path);
  }
  finish(must(editor.write(*pack_), "no tree"));
}

void RoleForger::make_of(const ObjectId& older) {
  begin();
  finish(commit_of(*objects_, older).tree);
}

void RoleForger::finish(const ObjectId& tree) {
  auto commit = commit_of(*objects_, parent_.commit);
  commit.tree = tree;
  commit.parent = parent_.commit;
  commit.order.seq += 1;
  raw_ = sign_commit(commit, stores_.store(0).library().signing());
  commit_ = must(pack_->add(store::ObjectType::commit, raw_), "no commit");
  must(pack_->index(), "no pack");
}

Status RoleForger::offer(std::size_t node) {
  const auto& federation = stores_.store(0);
  const auto objects = must(store::ObjectDb::open({pack_->folder(), federation.layout().library() / "objects"}), "no objects");
  const auto held = stores_.store(node).head(region_feed()).commit;
  const auto parcel = must(store::export_parcel(*objects, stores_.folder() / "forger", commit_, held, {}), "no parcel");
  const auto bytes = must(store::read_file(parcel, 64 * limits::MiB), "no parcel");
  std::filesystem::remove(parcel);
  TRY(const auto reception, stores_.store(node).library().receive_feed());
  CHECK_OK(reception->append(bytes));
  return reception->accept(region_feed(), raw_);
}

void RoleForger::own() { stores_.kits.add(commit_, parent_.commit); }

std::optional<std::string> RoleForger::read(const ObjectId& commit, const std::string& path) const {
  const auto objects = must(store::ObjectDb::open(stores_.store(0).layout().library() / "objects"), "no objects");
  const auto blob = must(store::id_at(*objects, commit_of(*objects, commit).tree, path), path);
  if (!blob) return std::nullopt;
  return std::string(text_of(must(objects->read(*blob, store::ObjectType::blob), path)));
}

std::vector<std::string> RoleForger::list(const ObjectId& commit, const std::string& folder) const {
  const auto objects = must(store::ObjectDb::open(stores_.store(0).layout().library() / "objects"), "no objects");
  const auto tree = must(store::id_at(*objects, commit_of(*objects, commit).tree, folder), folder);
  std::vector<std::string> names;
  if (!tree) return names;
  for (const auto& entry : must(objects->read_tree(*tree), folder)) names.push_back(entry.name);
  return names;
}

}  // namespace essaimage::sim
