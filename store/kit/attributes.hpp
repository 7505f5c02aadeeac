#pragma once
// The git attributes that make a stock `git clone` of a library yield the real files.
//
// Each kit's generated .gitattributes names its media by anchored, quoted paths. It is therefore also THE list of which
// blobs are pointers: a text file that merely looks like a pointer is not in it. Receivers parse it, regenerate it from
// the parsed list, and compare. Paths are stored paths (names.hpp) below files/. Pure functions, any thread.
//
// Seen with git 2.39.5 and git-lfs 3.3.0, and tested (tests/unit/kit/attributes_test.cpp):
// - `git clone file:///…/library.git` fetches media from lfs/objects/aa/bb/<sha256> of that bare repository by git-lfs's
//   own file transfer; nothing has to be configured. HEAD must point to an existing branch.
// - one missing media makes such a clone fail (exit 128, the tree unfinished), unless lfs.skipdownloaderrors is set. That
//   key is one of those that git-lfs accepts from a .lfsconfig (url, fetchinclude, fetchexclude, locksverify, … are too).
//   .lfsconfig is read from the root of the work tree only. The clone then exits 0, prints "Error downloading object" for
//   each missing media, leaves its pointer in its place, and `git status` is clean.
// - git reads at most 2048 bytes of a line of attributes: a path of limits::kit_path_bytes_max takes less than 1000.
// - a text that looks like a pointer and has no attribute stays as it is; `git lfs fsck` alone complains of it.

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
