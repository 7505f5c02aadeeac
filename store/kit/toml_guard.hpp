#pragma once
// Bounds a TOML text before any parser sees it: size, UTF-8, and nesting (brackets, braces, and the segments of dotted
// keys). It checks no other syntax. Why: toml++ 3.3 turns the segments of "a.a.a…" into as deep a recursion; 64 KiB of
// them overflow a stack of 8 MiB (seen here). Call it before every parse of a text from outside. Pure, any thread.
//
// Line ends are LF or CR LF. A lone CR, other control characters, U+0085, U+2028 and U+2029 are refused, so that this
// reading of the lines cannot differ from the parser's.

#include <cstddef>
#include <string_view>

#include "proto/error.hpp"

namespace essaimage::kit {

inline constexpr int toml_depth_max = 16;

/// Fails with too_large or malformed; the detail starts with "<file>:<line>: ".
Status guard_toml(std::string_view text, std::size_t bytes_max, std::string_view file);

}  // namespace essaimage::kit
