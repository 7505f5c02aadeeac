#pragma once
// catalogue/<centre>/<slug>.toml of the federation's region feed: what the curators decided about one version of a kit. The
// version is named by its number and the id of the kit's tree, never by a commit. A decision takes effect by signatures of
// the role `curators` (catalogue_reader.hpp).

#include <map>
#include <string>
#include <vector>

#include "store/federation/statement.hpp"

namespace essaimage::store {

struct CatalogueFile {
  enum class Decision : std::uint8_t { accepted, retired };
  std::uint64_t version = 1;  ///< of this statement
  Sha256 previous;
  KitId kit;
  std::uint64_t kit_version = 0;     ///< that was reviewed
  ObjectId tree;                     ///< of that version
  Decision decision = Decision::accepted;
  std::string reason;                ///< for people; one line
  std::vector<std::string> themes;   ///< under which it is listed; sorted, each once
  Timestamp decided;
};

std::string_view str(CatalogueFile::Decision decision);  ///< "accepted", "retired"
std::string encode(const CatalogueFile& file);
Result<CatalogueFile> parse_catalogue_file(std::string_view toml);

/// The decisions in force. Immutable once read.
struct Catalogue {
  ObjectId folder;  ///< that they were read from; zero: none
  std::map<KitId, Stated<CatalogueFile>> decisions;

  const CatalogueFile* find(const KitId& kit) const;  ///< null: undecided
  bool lists(const KitId& kit) const;                 ///< it was accepted, and not retired since
};

}  // namespace essaimage::store
