#include "store/kit/names.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "proto/limits.hpp"
#include "proto/text.hpp"

namespace essaimage::kit {
namespace {

constexpr std::u32string_view reserved_characters = U"<>:\"|?*\\/";

bool is_blank(char32_t c) {
  return c == 0x20 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029; }

/// Turn the direction of what follows: "photo<U+202E>gpj.exe" would be shown as "photoexe.jpg".
bool is_direction_control(char32_t c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

bool is_refused(char32_t c) {
  return reserved_characters.find(c) != std::u32string_view::npos || is_control(c) || is_direction_control(c) || !is_assigned(c);
}

std::string hex_of(char32_t c) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (int shift = c > 0xFFFF ? 20 : 12; shift >= 0; shift -= 4) text.push_back(digits[(c >> shift) & 15]);
  return "U+" + text;
}

/// The 8.3 names by which NTFS may also know .gitmodules and .gitattributes: "gitmod~1",
/// "gi7eba~1", "g~123456".
bool is_short_name_of_git_file(std::string_view folded) {
  for (const std::string_view prefix : {"gitmod~", "gitatt~"}) {
    if (folded.size() == 8 && folded.starts_with(prefix) && folded[7] >= '1' && folded[7] <= '4') return true;
  }
  if (folded.size() != 8) return false;
  const auto tilde = folded.find('~');
  if (tilde > 6) return false;  // npos, too
  const auto number = folded.substr(tilde + 1);
  if (number.empty() || number[0] < '1' || number[0] > '9') return false;
  if (!std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; })) return false;
  const auto start = folded.substr(0, tilde);
  return std::string_view("gi7eba").starts_with(start) || std::string_view("gi7d29").starts_with(start);
}

bool is_git_file(std::string_view folded) { return folded == ".gitattributes" || folded == ".gitmodules"; }

/// Names by which git would act and that no escape makes harmless.
bool is_git_name(std::string_view name, std::string_view folded) {
  if (folded == ".git" || folded == "git~1" || is_short_name_of_git_file(folded)) return true;
  return is_git_file(folded) && name[0] != '.';  // reached through a wide dot or an invisible first character
}

/// Device names of Windows, with any extension: "nul.txt", "COM¹" (folding turns the raised digits
/// into digits).
bool is_device_name(std::string_view folded) {
  auto base = folded.substr(0, folded.find('.'));
  while (!base.empty() && base.back() == ' ') base.remove_suffix(1);
  static constexpr std::array<std::string_view, 7> whole = {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"};
  if (std::find(whole.begin(), whole.end(), base) != whole.end()) return true;
  return base.size() == 4 && (base.starts_with("com") || base.starts_with("lpt")) && base[3] >= '0' && base[3] <= '9';
}

std::string replacement_of(char32_t c) {
  if (c == '"') return "'";
  if (c == '\t' || c == '\n' || c == '\r') return " ";
  if (c != '?' && reserved_characters.find(c) != std::u32string_view::npos) return "-";
  return {};
}

void strip_edges(std::u32string& points) {
  while (!points.empty() && is_blank(points.front())) points.erase(0, 1);
  while (!points.empty() && (is_blank(points.back()) || points.back() == '.')) points.pop_back();
}

/// Shortens the part before the extension, at a code point.
void shorten(std::string& name) {
  if (name.size() <= limits::file_name_bytes_max) return;
  constexpr std::size_t extension_bytes_max = 16;
  auto dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0 || name.size() - dot > extension_bytes_max) dot = name.size();
  const std::string extension = name.substr(dot);
  std::size_t keep = limits::file_name_bytes_max - extension.size();
  while (keep > 0 && (static_cast<unsigned char>(name[keep]) & 0xC0) == 0x80) --keep;
  name = name.substr(0, keep) + extension;
}

std::string from_latin1(std::string_view bytes) {
  std::u32string points;
  for (const char c : bytes) points.push_back(static_cast<unsigned char>(c));
  return to_utf8(points);
}

/// One round of mending; several may be needed, as one change can uncover another (NFC after a
/// removal, a new edge).
std::string mended_once(const std::string& name) {
  std::string replaced;
  for (const char32_t c : code_points(name)) {
    replaced += is_refused(c) ? replacement_of(c) : to_utf8(std::u32string_view(&c, 1));
  }
  auto points = code_points(to_nfc(replaced));
  strip_edges(points);
  std::string mended = to_utf8(points);
  const auto folded = fold_name(mended);
  if (is_git_name(mended, folded)) {
    mended = is_git_file(folded) ? folded : folded == ".git" ? "git" : mended;
    std::replace(mended.begin(), mended.end(), '~', '-');
  }
  if (is_device_name(folded)) mended.insert(0, "_");
  if (mended.empty() || folded.empty()) mended = "_";
  shorten(mended);
  return mended;
}

