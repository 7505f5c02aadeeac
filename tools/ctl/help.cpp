#include "tools/ctl/help.hpp"

#include <fmt/format.h>

#include "proto/counted.hpp"
#include "proto/version.hpp"

namespace essaimage::ctl {

namespace {

constexpr std::size_t columns_default = 100;

std::size_t columns_of(const Style& style) { return style.columns > 0 ? std::min<std::size_t>(style.columns, 110) : columns_default; }

std::string said(const Text& text, Language language) { return typeset(text.in(language), language); }

/// "  name            text, wrapped under itself"
std::string entry(const std::string& name, std::string_view text, std::size_t name_width, const Style& style) {
  auto body = wrapped(text, columns_of(style), name_width + 4);
  const auto width = display_width(name);
  const auto painted = "  " + style.paint(Colour::cyan, name);
  if (width > name_width) return painted + "\n" + body;
  return painted + body.substr(width + 2);
}

std::string title(std::string_view text, const Style& style) {
  std::string out = "\n";  // gcc 12 warns falsely of sums that begin with a literal
  out += style.paint(Colour::bold, text);
  return out += "\n";
}

std::string shown(const Option& option, Language language) {
  auto out = "--" + std::string(option.name);
  if (!option.is_flag()) out += " " + std::string(option.value.in(language));
  return out;
}

std::string options_text(const std::vector<Option>& options, Language language, const Style& style) {
  std::string out;
  for (const auto& option : options) out += entry(shown(option, language), said(option.help, language), 22, style);
  return out;
}

}  // namespace

std::string synopsis(const Command& command, Language language) {
  std::string out(command.name);
  for (const auto& positional : command.positionals) {
    auto name = std::string(positional.name.in(language)) + (positional.repeated ? "..." : "");
    out += positional.required ? " " + name : " [" + name + "]";
  }
  for (const auto& option : command.options) {
    const auto name = shown(option, language);
    out += (option.required ? " " + name : " [" + name + "]") + (option.repeated ? "..." : "");
  }
  return out;
}

std::string overview_text(Language language, const Style& style) {
  const bool fr = language == Language::french;
  std::string out = fr ? "essaimagectl : partager des kits entre centres sociaux, sans serveur central.\n"
                       : "essaimagectl: share kits between social centres, without a central server.\n";
  out += title("Usage", style);
  out += fr ? "  essaimagectl [--home DOSSIER] COMMANDE …\n" : "  essaimagectl [--home DIR] VERB ...\n";
  out += title(fr ? "Commandes" : "Verbs", style);
  for (const auto& command : all_commands()) out += entry(std::string(command.name), said(command.summary, language), 18, style);
  out += title(fr ? "Options de toutes les commandes" : "Options of every verb", style);
  out += options_text(global_options(), language, style);
  out += title(fr ? "Pour commencer" : "To begin", style);
  out += fr ? "  essaimagectl --home ~/fede federation create --name \"Fédération du Nord\"\n"
              "  essaimaged --home ~/fede\n"
              "  essaimagectl help publish         l'aide d'une commande\n"
              "  essaimagectl help exit-codes      les codes de sortie\n"
            : "  essaimagectl --home ~/fede federation create --name \"Federation of the North\"\n"
              "  essaimaged --home ~/fede\n"
              "  essaimagectl help publish         about one verb\n"
              "  essaimagectl help exit-codes      what it exits with\n";
  return typeset(out, language);
}

std::string command_text(const Command& command, Language language, const Style& style) {
  const bool fr = language == Language::french;
  auto out = wrapped("essaimagectl " + synopsis(command, language), columns_of(style), 0);
  out += "\n" + wrapped(said(command.summary, language), columns_of(style), 2);
  if (!command.details.en.empty()) out += "\n" + wrapped(said(command.details, language), columns_of(style), 2);
  if (!command.positionals.empty()) out += title("Arguments", style);
  for (const auto& positional : command.positionals)
    out += entry(std::string(positional.name.in(language)), said(positional.help, language), 22, style);
  if (!command.options.empty()) out += title("Options", style) + options_text(command.options, language, style);
  out += title(fr ? "Options de toutes les commandes" : "Options of every verb", style);
  out += options_text(global_options(), language, style);
  if (!command.examples.empty()) out += title(fr ? "Exemples" : "Examples", style);
  for (const auto& example : command.examples)
    out += wrapped(said(example.help, language), columns_of(style), 2) + "    " +
           style.paint(Colour::cyan, "essaimagectl " + std::string(example.in(language))) + "\n";
  return out;
}

std::string exit_codes_text(Language language, const Style& style) {
  std::string out;
  for (const auto& entry_of : exit_code_texts)
    out += entry(std::to_string(static_cast<int>(entry_of.code)), said(entry_of.meaning, language), 4, style);
  return out;
}

// --- man page
// ------------------------------------------------------------------------------------------------------

namespace {

/// Text for roff: a backslash, a leading dot or quote, and hyphens that must stay hyphens.
std::string roff(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    line_start = c == '\n';
  }
  return out;
}

std::string man_options(const std::vector<Option>& options, Language language) {
  std::string out;
  for (const auto& option : options) {
    out += ".TP\n\\fB\\-\\-" + roff(option.name) + "\\fR";
    if (!option.is_flag()) out += " \\fI" + roff(option.value.in(language)) + "\\fR";
    out += "\n";
    out += roff(said(option.help, language));
    out += "\n";
  }
  return out;
}

std::string man_command(const Command& command, Language language) {
  std::string out = ".SS " + roff(synopsis(command, language)) + "\n" + roff(said(command.summary, language)) + "\n";
  if (!command.details.en.empty()) out += ".PP\n" + roff(said(command.details, language)) + "\n";
  for (const auto& positional : command.positionals)
    out += ".TP\n\\fI" + roff(positional.name.in(language)) + "\\fR\n" + roff(said(positional.help, language)) + "\n";
  out += man_options(command.options, language);
  for (const auto& example : command.examples)
    out += ".PP\n" + roff(said(example.help, language)) + "\n.PP\n.RS 4\n.nf\nessaimagectl " + roff(example.in(language)) + "\n.fi\n.RE\n";
  return out;
}

}  // namespace

