#include "store/feed/kit_rules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "proto/limits.hpp"
#include "store/kit/attributes.hpp"
#include "store/kit/classify.hpp"
#include "store/kit/entry.hpp"
#include "store/kit/manifest.hpp"
#include "store/kit/names.hpp"
#include "store/kit/pointer.hpp"
#include "store/media/chunk_list.hpp"

namespace essaimage::store {
namespace {

constexpr std::string_view attributes_name = ".gitattributes";
constexpr std::string_view files_name = "files";
constexpr std::string_view chunks_name = "chunks";

bool unchanged(const TreeEntry& entry, const TreeEntry* old) { return old != nullptr && old->id == entry.id; }

class KitCheck {
 public:
  KitCheck(NewObjects& objects, const KitId& kit) : objects_(objects), kit_(kit) {}

  Status run(const ObjectId& folder, const TreeEntry* before) {
    TRY(const ComparedTree compared, ComparedTree::read(objects_, folder, before));
    for (const TreeEntry& entry : compared.now()) {
      const bool is_part = entry.name == kit::entry_name || entry.name == attributes_name ||
                           ((entry.name == files_name || entry.name == chunks_name) && is_folder(entry));
      if (!is_part || entry.mode == TreeEntry::Mode::executable) return refused(entry.name, "may not stand in a kit");
    }
    CHECK_OK(objects_.visit(compared.now().size()));
    CHECK_OK(check_entry(compared));
    if (has_same_content(compared)) return {};
    CHECK_OK(read_attributes(compared));
    const TreeEntry* files = compared.find(files_name);
    if (files == nullptr) return refused(files_name, "missing");
    CHECK_OK(walk(*files, compared.old(*files), {}, 1));
    if (media_found_ != media_paths_.size()) return refused(attributes_name, "names a file that is not there");
    CHECK_OK(check_manifest());
    return check_chunks(compared);
  }

 private:
  tl::unexpected<Error> refused(std::string_view path, std::string_view why) const {
    return fail(Errc::feed_content, kit_.str() + ": " + std::string(path) + ": " + std::string(why));
  }

  /// An error of store/kit, with the kit it is about.
  template <class T>
  Result<T> about_this_kit(Result<T> result) const {
    if (!result) result.error().detail = kit_.str() + ": " + result.error().detail;
    return result;
  }

  /// The content of a file of the kit, new or old.
  Result<Bytes> content(const TreeEntry& entry, const TreeEntry* old) {
    return unchanged(entry, old) ? objects_.old(entry.id, ObjectType::blob) : objects_.take(entry.id, ObjectType::blob);
  }

  Status check_entry(const ComparedTree& compared) {
    const TreeEntry* now = compared.find(kit::entry_name);
    if (now == nullptr || is_folder(*now)) return refused(kit::entry_name, "missing");
    const TreeEntry* old = compared.old(*now);
    TRY(const Bytes text, content(*now, old));
    TRY(const kit::Entry entry, about_this_kit(kit::parse_entry(text_of(text))));
    if (entry.kit != kit_) return refused(kit::entry_name, "of another kit");
    if (old == nullptr) return {};
    // The kit's folder changed, so its version must have risen.
    TRY(const Bytes old_text, objects_.old(old->id, ObjectType::blob));
    TRY(const kit::Entry before, kit::parse_entry(text_of(old_text)));
    return entry.version > before.version ? Status{} : refused(kit::entry_name, "changed without a higher version");
  }

  /// All but entry.toml is as in the parent's version, with which it was judged.
  static bool has_same_content(const ComparedTree& compared) {
    return std::ranges::all_of(std::array{files_name, chunks_name, attributes_name}, [&](std::string_view name) {
      const TreeEntry* now = compared.find(name);
      return now == nullptr ? compared.old(name) == nullptr : unchanged(*now, compared.old(*now));
    });
  }

  Status read_attributes(const ComparedTree& compared) {
    const TreeEntry* now = compared.find(attributes_name);
    if (now == nullptr) return {};
    if (is_folder(*now)) return refused(attributes_name, "a folder");
    TRY(const Bytes text, content(*now, compared.old(*now)));
    TRY(const auto paths, about_this_kit(kit::parse_attributes(text_of(text))));
    media_paths_.insert(paths.begin(), paths.end());
    return {};
  }

  Status walk(const TreeEntry& folder, const TreeEntry* before, const std::string& prefix, std::size_t depth) {
    if (depth > limits::kit_path_depth_max) return refused(prefix, "too deep");
    TRY(const ComparedTree compared, ComparedTree::read(objects_, folder.id, before));
    if (compared.now().empty()) return refused(prefix, "empty folder");
    CHECK_OK(about_this_kit(objects_.visit(compared.now().size())));
    kit::TwinFinder twins;
    for (const TreeEntry& entry : compared.now()) {
      // Counted entry by entry, so that trees that name each other many times end the walk early.
      if (++entries_ > 2 * limits::files_per_kit_max) return refused(prefix, "too many files");
      const std::string path = prefix + entry.name;
      if (is_folder(entry)) {
        TRY(const std::string name, about_this_kit(kit::from_stored_name(entry.name)));
        if (!twins.add(name)) return refused(path, "cannot be told from " + twins.other());
        CHECK_OK(walk(entry, compared.old(entry), path + "/", depth + 1));
        continue;
      }
      TRY(const std::string real_path, about_this_kit(kit::from_stored_path(path)));
      if (!twins.add(real_path.substr(real_path.rfind('/') + 1))) {
        return refused(path, "cannot be told from " + twins.other());
      }
      if (++files_ > limits::files_per_kit_max) return refused(path, "too many files");
      CHECK_OK(check_file(path, entry, compared.old(entry)));
    }
    return {};
  }

