// The only file that parses kit.toml with toml++.
#include "store/kit/manifest.hpp"

#include <array>
#include <functional>
#include <map>

#include <toml++/toml.h>

#include "proto/limits.hpp"
#include "proto/text.hpp"
#include "store/kit/licence.hpp"
#include "store/kit/manifest_values.hpp"
#include "store/kit/names.hpp"
#include "store/kit/toml_guard.hpp"

namespace essaimage::kit {
namespace {

constexpr std::size_t line_bytes_max = 200;
constexpr std::size_t summary_bytes_max = 2000;
constexpr std::size_t list_items_max = 50;
constexpr std::int64_t seconds_of_day = 86'400;

std::string place(std::size_t line) { return std::string(manifest_name) + ":" + std::to_string(line) + ": "; }

class Reader {
 public:
  ManifestReading read(std::string_view text) {
    if (auto guarded = guard_toml(text, limits::manifest_bytes_max, manifest_name); !guarded) {
      refuse_whole(std::move(guarded).error().detail);
      return {std::nullopt, std::move(findings_)};
    }
    try {
      const toml::table table = toml::parse(text);
      read_table(table);
    } catch (const toml::parse_error& error) {
      refuse_whole(place(error.source().begin.line) + std::string(error.description()));
    }
    if (refuses(findings_)) return {std::nullopt, std::move(findings_)};
    return {std::move(manifest_), std::move(findings_)};
  }

 private:
  using Node = const toml::node&;

  void read_table(const toml::table& table) {
    for (const auto& [key, node] : table) read_key(key.str(), key.source().begin.line, node);
    if (!table.contains("title")) add(Severity::refusal, Errc::kit_title_missing, {});
    if (!table.contains("kind")) add(Severity::warning, Errc::kit_kind_missing, {});
    if (!table.contains("licence")) add(Severity::warning, Errc::kit_licence_missing, {});
  }

  void read_key(std::string_view key, std::size_t line, Node node) {
    using Member = void (Reader::*)(Node);
    static const std::map<std::string_view, Member> members = {{"kind", &Reader::read_kind},
                                                               {"title", &Reader::read_title},
                                                               {"summary", &Reader::read_summary},
                                                               {"languages", &Reader::read_languages},
                                                               {"stage", &Reader::read_stage},
                                                               {"themes", &Reader::read_themes},
                                                               {"participants", &Reader::read_participants},
                                                               {"duration", &Reader::read_duration},
                                                               {"sessions", &Reader::read_sessions},
                                                               {"group_size", &Reader::read_group_size},
                                                               {"equipment", &Reader::read_equipment},
                                                               {"licence", &Reader::read_licence},
                                                               {"authors", &Reader::read_authors},
                                                               {"contact", &Reader::read_contact},
                                                               {"adapted_from", &Reader::read_adapted_from},
                                                               {"slug", &Reader::read_slug},
                                                               {"consent", &Reader::read_consents},
                                                               {"format", &Reader::read_format}};
    if (const auto member = members.find(key); member != members.end()) {
      key_ = key;
      (this->*member->second)(node);
    } else if (const auto meant = nearest_key(key); !meant.empty()) {
      add(Severity::warning, Errc::kit_key_unknown, place(line) + std::string(key) + ": did you mean \"" + std::string(meant) + "\"?");
    }
  }

  void read_format(Node node) {
    if (node.value_exact<std::int64_t>() != 1) refuse(node, "1, or nothing");
  }
  void read_title(Node node) {
    const auto title = node.value_exact<std::string>();
    if (!title || title->find_first_not_of(' ') != std::string::npos) {
      text(node, manifest_.title);
    } else {
      add(Severity::refusal, Errc::kit_title_missing, place(node.source().begin.line) + "title: empty");
    }
  }
  void read_summary(Node node) {
    const auto value = node.value_exact<std::string>();
    if (!value || value->size() > summary_bytes_max || !is_plain_line(unix_lines(*value), true)) {
      return refuse(node, "a text of at most " + std::to_string(summary_bytes_max) + " bytes");
    }
    manifest_.summary = *value;
  }
  void read_languages(Node node) { texts(node, manifest_.languages, "language tags such as [\"fr\", \"en\", \"pt-BR\"]", is_language_tag); }
  void read_themes(Node node) { texts(node, manifest_.themes, "texts such as [\"accès aux droits\", \"santé\"]"); }
  void read_participants(Node node) { texts(node, manifest_.participants, "texts such as [\"seniors\", \"familles\"]"); }
  void read_equipment(Node node) { texts(node, manifest_.equipment, "texts such as [\"6 tablettes\", \"1 vidéoprojecteur\"]"); }
  void read_authors(Node node) { texts(node, manifest_.authors, "texts such as [\"Centre social Wazemmes\"]"); }
  void read_contact(Node node) { text(node, manifest_.contact); }

