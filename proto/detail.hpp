#pragma once
// The details of errors in the language of whoever reads them. A detail is made, and travels, in English; what it says in words is
// said in French where it is shown (details.def), and what it names stays as it is. Pure functions, any thread.

#include <string>
#include <string_view>

#include "proto/error.hpp"

namespace essaimage {

/// "kit.toml:3: stage: expected a number" as "kit.toml:3 : stage : il faut un nombre", with blanks that do not break.
std::string detail_in(std::string_view detail, Language language);

}  // namespace essaimage
