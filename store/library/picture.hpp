#pragma once
// What the library holds, at one moment: heads, the federation's word, what forked, what lacks. A change makes a new one, which is
// immutable once it is seen; any thread.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/federation/roster_reader.hpp"

namespace essaimage::store {

/// A feed that forked.
struct Freeze {
  std::pair<ObjectId, ObjectId> proof;  ///< of rising id; zero if the proof was lost
  Order order;                          ///< of both
  bool is_lost() const { return proof.first.is_zero(); }
};

/// What is held, at one moment.
struct Picture {
  std::map<FeedId, Head> heads;
  std::shared_ptr<const FederationWord> word;                 ///< null while joining
  std::map<std::string, std::vector<std::string>> endpoints;  ///< by centre, of its centre.toml
  std::shared_ptr<const Roster> roster;                       ///< of `word` with `endpoints`; null while joining
  std::optional<Heartbeat> heartbeat;                         ///< the newest that was witnessed, and counts still
  /// What the curators recommend, by territory, of those whose feed of the federation is held; as the newest `word` tells who may.
  std::map<std::string, std::shared_ptr<const Catalogue>> recommended;
  ObjectId recommended_by;  ///< the federation.toml by whose curators those were verified
  std::map<FeedId, Freeze> frozen;
  std::set<FeedId> lacking;  ///< of `heads`, those of which objects are lost: to be fetched anew, whole (mend_texts.cpp)

  std::optional<Head> head(const FeedId& feed) const;
  /// The catalogue of the region lists it, or that of a territory of this member. (recommendations.cpp)
  bool lists(const KitId& kit, const std::string& self) const;
};
using PicturePtr = std::shared_ptr<const Picture>;

/// False if its author is suspended, or has a new key, and it is beyond what still counts of the feed: who fell back from it
/// would otherwise take nothing older any more. (fallback.cpp)
bool witness_counts(const Roster& roster, const Head& witness);

/// True of another centre's feed for a mirror that is over for this one, `self`: what was shared for a time goes with it, so that
/// nobody has what its author can take back from nobody any more. Not while `self` is suspended, which may be an error. (let_go.cpp)
bool is_let_go(const Roster& roster, const std::string& self, const FeedId& feed);

}  // namespace essaimage::store
