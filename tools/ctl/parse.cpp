#include <algorithm>

#include "proto/counted.hpp"
#include "proto/nearest.hpp"
#include "tools/ctl/command.hpp"
#include "tools/ctl/moment.hpp"

namespace essaimage::ctl {

namespace {

constexpr std::size_t verb_words_max = 3;

std::string pick(Language language, std::string en, std::string fr) {
  return language == Language::french ? typeset(fr, language) : std::move(en);
}

tl::unexpected<Error> wrong(Language language, std::string en, std::string fr) {
  return fail(Errc::usage, pick(language, std::move(en), std::move(fr)));
}

std::string meant(Language language, std::string_view word, const std::vector<std::string_view>& known) {
  const auto near = nearest(word, known);
  if (near.empty()) return {};
  return pick(language, "; did you mean `" + near + "`?", " ; vouliez-vous dire `" + near + "` ?");
}

const Option* find_option(const std::vector<Option>& options, std::string_view name) {
  const auto at = std::find_if(options.begin(), options.end(), [&](const Option& o) { return o.name == name; });
  return at == options.end() ? nullptr : &*at;
}

const Command* find_command(std::string_view name) {
  for (const auto& command : all_commands())
    if (command.name == name) return &command;
  return nullptr;
}

/// An option's name and value, as typed: "--name", "--name=value", "-h".
struct Typed {
  std::string name;
  std::optional<std::string> value;

  static std::optional<Typed> from(const std::string& word) {
    if (word == "-h") return Typed{"help", std::nullopt};
    if (word == "-V") return Typed{"version", std::nullopt};
    if (word.size() < 3 || !word.starts_with("--")) return std::nullopt;
    const auto equals = word.find('=');
    if (equals == std::string::npos) return Typed{word.substr(2), std::nullopt};
    return Typed{word.substr(2, equals - 2), word.substr(equals + 1)};
  }
};

/// Sorts the words of a line into options and others. Which options there are is known once the
/// verb is, so its one to three words are found first; only global options may stand before them.
class Parser {
 public:
  Parser(const std::vector<std::string>& arguments, Language language) : words_(arguments), language_(language) {}

  Result<Parsed> run() {
    find_verb();
    if (parsed_.command == nullptr) {
      if (!lacking_value_.empty())
        return wrong(language_, "`" + lacking_value_ + "` needs a value", "`" + lacking_value_ + "` attend une valeur");
      if (flagged("version")) return of("version");
      if (verb_.empty() && stray_.empty()) return of("help");
      if (verb_.empty()) return wrong(language_, "the verb comes before `" + stray_ + "`", "la commande vient avant `" + stray_ + "`");
      if (flagged("help")) return help_of(verb_.front());
      return unknown_verb();
    }
    if (flagged("help") && parsed_.command->name != "help") return help_of(parsed_.command->name);
    CHECK_OK(take_words());
    CHECK_OK(check_whole());
    return std::move(parsed_);
  }

 private:
  static Parsed of(std::string_view name) {
    Parsed parsed;
    parsed.command = find_command(name);
    return parsed;
  }
  static Parsed help_of(std::string_view verb) {
    auto parsed = of("help");
    parsed.positionals.emplace_back(verb);
    return parsed;
  }

  bool flagged(std::string_view name) const {
    for (const auto& word : words_) {
      if (word == "--") return false;
      const auto typed = Typed::from(word);
      if (typed && typed->name == name && find_option(global_options(), name) != nullptr) return true;
    }
    return false;
  }

  /// The first words that are no global option: one to three of them name the verb.
  void find_verb() {
    for (std::size_t i = 0; i < words_.size() && verb_at_.size() < verb_words_max; ++i) {
      if (const auto typed = Typed::from(words_[i])) {
        const auto* option = find_option(global_options(), typed->name);
        if (option == nullptr) {
          stray_ = words_[i];
          break;
        }
        if (option->is_flag() || typed->value) continue;
        if (i + 1 == words_.size()) lacking_value_ = words_[i];
        ++i;
        continue;
      }
      verb_at_.push_back(i);
      verb_.push_back(words_[i]);
    }
    for (auto count = verb_.size(); count > 0 && parsed_.command == nullptr; --count) {
      parsed_.command = find_command(first_words(count));
      verb_at_.resize(count);
    }
  }