  void read_kind(Node node) {
    const auto value = node.value_exact<std::string>();
    if (value == "method") manifest_.kind = Kind::method;
    else if (value != "prototype") refuse(node, "\"prototype\" or \"method\"");
  }
  void read_stage(Node node) {
    const auto value = node.value_exact<std::string>();
    if (value == "workshop") manifest_.stage = Stage::workshop;
    else if (value != "prototype") refuse(node, "\"workshop\" (needs gathered) or \"prototype\" (made)");
  }
  void read_duration(Node node) {
    auto value = node.value_exact<std::string>();
    if (const auto minutes = node.value_exact<std::int64_t>()) value = std::to_string(*minutes) + " min";
    const auto minutes = value ? parse_duration(*value) : std::nullopt;
    if (!minutes) return refuse(node, "the time of one session such as \"2 h 30\", \"45 min\" or 45 (minutes)");
    manifest_.duration_minutes = *minutes;
  }
  void read_sessions(Node node) {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < 1 || *value > 1000) return refuse(node, "a number from 1 to 1000");
    manifest_.sessions = static_cast<std::uint32_t>(*value);
  }
  void read_group_size(Node node) {
    std::optional<std::string> value = node.value_exact<std::string>();
    if (const auto number = node.value_exact<std::int64_t>()) value = std::to_string(*number);
    if (const auto* pair = node.as_array(); pair != nullptr && pair->size() == 2) {
      const auto low = pair->get(0)->value_exact<std::int64_t>();
      const auto high = pair->get(1)->value_exact<std::int64_t>();
      if (low && high) value = std::to_string(*low) + "-" + std::to_string(*high);
    }
    const auto size = value ? parse_group_size(*value) : std::nullopt;
    if (!size) return refuse(node, "a number of people from 1 to 1000 such as 8, or [6, 12]");
    manifest_.group_min = size->min;
    manifest_.group_max = size->max;
  }
  void read_licence(Node node) {
    const auto value = node.value_exact<std::string>();
    const auto verdict = value ? judge_licence(*value) : LicenceVerdict::malformed;
    const auto near = value && verdict != LicenceVerdict::known ? nearest_licence(*value) : std::string();
    const auto hint = near.empty() ? std::string() : "; did you mean \"" + near + "\"?";
    if (verdict == LicenceVerdict::malformed) return refuse(node, "an SPDX licence such as \"CC-BY-SA-4.0\"" + hint);
    if (verdict == LicenceVerdict::unknown) {
      add(Severity::warning, Errc::kit_licence_unknown, place(node.source().begin.line) + *value + hint);
    }
    manifest_.licence = *value;
  }
  void read_adapted_from(Node node) {
    const auto value = node.value_exact<std::string>();
    auto from = value ? parse_adapted_from(*value) : std::nullopt;
    if (!from) return refuse(node, "a kit such as \"centre/kit@3\", or an address that starts with https://");
    manifest_.adapted_from = std::move(*from);
  }
  void read_slug(Node node) {
    const auto value = node.value_exact<std::string>();
    if (!value || !is_slug(*value)) return refuse(node, "1 to 64 of a-z, 0-9 and single inner hyphens");
    manifest_.slug = *value;
  }

  void read_consents(Node node) {
    const auto* list = node.as_array();
    if (list == nullptr) return refuse(node, "tables that begin with [[consent]]");
    for (const auto& item : *list) {
      const auto* table = item.as_table();
      key_ = "consent";
      if (table == nullptr) refuse(item, "tables that begin with [[consent]]");
      else read_consent(*table);
    }
  }

