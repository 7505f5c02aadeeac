#pragma once
// mirrors/<slug>.toml of the federation's feed: territories that it has linked, and up to where what was published for them counts
// once that is over. One byte form (FORMAT.md, "Mirrors"). Bounded before parsing. Errors: Errc::malformed, Errc::too_large. Pure;
// any thread.

#include <map>
#include <optional>
#include <set>

#include "proto/limits.hpp"
#include "store/federation/statement.hpp"

namespace essaimage::store {

/// It may name a feed of each of 10,000 members, by slugs as long as those usually are.
inline constexpr std::size_t mirror_bytes_max = 1 * limits::MiB;

struct MirrorFile {
  std::uint64_t version = 1;
  Sha256 previous;
  std::string slug;
  std::string name;
  std::set<std::string> territories;
  Timestamp begun;                 ///< the last time
  std::string begun_why;           ///< empty: nobody said
  std::optional<Timestamp> ended;  ///< nothing: it runs
  std::string ended_why;           ///< empty while it runs
  /// By centre: of its feed for this mirror, the last of before the last end, or of before its territories were of it no more.
  std::map<std::string, Order> last_accepted;

  bool runs() const { return !ended; }
  Audience audience() const { return {Audience::Kind::mirror, slug}; }
};
std::string encode(const MirrorFile& file);
Result<MirrorFile> parse_mirror_file(std::string_view toml);

}  // namespace essaimage::store
