#pragma once
// The git attributes that make a stock `git clone` of a library yield the real files.
//
// Each kit's generated .gitattributes names its media by anchored, quoted paths. It is therefore also THE list of which
// blobs are pointers: a text file that merely looks like a pointer is not in it. Receivers parse it, regenerate it from
// the parsed list, and compare. Paths are stored paths (names.hpp) below files/. Pure functions, any thread.

#include <string>
#include <string_view>
#include <vector>

#include "proto/error.hpp"

namespace essaimage::kit {

/// Root of every feed's tree: no line ending is ever converted.
inline constexpr std::string_view root_attributes = "* -text\n";

/// Root of every feed's tree: a clone succeeds with the media that this node holds, the others stay pointers.
inline constexpr std::string_view root_lfsconfig = "[lfs]\n\tskipdownloaderrors = true\n";

/// The .gitattributes of a kit; `media`: stored paths relative to files/, any order, no duplicates. Sorted by bytes.
/// A kit without media has no .gitattributes: the text is then empty.
std::string encode_attributes(std::vector<std::string> media);

/// The media paths, sorted. Accepts exactly what encode_attributes writes for at least one path.
Result<std::vector<std::string>> parse_attributes(std::string_view text);

}  // namespace essaimage::kit