  void read_consent(const toml::table& table) {
    Consent consent;
    const auto before = findings_.size();
    for (const auto& [key, node] : table) {
      key_ = "consent." + std::string(key.str());
      if (key == "file") read_consent_file(node, consent);
      else if (key == "role") text(node, consent.role);
      else if (key == "scope") read_scope(node, consent);
      else if (key == "until") read_until(node, consent);
    }
    for (const auto* needed : {"file", "role", "scope"}) {
      key_ = std::string("consent.") + needed;
      if (!table.contains(needed)) refuse(table, "to be there");
    }
    if (findings_.size() == before) manifest_.consent.push_back(std::move(consent));
  }

  void read_consent_file(Node node, Consent& consent) {
    const auto value = node.value_exact<std::string>();
    auto path = std::string_view(value ? *value : std::string_view());
    if (path.ends_with('/')) path.remove_suffix(1);
    if (!check_path(path)) return refuse(node, "the path of a file in the kit, or of a folder with a final /");
    consent.file = *value;
  }
  void read_scope(Node node, Consent& consent) {
    const auto value = node.value_exact<std::string>();
    for (const auto scope : {ConsentScope::territory, ConsentScope::region, ConsentScope::everyone}) {
      if (value != std::string(str(scope))) continue;
      consent.scope = scope;
      return;
    }
    refuse(node, "\"territory\", \"region\" or \"public\"");
  }
  void read_until(Node node, Consent& consent) {
    std::optional<toml::date> date = node.value_exact<toml::date>();
    if (const auto time = node.value_exact<toml::date_time>()) date = time->date;
    const auto day = date ? start_of_day(date->year, date->month, date->day) : fail(Errc::malformed);
    if (!day) return refuse(node, "a day such as 2027-06-30");
    consent.until = Timestamp{day->seconds + seconds_of_day};
  }

  void text(Node node, std::string& out) {
    const auto value = node.value_exact<std::string>();
    if (!value || value->empty() || value->size() > line_bytes_max || !is_plain_line(*value)) {
      return refuse(node, "one line of text, at most " + std::to_string(line_bytes_max) + " bytes");
    }
    out = *value;
  }

  void texts(Node node, std::vector<std::string>& out, const std::string& expected,
             const std::function<bool(std::string_view)>& fits = is_short_line) {
    const auto* list = node.as_array();
    if (list == nullptr || list->size() > list_items_max) {
      return refuse(node, "a list of at most " + std::to_string(list_items_max) + " " + expected);
    }
    for (const auto& item : *list) {
      const auto value = item.value_exact<std::string>();
      if (!value || !fits(*value)) return refuse(item, "a list of " + expected);
      out.push_back(*value);
    }
  }

  static bool is_short_line(std::string_view value) { return !value.empty() && value.size() <= line_bytes_max && is_plain_line(value); }

  static std::string unix_lines(std::string_view value) {
    std::string lines;
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (value.substr(i, 2) != "\r\n") lines.push_back(value[i]);
    }
    return lines;
  }

  void refuse(Node node, const std::string& expected) {
    add(Severity::refusal, Errc::kit_manifest_wrong, place(node.source().begin.line) + key_ + ": expected " + expected);
  }
  void refuse_whole(std::string detail) { add(Severity::refusal, Errc::kit_manifest_wrong, std::move(detail)); }
  void add(Severity severity, Errc code, std::string detail) {
    findings_.push_back({severity, code, std::string(manifest_name), std::move(detail), false});
  }

  std::string key_;
  Manifest manifest_;
  Findings findings_;
};

}  // namespace

std::string_view str(Kind kind) { return kind == Kind::method ? "method" : "prototype"; }
std::string_view str(Stage stage) { return stage == Stage::workshop ? "workshop" : "prototype"; }
std::string_view str(ConsentScope scope) {
  static constexpr std::array<std::string_view, 3> words = {"territory", "region", "public"};
  return words[static_cast<std::size_t>(scope)];
}

bool Consent::covers(std::string_view path) const { return file.ends_with('/') ? path.starts_with(file) : path == file; }

ManifestReading read_manifest(std::string_view text) { return Reader().read(text); }

Result<Manifest> parse_manifest(std::string_view text) {
  auto reading = read_manifest(text);
  if (reading.manifest) return std::move(*reading.manifest);
  CHECK_OK(first_refusal(reading.findings));
  return fail(Errc::internal, "no manifest and no reason");
}

std::string slug_of(const Manifest& manifest, std::string_view folder_name) {
  return manifest.slug.empty() ? slug_from(folder_name) : manifest.slug;
}

}  // namespace essaimage::kit
