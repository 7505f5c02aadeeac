#pragma once
// Licences by their SPDX ids: is an expression well formed, are its ids usual ones, which one did the person mean, and
// which licence is this text. The list is short on purpose: those that kits of social centres and makers use.
// Source of the ids and of the expression grammar: the SPDX specification. Pure functions, any thread.

#include <string>
#include <string_view>

namespace essaimage::kit {

enum class LicenceVerdict {
  known,
  unknown,    ///< well formed, but an id is not in our list
  malformed,  ///< not an SPDX expression
};

/// "CC-BY-SA-4.0", "MIT OR Apache-2.0", "(A AND B) OR LicenseRef-x", "GPL-2.0-only WITH Classpath-exception-2.0".
LicenceVerdict judge_licence(std::string_view expression);

/// True if every choice that the expression leaves forbids to pass on what was changed ("CC-BY-ND-4.0", an ND part of an AND).
bool forbids_adaptations(std::string_view expression);

/// The id that somebody meant: "CC BY-SA 4.0" gives "CC-BY-SA-4.0"; empty if none is near.
std::string nearest_licence(std::string_view text);

/// The SPDX expression of a licence's text (LICENSE, COPYING ...), or of the "SPDX-License-Identifier:" line in it; several
/// are joined by AND, as kits have one each for hardware, programs and documents. Empty if there is no usual one.
std::string guess_licence(std::string_view text);

}  // namespace essaimage::kit