std::string man_page(Language language) {
  const bool fr = language == Language::french;
  auto out = fmt::format(".TH ESSAIMAGECTL 1 \"\" \"essaimage {}\" \"{}\"\n", version_text(), fr ? "Commandes" : "User Commands");
  out += fmt::format(".SH {}\nessaimagectl \\- {}\n", fr ? "NOM" : "NAME",
                     fr ? "partager des kits entre centres sociaux" : "share kits between social centres");
  out += fmt::format(".SH SYNOPSIS\n\\fBessaimagectl\\fR [\\fB\\-\\-home\\fR \\fI{}\\fR] \\fI{}\\fR ...\n", fr ? "DOSSIER" : "DIR",
                     fr ? "COMMANDE" : "VERB");
  out += std::string(".SH DESCRIPTION\n") +
         roff(fr ? "Parle à essaimaged, le démon qui tient une bibliothèque de kits et la partage "
                   "avec d'autres centres. "
                   "Avec --json, la sortie standard contient un seul document JSON : les données, "
                   "ou {\"error\": …}."
                 : "Talks to essaimaged, the daemon that keeps a library of kits and shares it "
                   "with other centres. With "
                   "--json, the standard output holds exactly one JSON document: the data, or "
                   "{\"error\": ...}.") +
         "\n";
  out += ".SH OPTIONS\n" + man_options(global_options(), language);
  out += fr ? ".SH COMMANDES\n" : ".SH VERBS\n";
  for (const auto& command : all_commands()) out += man_command(command, language);
  out += fr ? ".SH \"CODES DE SORTIE\"\n" : ".SH \"EXIT STATUS\"\n";
  for (const auto& entry_of : exit_code_texts)
    out += fmt::format(".TP\n\\fB{}\\fR\n{}\n", static_cast<int>(entry_of.code), roff(said(entry_of.meaning, language)));
  out += fr ? ".SH ENVIRONNEMENT\n" : ".SH ENVIRONMENT\n";
  out +=
      std::string(".TP\n\\fBESSAIMAGE_HOME\\fR\n") + (fr ? "Le dossier du nœud, sans \\-\\-home. À défaut : $XDG_DATA_HOME/essaimage, puis "
                                                           "~/.local/share/essaimage.\n"
                                                         : "The node's home, without \\-\\-home. Else: $XDG_DATA_HOME/essaimage, then "
                                                           "~/.local/share/essaimage.\n");
  out += std::string(".TP\n\\fBLC_ALL\\fR, \\fBLC_MESSAGES\\fR, \\fBLANG\\fR\n") +
         (fr ? "La langue : français ou anglais.\n" : "The language: French or English.\n");
  out += std::string(".TP\n\\fBNO_COLOR\\fR\n") + (fr ? "Non vide : pas de couleurs.\n" : "Not empty: no colours.\n");
  out += fr ? ".SH \"VOIR AUSSI\"\n\\fBessaimaged\\fR(8)\n" : ".SH \"SEE ALSO\"\n\\fBessaimaged\\fR(8)\n";
  return typeset(out, language);
}

