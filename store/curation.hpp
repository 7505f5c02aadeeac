#pragma once
// The curated catalogue: what centres propose, what the curators recommend in territories and decide for the region, and what
// follows from both. A part of the library (Library::curation()), whose thread rule and durability hold here too.
//
// What needs curators' keys that are not in this home is not done and goes to `lacking`, as with the federation's other acts.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/library.hpp"

namespace essaimage::store {

/// A kit that this node passed on to the region, because the federation accepted what its centre had proposed.
struct PassedOn {
  KitId kit;
  std::uint64_t version = 0;
  ObjectId tree;
  Timestamp time;
};

/// Something that was once said about a kit, by the federation or by the kit's centre.
struct CatalogueEvent {
  enum class Kind : std::uint8_t { proposed, taken_back, said };
  Kind kind = Kind::said;
  FeedId feed;                        ///< that says it
  ObjectId commit;                    ///< in which it stands for the first time
  Timestamp time;                     ///< as the statement says; of what was taken back, the commit's
  std::optional<Proposal> proposal;   ///< proposed; taken_back: the one that was
  std::optional<CatalogueFile> said;  ///< whether signed or not is told by `in_force` alone
  bool in_force = false;
};
struct CatalogueHistory {
  std::vector<CatalogueEvent> events;  ///< by time
  bool cut = false;                    ///< there is more than is told
};

class Curation {
 public:
  virtual ~Curation() = default;
  using Decision = CatalogueFile::Decision;
  using Lacking = Library::Lacking;

  // --- of this centre's kits ------------------------------------------------------------------------------------------------
  struct Proposing {
    KitId kit;
    std::optional<std::uint64_t> version = {};  ///< nothing: the newest
    Proposal::To to = Proposal::To::territory;
    std::string note = {};
    bool anyway = false;  ///< whatever the note looks like: Errc::outcome_personal otherwise
  };
  /// In this centre's feed of that version's audience, in the place of an earlier one. Errc::proposal_not_own.
  virtual Result<ProposalRow> propose(const Proposing& proposing) = 0;
  virtual Status take_back(const KitId& id) = 0;  ///< Errc::proposal_none
  /// Publishes to the region, in the very tree, each own kit that it was proposed for and that the federation has accepted since.
  /// Each once; what was taken back, or retired meanwhile, stays. Returns what it did. Call it now and then, and only when a
  /// version published now is sure to make no fork.
  virtual Result<std::vector<PassedOn>> follow_decisions() = 0;
  virtual Result<std::optional<PassedOn>> passed_on(const KitId& id) const = 0;  ///< by this node

  // --- of the curators, on the federation's node (Errc::not_federation elsewhere) ----------------------------------------------
  /// accepted, declined or retired, for the region. Errc::catalogue_no_consent: the version is not in the region, and its centre
  /// has not proposed it for it. Errc::catalogue_decided: that version was decided about, and `after` does not name that decision.
  /// Errc::catalogue_undecided: nothing to retire. Errc::reviewer_person.
  virtual Result<CatalogueFile> decide(Decision decision, const Library::Acceptance& words, Lacking lacking) = 0;
  /// recommended or advised_against, in `territory`; empty: in each of the author's territories where that version is known.
  /// Errc::catalogue_not_territory, and as decide().
  virtual Result<std::vector<CatalogueFile>> review(Decision decision, const Library::Acceptance& words, const std::string& territory,
                                                    Lacking lacking) = 0;

  // --- on every node ----------------------------------------------------------------------------------------------------------
  /// In force, by territory, of those whose feed is held.
  using Recommendations = std::map<std::string, std::shared_ptr<const Catalogue>>;
  virtual Recommendations recommendations() const = 0;
  /// By feed; nothing: of all kits.
  virtual Result<std::vector<ProposalRow>> proposals(const std::optional<KitId>& id) const = 0;
  /// Whatever was said, as far as the held feeds tell, bounded by limits::told_commits_max of each feed.
  virtual Result<CatalogueHistory> history(const KitId& id) const = 0;
};

}  // namespace essaimage::store
