#pragma once
// Why something is not in sync, in plain words of both languages, with who can act and how. Pure: a
// picture of the node goes in, sentences come out; used by `explain`, and for the problems in
// `status`.
//
// It never says more than this node may know: of a kit or feed that is not here it does not tell
// whether it exists in an audience that this centre is not in.

#include <optional>
#include <string>
#include <vector>

#include "daemon/core/status.hpp"
#include "daemon/shell/control/due_kit.hpp"
#include "daemon/shell/traffic.hpp"
#include "proto/roster.hpp"
#include "store/library.hpp"

namespace essaimage::shell {

/// A text made in both languages.
struct Words {
  std::string en;
  std::string fr;
};

struct Explanation {
  std::string code;  ///< stable: "media-lacking", "peer-unreachable", "all-well", …
  bool problem = true;
  std::string subject;  ///< kit, peer or feed; empty: the node itself
  Words text;
  Actor actor = Actor::nobody;
  Words next_step;  ///< empty: nothing to do
};
using Explanations = std::vector<Explanation>;

/// The picture. All that it refers to outlives it.
struct Situation {
  const core::NodeStatus& status;
  const Roster* roster = nullptr;  ///< null while joining
  const store::Identity& identity;
  Instant now;
  std::uint64_t disk_free_bytes = 0;
  std::vector<store::Problem> problems = {};  ///< of the library, as it knows them now
  std::map<store::HoldReason, store::KeptBack> not_held = {};
  Traffic::State traffic = {};
  bool key_succeeded = false;                            ///< the federation has given this centre a key that is not this home's
  std::optional<store::FederationView> federation = {};  ///< nothing while joining
  std::vector<DueKit> due = {};                          ///< kits that have a deadline
};

Explanations explain_node(const Situation& here);
Explanations explain_peer(const Situation& here, const Member& member);
Explanations explain_feed(const Situation& here, const FeedId& feed);
/// `kit`: as this node knows it, or nothing.
Explanations explain_kit(const Situation& here, const KitId& id, const std::optional<store::KitSummary>& kit);

/// "3.4 MB" and "3,4 Mo".
Words words_of_bytes(std::uint64_t bytes);
/// "2 min" and the like, rounded.
Words words_of_time(Duration duration);
/// "1 Mar 2026" and "1er mars 2026": of a moment, by universal time.
Words words_of_day(Timestamp time);

}  // namespace essaimage::shell
