#pragma once
// What the core knows, as plain values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/error.hpp"
#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage::core {

struct PeerStatus {
  std::string slug;  ///< empty for a peer that is not a member
  TransportKey transport;
  std::string endpoint;  ///< dialled, or to be dialled; empty if only it can reach us
  enum class State : std::uint8_t { connected, connecting, waiting, unreachable, refused_us } state{};
  bool level = false;  ///< the last reconciliation ended with nothing left to exchange in either direction
  std::optional<Instant> level_at;
  std::optional<Instant> retry_at;  ///< of a peer in back-off
  std::optional<Error> last_error;
  std::optional<Instant> error_since;  ///< since when last_error has that code, without another in between
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  bool refuses_media = false;  ///< its last answer was that it serves none now: it is paused, or many ask
};

struct FeedStatus {
  Head held;                         ///< zero order: nothing yet
  std::optional<Head> wanted;        ///< the newest valid head known but not held
  std::vector<std::string> holders;  ///< connected peers that hold it
  bool frozen = false;
  bool lacking = false;  ///< what was held of it is lost here, or some of its objects are: it is to come once more
  bool fetching = false;
  std::optional<Error> last_error;
};

struct MediaStatus {
  Sha256 media;
  std::uint64_t bytes = 0;
  std::uint64_t here_bytes = 0;
  std::vector<std::string> holders;  ///< connected peers known to hold some of what is lacking
  std::vector<FeedId> feeds;
  bool asking = false;                 ///< some connected peer has not yet told whether it holds any of it
  std::vector<std::string> from = {};  ///< connected peers that some of it is being fetched from now
};

struct NodeStatus {
  std::string slug;  ///< empty while joining
  bool joined = false;
  bool suspended = false;  ///< we are, as far as we know
  /// False from the start until one peer has told its heads of our own feeds (or there is no other member to ask):
  /// publishing waits for it, so that a restored backup does not fork its own feed.
  bool own_heads_confirmed = false;
  std::optional<Error> join_error;
  /// Counts the SyncNow commands that every connected peer has answered by a whole round.
  std::uint64_t sync_rounds_done = 0;
  std::uint64_t sync_rounds_asked = 0;
  bool store_rests = false;  ///< our disk failed: no media are fetched for a while
  /// Connected peers all level, nothing wanted, no media lacking that a peer holds. Who is only being dialled does not count.
  bool level = false;
  std::vector<PeerStatus> peers;   ///< by slug
  std::vector<FeedStatus> feeds;   ///< all known, by feed
  std::vector<MediaStatus> media;  ///< lacking only
};

}  // namespace essaimage::core
