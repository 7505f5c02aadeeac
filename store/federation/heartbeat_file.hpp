#pragma once
// heartbeat.toml of the federation's region feed: the time at which the federation last spoke, signed once a day by the role
// `heartbeat`. The newest one that a node has seen is its witness, kept with its signatures: it counts as long as the keys that
// signed it are of the role, so that a stolen key of this role, which may name a far time, is undone by root.
//
// What time it is, as far as a role's expiry goes, follows from it: the later of the clock and that time, so that a board with
// a dead clock works; a clock far beyond it is not believed. Pure; any thread.

#include <chrono>
#include <optional>

#include "store/federation/statement.hpp"

namespace essaimage::store {

struct HeartbeatFile {
  std::uint64_t version = 1;
  Sha256 previous;
  Timestamp time;
};
std::string encode(const HeartbeatFile& file);
Result<HeartbeatFile> parse_heartbeat_file(std::string_view toml);

struct Heartbeat {
  HeartbeatFile file;
  std::string signatures;
};
/// Signed by the role, and for a time at which the role was not over. Errc::role_threshold, Errc::role_expired.
Status check_heartbeat(const Heartbeat& heartbeat, const FederationId& federation, const Role& role);
/// The file and its signatures as one text, and back.
std::string to_text(const Heartbeat& heartbeat);
Result<Heartbeat> parse_heartbeat(std::string_view text);

/// Why a tree of the federation's region feed has no signed time that counts.
enum class TimeLack {
  absent,     ///< there is none, or none with signatures
  form,       ///< it cannot be read
  key,        ///< no key of the role has signed it
  role_over,  ///< it names a time from the end of the role on
};
/// "absent", "form", "key", "role-over": stable.
std::string_view str(TimeLack lack);

inline constexpr std::chrono::seconds clock_beyond_max = std::chrono::days(30);
inline constexpr std::chrono::seconds clock_behind_max = std::chrono::days(1);

struct JudgedTime {
  Timestamp time;
  /// For what cannot be undone: at most clock_behind_max beyond the clock. A signed time further on is the mark of a clock that
  /// stands still, or of a stolen heartbeat key; nothing here tells which.
  Timestamp sure;
  bool clock_ignored = false;  ///< it is more than clock_beyond_max beyond the heartbeat
};
/// By which expiries are judged. `witnessed`: the newest signed time; nothing: none yet, and the clock counts.
JudgedTime judge_time(Timestamp clock, std::optional<Timestamp> witnessed);

}  // namespace essaimage::store
