#pragma once
// What of media is to come, added up, and why nothing of it comes where that is so. Pure functions, any thread.

#include <set>

#include "daemon/shell/control/explain/explain.hpp"
#include "proto/meter.hpp"

namespace essaimage::shell {

/// Why media that are wanted do not come just now.
enum class Wait : std::uint8_t {
  paused,
  hours,  // media rest on this node
  quota,
  disk,        // no room
  disk_fails,  // what came could not be written
  no_peer,     // none is connected
  no_holder,   // none of those who are has any of it
  refused,     // those who have it, or may have it, serve nothing now
  asked,       // some peer has not told yet whether it has any of it
  checked,     // all of it is here, and is read once more
  turn,        // others come first
};
std::string_view str(Wait wait);  ///< "paused", "no-holder", …

struct Arrival {
  std::uint64_t total = 0;  ///< bytes of media that are here or to come
  std::uint64_t here = 0;   ///< of them, whole chunks count
  std::uint64_t rate = 0;   ///< bytes a second from peers, over the last ten seconds
  std::size_t files_lacking = 0;
  std::set<std::string> from;            ///< who it is being fetched from
  std::set<std::string> holders;         ///< connected peers that have some of what lacks
  std::size_t files_without_holder = 0;  ///< all who were asked have answered
  bool asking = false;                   ///< for any of it
  std::optional<Wait> wait;              ///< nothing comes, for this reason

  void add(const core::MediaStatus& lacking);
  bool coming() const { return files_lacking > 0; }
  std::uint64_t lacking() const { return total - std::min(total, here); }
  std::optional<Duration> left() const { return wait ? std::nullopt : time_for(lacking(), rate); }
};

/// `wait` of an arrival that is filled in but for that. Not quota nor disk: what waits for room is not to come yet.
std::optional<Wait> wait_of(const core::NodeStatus& status, const Traffic::State& traffic, const Arrival& arrival);
/// Why, as the rest of a sentence.
Words words_of(Wait wait, const core::NodeStatus& status, const Traffic::State& traffic, const Arrival& arrival);
/// Those of the peers whose last answer was that they serve no media now; of all that are connected, if `peers` is empty:
/// who has refused for long is not known as a holder any more.
std::vector<std::string> refusing(const core::NodeStatus& status, const std::set<std::string>& peers);

}  // namespace essaimage::shell