  std::string first_words(std::size_t count) const {
    std::string name = verb_[0];
    for (std::size_t i = 1; i < count; ++i) name += " " + verb_[i];
    return name;
  }

  Result<Parsed> unknown_verb() const {
    // "kit chekc": the group is right, the second word is not.
    std::vector<std::string_view> whole, first, second;
    for (const auto& command : all_commands()) {
      const auto blank = command.name.find(' ');
      whole.push_back(command.name);
      first.push_back(command.name.substr(0, blank));
      if (blank != std::string_view::npos && command.name.substr(0, blank) == verb_[0]) second.push_back(command.name.substr(blank + 1));
    }
    if (!second.empty()) return incomplete_group(second);
    const auto both = first_words(std::min<std::size_t>(verb_.size(), 2));
    auto near = nearest(both, whole);
    if (near.empty()) near = nearest(verb_[0], first);
    const auto hint =
        near.empty() ? std::string() : pick(language_, "; did you mean `" + near + "`?", " ; vouliez-vous dire `" + near + "` ?");
    return wrong(language_, "no verb `" + verb_[0] + "`" + hint, "pas de commande `" + verb_[0] + "`" + hint);
  }

  Result<Parsed> incomplete_group(const std::vector<std::string_view>& second) const {
    std::string list;
    for (const auto name : second) list += (list.empty() ? "" : ", ") + std::string(name);
    if (verb_.size() < 2) return wrong(language_, "`" + verb_[0] + "` needs one of: " + list, "`" + verb_[0] + "` attend : " + list);
    // "role ad" of a group within the group; else what follows is an argument.
    const bool inner = std::any_of(second.begin(), second.end(), [&](auto name) { return name.starts_with(verb_[1] + " "); });
    const auto typed = inner && verb_.size() > 2 ? verb_[1] + " " + verb_[2] : verb_[1];
    const auto hint = meant(language_, typed, second);
    return wrong(language_, "no verb `" + verb_[0] + " " + typed + "`" + hint + " (" + list + ")",
                 "pas de commande `" + verb_[0] + " " + typed + "`" + hint + " (" + list + ")");
  }

  Status take_words() {
    bool only_words = false;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (std::find(verb_at_.begin(), verb_at_.end(), i) != verb_at_.end()) continue;
      const auto& word = words_[i];
      const auto typed = only_words ? std::nullopt : Typed::from(word);
      if (typed) {
        CHECK_OK(take_option(*typed, i));
      } else if (!only_words && word == "--") {
        only_words = true;
      } else if (!only_words && word.size() > 1 && word[0] == '-') {
        return wrong(language_, "no option `" + word + "`; options begin with two hyphens",
                     "pas d'option `" + word + "` ; les options commencent par deux tirets");
      } else {
        parsed_.positionals.push_back(word);
      }
    }
    return {};
  }