// --- completion
// ----------------------------------------------------------------------------------------------------

namespace {

std::string words_of_options(const std::vector<Option>& options) {
  std::string out;
  for (const auto& option : options) out += (out.empty() ? "--" : " --") + std::string(option.name);
  return out;
}

void replace(std::string& text, std::string_view mark, const std::string& with) {
  const auto at = text.find(mark);
  ESSAIMAGE_ASSERT(at != std::string::npos);
  text.replace(at, mark.size(), with);
}

constexpr std::string_view bash_template =
    R"bash(# bash completion of essaimagectl; made by `essaimagectl help --completion bash`
# The values of a key in a verb's JSON; `home` is the caller's.
_essaimagectl_list() {
  local key="$1"
  shift
  essaimagectl "${home[@]}" --json "$@" 2>/dev/null | sed -n "s/^ *\"$key\": \"\(.*\)\",\$/\1/p"
}

_essaimagectl() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" verb="" home=() word i options kind words
  local globals="@globals@" verbs="@verbs@"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    case "$word" in
      --home) home=(--home "${COMP_WORDS[i+1]/#\~/$HOME}"); ((i++)) ;;
      --lang) ((i++)) ;;
      -*) ;;
      *) case "$verb" in
           "") verb="$word" ;;
           @groups@) verb="$verb $word" ;;
         esac ;;
    esac
  done
  case "$prev" in
    --home) compopt -o dirnames; return ;;
    --lang) COMPREPLY=($(compgen -W "fr en" -- "$cur")); return ;;
  esac
  case "$verb" in
    "") options=""; kind=words; words="$verbs" ;;
@cases@  esac
  if [[ "$cur" == -* ]]; then
    COMPREPLY=($(compgen -W "$options $globals" -- "$cur"))
    return
  fi
  case "$kind" in
    words) COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;
    verb) COMPREPLY=($(compgen -W "$verbs exit-codes" -- "$cur")) ;;
    folder) compopt -o dirnames ;;
    kit) COMPREPLY=($(compgen -W "$(_essaimagectl_list id kits)" -- "$cur")) ;;
    member) COMPREPLY=($(compgen -W "$(_essaimagectl_list centre member list)" -- "$cur")) ;;
  esac
}
complete -o default -F _essaimagectl essaimagectl
)bash";

std::string_view helper_of(Completes completes) {
  switch (completes) {
    case Completes::folder: return "folder";
    case Completes::kit: return "kit";
    case Completes::member: return "member";
    case Completes::verb: return "verb";
    case Completes::language: return "language";
    case Completes::nothing: return "nothing";
  }
  return "nothing";
}

/// The words that may follow each beginning of a verb, in the order of the verbs; "" for the first ones.
std::vector<std::pair<std::string, std::string>> groups_of_verbs() {
  std::vector<std::pair<std::string, std::string>> groups;
  for (const auto& command : all_commands()) {
    std::string_view before;
    for (std::size_t at = 0; at != std::string_view::npos;) {
      const auto end = command.name.find(' ', at);
      const std::string word(command.name.substr(at, end - at));
      auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& each) { return each.first == before; });
      if (group == groups.end()) group = groups.insert(groups.end(), {std::string(before), ""});
      if ((" " + group->second + " ").find(" " + word + " ") == std::string::npos)
        group->second += (group->second.empty() ? "" : " ") + word;
      before = command.name.substr(0, end);
      at = end == std::string_view::npos ? end : end + 1;
    }
  }
  return groups;
}

}  // namespace

std::string bash_completion() {
  std::string verbs, cases, groups;
  for (const auto& [before, words] : groups_of_verbs()) {
    if (before.empty()) {
      verbs = words;
      continue;
    }
    groups += fmt::format("{}\"{}\"", groups.empty() ? "" : "|", before);
    cases += fmt::format("    \"{}\") options=\"\"; kind=words; words=\"{}\" ;;\n", before, words);
  }
  for (const auto& command : all_commands()) {
    const auto completes = command.positionals.empty() ? Completes::nothing : command.positionals.front().completes;
    cases += fmt::format("    \"{}\") options=\"{}\"; kind={} ;;\n", command.name, words_of_options(command.options), helper_of(completes));
  }
  std::string out(bash_template);
  replace(out, "@globals@", words_of_options(global_options()));
  replace(out, "@verbs@", verbs);
  replace(out, "@groups@", groups);
  replace(out, "@cases@", cases);
  return out;
}

}  // namespace essaimage::ctl
