#pragma once
// What the daemon's `progress` objects (proto/CONTROL.md, `kits`) are in words. Pure functions, any thread.

#include "tools/ctl/client.hpp"

namespace essaimage::ctl {

/// A few words for why media wait ("paused", "no-holder", …); nothing for any other key.
std::string short_wait(std::string_view key, Language language);
/// The same as a sentence with what can be done; nothing where it passes by itself.
std::string wait_sentence(std::string_view key, Language language);

/// The member of an entry; an empty object if there is none.
const Json& progress_of(const Json& entry);
/// "45 %"; never 100 % of what is not whole.
std::string share_text(const Json& progress);
/// For a column: "45 %, 2 min left", "45 %, paused".
std::string progress_cell(const Json& progress, Language language);
/// For a line: "40 MB of 90 MB, 1.2 MB/s, 42 s left, from deule", "40 MB of 90 MB: media are paused on this node".
std::string progress_text(const Json& progress, const Context& context);
/// ", 1.2 MB/s, 42 s left", or nothing.
std::string pace_text(const Json& progress, Language language);
/// Why it waits, as the daemon says it; nothing if it comes.
std::string wait_text(const Json& progress, Language language);

}  // namespace essaimage::ctl
