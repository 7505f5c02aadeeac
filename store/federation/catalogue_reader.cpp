#include "store/federation/catalogue_reader.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/federation/federation_file.hpp"
#include "store/federation/paths.hpp"

namespace essaimage::store {
namespace {

class Reader {
 public:
  Reader(const ObjectDb& objects, const FederationId& federation, const Role& curators, const Catalogue* known,
         const std::string& territory)
      : objects_(objects), federation_(federation), curators_(curators), known_(known), territory_(territory) {}

  Result<std::shared_ptr<const Catalogue>> read(const ObjectId& folder) {
    auto catalogue = std::make_shared<Catalogue>();
    catalogue->folder = folder;
    TRY(const auto centres, objects_.read_tree(folder));
    // Whatever a tree names, and however often: what is looked at is bounded before it is read.
    std::size_t left = 2 * limits::decisions_max;
    for (const auto& centre : centres) {
      if (centre.mode != TreeEntry::Mode::tree) continue;
      TRY(const auto entries, objects_.read_tree(centre.id));
      if (entries.size() > left) return fail(Errc::too_large, "catalogue");
      left -= entries.size();
      std::map<std::string, ObjectId> files;
      for (const auto& entry : entries) files.emplace(entry.name, entry.id);
      for (const auto& [name, blob] : files) {
        const auto signatures = files.find(feed_path::signatures_of(name));
        if (!name.ends_with(feed_path::file_suffix) || signatures == files.end()) continue;
        const KitId kit{centre.name, name.substr(0, name.size() - feed_path::file_suffix.size())};
        TRY(auto stated, read_one(kit, blob, signatures->second));
        if (stated) catalogue->decisions.emplace(kit, std::move(*stated));
      }
    }
    return catalogue;
  }

 private:
  /// Nothing for one without effect.
  Result<std::optional<Stated<CatalogueFile>>> read_one(const KitId& kit, const ObjectId& blob, const ObjectId& signatures) const {
    std::optional<Stated<CatalogueFile>> none;
    if (known_ != nullptr) {
      const auto it = known_->decisions.find(kit);
      const bool same = it != known_->decisions.end() && it->second.blob == blob && it->second.signatures == signatures;
      if (same) return std::optional(it->second);
    }
    // What is damaged here says nothing, and takes nobody the members: `verify` tells of it.
    const auto text = objects_.read(blob, ObjectType::blob), signed_by = objects_.read(signatures, ObjectType::blob);
    if (!text || !signed_by) return none;
    const Bytes& content = *text;
    if (std::max(content.size(), signed_by->size()) > limits::statement_bytes_max) return fail(Errc::too_large, "catalogue");
    if (!may_be_of(kit, text_of(content))) return none;
    auto file = parse_catalogue_file(text_of(content));
    if (!file || file->kit != kit || file->territory != territory_) return none;
    const StatementName name{federation_, feed_path::of_kit(feed_path::catalogue_folder, kit), file->version, file->previous};
    if (!verify_statement(name, content, text_of(*signed_by), curators_)) return none;
    return std::optional(Stated<CatalogueFile>{std::move(*file), sha256(content), blob, signatures});
  }

  /// One blob may be named at every place: it is parsed at its own alone.
  static bool may_be_of(const KitId& kit, std::string_view text) {
    constexpr std::size_t head_bytes = 512;
    const std::string said = "\ncentre = \"" + kit.centre + "\"\nslug = \"" + kit.slug + "\"\n";
    return text.size() <= limits::decision_bytes_max && text.substr(0, head_bytes).find(said) != std::string_view::npos;
  }

  const ObjectDb& objects_;
  const FederationId& federation_;
  const Role& curators_;
  const Catalogue* known_;
  const std::string& territory_;
};

}  // namespace

Result<std::shared_ptr<const Catalogue>> read_catalogue(const ObjectDb& objects, const ObjectId& folder, const FederationId& federation,
                                                        const Role& curators, const Catalogue* known, const std::string& territory) {
  if (folder.is_zero()) return std::make_shared<const Catalogue>();
  return Reader(objects, federation, curators, known, territory).read(folder);
}

Status check_succession(const Catalogue& held, const Catalogue& next, bool same_curators) {
  for (const auto& [kit, stated] : held.decisions) {
    const auto it = next.decisions.find(kit);
    if (it != next.decisions.end()) {
      CHECK_OK(check_follows(feed_path::of_kit(feed_path::catalogue_folder, kit), stated, it->second));
    } else if (same_curators) {
      return fail(Errc::role_threshold, "the decision about " + kit.str() + " is there no more, or not signed");
    }
  }
  return {};
}

Status check_expiry(const Catalogue& held, const Catalogue& next, const Role& curators, Timestamp now) {
  if (!curators.is_over(now)) return {};
  for (const auto& [kit, stated] : next.decisions) {
    const auto it = held.decisions.find(kit);
    if (it != held.decisions.end() && it->second.content == stated.content) continue;
    return fail(Errc::role_expired, std::string(role_curators) + ": " + to_utc(*curators.expires) + "; catalogue/" + kit.str());
  }
  return {};
}

}  // namespace essaimage::store
