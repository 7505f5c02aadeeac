#pragma once
// Bounds a TOML text before any parser sees it: size, UTF-8, and nesting (brackets, braces, and the segments of dotted
// keys, which parsers turn into recursion when they build and free the tables). It does not check the syntax.

#include <cstddef>
#include <string_view>

#include "proto/error.hpp"

namespace essaimage::kit {

inline constexpr int toml_depth_max = 16;

/// Fails with too_large or malformed; the detail starts with "<file>:<line>: ".
Status guard_toml(std::string_view text, std::size_t bytes_max, std::string_view file);

}  // namespace essaimage::kit
