#include "tools/ctl/words/life_words.hpp"

#include <fmt/format.h>

#include <array>

#include "proto/day.hpp"
#include "proto/text.hpp"

namespace essaimage::ctl {

namespace {

struct LifeWord {
  std::string_view code;
  Text text;
};

constexpr std::array kinds = {
    LifeWord{"prototype", {"prototype", "prototype"}},
    LifeWord{"method", {"method", "méthode"}},
};
constexpr std::array stages = {
    LifeWord{"workshop", {"workshop", "atelier"}},
    LifeWord{"prototype", {"prototype", "prototype"}},
    LifeWord{"field-tested", {"field-tested", "essayé sur le terrain"}},
    LifeWord{"metropolitan", {"metropolitan essaimage", "essaimage métropolitain"}},
    LifeWord{"regional", {"regional essaimage", "essaimage régional"}},
};
constexpr std::array places = {
    LifeWord{"centre", {"centre", "centre"}},          LifeWord{"school", {"school", "école"}},
    LifeWord{"library", {"library", "bibliothèque"}},  LifeWord{"association", {"association", "association"}},
    LifeWord{"residence", {"residence", "résidence"}}, LifeWord{"outdoors", {"outdoors", "en plein air"}},
    LifeWord{"other", {"elsewhere", "ailleurs"}},
};

template <class Words>
std::string word_of(const Words& words, const std::string& code, Language language) {
  for (const auto& word : words) {
    if (word.code == code) return std::string(word.text.in(language));
  }
  return code;
}

template <class Words>
std::string code_among(const Words& words, const std::string& typed) {
  const auto folded = fold_to_ascii(typed);
  for (const auto& word : words) {
    if (fold_to_ascii(word.text.en) == folded || fold_to_ascii(word.text.fr) == folded) return std::string(word.code);
  }
  return typed;
}

std::string event_text(const Json& event, const Context& context) {
  auto kind = text_at(event, "event");
  const auto centre = text_at(event, "centre");
  const auto version = number_at(event, "kit_version");
  const auto put = [&](std::string_view en, std::string_view fr, const auto&... values) {
    return fmt::format(fmt::runtime(context.say(en, fr)), values...);
  };
  if (kind == "published")
    return put("published by {}, version {} ({})", "publié par {}, version {} ({})", centre, version,
               audience_text(text_at(event, "audience"), context));
  if (kind == "adopted") {
    return flag_at(event, "shares_territory")
               ? put("adopted by {}, of the same territory, version {}", "adopté par {}, du même territoire, version {}", centre, version)
               : put("adopted by {}, version {}", "adopté par {}, version {}", centre, version);
  }
  if (kind == "adapted") return put("adapted by {}: {}", "adapté par {} : {}", centre, text_at(event, "id"));
  if (kind == "accepted")
    return put("in the catalogue of the federation, version {}", "au catalogue de la fédération, version {}", version);
  if (kind == "declined")
    return put("not taken into the catalogue of the federation, version {}", "non retenu au catalogue de la fédération, version {}",
               version);
  if (kind == "retired") return put("out of the catalogue of the federation", "sorti du catalogue de la fédération");
  if (kind != "tested") return kind;
  return put("tested by {}: {}, {}", "essayé par {} : {}, {}", centre,
             counted(number_at(event, "sessions"), sessions_counted, context.language),
             counted(number_at(event, "participants"), participants_counted, context.language));
}

}  // namespace

std::string code_of_shown(std::string_view option, const std::string& typed) {
  if (option == "kind") return code_among(kinds, typed);
  if (option == "stage") return code_among(stages, typed);
  return option == "place" ? code_among(places, typed) : typed;
}

std::string human_day(std::string_view text, Language language) {
  if (text.size() < 10) return std::string(text);
  // A day is no moment: it is shown as it is written, wherever the reader is.
  if (text.size() == 10) return shown_day(text, language);
  const auto whole = human_time(text, language);
  const auto clock = whole.rfind(' ');
  return clock == std::string::npos ? whole : whole.substr(0, clock);
}

std::string stage_text(const Json& life, const Context& context) {
  const auto stage = life.is_object() ? text_at(life, "stage") : std::string();
  if (stage.empty()) return {};
  auto word = word_of(stages, stage, context.language);
  const auto since = life.contains("stages") ? text_at(life["stages"], stage.c_str()) : std::string();
  if (since.empty()) return word;
  return word + fmt::format(fmt::runtime(context.say(", since {}", ", depuis le {}")), human_day(since, context.language));
}

std::vector<std::string> story_lines(const Json& life, const Context& context) {
  std::vector<std::string> lines;
  if (!life.is_object()) return lines;
  for (const auto& event : list_at(life, "story"))
    lines.push_back(human_day(text_at(event, "time"), context.language) + context.say(": ", " : ") + event_text(event, context));
  return lines;
}

std::string audience_text(const std::string& audience, const Context& context) {
  if (context.language != Language::french) return audience;
  if (audience == "region") return "la région";
  for (const auto& [kind, words] :
       {std::pair<std::string_view, std::string>("territory:", "le territoire "), {"mirror:", "le projet miroir "}})
    if (audience.starts_with(kind)) return words + audience.substr(kind.size());
  return audience;
}

std::string audiences_text(const Json& audiences, const Context& context) {
  std::string text;
  for (const auto& each : audiences)
    if (each.is_string()) text += (text.empty() ? "" : ", ") + audience_text(each.get<std::string>(), context);
  return text;
}

std::string place_text(const Json& json, const Context& context) { return word_of(places, text_at(json, "place"), context.language); }

std::string ages_text(const Json& participants, const Context& context) {
  std::string text;
  if (!participants.is_object()) return text;
  for (const auto& [band, count] : participants.items()) {
    if (band == "total" || !count.is_number_unsigned() || count == 0) continue;
    const auto name = band == "unknown" ? context.say("age not noted", "âge non relevé") : band;
    text += (text.empty() ? "" : ", ") + name + context.say(": ", " : ") + std::to_string(count.get<std::uint64_t>());
  }
  return text;
}

}  // namespace essaimage::ctl
