#pragma once
// What in a free text looks like a person's name, phone number or e-mail address. A warning for who writes, and no proof: it knows
// the usual given names, titles and the forms of French and international numbers, and errs on the side of asking.
// Pure function, any thread.

#include <string>
#include <string_view>
#include <vector>

#include "proto/error.hpp"

namespace essaimage::kit {

/// The passages, in order, as they stand in the text; at most eight.
std::vector<std::string> personal_data(std::string_view text);

/// Errc::outcome_personal with the passages, of a text that others will read for years; unless `anyway`. `what`: the text's name.
Status names_nobody(std::string_view text, std::string_view what, bool anyway);

}  // namespace essaimage::kit
