#include "store/search/kit_text.hpp"

#include <algorithm>
#include <array>

#include "proto/limits.hpp"

namespace essaimage::store {
namespace {

constexpr auto read_by_people = std::to_array<std::string_view>(
    {"adoc", "csv", "htm", "html", "ics", "markdown", "md", "org", "rst", "srt", "tex", "text", "tsv", "txt", "vtt"});
static_assert(std::ranges::is_sorted(read_by_people));

/// Behind the last dot of its name, in small letters; empty if it has none.
std::string ending_of(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string ending(name.substr(dot + 1));
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return ending;
}

/// At most so many bytes, and no character cut in two.
std::string_view beginning(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

/// Tags become blanks, and scripts and styles with them. A '<' that begins no tag stays.
std::string without_tags(std::string_view page) {
  std::string text;
  for (std::size_t at = 0; at < page.size();) {
    const char next = at + 1 < page.size() ? page[at + 1] : ' ';
    const bool tag = page[at] == '<' && (next == '/' || next == '!' || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z'));
    if (!tag) {
      text += page[at++];
      continue;
    }
    auto end = page.find('>', at);
    for (const std::string_view hidden : {"script", "style"}) {
      if (!page.substr(at + 1).starts_with(hidden)) continue;
      const auto closed = page.find("</" + std::string(hidden), at);
      end = closed == std::string_view::npos ? closed : page.find('>', closed);
    }
    text += ' ';
    at = end == std::string_view::npos ? page.size() : end + 1;
  }
  return text;
}

}  // namespace

bool KitTextMaker::takes(std::string_view path) const {
  const auto ending = ending_of(path);
  const bool named_so = ending.empty() || std::ranges::binary_search(read_by_people, ending);
  return named_so && files_ < limits::searched_files_max && kit_.text.size() < limits::searched_kit_bytes_max;
}

void KitTextMaker::add_name(std::string_view path) {
  if (path == kit::manifest_name || kit_.names.size() + path.size() > limits::searched_names_bytes_max) return;
  kit_.names.append(path).push_back('\n');
}

void KitTextMaker::add_text(std::string_view path, std::string_view text) {
  if (!takes(path)) return;
  ++files_;
  const auto room = std::min(limits::searched_file_bytes_max, limits::searched_kit_bytes_max - kit_.text.size());
  const auto ending = ending_of(path);
  const bool page = ending == "html" || ending == "htm";
  if (page) kit_.text += beginning(without_tags(text), room);
  else kit_.text += beginning(text, room);
  kit_.text.push_back('\n');
}

KitText KitTextMaker::take(const kit::Manifest& manifest) {
  for (const auto& each : manifest.participants) kit_.participants.append(each).push_back('\n');
  return std::move(kit_);
}

}  // namespace essaimage::store
