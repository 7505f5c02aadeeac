#include "tools/ctl/outcome_dialogue.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <ctime>
#include <istream>
#include <ostream>

#include "proto/limits.hpp"
#include "proto/time.hpp"
#include "tools/ctl/moment.hpp"

namespace essaimage::ctl {

namespace {

struct Band {
  std::string_view name, en, fr;
};
constexpr std::array bands = {Band{"0-11", "up to 11 years", "de 11 ans ou moins"},  Band{"12-17", "12 to 17 years", "de 12 à 17 ans"},
                              Band{"18-25", "18 to 25 years", "de 18 à 25 ans"},     Band{"26-59", "26 to 59 years", "de 26 à 59 ans"},
                              Band{"60+", "60 years and more", "de 60 ans et plus"}, Band{"unknown", "of unknown age", "d'âge inconnu"}};

struct Place {
  std::string_view name, en, fr;
};
constexpr std::array places = {Place{"centre", "at the centre", "au centre"},
                               Place{"school", "at a school", "dans une école"},
                               Place{"library", "in a library", "dans une bibliothèque"},
                               Place{"association", "at an association", "dans une association"},
                               Place{"residence", "in a residence", "dans une résidence"},
                               Place{"outdoors", "outdoors", "en plein air"},
                               Place{"other", "elsewhere", "ailleurs"}};

std::string trimmed(const std::string& line) {
  const auto first = line.find_first_not_of(" \t\r"), last = line.find_last_not_of(" \t\r");
  return first == std::string::npos ? std::string() : line.substr(first, last - first + 1);
}

Result<std::string> answer(const Context& context, const std::string& question) {
  context.err() << question << " " << std::flush;
  std::string line;
  if (!std::getline(context.io.in, line)) {
    context.err() << "\n";
    return fail(Errc::cancelled);
  }
  return trimmed(line);
}

std::optional<std::uint64_t> number_from(const std::string& text, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number <= most ? std::optional(number) : std::nullopt;
}

bool is_day(const std::string& text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto year = number_from(text.substr(0, 4), 9999), month = number_from(text.substr(5, 2), 12), day = number_from(text.substr(8), 31);
  return year && month && day && start_of_day(static_cast<int>(*year), static_cast<int>(*month), static_cast<int>(*day));
}

class Dialogue {
 public:
  Dialogue(const Context& context, Json& arguments) : context_(context), arguments_(arguments) {}

  /// From `least` (a day, or empty) to `most`: days in this form are ordered as texts are.
  Status day(const char* key, const std::string& question, const std::string& offered, const std::string& least, const std::string& most) {
    const auto read = [&](const std::string& line) -> std::optional<Json> {
      const auto text = line.empty() ? offered : turned_day(line);
      if (text.empty()) return Json(nullptr);
      return is_day(text) && text >= least && text <= most ? std::optional<Json>(text) : std::nullopt;
    };
    const auto help = least.empty() ? context_.say("A day such as 2026-03-01, not after {1}, please.",
                                                   "Un jour comme 2026-03-01, au plus tard le {1}, s'il vous plaît.")
                                    : context_.say("A day from {0} to {1}, please.", "Un jour du {0} au {1}, s'il vous plaît.");
    return asked(key, question, read, fmt::format(fmt::runtime(help), least, most));
  }

  Result<std::uint64_t> number(const std::string& question, std::uint64_t offered, std::uint64_t least, std::uint64_t most) {
    for (;;) {
      TRY(const auto line, answer(context_, question));
      if (line.empty()) return offered;
      const auto given = number_from(line, most);
      if (given && *given >= least) return *given;
      const auto help = context_.say("A number from {} to {}, please.\n", "Un nombre de {} à {}, s'il vous plaît.\n");
      context_.err() << fmt::format(fmt::runtime(help), least, most);
    }
  }

  Status text(const char* key, std::string_view en, std::string_view fr) {
    const auto read = [](const std::string& line) { return std::optional<Json>(line.empty() ? Json(nullptr) : Json(line)); };
    return asked(key, context_.say(en, fr), read, {});
  }

 private:
  using Reader = std::function<std::optional<Json>(const std::string&)>;
  /// Until `read` takes the answer; null says nothing.
  Status asked(const char* key, const std::string& question, const Reader& read, const std::string& help) {
    if (arguments_.contains(key)) return {};
    for (;;) {
      TRY(const auto line, answer(context_, question));
      if (const auto value = read(line)) {
        if (!value->is_null()) arguments_[key] = *value;
        return {};
      }
      context_.err() << help << "\n";
    }
  }