Status check_edges(const std::u32string& points) {
  if (is_blank(points.front())) return fail(Errc::name_edge, "begins with a blank");
  if (is_blank(points.back())) return fail(Errc::name_edge, "ends with a blank");
  if (points.back() == '.') return fail(Errc::name_edge, "ends with a dot");
  return {};
}

/// Calls `visit` with each name of a path; an empty name is visited too.
Status for_each_name(std::string_view path, const std::function<Status(std::string_view)>& visit) {
  while (true) {
    const auto slash = path.find('/');
    CHECK_OK(visit(path.substr(0, slash)));
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
  }
}

Status check_path_limits(std::string_view path) {
  if (path.size() > limits::kit_path_bytes_max) {
    return fail(Errc::path_too_long, std::to_string(path.size()) + " bytes, at most " + std::to_string(limits::kit_path_bytes_max));
  }
  const auto depth = static_cast<std::size_t>(std::count(path.begin(), path.end(), '/')) + 1;
  if (depth > limits::kit_path_depth_max) {
    return fail(Errc::path_too_deep, "at most " + std::to_string(limits::kit_path_depth_max));
  }
  return {};
}

}  // namespace

Status check_name(std::string_view name) {
  if (name.empty()) return fail(Errc::name_edge, "empty");
  if (name.size() > limits::file_name_bytes_max) {
    return fail(Errc::name_too_long, std::to_string(name.size()) + " bytes, at most " + std::to_string(limits::file_name_bytes_max));
  }
  if (!is_utf8(name)) return fail(Errc::name_not_utf8);
  const auto points = code_points(name);
  for (const char32_t c : points) {
    if (!is_refused(c)) continue;
    const bool shown = reserved_characters.find(c) != std::u32string_view::npos;
    return fail(Errc::name_character, shown ? std::string(1, static_cast<char>(c)) : hex_of(c));
  }
  if (to_nfc(name) != name) return fail(Errc::name_decomposed);
  CHECK_OK(check_edges(points));
  const auto folded = fold_name(name);
  if (folded.empty()) return fail(Errc::name_character, "nothing visible");
  if (is_git_name(name, folded)) return fail(Errc::name_git);
  if (is_device_name(folded)) return fail(Errc::name_reserved);
  return {};
}

Status check_path(std::string_view path) {
  CHECK_OK(check_path_limits(path));
  return for_each_name(path, check_name);
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string mend_name(std::string_view name) {
  std::string mended = is_utf8(name) ? std::string(name) : from_latin1(name);
  for (int round = 0; round < 8; ++round) {
    if (check_name(mended)) return mended;
    mended = mended_once(mended);
  }
  // What is left is a strange mixture; its plain letters are always a name.
  const auto plain = fold_to_ascii(mended);
  std::string letters = "_";
  for (const char c : plain.substr(0, limits::file_name_bytes_max / 2)) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    letters.push_back(kept ? c : '-');
  }
  return letters;
}

std::string to_stored_name(std::string_view name) {
  if (name.starts_with('%')) return "%25" + std::string(name.substr(1));
  if (name.starts_with('.') && is_git_file(fold_name(name))) return "%2E" + std::string(name.substr(1));
  return std::string(name);
}

std::string to_stored_path(std::string_view path) {
  std::string stored;
  (void)for_each_name(path, [&](std::string_view name) -> Status {
    if (!stored.empty()) stored.push_back('/');
    stored += to_stored_name(name);
    return {};
  });
  return stored;
}

Result<std::string> from_stored_name(std::string_view stored) {
  std::string name(stored);
  if (stored.starts_with("%25")) name.erase(1, 2);
  if (stored.starts_with("%2E")) name.replace(0, 3, 1, '.');
  if (to_stored_name(name) != stored) return fail(Errc::name_git, "not the stored form of any name");
  CHECK_OK(check_name(name));
  return name;
}

Result<std::string> from_stored_path(std::string_view stored) {
  std::string path;
  CHECK_OK(for_each_name(stored, [&](std::string_view part) -> Status {
    TRY(const auto name, from_stored_name(part));
    if (!path.empty()) path.push_back('/');
    path += name;
    return {};
  }));
  CHECK_OK(check_path_limits(path));
  return path;
}

bool TwinFinder::add(std::string_view name) {
  auto folded = fold_name(name);
  if (folded.empty()) folded = std::string(name);  // not UTF-8: refused for that, and a twin of nothing
  const auto near = seen_.lower_bound({folded, std::string()});
  if (near != seen_.end() && near->first == folded) {
    other_ = near->second;
    return false;
  }
  seen_.emplace(std::move(folded), std::string(name));
  return true;
}

}  // namespace essaimage::kit
