#pragma once
// One kit as a feed's tree has it: reads kits/<hh>/<slug> into plain values. The tree was checked when it came in
// (store/feed/receive.hpp); here damage alone is expected, so everything that does not fit is Errc::corrupt.
// Pure functions; any thread.

#include <vector>

#include "store/git/object_db.hpp"
#include "store/kit/entry.hpp"
#include "store/kit/manifest.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {

/// "kits/<hh>/<slug>" in the tree of every feed.
std::string kit_path(const std::string& slug);

struct KitTreeFile {
  std::string path;  ///< as published (escapes undone)
  bool executable = false;
  ObjectId blob;  ///< of the text, or of the pointer
  std::optional<Sha256> media;
  std::uint64_t bytes = 0;  ///< of the media; of a text only if sizes were asked for
};

struct KitTree {
  kit::Entry entry;
  kit::Manifest manifest;
  std::vector<KitTreeFile> files;  ///< by stored path
  std::vector<NamedMedia> media;   ///< each once, sorted
  KitText searched;                ///< only if texts were asked for
};

/// `names`: the files and what kit.toml says; `sizes`: read the texts too, to know how long they are; `texts`: and take from them
/// what is searched.
enum class KitDepth : std::uint8_t { names, sizes, texts };
Result<KitTree> read_kit_tree(const ObjectDb& objects, const ObjectId& kit_tree, KitDepth depth);

/// entry.toml alone.
Result<kit::Entry> read_kit_entry(const ObjectDb& objects, const ObjectId& kit_tree);

/// When the first consent ends that covers this file; nothing: none does.
std::optional<Timestamp> consent_end(const kit::Manifest& manifest, std::string_view path);

/// The row of the index for a kit of a feed.
KitRow row_of(const KitTree& kit, const Audience& audience, const ObjectId& kit_tree);

/// The kits of a feed's tree by slug. Folders of `except` (an older tree of the feed) that are the same are passed over.
struct KitDifference {
  struct Put {
    std::string slug;
    ObjectId tree;
    std::optional<ObjectId> before;
  };
  std::vector<Put> put;  ///< new or changed; by slug
  std::vector<std::string> removed;
};
Result<KitDifference> compare_kits(const ObjectDb& objects, const std::optional<ObjectId>& before, const ObjectId& after);

/// The id at a path of a tree; nothing if there is none.
Result<std::optional<ObjectId>> id_at(const ObjectDb& objects, ObjectId tree, std::string_view path);

}  // namespace essaimage::store