  Status check_file(const std::string& path, const TreeEntry& entry, const TreeEntry* old) {
    if (path == kit::manifest_name) manifest_ = {entry, old == nullptr ? std::nullopt : std::optional(*old)};
    if (!media_paths_.contains(path)) {
      if (unchanged(entry, old)) return {};
      TRY(const Bytes text, objects_.take(entry.id, ObjectType::blob));
      return kit::classify(text_of(text)) == kit::Content::text ? Status{} : refused(path, "not a text, and not media");
    }
    ++media_found_;
    TRY(const Bytes text, content(entry, old));
    TRY(const kit::Pointer pointer, about_this_kit(kit::parse_pointer(text_of(text))));
    const auto [it, added] = media_.emplace(pointer.media, pointer.size);
    return it->second == pointer.size ? Status{} : refused(path, "the same media with two sizes");
  }

  Status check_manifest() {
    const bool is_text = manifest_ && !media_paths_.contains(manifest_->now.name);
    if (!is_text) return refused(kit::manifest_name, "missing");
    const TreeEntry* old = manifest_->old ? &*manifest_->old : nullptr;
    if (unchanged(manifest_->now, old)) return {};
    TRY(const Bytes text, content(manifest_->now, old));
    if (const auto parsed = about_this_kit(kit::parse_manifest(text_of(text))); !parsed) {
      return tl::unexpected(parsed.error());
    }
    return {};
  }

  struct ListSize {
    std::uint64_t bytes = 0;
    std::size_t chunks = 0;
  };

  /// Names with one list among them cost one look at it.
  Result<ListSize> size_of_list(const TreeEntry& entry, const TreeEntry* old) {
    const auto seen = list_sizes_.find(entry.id);
    if (seen != list_sizes_.end()) {
      if (!unchanged(entry, old)) CHECK_OK(objects_.claim(entry.id, ObjectType::blob));
      return seen->second;
    }
    TRY(const Bytes blob, content(entry, old));
    TRY(const ChunkList list, about_this_kit(parse_chunk_list(blob)));
    return list_sizes_[entry.id] = {list.bytes, list.chunks.size()};
  }

  /// One list for each media file, and no other.
  Status check_chunks(const ComparedTree& compared) {
    const TreeEntry* folder = compared.find(chunks_name);
    if (folder == nullptr) return media_.empty() ? Status{} : refused(chunks_name, "missing");
    TRY(const ComparedTree lists, ComparedTree::read(objects_, folder->id, compared.old(*folder)));
    CHECK_OK(about_this_kit(objects_.visit(lists.now().size())));
    for (const TreeEntry& entry : lists.now()) {
      const auto id = Sha256::parse(entry.name);
      const auto media = id ? media_.find(*id) : media_.end();
      const bool named = media != media_.end() && entry.mode == TreeEntry::Mode::file;
      if (!named) return refused("chunks/" + entry.name, "of no media file of the kit");
      const bool is_new = !unchanged(entry, lists.old(entry));
      TRY(const ListSize list, size_of_list(entry, lists.old(entry)));
      if (list.bytes != media->second) return refused("chunks/" + entry.name, "not as long as its media file");
      chunks_ += list.chunks;
      if (chunks_ > limits::chunks_per_kit_max) return refused(chunks_name, "more chunks than one kit may name");
      if (is_new) CHECK_OK(about_this_kit(objects_.visit(list.chunks / 4)));
    }
    // Names are distinct and each is of a media file, so equal numbers mean that none is missing.
    return lists.now().size() == media_.size() ? Status{} : refused(chunks_name, "a chunk list is missing");
  }

  NewObjects& objects_;
  const KitId& kit_;
  std::set<std::string> media_paths_;  ///< stored, relative to files/
  std::size_t media_found_ = 0;
  std::map<Sha256, std::uint64_t> media_;
  std::map<ObjectId, ListSize> list_sizes_;
  struct Manifest {
    TreeEntry now;
    std::optional<TreeEntry> old;
  };
  std::optional<Manifest> manifest_;
  std::size_t files_ = 0, entries_ = 0, chunks_ = 0;
};

}  // namespace

Status check_kit(NewObjects& objects, const KitId& kit, const ObjectId& folder, const TreeEntry* before) {
  return KitCheck(objects, kit).run(folder, before);
}

}  // namespace essaimage::store
