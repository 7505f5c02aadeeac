#pragma once
// How news spreads in a region like a real one: narrow lines, most nodes not reachable from outside, each link with a
// distance of its own. Times and costs, measured on the core itself; everything follows from (seed, nodes). One thread.

#include <memory>

#include "tests/sim/world.hpp"

namespace essaimage::sim {

/// What was sent by all nodes.
struct Cost {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;          ///< as messages
  std::uint64_t line_bytes = 0;     ///< with ZMTP, CURVE, TCP, IP, and the acknowledgements of the other side
  std::uint64_t announcements = 0;  ///< raw commits that were pushed
  Cost operator-(const Cost& other) const;
  Cost& operator+=(const Cost& other);
};

/// When each node had something, in ms, sorted; fewer than the nodes if some never had it.
using Arrivals = std::vector<std::int64_t>;

struct Spread {
  Arrivals arrivals;
  Cost cost;
};

struct FigureOptions {
  std::size_t nodes = 150;
  std::uint64_t seed = 1;
  std::size_t kit_bytes = 10'000'000;
  unsigned reachable_percent = 30;
  std::uint64_t upload = 125'000;  ///< bytes a second, of each node
  Duration progress{};             ///< how often to tell on stderr how far it is; zero: never
};

class Region {
 public:
  explicit Region(const FigureOptions& options);

  /// All come on within a minute, and are left in peace for some.
  void begin();
  /// A centre publishes a version without media.
  Spread head();
  /// And one with a new media file.
  Spread kit();
  /// Nothing happens for so long; the cost, of all nodes.
  Cost idle(Duration time);
  /// All but a tenth go off in the evening, a kit is published, and in the morning they come on within half an hour: how long after
  /// its own start each has the head, and the whole kit.
  std::pair<Arrivals, Arrivals> morning();

  double links_per_node() const;
  /// Parts that no link joins, if the federation's node were off.
  std::size_t islands() const;
  World& world() { return *world_; }

 private:
  std::size_t author();  ///< another one each time, of those that are on
  void publish(std::size_t node, bool with_media);
  void wait_for(const std::vector<std::optional<Instant>>& arrived, Duration within);
  Arrivals since(const std::vector<std::optional<Instant>>& arrived, const std::vector<Instant>& from) const;
  void count(const Message& message);

  FigureOptions options_;
  std::unique_ptr<World> world_;
  core::Random plan_;
  Cost cost_;
  FeedId feed_;  ///< that is watched
  std::vector<std::optional<Instant>> head_at_, kit_at_;
  std::size_t last_author_ = 0;
};

}  // namespace essaimage::sim
