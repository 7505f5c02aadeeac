#pragma once
// adoptions/<centre>/<slug>.toml in a centre's own feeds: "we use this version". It lies in the feed of that kit's audience;
// no signature but the commit's: it is its author's word.

#include <string>
#include <string_view>

#include "proto/error.hpp"
#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage::store {

struct Adoption {
  KitId kit;
  std::uint64_t kit_version = 0;
  ObjectId tree;  ///< of that version
  Timestamp adopted;
  std::string note;  ///< for people; one line, or nothing
};

std::string encode(const Adoption& adoption);
Result<Adoption> parse_adoption(std::string_view toml);

}  // namespace essaimage::store
