#pragma once
// An outcome by questions and answers, for who does not know the options. One thread.

#include <functional>

#include "tools/ctl/client.hpp"
#include "tools/ctl/context.hpp"

namespace essaimage::ctl {

/// Asks on `err` for what `arguments` (of `outcome.add`) does not say yet, and reads answers, a line each, from `in`; an empty one takes
/// what the question offers, a wrong one is asked again. `today`: "2026-03-01". Errc::cancelled at the end of `in`, and if the person
/// does not want to send it in the end.
Status ask_outcome(const Context& context, const std::string& today, Json& arguments);

/// What says the same without questions: for who cannot send it now.
std::string outcome_command(const KitId& kit, const Json& arguments);

/// A question that is answered by yes or no; what an empty answer means is `offered`. Errc::cancelled at the end of `in`.
Result<bool> ask_whether(const Context& context, std::string_view en, std::string_view fr, bool offered);

/// The day of now, by the local clock: "2026-03-01".
std::string today_here();

}  // namespace essaimage::ctl