  Status take_option(const Typed& typed, std::size_t& i) {
    const auto* option = find_option(parsed_.command->options, typed.name);
    if (option == nullptr) option = find_option(global_options(), typed.name);
    const auto shown = "`--" + typed.name + "`";
    if (option == nullptr) {
      std::vector<std::string_view> known;
      for (const auto& o : parsed_.command->options) known.push_back(o.name);
      for (const auto& o : global_options()) known.push_back(o.name);
      const auto near = nearest(typed.name, known);
      const auto hint =
          near.empty() ? std::string() : pick(language_, "; did you mean `--" + near + "`?", " ; vouliez-vous dire `--" + near + "` ?");
      const auto verb = std::string(parsed_.command->name);
      return wrong(language_, "`" + verb + "` has no option " + shown + hint, "`" + verb + "` n'a pas d'option " + shown + hint);
    }
    auto& values = parsed_.options[typed.name];
    if (option->is_flag()) {
      if (typed.value) return wrong(language_, shown + " takes no value", shown + " ne prend pas de valeur");
      return {};
    }
    if (!values.empty() && !option->repeated) return wrong(language_, shown + " is given twice", shown + " est donné deux fois");
    const bool next = !typed.value && i + 1 < words_.size() && !words_[i + 1].starts_with("--");
    const std::string given = typed.value ? *typed.value : next ? words_[i + 1] : std::string();
    // A blank one is a script's variable that is not set: never "all", nor the home of somebody else.
    if (given.find_first_not_of(" ,") == std::string::npos) {
      const auto value = std::string(option->value.in(language_));
      return wrong(language_, shown + " needs a value: " + value, shown + " attend une valeur : " + value);
    }
    const bool day = option->value.en == "DAY" || option->value.en == "DATE" || option->name == "expires";
    values.push_back(day ? turned_day(given) : given);
    i += next;
    return {};
  }

  Status check_whole() const {
    const auto& command = *parsed_.command;
    const auto verb = std::string(1, '`').append(command.name) + "`";
    for (const auto& option : command.options)
      if (option.required && !parsed_.has(option.name))
        return wrong(language_, verb + " needs --" + std::string(option.name) + " " + std::string(option.value.en),
                     verb + " attend --" + std::string(option.name) + " " + std::string(option.value.fr));
    const auto given = parsed_.positionals.size();
    std::size_t needed = 0;
    for (const auto& positional : command.positionals) needed += positional.required;
    if (given < needed) {
      const auto& name = command.positionals[given].name;
      return wrong(language_, verb + " needs " + std::string(name.en), verb + " attend " + std::string(name.fr));
    }
    const bool open = !command.positionals.empty() && command.positionals.back().repeated;
    if (given > command.positionals.size() && !open) {
      const auto& extra = parsed_.positionals[command.positionals.size()];
      return wrong(language_, verb + " does not expect `" + extra + "`", verb + " n'attend pas `" + extra + "`");
    }
    return {};
  }

  const std::vector<std::string>& words_;
  Language language_;
  Parsed parsed_;
  std::vector<std::string> verb_;
  std::vector<std::size_t> verb_at_;
  std::string lacking_value_;  ///< the last word, an option that wants one
  std::string stray_;          ///< an option that is no global one, before two words were found
};

}  // namespace

std::string Parsed::value(std::string_view option) const {
  const auto at = options.find(option);
  return at == options.end() || at->second.empty() ? std::string() : at->second.back();
}

std::vector<std::string> Parsed::values(std::string_view option) const {
  const auto at = options.find(option);
  return at == options.end() ? std::vector<std::string>() : at->second;
}

std::vector<std::string> Parsed::listed(std::string_view option) const {
  std::vector<std::string> items;
  for (const auto& value : values(option)) {
    for (std::size_t at = 0; at <= value.size();) {
      const auto end = std::min(value.find(',', at), value.size());
      if (end > at) items.push_back(value.substr(at, end - at));
      at = end + 1;
    }
  }
  return items;
}

Result<Parsed> parse(const std::vector<std::string>& arguments, Language language) { return Parser(arguments, language).run(); }

Manners manners_of(const std::vector<std::string>& arguments) {
  Manners manners{language_of_environment(), false, false};
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const auto typed = Typed::from(arguments[i]);
    if (!typed) continue;
    if (typed->name == "json") manners.json = true;
    if (typed->name == "no-color") manners.plain = true;
    if (typed->name != "lang") continue;
    const auto value = typed->value ? *typed->value : i + 1 < arguments.size() ? arguments[i + 1] : std::string();
    manners.language = language_from(value).value_or(manners.language);
  }
  return manners;
}

}  // namespace essaimage::ctl
