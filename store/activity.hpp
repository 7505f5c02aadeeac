#pragma once
// What was signed in the feeds that lie here, from their first commits on: kits, outcomes, adoptions, decisions; each with where it
// was signed, so that stock git shows it (`git show <commit>:<path>`). What is in force today is in the index; this is for who asks
// what was the case at some time, as reports to those who pay do. Immutable; any thread. Made by Library::activity().

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/federation/adoption_file.hpp"
#include "store/federation/catalogue_file.hpp"
#include "store/life/outcome_file.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {

/// Where something was signed.
struct SignedEntry {
  FeedId feed;
  std::string path;  ///< in the feed's tree
  ObjectId commit;   ///< the first that has it so
  Timestamp time;    ///< of that commit, by its author's clock
};

/// A version of a kit, in one feed.
struct KitActivity {
  KitId id;
  std::uint64_t version = 0;
  Timestamp published;
  std::string title, stage;  ///< as its kit.toml says
  std::vector<std::string> themes;
  std::optional<Lineage> adapted_from;
  SignedEntry entry;
};
struct OutcomeActivity {
  Outcome outcome;
  SignedEntry entry;
};
struct AdoptionActivity {
  Adoption adoption;
  SignedEntry entry;
  std::optional<Timestamp> removed;  ///< when its author took it back, in this feed; a next version does not
};
struct DecisionActivity {
  CatalogueFile decision;
  SignedEntry entry;
};

/// All in the order of feeds, and of their commits.
struct Activity {
  std::vector<KitActivity> versions;
  std::vector<OutcomeActivity> outcomes;    ///< that stand today: what was taken back was no fact
  std::vector<AdoptionActivity> adoptions;  ///< all that ever were
  std::vector<DecisionActivity> decisions;  ///< likewise, that the curators of that time had signed
  std::shared_ptr<const Roster> roster;     ///< of today; never null
};

}  // namespace essaimage::store
