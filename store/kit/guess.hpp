#pragma once
// What a folder without kit.toml tells about the kit in it. Guesses for a person to correct; empty where nothing tells.
// Reads the README and licence files only, each up to limits::text_file_bytes_max. Not for several threads at once.

#include <string>
#include <vector>

#include "store/kit/folder.hpp"

namespace essaimage::kit {

struct Guess {
  Kind kind = Kind::prototype;
  std::string title;    ///< one plain line, never empty
  std::string summary;  ///< one plain line, or empty
  std::string licence;  ///< SPDX expression, or empty
  std::vector<std::string> languages;
  std::vector<std::string> pictures;  ///< paths of pictures and films that can be named in kit.toml
};

/// `name` is the folder's own.
Guess guess_from(const FolderHandle& folder, const Scan& scan, std::string_view name);

/// The title and first paragraph of a README in Markdown or plain text; `title` and `summary` alone are set.
Guess guess_from_readme(std::string_view text);

/// "fr", "en" or both by the small words of the text; none if it has too few of them.
std::vector<std::string> guess_languages(std::string_view text);

}  // namespace essaimage::kit
