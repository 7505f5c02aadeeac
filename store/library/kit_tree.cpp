#include "store/library/kit_tree.hpp"

#include <algorithm>
#include <map>

#include "store/federation/paths.hpp"
#include "store/kit/attributes.hpp"
#include "store/kit/names.hpp"
#include "store/kit/pointer.hpp"
#include "store/search/kit_text.hpp"

namespace essaimage::store {
namespace {

std::map<std::string, TreeEntry> by_name(const Tree& tree) {
  std::map<std::string, TreeEntry> entries;
  for (const auto& entry : tree) entries.emplace(entry.name, entry);
  return entries;
}

tl::unexpected<Error> damaged(const ObjectId& tree, std::string_view what) {
  return fail(Errc::corrupt, "kit tree " + tree.hex() + ": " + std::string(what));
}

class Reader {
 public:
  Reader(const ObjectDb& objects, const ObjectId& root, KitDepth depth) : objects_(objects), root_(root), depth_(depth) {}

  Result<KitTree> read() {
    TRY(const auto tree, objects_.read_tree(root_));
    const auto entries = by_name(tree);
    const auto files = entries.find(std::string(feed_path::kit_files));
    const auto entry = entries.find(std::string(kit::entry_name));
    if (files == entries.end() || entry == entries.end()) return damaged(root_, "no files, or no entry.toml");
    TRY(const auto entry_text, objects_.read(entry->second.id, ObjectType::blob));
    TRY(kit_.entry, kit::parse_entry(text_of(entry_text)));
    CHECK_OK(read_attributes(entries));
    CHECK_OK(read_chunks(entries));
    CHECK_OK(walk(files->second.id, ""));
    if (!manifest_) return damaged(root_, "no kit.toml");
    kit_.searched = searched_.take(kit_.manifest);
    std::sort(kit_.media.begin(), kit_.media.end());
    kit_.media.erase(std::unique(kit_.media.begin(), kit_.media.end()), kit_.media.end());
    return std::move(kit_);
  }

 private:
  Status read_attributes(const std::map<std::string, TreeEntry>& entries) {
    const auto it = entries.find(std::string(feed_path::attributes));
    if (it == entries.end()) return {};
    TRY(const auto text, objects_.read(it->second.id, ObjectType::blob));
    TRY(media_paths_, kit::parse_attributes(text_of(text)));
    return {};
  }

  Status read_chunks(const std::map<std::string, TreeEntry>& entries) {
    const auto it = entries.find(std::string(feed_path::kit_chunks));
    if (it == entries.end()) return {};
    TRY(const auto tree, objects_.read_tree(it->second.id));
    for (const auto& entry : tree) {
      TRY(const auto media, Sha256::parse(entry.name));
      lists_.emplace(media, entry.id);
    }
    return {};
  }

  Status walk(const ObjectId& folder, const std::string& prefix) {
    TRY(const auto tree, objects_.read_tree(folder));
    for (const auto& entry : tree) {
      const std::string stored = prefix + entry.name;
      if (entry.mode == TreeEntry::Mode::tree) {
        CHECK_OK(walk(entry.id, stored + "/"));
      } else {
        CHECK_OK(add(entry, stored));
      }
    }
    return {};
  }

  Status add(const TreeEntry& entry, const std::string& stored) {
    KitTreeFile file;
    TRY(file.path, kit::from_stored_path(stored));
    file.executable = entry.mode == TreeEntry::Mode::executable;
    file.blob = entry.id;
    const bool is_manifest = stored == kit::manifest_name;
    if (depth_ == KitDepth::texts) searched_.add_name(file.path);
    if (std::binary_search(media_paths_.begin(), media_paths_.end(), stored)) {
      TRY(const auto text, objects_.read(entry.id, ObjectType::blob));
      TRY(const auto pointer, kit::parse_pointer(text_of(text)));
      file.media = pointer.media;
      file.bytes = pointer.size;
      const auto list = lists_.find(pointer.media);
      if (list == lists_.end()) return damaged(root_, "no chunk list of " + pointer.media.hex());
      kit_.media.push_back({pointer.media, pointer.size, list->second});
    } else if (depth_ != KitDepth::names || is_manifest) {
      TRY(const auto text, objects_.read(entry.id, ObjectType::blob));
      file.bytes = text.size();
      if (is_manifest) {
        TRY(kit_.manifest, kit::parse_manifest(text_of(text)));
        manifest_ = true;
      } else if (depth_ == KitDepth::texts) {
        searched_.add_text(file.path, text_of(text));
      }
    }
    kit_.files.push_back(std::move(file));
    return {};
  }

