#pragma once
// What the core tells people: for the log, `essaimagectl watch`, and tests. Facts, without wording.

#include <cstdint>
#include <optional>
#include <string>

#include "proto/ids.hpp"

namespace essaimage::core {

struct Event {
  enum class Kind : std::uint8_t {
    peer_connected,
    peer_lost,
    peer_refused,
    stranger_refused,
    peer_misbehaved,
    feed_advanced,
    objects_lost,
    fetch_started,
    fetch_failed,
    media_progress,
    media_completed,
    fork_seen,
    rollback_refused,
    forgery_refused,
    joined,
    join_refused,
    member_admitted,
    level,
    kit_passed_on,  ///< of the shell: what the store did without being asked
  };
  Kind kind{};
  std::string peer;  ///< slug, or the key's first 8 hexadecimal digits
  std::optional<FeedId> feed;
  std::optional<Sha256> media;
  std::uint64_t bytes = 0;
  std::optional<Error> error;  ///< why, where there is a why
  std::optional<KitId> kit = {};
};

}  // namespace essaimage::core
