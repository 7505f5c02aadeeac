#pragma once
// Unicode, by utf8proc: the few forms that names and searches need. Input is any bytes; invalid UTF-8 is never passed on.

#include <string>
#include <string_view>

namespace essaimage {

bool is_utf8(std::string_view text);

/// The code points of the text. Empty if it is not UTF-8.
std::u32string code_points(std::string_view text);

/// UTF-8 of code points that are scalar values (as code_points gives).
std::string to_utf8(std::u32string_view points);

/// True if the library's Unicode version gives the code point a meaning: neither unassigned nor a noncharacter.
bool is_assigned(char32_t point);

/// True for UTF-8 without control characters, line breaks and characters that turn the direction of what follows: safe to
/// show on a terminal or page in one line. `with_line_ends` allows '\n' and '\t'.
bool is_plain_line(std::string_view text, bool with_line_ends = false);

/// Canonical composition (NFC, UAX #15). Empty if the text is not UTF-8.
std::string to_nfc(std::string_view text);

/// The form under which names that a Windows or macOS folder would confuse are equal: NFKC, default case folding,
/// ignorable code points left out. Empty if the text is not UTF-8.
std::string fold_name(std::string_view text);

/// Lower-case ASCII nearest to the text: accents stripped, ligatures opened; what has no ASCII form becomes '-'.
std::string fold_to_ascii(std::string_view text);

}  // namespace essaimage
