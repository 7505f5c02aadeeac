#pragma once
// The log: lines for people or JSON for programs, on stderr and into a rotating file, by spdlog (included by log.cpp
// alone). Every line has a category and a stable code, so that it can be searched for and tested.
//
// JSON form, one object a line: time (RFC 3339, UTC, milliseconds), level, category, code, message, and the line's own
// fields as strings. Human form: time (local), level, category, message, fields as name=value; colours on a terminal
// only. Control characters never reach a log raw: what peers send cannot forge lines.
// Thread rule: every function from any thread. Failing to write (a full disk) never ends the daemon.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/event.hpp"
#include "daemon/shell/config.hpp"

namespace essaimage::shell {

struct LogLine {
  LogLevel level = LogLevel::info;
  std::string_view category;  ///< node, transport, peer, feed, media, federation, control: a literal
  std::string code;           ///< such as "peer.connected", or that of an Error
  std::string message;        ///< for people
  std::vector<std::pair<std::string, std::string>> fields;
};

class Log {
 public:
  /// Errors: Errc::io if the file cannot be opened.
  static Result<std::unique_ptr<Log>> open(const LogConfig& config, const store::Path& file, Language language);
  /// Writes nothing: for tests.
  static std::unique_ptr<Log> none();
  ~Log();

  void write(const LogLine& line);
  /// An error with its cause, detail and next step.
  void write(LogLevel level, std::string_view category, const Error& error);
  void write(const core::Event& event);
  /// After the file was moved away (SIGHUP).
  Status reopen();

  Language language() const;

 private:
  Log();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What an event of the core says, in the log.
LogLine line_of(const core::Event& event, Language language);

/// Without control characters and invalid UTF-8, and not longer than a log line should be.
std::string printable(std::string_view text);

}  // namespace essaimage::shell