  const Context& context_;
  Json& arguments_;
};

Status ask_people(const Context& context, Dialogue& dialogue, Json& arguments) {
  if (arguments.contains("participants")) return {};
  context.err() << context.say("How many people came? (Enter: nobody)\n", "Combien de personnes sont venues ? (Entrée : aucune)\n");
  for (const auto& band : bands) {
    TRY(const auto count, dialogue.number("  " + context.say(band.en, band.fr) + context.say(":", " :"), 0, 0, limits::participants_max));
    if (count > 0) arguments["participants"].push_back(fmt::format("{}={}", band.name, count));
  }
  return {};
}

Status ask_place(const Context& context, Dialogue& dialogue, Json& arguments) {
  if (!arguments.contains("place")) {
    std::string question = context.say("Where?", "Où ?");
    for (std::size_t i = 0; i < places.size(); ++i) question += fmt::format("\n  {} {}", i + 1, context.say(places[i].en, places[i].fr));
    TRY(const auto chosen, dialogue.number(question + context.say("\nNumber (1):", "\nNuméro (1) :"), 1, 1, places.size()));
    arguments["place"] = places[chosen - 1].name;
  }
  if (arguments.contains("priority_neighbourhood")) return {};
  TRY(const bool priority, ask_whether(context, "In a priority neighbourhood?", "Dans un quartier prioritaire (QPV) ?", false));
  if (priority) arguments["priority_neighbourhood"] = true;
  return {};
}

}  // namespace

Result<bool> ask_whether(const Context& context, std::string_view en, std::string_view fr, bool offered) {
  const auto choice = offered ? context.say(" [Y/n]", " [O/n]") : context.say(" [y/N]", " [o/N]");
  for (;;) {
    TRY(const auto line, answer(context, context.say(en, fr) + choice));
    if (line.empty()) return offered;
    const char first = line.front();
    if (first == 'y' || first == 'Y' || first == 'o' || first == 'O') return true;
    if (first == 'n' || first == 'N') return false;
  }
}

std::string today_here() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  return fmt::format("{:04}-{:02}-{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

std::string outcome_command(const KitId& kit, const Json& arguments) {
  const auto quoted = [](const std::string& text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
  };
  std::string command = "essaimagectl outcome add " + kit.str();
  for (const char* const key : {"date", "to", "place", "worked", "failed", "note"})
    if (const auto value = text_at(arguments, key); !value.empty()) command += std::string(" --") + key + " " + quoted(value);
  command += " --sessions " + std::to_string(number_at(arguments, "sessions"));
  for (const auto& people : list_at(arguments, "participants"))
    if (people.is_string()) command += " --participants " + people.get<std::string>();
  if (flag_at(arguments, "priority_neighbourhood")) command += " --qpv";
  return command;
}

Status ask_outcome(const Context& context, const std::string& today, Json& arguments) {
  Dialogue dialogue(context, arguments);
  const auto first = fmt::format(fmt::runtime(context.say("The day, or the first one ({}):", "Le jour, ou le premier ({}) :")), today);
  CHECK_OK(dialogue.day("date", first, today, {}, today));
  CHECK_OK(dialogue.day("to", context.say("The last day, if there were several:", "Le dernier jour, s'il y en a eu plusieurs :"), {},
                        text_at(arguments, "date"), today));
  if (!arguments.contains("sessions")) {
    TRY(arguments["sessions"],
        dialogue.number(context.say("How many sessions (1)?", "Combien de séances (1) ?"), 1, 1, limits::sessions_max));
  }
  CHECK_OK(ask_people(context, dialogue, arguments));
  CHECK_OK(ask_place(context, dialogue, arguments));
  context.err() << context.say("In a line each, without anybody's name (Enter: nothing to say)\n",
                               "En une ligne chacun, sans nommer personne (Entrée : rien à dire)\n");
  CHECK_OK(dialogue.text("worked", "  What worked?", "  Ce qui a marché ?"));
  CHECK_OK(dialogue.text("failed", "  What did not?", "  Ce qui n'a pas marché ?"));
  CHECK_OK(dialogue.text("note", "  A word for the others?", "  Un mot pour les autres ?"));
  TRY(const bool sure, ask_whether(context, "Publish this?", "Publier cela ?", true));
  return sure ? Status{} : fail(Errc::cancelled);
}

}  // namespace essaimage::ctl
