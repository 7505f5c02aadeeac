#pragma once
// The life of a kit: how far it has come, and its story. Derived from what was signed: published versions, outcomes, adoptions,
// decisions of the catalogue; nobody can type it in. Pure functions; any thread.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "proto/roster.hpp"
#include "store/federation/catalogue_file.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {

/// Each needs facts of its own, whatever the ones before it need: a kit that is adopted was perhaps never reported of.
enum class LifeStage : std::uint8_t {
  workshop,      ///< published; its kit.toml says that needs were gathered
  prototype,     ///< published as something that was made
  field_tested,  ///< a centre reported an outcome
  metropolitan,  ///< adopted by another centre of one of its author's territories
  regional,      ///< in the catalogue, and adopted by a centre that shares no territory with its author
};
std::string_view str(LifeStage stage);  ///< "workshop", "prototype", "field-tested", "metropolitan", "regional"

struct LifeEvent {
  enum class Kind : std::uint8_t { published, tested, adopted, adapted, accepted, declined, retired };
  Kind kind = Kind::published;
  Timestamp time;
  std::string centre;                                          ///< that published, reported, adopted, adapted; the federation
  std::uint64_t version = 0;                                   ///< of this kit
  std::optional<Audience> audience;                            ///< published: the first time for this one
  std::optional<KitId> kit;                                    ///< adapted: the one that came of it
  std::uint64_t outcomes = 0, sessions = 0, participants = 0;  ///< tested: of that centre, from that day on
  bool shares_territory = false;                               ///< adopted: with the author
};
std::string_view str(LifeEvent::Kind kind);  ///< "published", …

/// A version as the history has it, oldest or newest first.
struct LifeVersion {
  std::uint64_t version = 0;
  Audience audience;
  Timestamp published_at;  ///< for this audience
};
struct LifeAdaptation {
  KitId kit;
  std::uint64_t version = 0;  ///< of this kit that was adapted; 0: not said
  Timestamp published_at;
};

struct LifeFacts {
  KitId kit;
  std::string claimed_stage;  ///< of its kit.toml: "workshop" or "prototype"
  std::vector<LifeVersion> versions;
  std::vector<OutcomeRow> outcomes;
  std::vector<AdoptionRow> adoptions;
  std::vector<LifeAdaptation> adaptations;
  std::optional<CatalogueFile> decision;  ///< in force
  std::vector<CatalogueFile> replaced;    ///< decisions before it: they belong to the story alone
};

struct Life {
  LifeStage stage = LifeStage::prototype;
  std::map<LifeStage, Timestamp> since;  ///< the stages whose facts are there, and when the last of them was
  std::vector<LifeEvent> story;          ///< by time
};

Life life_of(const LifeFacts& facts, const Roster& roster);

/// What it takes to tell the stage alone, of many kits at once.
struct StageFacts {
  KitId kit;
  std::string claimed_stage;  ///< as in LifeFacts
  bool has_outcome = false;
  std::vector<std::string> adopters;  ///< centres
  bool accepted = false;              ///< in the region's catalogue
};
/// The same as life_of() says.
LifeStage stage_of(const StageFacts& facts, const Roster& roster);

/// Tells the stage of any kit: what moved kits on, read once.
struct Stages {
  std::shared_ptr<const Roster> roster;                     ///< null: while joining
  std::shared_ptr<const Catalogue> catalogue;               ///< likewise
  std::vector<KitId> tested;                                ///< sorted
  std::map<KitId, std::vector<std::string>> adopters = {};  ///< centres

  LifeStage of(const KitId& kit, const std::string& claimed) const;
};

}  // namespace essaimage::store
