#pragma once
// Texts compared and merged line by line, by libgit2. Bounded by limits::text_file_bytes_max: what is larger is media, and no
// text. Pure functions; any thread. Errors: Errc::too_large; Errc::internal of libgit2.

#include <optional>
#include <string>
#include <string_view>

#include "proto/error.hpp"

namespace essaimage::store {

struct MergeNames {
  std::string ours, theirs;  ///< behind the marks of a conflict
};
struct MergedText {
  std::string text;
  bool conflict = false;  ///< both changed the same lines: both stand there, between <<<<<<<, ======= and >>>>>>>
};
/// What both made of `base`, together. Without a common origin: an empty one.
Result<MergedText> merge_texts(std::string_view base, std::string_view ours, std::string_view theirs, const MergeNames& names);

/// A unified diff, with three lines around what changed; empty if nothing did. Nothing: the file is not there, and the diff says
/// that it is new, or removed.
Result<std::string> diff_texts(std::optional<std::string_view> before, std::optional<std::string_view> after, const std::string& path);

}  // namespace essaimage::store
