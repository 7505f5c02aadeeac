#include "store/kit/attributes.hpp"

#include <algorithm>
#include <optional>

#include "proto/limits.hpp"
#include "store/kit/names.hpp"

namespace essaimage::kit {
namespace {

constexpr std::string_view line_start = "\"/files/";
constexpr std::string_view line_end = "\" filter=lfs diff=lfs merge=lfs -text\n";

/// Two layers: git first undoes the C quoting of the line, then reads the pattern, where '\' takes
/// away the meaning of the next character. '"' cannot stand in a name, control characters neither,
/// so that '\' is all there is to quote.
std::string pattern_of(std::string_view path) {
  std::string text;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') text += "\\\\";
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

/// The inverse; nothing if it is not what pattern_of writes.
std::optional<std::string> path_of(std::string_view pattern) {
  std::string path;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.substr(i).starts_with("\\\\")) i += 2;
    if (i < pattern.size() && pattern[i] == '\\') ++i;
    if (i >= pattern.size()) return std::nullopt;
    path.push_back(pattern[i]);
  }
  if (pattern_of(path) != pattern) return std::nullopt;
  return path;
}

Error wrong_line(std::size_t line) { return {Errc::malformed, ".gitattributes:" + std::to_string(line) + ": not as generated"}; }

}  // namespace

std::string encode_attributes(std::vector<std::string> media) {
  std::sort(media.begin(), media.end());
  std::string text;
  for (const auto& path : media) {
    text += line_start;
    text += pattern_of(path);
    text += line_end;
  }
  return text;
}

Result<std::vector<std::string>> parse_attributes(std::string_view text) {
  std::vector<std::string> media;
  if (text.empty()) return tl::unexpected(wrong_line(1));
  while (!text.empty()) {
    const auto line_number = media.size() + 1;
    if (line_number > limits::files_per_kit_max) return fail(Errc::too_large, ".gitattributes");
    const auto length = text.find('\n');
    if (length == std::string_view::npos) return tl::unexpected(wrong_line(line_number));
    auto line = text.substr(0, length + 1);
    text.remove_prefix(length + 1);
    if (!line.starts_with(line_start) || !line.ends_with(line_end) || line.size() < line_start.size() + line_end.size()) {
      return tl::unexpected(wrong_line(line_number));
    }
    line.remove_prefix(line_start.size());
    line.remove_suffix(line_end.size());
    auto path = path_of(line);
    if (!path || (!media.empty() && *path <= media.back())) return tl::unexpected(wrong_line(line_number));
    CHECK_OK(from_stored_path(*path));
    media.push_back(std::move(*path));
  }
  return media;
}

}  // namespace essaimage::kit
