#include "store/withdrawal/record_file.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/shared_keys.hpp"
#include "store/life/outcome_file.hpp"

namespace essaimage::store {
namespace {

constexpr std::uint64_t number_max = 1'000'000'000;
constexpr std::size_t path_bytes_max = limits::kit_path_bytes_max + 1;  // of a folder, with its '/'

/// Digits in front of the text, which they leave; 0: none, or too many.
std::uint64_t take_number(std::string_view& text) {
  std::uint64_t number = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && digits < 10 && text[digits] >= '0' && text[digits] <= '9'; ++digits)
    number = number * 10 + static_cast<std::uint64_t>(text[digits] - '0');
  text.remove_prefix(digits);
  return number <= number_max ? number : 0;
}

/// What is in another form than Numbers::str() writes is found by comparing.
Result<Numbers> versions_of(const TomlTable& table) {
  TRY(const auto said, table.text("versions"));
  const auto wrong = [&] { return table.wrong("versions", "at most 200 ranges of numbers, such as \"1-3, 5\""); };
  Numbers versions;
  std::string_view text = said;
  while (!text.empty()) {
    const std::uint64_t first = take_number(text);
    std::uint64_t last = first;
    if (text.starts_with("-")) {
      text.remove_prefix(1);
      last = take_number(text);
    }
    if (!versions.append({first, last}) || versions.ranges().size() > limits::withdrawn_ranges_max) return wrong();
    if (text.empty()) break;
    if (!text.starts_with(", ")) return wrong();
    text.remove_prefix(2);
  }
  if (versions.empty()) return wrong();
  return versions;
}

Result<std::vector<std::string>> paths_of(const TomlTable& table) {
  if (!table.has("paths")) return std::vector<std::string>();
  TRY(auto paths, table.texts("paths"));
  const auto plain = [](const std::string& path) { return is_plain_text(path, path_bytes_max); };
  const bool sorted = std::ranges::adjacent_find(paths, std::greater_equal<>()) == paths.end();
  std::size_t bytes = 0;
  for (const auto& path : paths) bytes += path.size();
  if (paths.empty() || paths.size() > limits::withdrawn_paths_max || bytes > limits::withdrawn_paths_bytes_max || !sorted ||
      !std::ranges::all_of(paths, plain))
    return table.wrong("paths", "at most 1,000 paths and 64 KiB, sorted");
  return paths;
}

Result<std::vector<Sha256>> media_of(const TomlTable& table) {
  std::vector<Sha256> media;
  if (!table.has("media")) return media;
  TRY(const auto texts, table.texts("media"));
  if (texts.empty() || texts.size() > limits::withdrawn_media_max) return table.wrong("media", "at most 20,000 hashes");
  media.reserve(texts.size());
  for (const auto& text : texts) {
    TRY(const auto hash, Sha256::parse(text));
    if (!media.empty() && hash <= media.back()) return table.wrong("media", "hashes, sorted");
    media.push_back(hash);
  }
  return media;
}

Result<bool> flag_at(const TomlTable& table, const char* key) { return table.has(key) ? table.flag(key) : Result<bool>(false); }

}  // namespace

Numbers::Numbers(const std::set<std::uint64_t>& numbers) {
  for (const auto number : numbers) {
    if (!ranges_.empty() && ranges_.back().last + 1 == number) ranges_.back().last = number;
    else ranges_.push_back({number, number});
  }
}

bool Numbers::contains(std::uint64_t number) const {
  const auto behind = std::ranges::upper_bound(ranges_, number, {}, &Range::first);
  return behind != ranges_.begin() && number <= std::prev(behind)->last;
}

bool Numbers::append(Range range) {
  if (range.first == 0 || range.last < range.first || (!ranges_.empty() && range.first <= ranges_.back().last + 1)) return false;
  ranges_.push_back(range);
  return true;
}

std::string Numbers::str() const {
  std::string text;
  for (const auto& [first, last] : ranges_)
    text += (text.empty() ? "" : ", ") + std::to_string(first) + (last == first ? "" : "-" + std::to_string(last));
  return text;
}

bool is_below(std::string_view path, std::string_view named) { return named.ends_with('/') ? path.starts_with(named) : path == named; }

bool Withdrawal::covers(std::string_view path) const {
  return paths.empty() || std::ranges::any_of(paths, [&](const std::string& named) { return is_below(path, named); });
}

std::string encode(const Withdrawal& withdrawal) {
  std::string text = "format = 1\ncentre = " + toml_text(withdrawal.kit.centre) + "\nslug = " + toml_text(withdrawal.kit.slug);
  text += "\nnumber = " + std::to_string(withdrawal.number) + "\nwithdrawn = " + to_utc(withdrawal.withdrawn);
  text += "\nwhy = " + toml_text(withdrawal.why) + "\n";
  if (!withdrawal.paths.empty()) text += "paths = " + toml_texts(withdrawal.paths) + "\n";
  text += "versions = \"" + withdrawal.versions.str() + "\"\n";
  if (withdrawal.earlier) text += "earlier = true\n";
  if (withdrawal.expired) text += "expired = true\n";
  if (withdrawal.epoch != 0) text += "epoch = " + std::to_string(withdrawal.epoch) + "\n";
  if (withdrawal.media.empty()) return text;
  text += "media = [";
  for (const auto& media : withdrawal.media) text += (&media == &withdrawal.media.front() ? "\"" : ", \"") + media.hex() + "\"";
  return text + "]\n";
}

Result<Withdrawal> parse_withdrawal(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "withdrawal", limits::withdrawal_bytes_max));
  Withdrawal withdrawal;
  CHECK_OK(read_format(table));
  CHECK_OK(read_kit(table, withdrawal.kit));
  TRY(withdrawal.number, table.number("number"));
  if (withdrawal.number == 0 || withdrawal.number > number_max) return table.wrong("number", "1 or more");
  TRY(withdrawal.withdrawn, table.time("withdrawn"));
  TRY(withdrawal.why, table.text("why"));
  if (!is_plain_text(withdrawal.why, limits::reason_bytes_max)) return table.wrong("why", "one line");
  TRY(withdrawal.paths, paths_of(table));
  TRY(withdrawal.versions, versions_of(table));
  TRY(withdrawal.earlier, flag_at(table, "earlier"));
  TRY(withdrawal.expired, flag_at(table, "expired"));
  if (table.has("epoch")) {
    TRY(withdrawal.epoch, table.number("epoch"));
  }
  TRY(withdrawal.media, media_of(table));
  if (encode(withdrawal) != toml) return fail(Errc::malformed, "withdrawal: not in its one byte form");
  return withdrawal;
}

std::string withdrawal_path(std::uint64_t number) {
  return std::string(feed_path::withdrawals_folder) + "/" + std::to_string(number) + std::string(feed_path::file_suffix);
}

std::uint64_t withdrawal_number(std::string_view file) { return outcome_number(file); }

}  // namespace essaimage::store
