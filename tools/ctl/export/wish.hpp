#pragma once
// What was asked of `catalogue export`. A plain value.

#include <cstdint>
#include <string>

#include "tools/ctl/export/consent.hpp"

namespace essaimage::ctl::site {

enum class MediaWish : std::uint8_t { all, pictures, none };

struct Wish {
  std::string html, opds, json, csv;  ///< a folder, and files; empty: not asked for
  bool shown = false;                 ///< what `json` would hold, as the command's result
  MediaWish media = MediaWish::all;
  Reader reader = Reader::everyone;
  std::string base_url;   ///< with a '/' at its end; empty: the site is read from a stick
  std::string territory;  ///< its centres' kits alone; empty: all
  Timestamp now;
};

}  // namespace essaimage::ctl::site
