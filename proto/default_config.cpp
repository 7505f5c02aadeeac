#include "proto/default_config.hpp"

#include "proto/default_config_text.hpp"
#include "proto/error.hpp"

namespace essaimage {
namespace {

/// As a TOML basic string.
std::string quoted(const std::string& text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

std::string default_config(const std::string& listen) {
  std::string text(default_config_text);
  if (listen.empty()) return text;
  constexpr std::string_view key = "\nlisten = ";
  const auto at = text.find(key);
  ESSAIMAGE_ASSERT(at != std::string::npos);
  const auto value = at + key.size();
  text.replace(value, text.find('\n', value) - value, quoted(listen));
  return text;
}

}  // namespace essaimage
