#include "tests/support/test_feed.hpp"

#include <stdexcept>

#include "store/crypto/hash.hpp"
#include "store/git/repository.hpp"
#include "store/kit/attributes.hpp"
#include "store/kit/entry.hpp"
#include "store/kit/pointer.hpp"
#include "store/media/chunk_list.hpp"

namespace essaimage::test {
namespace {

using namespace store;

/// The value, or a failed test.
template <class T>
T need(Result<T> result) {
  if (!result) throw std::runtime_error(to_line(result.error()));
  return std::move(*result);
}
void need(const Status& status) {
  if (!status) throw std::runtime_error(to_line(status.error()));
}

}  // namespace

SigningSecret secret_of(const std::string& centre) {
  const Sha256 seed = sha256(bytes_of("test key of " + centre));
  return SigningSecret::from_seed(seed.view());
}

FederationId test_federation() { return sha256(bytes_of("test federation")); }

Roster roster_of(const std::vector<std::string>& centres) {
  Roster roster;
  roster.federation = test_federation();
  roster.federation_slug = centres.front();
  for (const std::string& centre : centres) {
    Member member;
    member.slug = member.name = centre;
    member.territories = {"lille"};
    MemberKeys keys;
    keys.signing = secret_of(centre).public_key();
    keys.transport.bytes = sha256(bytes_of("test transport of " + centre)).bytes;
    member.keys = {keys};
    roster.members[centre] = member;
  }
  roster.index();
  return roster;
}

Files root_files() { return {{".gitattributes", std::string(kit::root_attributes)}, {".lfsconfig", std::string(kit::root_lfsconfig)}}; }

std::string kit_path(const KitId& kit) { return "kits/" + sha256(bytes_of(kit.slug)).hex().substr(0, 2) + "/" + kit.slug + "/"; }

Files kit_files(const KitId& kit, std::uint64_t version, const Files& texts, const Files& media) {
  const std::string base = kit_path(kit);
  Files files;
  files[base + "entry.toml"] = kit::encode_entry({kit, version, {1'700'000'000}, "note"});
  files[base + "files/kit.toml"] = "kind = \"prototype\"\ntitle = \"Robot\"\nlanguages = [\"fr\"]\n";
  files[base + "files/README.md"] = "# Robot\n";
  for (const auto& [path, text] : texts) files[base + "files/" + path] = text;
  std::vector<std::string> paths;
  for (const auto& [path, content] : media) {
    const Sha256 id = sha256(bytes_of(content));
    const auto size = static_cast<std::uint32_t>(content.size());
    const Bytes list = encode(ChunkList{0, size, {{id, size}}});
    files[base + "files/" + path] = kit::encode_pointer({id, size});
    files[base + "chunks/" + id.hex()] = std::string(text_of(list));
    paths.push_back(path);
  }
  if (!paths.empty()) files[base + ".gitattributes"] = kit::encode_attributes(paths);
  return files;
}

Files feed_with(const KitId& kit, std::uint64_t version, const Files& texts, const Files& media) {
  Files files = kit_files(kit, version, texts, media);
  files.merge(root_files());
  return files;
}

TestLibrary::TestLibrary() : layout_{folder_.path()} {
  need(create_repository(layout_, FeedId{"mdq-wazemmes", {}}));
  objects_ = need(ObjectDb::open(layout_.library() / "objects"));
  refs_ = need(Refs::open(layout_));
}

std::unique_ptr<PackWriter> TestLibrary::writer() const { return need(PackWriter::create(layout_.scratch())); }

ObjectId TestLibrary::add_tree(PackWriter& writer, const Files& files) {
  Tree tree;
  std::map<std::string, Files> folders;
  for (const auto& [path, text] : files) {
    const auto slash = path.find('/');
    if (slash == std::string::npos) {
      tree.push_back({TreeEntry::Mode::file, path, need(writer.add(ObjectType::blob, bytes_of(text)))});
    } else {
      folders[path.substr(0, slash)][path.substr(slash + 1)] = text;
    }
  }
  for (const auto& [name, below] : folders) tree.push_back({TreeEntry::Mode::tree, name, add_tree(writer, below)});
  return need(writer.add(ObjectType::tree, encode_tree(std::move(tree))));
}

Head TestLibrary::commit(const FeedId& feed, const Files& files, const std::function<void(Commit&)>& change) {
  const Head before = head(feed);
  Commit next;
  next.time = {1'700'000'000};
  next.federation = test_federation();
  next.feed = feed;
  next.order = {1, 1, before.order.seq + 1};
  if (!before.commit.is_zero()) {
    next.parent = before.commit;
    next.order = {before.order.generation, before.order.epoch, before.order.seq + 1};
  }
  if (change) change(next);
  const auto pack = writer();
  next.tree = add_tree(*pack, files);
  const ObjectId id = need(pack->add(ObjectType::commit, sign_commit(next, secret_of(feed.centre))));
  need(pack->finish_into(layout_.packs()));
  need(objects_->reload());
  need(refs_->update({{feed, before.commit, id}}));
  return {feed, next.order, id};
}

Head TestLibrary::head(const FeedId& feed) const {
  const auto refs = refs_->snapshot();
  const auto it = refs->find(feed);
  if (it == refs->end()) return {feed, {}, {}};
  return head_of(need(parse_commit(raw(it->second))), it->second);
}

Bytes TestLibrary::raw(const ObjectId& commit) const { return need(objects_->read(commit, ObjectType::commit)); }

}  // namespace essaimage::test
