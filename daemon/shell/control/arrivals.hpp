#pragma once
// What of media is on its way at one moment: how much is here, how fast it comes and from whom, or why nothing comes. All
// numbers about this that people are shown are made here. Immutable once made; any thread.

#include "daemon/shell/control/json.hpp"
#include "daemon/shell/control/waits.hpp"

namespace essaimage::shell {

class Arrivals {
 public:
  /// Asks the node; all later answers are of that moment.
  static Result<Arrivals> of(Node& node);
  Arrivals(core::NodeStatus status, Node::Rates rates, Traffic::State traffic);

  Arrival of(const store::KitSummary& kit) const;
  /// All kits of which something is to come; what several of them name counts once.
  Arrival of(const std::vector<store::KitSummary>& kits) const;
  /// The kits of which something is to come: first those that come now, then those of which most is here.
  using Coming = std::vector<std::pair<const store::KitSummary*, Arrival>>;
  Coming coming(const std::vector<store::KitSummary>& kits) const;
  /// Bytes of a kit that are here, those of media that are not whole too.
  std::uint64_t bytes_here(const store::KitSummary& kit) const;
  /// Of what waits: why, as the rest of a sentence.
  Words words(const Arrival& arrival) const;
  /// The media of a kit that something is here of, or comes of; at most `most`.
  std::vector<const core::MediaStatus*> begun(const store::KitSummary& kit, std::size_t most) const;
  std::uint64_t rate(const Sha256& media) const;

  std::size_t connected() const;  ///< peers
  const core::NodeStatus& status() const { return status_; }
  const Traffic::State& traffic() const { return traffic_; }

 private:
  void add(Arrival& arrival, const Sha256& media, std::uint64_t bytes) const;
  const core::MediaStatus* find(const Sha256& media) const;

  core::NodeStatus status_;
  Node::Rates rates_;
  Traffic::State traffic_;
  std::map<Sha256, std::size_t> places_;  ///< in status_.media
};

/// The member `progress` of an entry of `kits` and others; null if nothing is to come and nothing waits.
Json progress_json(const Arrivals& arrivals, const Arrival& arrival);
/// An entry of `kits`.
Json entry_of(const store::KitSummary& kit, const Arrivals& arrivals, const store::Stages& stages);

}  // namespace essaimage::shell