  const ObjectDb& objects_;
  const ObjectId root_;
  const KitDepth depth_;
  KitTextMaker searched_;
  bool manifest_ = false;
  std::vector<std::string> media_paths_;  // sorted
  std::map<Sha256, ObjectId> lists_;
  KitTree kit_;
};

/// The two-hex folders of kits/, or the kits of one of them; nothing if there is no such tree.
Result<std::map<std::string, ObjectId>> folders_of(const ObjectDb& objects, const std::optional<ObjectId>& tree) {
  std::map<std::string, ObjectId> folders;
  if (!tree) return folders;
  TRY(const auto entries, objects.read_tree(*tree));
  for (const auto& entry : entries) {
    if (entry.mode == TreeEntry::Mode::tree) folders.emplace(entry.name, entry.id);
  }
  return folders;
}

std::optional<ObjectId> lookup(const std::map<std::string, ObjectId>& folders, const std::string& name) {
  const auto it = folders.find(name);
  return it == folders.end() ? std::nullopt : std::optional(it->second);
}

Status compare_folder(const ObjectDb& objects, const std::optional<ObjectId>& before, const std::optional<ObjectId>& after,
                      KitDifference& difference) {
  TRY(const auto old_kits, folders_of(objects, before));
  TRY(const auto new_kits, folders_of(objects, after));
  for (const auto& [slug, tree] : new_kits) {
    const auto old_tree = lookup(old_kits, slug);
    if (old_tree != tree) difference.put.push_back({slug, tree, old_tree});
  }
  for (const auto& [slug, tree] : old_kits) {
    if (!new_kits.contains(slug)) difference.removed.push_back(slug);
  }
  return {};
}

}  // namespace

std::string kit_path(const std::string& slug) {
  const Sha256 hash = sha256(bytes_of(slug));
  return std::string(feed_path::kits_folder) + "/" + to_hex(hash.view().first(1)) + "/" + slug;
}

Result<KitTree> read_kit_tree(const ObjectDb& objects, const ObjectId& kit_tree, KitDepth depth) {
  return Reader(objects, kit_tree, depth).read();
}

Result<kit::Entry> read_kit_entry(const ObjectDb& objects, const ObjectId& kit_tree) {
  TRY(const auto id, id_at(objects, kit_tree, kit::entry_name));
  if (!id) return damaged(kit_tree, "no entry.toml");
  TRY(const auto text, objects.read(*id, ObjectType::blob));
  return kit::parse_entry(text_of(text));
}

std::optional<Timestamp> consent_end(const kit::Manifest& manifest, std::string_view path) {
  std::optional<Timestamp> end;
  if (path == kit::manifest_name) return end;  // without it there is no kit
  for (const auto& consent : manifest.consent) {
    if (consent.until && consent.covers(path)) end = end ? std::min(*end, *consent.until) : *consent.until;
  }
  return end;
}

namespace {

/// A media file may stand at several paths: the kit names it as long as one of them may be shown.
void add_consents(const KitTree& kit, KitRow& row) {
  for (const auto& consent : kit.manifest.consent) {
    if (consent.until) row.consents.push_back({consent.file, *consent.until});
  }
  if (row.consents.empty()) return;
  std::map<Sha256, std::optional<Timestamp>> ends;
  for (const auto& file : kit.files) {
    if (!file.media) continue;
    const auto end = consent_end(kit.manifest, file.path);
    const auto [it, is_new] = ends.emplace(*file.media, end);
    if (!is_new) it->second = it->second && end ? std::max(it->second, end) : std::nullopt;
  }
  for (const auto& [media, end] : ends) {
    if (end) row.media_until.emplace(media, *end);
  }
}

}  // namespace

KitRow row_of(const KitTree& kit, const Audience& audience, const ObjectId& kit_tree) {
  KitRow row;
  row.id = kit.entry.kit;
  row.audience = audience;
  row.kit_tree = kit_tree;
  row.version = kit.entry.version;
  row.published_at = kit.entry.published;
  row.title = kit.manifest.title;
  row.summary = kit.manifest.summary;
  row.kind = kit::str(kit.manifest.kind);
  row.stage = kit::str(kit.manifest.stage);
  row.licence = kit.manifest.licence;
  row.languages = kit.manifest.languages;
  row.themes = kit.manifest.themes;
  row.equipment = kit.manifest.equipment;
  row.duration_minutes = kit.manifest.duration_minutes;
  row.searched = kit.searched;
  if (const auto& from = kit.manifest.adapted_from) row.adapted_from = Lineage{from->kit, from->version, from->url};
  row.files = static_cast<std::uint32_t>(kit.files.size());
  for (const auto& file : kit.files) row.bytes += file.bytes;
  row.media = kit.media;
  add_consents(kit, row);
  return row;
}

Result<KitDifference> compare_kits(const ObjectDb& objects, const std::optional<ObjectId>& before, const ObjectId& after) {
  std::optional<ObjectId> old_kits;
  if (before) {
    TRY(old_kits, id_at(objects, *before, feed_path::kits_folder));
  }
  TRY(const auto new_kits, id_at(objects, after, feed_path::kits_folder));
  KitDifference difference;
  if (old_kits == new_kits) return difference;
  TRY(auto old_folders, folders_of(objects, old_kits));
  TRY(const auto new_folders, folders_of(objects, new_kits));
  for (const auto& [name, tree] : new_folders) {
    const auto old_tree = lookup(old_folders, name);
    if (old_tree != tree) CHECK_OK(compare_folder(objects, old_tree, tree, difference));
    old_folders.erase(name);
  }
  for (const auto& [name, tree] : old_folders) {
    CHECK_OK(compare_folder(objects, tree, std::nullopt, difference));
  }
  std::ranges::sort(difference.put, {}, &KitDifference::Put::slug);
  return difference;
}

Result<std::optional<ObjectId>> id_at(const ObjectDb& objects, ObjectId tree, std::string_view path) {
  while (true) {
    const auto slash = path.find('/');
    const auto name = path.substr(0, slash);
    TRY(const auto entries, objects.read_tree(tree));
    const auto it = std::find_if(entries.begin(), entries.end(), [&](const TreeEntry& e) { return e.name == name; });
    if (it == entries.end()) return std::optional<ObjectId>();
    if (slash == std::string_view::npos) return std::optional(it->id);
    if (it->mode != TreeEntry::Mode::tree) return std::optional<ObjectId>();
    tree = it->id;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace essaimage::store
