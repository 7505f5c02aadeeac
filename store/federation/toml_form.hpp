#pragma once
// Reading and writing of the small TOML files of a feed (federation.toml, members, invitations, centre.toml). Each has
// one byte form: what was read is written again and compared, so a reader need not care for what it did not look at.
// toml++ is used in toml_form.cpp alone; its exceptions end there.
// Errors: Errc::malformed and Errc::too_large, the detail names file and key. Pure; any thread.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/error.hpp"
#include "proto/limits.hpp"
#include "proto/time.hpp"

namespace essaimage::store {

/// A table of a parsed file. Copies share the parsed text.
class TomlTable {
 public:
  /// Bounded (size, nesting) before it is parsed.
  static Result<TomlTable> parse(std::string_view text, std::string file, std::size_t bytes_max = limits::statement_bytes_max);

  bool has(std::string_view key) const;
  Result<std::string> text(std::string_view key) const;
  Result<std::uint64_t> number(std::string_view key) const;  ///< not negative
  Result<Timestamp> time(std::string_view key) const;        ///< offsets are left to the one byte form
  Result<bool> flag(std::string_view key) const;
  Result<std::vector<std::string>> texts(std::string_view key) const;
  /// An array of tables; none if the key is not there.
  Result<std::vector<TomlTable>> tables(std::string_view key) const;
  /// The tables of a table, by name; none if the key is not there.
  Result<std::vector<std::pair<std::string, TomlTable>>> named_tables(std::string_view key) const;

  tl::unexpected<Error> wrong(std::string_view key, std::string_view expected) const;

 private:
  TomlTable() = default;
  std::shared_ptr<const void> document_;
  const void* table_ = nullptr;
  std::string file_;
};

/// A basic string; the text has no control characters (is_plain_text).
std::string toml_text(std::string_view text);
std::string toml_texts(const std::vector<std::string>& texts);  ///< ["a", "b"]
/// A text of several lines, each ended by LF, as it can be read: a multi-line basic string.
std::string toml_lines(std::string_view text);

/// One line of UTF-8 in NFC without control characters, of 1 to `bytes_max` bytes.
bool is_plain_text(std::string_view text, std::size_t bytes_max);
/// The same of what people typed: put into NFC (a macOS terminal gives accents in two parts), without blanks around it.
/// Errc::usage, with `what` it is.
Result<std::string> plain_text_from(std::string_view typed, std::size_t bytes_max, const char* what);
/// "tcp://host:port" in printable ASCII, bounded.
bool is_endpoint(std::string_view text);

}  // namespace essaimage::store
