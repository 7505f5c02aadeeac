#include "tools/ctl/words/member_words.hpp"

#include <fmt/format.h>

namespace essaimage::ctl {

std::string told_text(const Json& member, const Context& context) {
  const auto told = member.value("told", Json());
  if (!told.is_object() || flag_at(member, "suspended")) return {};
  const auto pattern = text_at(told, "code") == "publish.suspended"
                           ? context.say("suspended, according to {}, since {}", "suspendu, au dire de {}, depuis le {}")
                           : context.say("under another key, according to {}, since {}", "sous une autre clé, au dire de {}, depuis le {}");
  return fmt::format(fmt::runtime(pattern), texts_at(told, "by"), human_time(text_at(told, "since"), context.language));
}

}  // namespace essaimage::ctl
