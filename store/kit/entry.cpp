#include "store/kit/entry.hpp"

#include <charconv>

#include "proto/text.hpp"

namespace essaimage::kit {
namespace {

constexpr std::size_t entry_bytes_max = 2048;

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

std::string unquoted(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out.push_back(text[i]);
  }
  return out;
}

/// Takes "<key> = <value>\n" from the front and gives the value; nothing if the front is anything
/// else.
std::string_view take_value(std::string_view& text, std::string_view key) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  if (end == std::string_view::npos || !line.starts_with(key)) return {};
  line.remove_prefix(key.size());
  if (!line.starts_with(" = ")) return {};
  text.remove_prefix(end + 1);
  return line.substr(3);
}

std::string_view take_quoted(std::string_view& text, std::string_view key) {
  const auto value = take_value(text, key);
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return {};
  return value.substr(1, value.size() - 2);
}

Error wrong(std::string_view what) { return {Errc::malformed, "entry.toml: " + std::string(what)}; }

Status check_note(const std::string& note) {
  if (note.size() > entry_note_bytes_max) return fail(Errc::too_large, "entry.toml: note");
  if (!is_utf8(note) || to_nfc(note) != note) return tl::unexpected(wrong("note is not NFC"));
  if (!is_plain_line(note)) return tl::unexpected(wrong("note has a control character"));
  return {};
}

}  // namespace

Status check_entry(const Entry& entry) {
  if (!is_slug(entry.kit.centre) || !is_slug(entry.kit.slug)) return tl::unexpected(wrong("centre or slug"));
  if (entry.version < 1 || entry.version > entry_version_max) return tl::unexpected(wrong("version"));
  if (entry.published < Timestamp{0} || entry.published > timestamp_max) return tl::unexpected(wrong("published"));
  return check_note(entry.note);
}

std::string encode_entry(const Entry& entry) {
  std::string text = "format = 1\n";
  text += "centre = " + quote(entry.kit.centre) + "\n";
  text += "slug = " + quote(entry.kit.slug) + "\n";
  text += "version = " + std::to_string(entry.version) + "\n";
  text += "published = " + to_utc(entry.published) + "\n";
  if (!entry.note.empty()) text += "note = " + quote(entry.note) + "\n";
  return text;
}

Result<Entry> parse_entry(std::string_view text) {
  if (text.size() > entry_bytes_max) return fail(Errc::too_large, "entry.toml");
  auto rest = text;
  if (take_value(rest, "format") != "1") return tl::unexpected(wrong("format is not 1"));
  Entry entry;
  entry.kit.centre = take_quoted(rest, "centre");
  entry.kit.slug = take_quoted(rest, "slug");
  const auto version = take_value(rest, "version");
  if (std::from_chars(version.data(), version.data() + version.size(), entry.version).ec != std::errc()) {
    return tl::unexpected(wrong("version"));
  }
  TRY(entry.published, parse_utc(take_value(rest, "published")));
  if (!rest.empty()) entry.note = unquoted(take_quoted(rest, "note"));
  CHECK_OK(check_entry(entry));
  // Whatever was read too leniently above shows here.
  if (encode_entry(entry) != text) return tl::unexpected(wrong("not the one byte form"));
  return entry;
}

}  // namespace essaimage::kit
