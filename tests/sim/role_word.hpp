#pragma once
// What one node of a simulation has in force of the federation's word, and what it tells people of it. Copied out of its library,
// so that it can be compared with what is true.

#include <map>
#include <optional>
#include <set>
#include <string>

#include "store/library.hpp"

namespace essaimage::sim {

inline constexpr std::int64_t day_seconds = 86'400;

struct RoleWord {
  std::uint64_t version = 0;  ///< of federation.toml
  std::map<std::string, store::Role> roles;
  std::map<std::string, Member> members;
  std::map<std::string, Sha256> statements;  ///< decisions and withdrawals: path, and hash of what it says
  store::FederationView view;                ///< clock, signed time, and what it judges by
  std::set<std::string> told;                ///< codes of the explanations that people get
};

/// Nothing: it has not joined yet, or cannot read what it has.
std::optional<RoleWord> role_word_of(const store::Library& library);

Sha256 content_of(const store::CatalogueFile& file);

}  // namespace essaimage::sim
