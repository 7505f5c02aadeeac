#pragma once
// What a verb is given: its command line, where to write, in which language, and the home that it
// is about. Owner: one run of the program, one thread. Tests give streams of their own.

#include <iosfwd>
#include <string>

#include "proto/counted.hpp"
#include "store/disk/layout.hpp"
#include "tools/ctl/command.hpp"
#include "tools/ctl/print.hpp"

namespace essaimage::ctl {

/// The world outside of the program.
struct Io {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool in_is_terminal = false;
  std::size_t columns = 0;  ///< of the terminal, if there is one
  bool colours_allowed = true;
  int interrupt = -1;                 ///< readable once the person pressed Ctrl-C; -1: never
  bool redraws = false;               ///< out is a terminal that can be drawn over
  std::size_t rows = 0;               ///< of that terminal
  void (*measure)(Io& io) = nullptr;  ///< looks again how large it is
};

struct Context {
  Io& io;
  const Parsed& parsed;
  Language language = Language::english;
  bool json = false;
  Style out_style;
  Style err_style;

  std::string say(std::string_view en, std::string_view fr) const { return typeset(language == Language::french ? fr : en, language); }
  std::ostream& out() const { return io.out; }
  std::ostream& err() const { return io.err; }
  /// --home, $ESSAIMAGE_HOME, $XDG_DATA_HOME/essaimage, ~/.local/share/essaimage: the first that is
  /// there.
  store::Layout layout() const;
};

/// The whole program but for its process: parses, runs, prints errors. `arguments` without the
/// program's name.
ExitCode run(const std::vector<std::string>& arguments, Io& io);

/// The exit code of an error that ended a verb.
ExitCode exit_code_of(const Error& error);
/// Cause, detail, who can act, next step; for people, in several lines.
std::string error_text(const Error& error, Language language, const Style& style);
/// {"error": {code, detail, actor, cause, next_step}} in the language asked for.
std::string error_json(const Error& error, Language language, int indent = 2);  ///< -1: in one line
/// "; did you mean `x`?"
std::string meant_text(std::string_view word, Language language);
/// " ; did you mean `x`?" of the nearest known word, or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known, Language language);

}  // namespace essaimage::ctl
