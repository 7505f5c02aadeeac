#pragma once
// catalogue/<centre>/<slug>.toml of the federation's region feed: what the curators decided about one version of a kit; and of its
// feeds of territories: what they recommend there, which names the territory, so that it says nothing anywhere else. The
// version is named by its number and the id of the kit's tree, never by a commit. A decision takes effect by signatures of
// the role `curators` (catalogue_reader.hpp). It names no person: who has reviewed is told as a function.

#include <map>
#include <string>
#include <vector>

#include "store/federation/statement.hpp"

namespace essaimage::store {

struct CatalogueFile {
  enum class Decision : std::uint8_t {
    accepted,
    declined,
    retired,  ///< of the region
    recommended,
    advised_against,  ///< of a territory
  };
  std::uint64_t version = 1;  ///< of this statement
  Sha256 previous;
  KitId kit;
  std::uint64_t kit_version = 0;  ///< that was reviewed
  ObjectId tree;                  ///< of that version
  Decision decision = Decision::accepted;
  std::string reason;               ///< for people; one line
  std::vector<std::string> themes;  ///< under which it is listed; sorted, each once
  Timestamp decided;
  std::string territory = {};                             ///< empty: the region
  std::vector<std::string> conditions = {};               ///< "à partir de 12 ans"; sorted, each once
  std::string reviewer = std::string(reviewer_curators);  ///< a function; one line
  Timestamp reviewed = {};                                ///< the first second of that day, in UTC

  static constexpr std::string_view reviewer_curators = "curators";  ///< where nothing else was said
  bool lists() const { return decision == Decision::accepted || decision == Decision::recommended; }
  /// In which of the federation's feeds it lies.
  Audience audience() const { return territory.empty() ? Audience{} : Audience{Audience::Kind::territory, territory}; }
};

std::string_view str(CatalogueFile::Decision decision);  ///< "accepted", "declined", "retired", "recommended", "advised-against"
std::string encode(const CatalogueFile& file);
Result<CatalogueFile> parse_catalogue_file(std::string_view toml);

/// The decisions in force, of the region or of one territory. Immutable once read.
struct Catalogue {
  ObjectId folder;  ///< that they were read from; zero: none
  std::map<KitId, Stated<CatalogueFile>> decisions;

  const CatalogueFile* find(const KitId& kit) const;  ///< null: undecided
  bool lists(const KitId& kit) const;                 ///< it was accepted, or recommended, and not retired since
};

}  // namespace essaimage::store
