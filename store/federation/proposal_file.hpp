#pragma once
// proposals/<slug>.toml in a centre's own feeds: "look at this version of our kit". It lies in the feed of that kit's audience; no
// signature but the commit's: it is its author's word. One that asks for the region is also the consent to pass that very tree on
// to the region, should the federation accept it (store/curation/consent.hpp).
//
// One byte form: what is read is written again and compared. Bounded before parsing by limits::statement_bytes_max.
// Errors: Errc::malformed, Errc::too_large. Pure functions; any thread.

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/error.hpp"
#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage::store {

struct Proposal {
  enum class To : std::uint8_t { territory, region };
  KitId kit;  ///< its author's own
  std::uint64_t kit_version = 0;
  ObjectId tree;  ///< of that version
  To to = To::territory;
  Timestamp proposed;
  std::string note;  ///< for people; one line, or nothing

  bool operator==(const Proposal&) const = default;
};

std::string_view str(Proposal::To to);                    ///< "territory", "region"
Result<Proposal::To> proposed_to(std::string_view word);  ///< Errc::usage
std::string encode(const Proposal& proposal);
Result<Proposal> parse_proposal(std::string_view toml);
/// "proposals/<slug>.toml"
std::string proposal_path(const KitId& kit);

}  // namespace essaimage::store
