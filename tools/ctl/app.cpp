#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "proto/detail.hpp"
#include "proto/nearest.hpp"
#include "tools/ctl/context.hpp"

namespace essaimage::ctl {

namespace {

std::string_view id_of(Actor actor) {
  switch (actor) {
    case Actor::author: return "author";
    case Actor::admin: return "admin";
    case Actor::federation: return "federation";
    case Actor::peer: return "peer";
    case Actor::nobody: return "nobody";
    case Actor::developer: return "developer";
  }
  return "developer";
}

std::string environment(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Style style_for(const Io& io, bool terminal, bool plain) { return {terminal && io.colours_allowed && !plain, terminal ? io.columns : 0}; }

std::multiset<std::string> words_of(std::string_view name) {
  std::multiset<std::string> words;
  for (std::size_t at = 0; at <= name.size();) {
    const auto end = std::min(name.find_first_of("-_", at), name.size());
    words.emplace(name.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

/// The daemon names arguments ("duration_max: …"): a person typed an option ("--max-duration").
Error as_typed(Error error, const Command& command) {
  if (error.code != Errc::usage && error.code != Errc::too_large && error.code != Errc::outcome_personal) return error;
  const auto end = std::min(error.detail.find(": "), error.detail.find(" is missing"));
  if (end == std::string::npos) return error;
  const auto named = words_of(error.detail.substr(0, end));
  for (const auto& option : command.options)
    if (words_of(option.name) == named) error.detail.replace(0, end, "--" + std::string(option.name));
  return error;
}

ExitCode tell(const Error& error, const Manners& manners, Io& io) {
  if (manners.json) {
    io.out << error_json(error, manners.language) << "\n";
  } else {
    io.err << error_text(error, manners.language, style_for(io, io.err_is_terminal, manners.plain));
  }
  return exit_code_of(error);
}

}  // namespace

store::Layout Context::layout() const {
  std::filesystem::path home = parsed.value("home");
  if (home.empty()) home = environment("ESSAIMAGE_HOME");
  if (home.empty() && !environment("XDG_DATA_HOME").empty()) home = std::filesystem::path(environment("XDG_DATA_HOME")) / "essaimage";
  if (home.empty()) home = std::filesystem::path(environment("HOME")) / ".local" / "share" / "essaimage";
  std::error_code ignored;
  const auto absolute = std::filesystem::absolute(home, ignored);
  return {absolute.empty() ? home : absolute};
}

ExitCode run(const std::vector<std::string>& arguments, Io& io) {
  const auto manners = manners_of(arguments);
  const auto parsed = parse(arguments, manners.language);
  if (!parsed) return tell(parsed.error(), manners, io);
  if (const auto tag = parsed->value("lang"); !tag.empty() && !language_from(tag))
    return tell({Errc::usage, "--lang: fr | en"}, manners, io);
  Context context{io,
                  *parsed,
                  manners.language,
                  manners.json,
                  style_for(io, io.out_is_terminal, manners.plain),
                  style_for(io, io.err_is_terminal, manners.plain)};
  const auto code = parsed->command->run(context);
  io.out.flush();
  if (!code) return tell(as_typed(code.error(), *parsed->command), manners, io);
  if (!io.out) return tell({Errc::io, "stdout"}, {manners.language, false, manners.plain}, io);
  return *code;
}

ExitCode exit_code_of(const Error& error) {
  switch (error.code) {
    case Errc::usage: return ExitCode::usage;
    case Errc::control_not_running: return ExitCode::not_running;
    case Errc::timed_out: return ExitCode::timed_out;
    case Errc::cancelled: return ExitCode::interrupted;
    case Errc::internal:
    case Errc::io:
    case Errc::disk_full:
    case Errc::corrupt:
    case Errc::control_closed:
    case Errc::control_busy:
    case Errc::stopping:
    case Errc::malformed: return ExitCode::failed;
    default: return ExitCode::refused;
  }
}

std::string error_text(const Error& error, Language language, const Style& style) {
  const bool fr = language == Language::french;
  const auto text = describe(error.code, language);
  const auto label = style.paint(Colour::red, fr ? "erreur" : "error");
  auto out = fmt::format("{}{} {}", label, fr ? "\u00A0:" : ":", text.cause);
  if (!error.detail.empty()) out += fmt::format("\n  {}", printable(detail_in(error.detail, language)));
  out += "\n";
  if (text.actor != Actor::nobody && text.actor != Actor::author)
    out += fmt::format("  {}{} {}\n", fr ? "qui peut agir" : "who can act", fr ? "\u00A0:" : ":", describe(text.actor, language));
  out += fmt::format("  {}{} {}\n", fr ? "que faire" : "what to do", fr ? "\u00A0:" : ":", text.next_step);
  // What the guides list, and what a question to others names: the same in both languages.
  out += fmt::format("  code{} {}\n", fr ? "\u00A0:" : ":", style.paint(Colour::dim, text.code));
  return out;
}

std::string error_json(const Error& error, Language language, int indent) {
  const auto text = describe(error.code, language);
  const nlohmann::ordered_json json{{"error",
                                     {{"code", text.code},
                                      {"cause", text.cause},
                                      {"detail", error.detail},
                                      {"actor", id_of(text.actor)},
                                      {"next_step", text.next_step}}}};
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string meant_text(std::string_view word, Language language) {
  const std::string quoted = "`" + std::string(word) + "`";
  return language == Language::french ? typeset(" ; vouliez-vous dire " + quoted + " ?", language) : "; did you mean " + quoted + "?";
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known, Language language) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const auto near = nearest(word, views);
  return near.empty() ? std::string() : meant_text(near, language);
}

}  // namespace essaimage::ctl
