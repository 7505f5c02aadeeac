#include "store/life/outcome_file.hpp"

#include <algorithm>
#include <charconv>

#include "proto/limits.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/shared_keys.hpp"

namespace essaimage::store {
namespace {

constexpr std::array<std::string_view, 7> place_names = {"centre", "school", "library", "association", "residence", "outdoors", "other"};
constexpr std::array<const char*, age_bands> age_keys = {"aged_0_to_11",  "aged_12_to_17",   "aged_18_to_25",
                                                         "aged_26_to_59", "aged_60_or_more", "aged_unknown"};
/// A number of an outcome has at most so many digits.
constexpr std::uint64_t number_max = 1'000'000'000;

std::string flag_text(bool value) { return value ? "true" : "false"; }

Status bounded(std::string_view what, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
  if (value >= least && value <= most) return {};
  return fail(Errc::usage, std::string(what) + ": " + std::to_string(least) + " to " + std::to_string(most));
}

Result<Timestamp> day_at(const TomlTable& table, const char* key) {
  TRY(const auto text, table.text(key));
  const auto day = parse_day(text);
  if (!day) return table.wrong(key, "a day such as \"2026-03-01\"");
  return *day;
}

Result<std::string> text_or_nothing(const TomlTable& table, const char* key) {
  if (!table.has(key)) return std::string();
  TRY(auto text, table.text(key));
  if (text.empty()) return table.wrong(key, "one line");
  return text;
}

/// Numbers that are too large for their field become larger than what check_facts() allows, and not small ones.
Result<std::uint32_t> count_at(const TomlTable& table, const char* key) {
  TRY(const auto number, table.number(key));
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, 0xFFFFFFFF));
}

Result<OutcomeFacts> facts_of(const TomlTable& table) {
  OutcomeFacts facts;
  TRY(facts.first_day, day_at(table, "first_day"));
  TRY(facts.last_day, day_at(table, "last_day"));
  TRY(facts.sessions, count_at(table, "sessions"));
  for (std::size_t band = 0; band < age_bands; ++band) {
    TRY(facts.participants[band], count_at(table, age_keys[band]));
  }
  TRY(const auto place, table.text("place"));
  TRY(facts.place, place_from(place));
  TRY(facts.priority_neighbourhood, table.flag("priority_neighbourhood"));
  TRY(facts.worked, text_or_nothing(table, "worked"));
  TRY(facts.failed, text_or_nothing(table, "failed"));
  TRY(facts.note, text_or_nothing(table, "note"));
  return facts;
}

}  // namespace

std::string_view str(PlaceType place) { return place_names[static_cast<std::size_t>(place)]; }

Result<PlaceType> place_from(std::string_view word) {
  const auto* const found = std::ranges::find(place_names, word);
  if (found == place_names.end()) return fail(Errc::malformed, "place: " + std::string(word));
  return static_cast<PlaceType>(found - place_names.begin());
}

std::uint64_t total_of(const Participants& participants) {
  std::uint64_t total = 0;
  for (const auto count : participants) total += count;
  return total;
}

std::string day_text(Timestamp day) { return to_utc(day).substr(0, 10); }

Result<Timestamp> parse_day(std::string_view text) {
  auto day = parse_utc(std::string(text) + "T00:00:00Z");
  if (!day) return fail(Errc::malformed, "not a day: " + std::string(text.substr(0, 40)));
  return day;
}

Status check_facts(const OutcomeFacts& facts) {
  if (facts.first_day > facts.last_day || facts.first_day.seconds < 0 || facts.last_day > timestamp_max)
    return fail(Errc::usage, "the last day lies before the first");
  if (facts.first_day.seconds % 86'400 != 0 || facts.last_day.seconds % 86'400 != 0) return fail(Errc::usage, "not a whole day");
  CHECK_OK(bounded("sessions", facts.sessions, 1, limits::sessions_max));
  for (std::size_t band = 0; band < age_bands; ++band)
    CHECK_OK(bounded("participants " + std::string(age_band_names[band]), facts.participants[band], 0, limits::participants_max));
  for (const auto& [what, text] :
       {std::pair("worked", &facts.worked), std::pair("failed", &facts.failed), std::pair("note", &facts.note)}) {
    if (text->empty() || is_plain_text(*text, limits::outcome_text_bytes_max)) continue;
    return fail(Errc::usage, std::string(what) + ": one line of at most " + std::to_string(limits::outcome_text_bytes_max) + " bytes");
  }
  return {};
}

std::string encode(const Outcome& outcome) {
  const auto& facts = outcome.facts;
  std::string text = "format = 1\ncentre = " + toml_text(outcome.kit.centre) + "\nslug = " + toml_text(outcome.kit.slug);
  text += "\nnumber = " + std::to_string(outcome.number) + "\nkit_version = " + std::to_string(outcome.kit_version);
  text += "\ntree = \"" + outcome.tree.hex() + "\"\nreported = " + to_utc(outcome.reported);
  text += "\nfirst_day = \"" + day_text(facts.first_day) + "\"\nlast_day = \"" + day_text(facts.last_day);
  text += "\"\nsessions = " + std::to_string(facts.sessions) + "\n";
  for (std::size_t band = 0; band < age_bands; ++band)
    text += std::string(age_keys[band]) + " = " + std::to_string(facts.participants[band]) + "\n";
  text += "place = \"" + std::string(str(facts.place)) + "\"\npriority_neighbourhood = " + flag_text(facts.priority_neighbourhood) + "\n";
  if (!facts.worked.empty()) text += "worked = " + toml_text(facts.worked) + "\n";
  if (!facts.failed.empty()) text += "failed = " + toml_text(facts.failed) + "\n";
  if (!facts.note.empty()) text += "note = " + toml_text(facts.note) + "\n";
  return text;
}

Result<Outcome> parse_outcome(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "outcome"));
  Outcome outcome;
  CHECK_OK(read_format(table));
  CHECK_OK(read_kit(table, outcome.kit));
  TRY(outcome.number, table.number("number"));
  if (outcome.number == 0 || outcome.number > number_max) return table.wrong("number", "1 or more");
  CHECK_OK(read_kit_version(table, outcome.kit_version, outcome.tree));
  TRY(outcome.reported, table.time("reported"));
  TRY(outcome.facts, facts_of(table));
  if (const auto sound = check_facts(outcome.facts); !sound) return fail(Errc::malformed, "outcome: " + sound.error().detail);
  if (encode(outcome) != toml) return fail(Errc::malformed, "outcome: not in its one byte form");
  return outcome;
}

std::string path_of(const OutcomeKey& key) {
  const auto folder = std::string(feed_path::outcomes_folder) + "/" + key.kit.str();
  return folder + "/" + std::to_string(key.number) + std::string(feed_path::file_suffix);
}

std::uint64_t outcome_number(std::string_view file) {
  if (!file.ends_with(feed_path::file_suffix)) return 0;
  file.remove_suffix(feed_path::file_suffix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(file.data(), file.data() + file.size(), number);
  const bool whole = error == std::errc() && end == file.data() + file.size() && !file.starts_with('0') && number <= number_max;
  return whole ? number : 0;
}

}  // namespace essaimage::store
