#include "proto/text.hpp"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

namespace essaimage {
namespace {

std::string mapped(std::string_view text, int options) {
  utf8proc_uint8_t* out = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &out,
                                 static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, &std::free);
  if (size < 0) return {};
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)};
}

}  // namespace

bool is_utf8(std::string_view text) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code = 0;
    const auto used = utf8proc_iterate(at, left, &code);
    if (used <= 0) return false;
    at += used;
    left -= used;
  }
  return true;
}

std::u32string code_points(std::string_view text) {
  std::u32string points;
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code = 0;
    const auto used = utf8proc_iterate(at, left, &code);
    if (used <= 0) return {};
    points.push_back(static_cast<char32_t>(code));
    at += used;
    left -= used;
  }
  return points;
}

std::string to_utf8(std::u32string_view points) {
  std::string text;
  for (const char32_t point : points) {
    utf8proc_uint8_t buffer[4];
    const auto used = utf8proc_encode_char(static_cast<utf8proc_int32_t>(point), buffer);
    text.append(reinterpret_cast<const char*>(buffer), static_cast<std::size_t>(used));
  }
  return text;
}

bool is_assigned(char32_t point) { return utf8proc_category(static_cast<utf8proc_int32_t>(point)) != UTF8PROC_CATEGORY_CN; }

bool is_plain_line(std::string_view text, bool with_line_ends) {
  if (!is_utf8(text)) return false;
  for (const char32_t c : code_points(text)) {
    if (with_line_ends && (c == '\n' || c == '\t')) continue;
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
    const bool direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    if (control || direction) return false;
  }
  return true;
}

std::string to_nfc(std::string_view text) { return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE); }

std::string fold_name(std::string_view text) {
  return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
}

std::string fold_to_ascii(std::string_view text) {
  const auto folded =
      mapped(text, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE | UTF8PROC_STRIPMARK);
  std::string ascii;
  for (std::size_t i = 0; i < folded.size(); ++i) {
    const auto byte = static_cast<unsigned char>(folded[i]);
    if (byte < 0x80) {
      ascii.push_back(folded[i]);
    } else if (folded.compare(i, 2, "\xC5\x93") == 0) {  // œ has no decomposition in Unicode
      ascii += "oe";
    } else if (folded.compare(i, 2, "\xC3\xA6") == 0) {  // nor has æ
      ascii += "ae";
    } else if ((byte & 0xC0) == 0xC0) {
      ascii.push_back('-');
    }
  }
  return ascii;
}

}  // namespace essaimage
