#pragma once
// What people read of a kit's life and of outcomes. Pure functions, any thread.

#include <vector>

#include "tools/ctl/client.hpp"
#include "tools/ctl/context.hpp"

namespace essaimage::ctl {

inline constexpr Noun sessions_counted{{"session", "séance"}, {"sessions", "séances"}};
inline constexpr Noun participants_counted{{"participant", "participant"}, {"participants", "participants"}};
inline constexpr Noun outcomes_counted{{"outcome", "retour d'expérience"}, {"outcomes", "retours d'expérience"}};
inline constexpr Noun centres_counted{{"centre", "centre"}, {"centres", "centres"}};

/// "metropolitan essaimage, since 3 Sep 2026"; of `life` in `kit.show`. Empty if nothing is said.
std::string stage_text(const Json& life, const Context& context);
/// A line for each event of the story: "1 Mar 2026: published by wazemmes, version 1".
std::vector<std::string> story_lines(const Json& life, const Context& context);
/// The day of a time or of a day, in local time: "1 Mar 2026".
std::string human_day(std::string_view text, Language language);
/// "la région", "le territoire lille"; in English as it is written everywhere, "territory:lille".
std::string audience_text(const std::string& audience, const Context& context);
std::string audiences_text(const Json& audiences, const Context& context);
/// "school" in the person's language.
std::string place_text(const Json& json, const Context& context);
/// What is sent for the value of --kind, --stage or --place: the code of a word as it is shown in either language, whatever its case
/// and accents; else what was typed.
std::string code_of_shown(std::string_view option, const std::string& typed);
/// "12-17: 4, 60+: 5", without the bands of which there was nobody.
std::string ages_text(const Json& participants, const Context& context);

}  // namespace essaimage::ctl
