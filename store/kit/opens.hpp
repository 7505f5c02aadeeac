#pragma once
// Whether a file begins and ends as its name says: a PDF, a picture, an office document, a film, a form to print. That is as much
// as can be known without the program that opens it: what lies between may still be wrong. Pure functions, any thread.

#include <cstdint>
#include <string_view>

#include "proto/ids.hpp"

namespace essaimage::kit {

inline constexpr std::size_t opens_head_bytes = 4'096, opens_tail_bytes = 66'000;  ///< that are looked at, at most

struct Opening {
  std::string_view expected;  ///< "PDF", "JPEG", … by the end of its name; empty: no kind that is known here
  bool fits = true;
};

/// `head` and `tail`: the first and last bytes of a file of that length, as many as said above or all of them.
Opening opening_of(std::string_view path, ByteView head, ByteView tail, std::uint64_t bytes);

}  // namespace essaimage::kit
