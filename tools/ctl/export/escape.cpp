#include "tools/ctl/export/escape.hpp"

#include <nlohmann/json.hpp>

#include "proto/text.hpp"

namespace essaimage::ctl::site {

namespace {

bool is_shown(char32_t point) {
  if (point == U'\n' || point == U'\t') return true;
  if (point < 0x20 || (point >= 0x7f && point <= 0x9f)) return false;
  if (point == 0x2028 || point == 0x2029 || point == 0xfeff || point == 0xfffe || point == 0xffff) return false;
  return !(point >= 0x202a && point <= 0x202e) && !(point >= 0x2066 && point <= 0x2069);
}

std::u32string points_of(std::string_view text) {
  if (is_utf8(text)) return code_points(text);
  std::u32string points;
  for (const char c : text) points += static_cast<char32_t>(static_cast<unsigned char>(c));
  return points;
}

bool begins_like_a_formula(std::string_view text) {
  constexpr std::string_view plain = "=+-@\t\r\n";
  if (plain.find(text.front()) != std::string_view::npos) return true;
  for (const std::string_view wide : {"＝", "＋", "－", "＠"}) {
    if (text.starts_with(wide)) return true;
  }
  return false;
}

}  // namespace

std::string clean(std::string_view text) {
  std::u32string shown;
  for (const auto point : points_of(text)) {
    if (is_shown(point)) shown += point;
  }
  return to_utf8(shown);
}

std::string html(std::string_view text) {
  std::string out;
  for (const char c : clean(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string url(std::string_view path) {
  constexpr std::string_view digits = "0123456789ABCDEF", plain = "-._~/";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

std::string js(std::string_view text) {
  // Beyond ASCII all is \uXXXX, so that the file's encoding does not matter either.
  const auto quoted = nlohmann::json(clean(text)).dump(-1, ' ', true);
  std::string out;
  for (const char c : quoted) {
    switch (c) {
      case '<': out += "\\u003c"; break;
      case '>': out += "\\u003e"; break;
      case '&': out += "\\u0026"; break;
      default: out += c;
    }
  }
  return out;
}

std::string csv(std::string_view text) {
  auto cell = clean(text);
  if (!cell.empty() && begins_like_a_formula(cell)) cell.insert(cell.begin(), '\'');
  if (cell.find_first_of(";\"\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

bool is_web_address(std::string_view address) {
  for (const char c : address) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '<' || c == '>' || c == '\\') return false;
  }
  std::string scheme(address.substr(0, address.find(':') + 1));
  for (char& c : scheme) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto rest = address.substr(std::min(scheme.size(), address.size()));
  if (scheme == "http:" || scheme == "https:") return rest.size() > 2 && rest.starts_with("//") && rest[2] != '/';
  return scheme == "mailto:" && rest.find('@') != std::string_view::npos;
}

}  // namespace essaimage::ctl::site
