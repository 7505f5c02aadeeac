#pragma once
// Text lies in git, everything else is media (design: "text in git, media beside it").

#include <cstdint>
#include <string_view>

#include "proto/limits.hpp"

namespace essaimage::kit {

enum class Content : std::uint8_t { text, media };

/// Text: at most limits::text_file_bytes_max, and no NUL. The empty file is text.
inline Content classify(std::string_view whole_file) {
  if (whole_file.size() > limits::text_file_bytes_max) return Content::media;
  return whole_file.find('\0') == std::string_view::npos ? Content::text : Content::media;
}

/// True if the size alone decides that it is media, so that it need not be read to know.
inline bool is_media_by_size(std::uint64_t bytes) { return bytes > limits::text_file_bytes_max; }

}  // namespace essaimage::kit
