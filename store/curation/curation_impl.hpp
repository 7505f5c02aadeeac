#pragma once
// The part of the library that curation.hpp promises (curation_ops.cpp, catalogue_ops.cpp, catalogue_history.cpp). Internal to it.

#include "store/curation.hpp"

namespace essaimage::store {

class FederationChange;
class LibraryImpl;

class CurationImpl final : public Curation {
 public:
  explicit CurationImpl(LibraryImpl& library) : library_(library) {}

  Result<ProposalRow> propose(const Proposing& proposing) override;
  Status take_back(const KitId& id) override;
  Result<std::vector<PassedOn>> follow_decisions() override;
  Result<std::optional<PassedOn>> passed_on(const KitId& id) const override;
  Result<CatalogueFile> decide(Decision decision, const Library::Acceptance& words, Lacking lacking) override;
  Result<std::vector<CatalogueFile>> review(Decision decision, const Library::Acceptance& words, const std::string& territory,
                                            Lacking lacking) override;
  Recommendations recommendations() const override;
  Result<std::vector<ProposalRow>> proposals(const std::optional<KitId>& id) const override;
  Result<CatalogueHistory> history(const KitId& id) const override;

 private:
  /// A version of a kit, and to whom it is published.
  struct Version {
    KitId kit;
    std::uint64_t version = 0;
    ObjectId tree;
    std::vector<Audience> audiences;  ///< the widest first; never empty
    std::string str() const { return kit.str() + "@" + std::to_string(version); }
  };
  Result<Version> version_of(const KitId& id, std::optional<std::uint64_t> version) const;
  Status check_consent(const Version& version) const;
  /// What accepting takes over from those who have recommended the same version.
  void add_recommended(const Version& version, CatalogueFile& file) const;
  Result<std::vector<std::string>> territories_of(const Version& version, const std::string& asked) const;
  Status say(FederationChange& change, CatalogueFile& file) const;  ///< as the next version of what lies at its place
  Status pass_on(const ProposalRow& row, std::vector<PassedOn>& done);

  LibraryImpl& library_;
};

}  // namespace essaimage::store
