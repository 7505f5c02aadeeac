#pragma once
// What is told of the curated catalogue: a kit's decision, what territories recommend, what its centre proposes, and for what that
// waits. A look at the library at one moment; one thread. Errors: those of reading the library; Errc::not_joined.

#include "daemon/shell/control/explain/explain.hpp"
#include "daemon/shell/control/json.hpp"
#include "store/curation.hpp"

namespace essaimage::shell {

/// Who has to do something next.
enum class WaitsFor : std::uint8_t {
  nobody,
  review,    ///< curators: no territory has said anything about the version that is proposed
  decision,  ///< curators, for the region
  centre,    ///< its node, to publish to the region what was accepted
};
std::string_view str(WaitsFor waits);  ///< "nobody", "review", …

class CatalogueView {
 public:
  static Result<CatalogueView> of(const store::Library& library);

  /// One that is in force, with what is known here of its kit: `title`, `newest_version`, `newer`.
  Result<Json> said(const store::CatalogueFile& file) const;
  /// Of the region; null: undecided.
  const store::CatalogueFile* decision(const KitId& id) const { return decisions_->find(id); }
  const store::CatalogueFile* recommendation(const KitId& id, const std::string& territory) const;
  std::vector<const store::CatalogueFile*> recommendations(const KitId& id) const;  ///< by territory
  const store::ProposalRow* proposal(const KitId& id) const;                        ///< the newest; null: none
  WaitsFor waits_for(const KitId& id) const;
  /// Of every kit of which anything is said: each once.
  std::vector<KitId> kits() const;
  /// `base` (null: nothing) as said(), and `recommendations`, `proposal`, `waits_for`, `passed_on`.
  Result<Json> entry(const KitId& id, const store::CatalogueFile* base) const;
  /// What comes next for this kit, and who does it.
  Words next(const KitId& id) const;

 private:
  explicit CatalogueView(const store::Library& library) : library_(library) {}
  /// In that version, or a newer one.
  bool is_in_region(const KitId& id, std::uint64_t version) const;

  const store::Library& library_;
  std::shared_ptr<const store::Catalogue> decisions_;
  store::Curation::Recommendations recommended_;
  std::map<KitId, store::ProposalRow> proposed_;
};

}  // namespace essaimage::shell
