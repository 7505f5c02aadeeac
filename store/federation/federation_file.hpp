#pragma once
// federation.toml: the roles, after The Update Framework. The first one's SHA-256 is the federation id; each later one is
// signed by root's threshold of the one before and of itself. All versions stay in the feed as federation/<n>.toml.

#include <array>
#include <limits>
#include <map>
#include <string>

#include "store/federation/statement.hpp"

namespace essaimage::store {

struct FederationFile {
  std::uint64_t version = 1;
  Sha256 previous;
  std::string slug;
  std::string name;
  std::map<std::string, Role> roles;  ///< root, members, curators, withdrawals, heartbeat; all five are there
};

inline constexpr std::string_view role_root = "root";
inline constexpr std::string_view role_members = "members";
inline constexpr std::string_view role_curators = "curators";
inline constexpr std::string_view role_withdrawals = "withdrawals";
inline constexpr std::string_view role_heartbeat = "heartbeat";
inline constexpr std::array all_roles = {role_root, role_members, role_curators, role_withdrawals, role_heartbeat};
inline constexpr std::size_t role_keys_max = 16;
/// As the last moment of a role in a change of it: it shall have none.
inline constexpr Timestamp never{std::numeric_limits<std::int64_t>::max()};

/// The role that signs the file at that path of the federation's feed. Errc::malformed for one that no role signs.
Result<std::string_view> role_of(std::string_view path);

std::string encode(const FederationFile& file);
Result<FederationFile> parse_federation_file(std::string_view toml);

}  // namespace essaimage::store
