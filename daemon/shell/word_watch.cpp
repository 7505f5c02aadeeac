#include "daemon/shell/word_watch.hpp"

#include "daemon/shell/control/explain/explain_federation.hpp"
#include "daemon/shell/control/json.hpp"

namespace essaimage::shell {

Status WordWatch::look() {
  const auto view = library_.federation();
  if (!view) return {};  // not joined, or it cannot be read: both are told elsewhere
  Explanations found;
  add_word(library_.identity(), *view, found);
  const bool french = log_.language() == Language::french;
  std::set<std::pair<std::string, std::string>> now;
  for (const auto& each : found) {
    const auto [it, is_first] = now.emplace(each.code, each.next_step.en);
    if (!is_first || told_.contains(*it)) continue;
    log_.write({LogLevel::warn,
                "federation",
                each.code,
                french ? each.text.fr : each.text.en,
                {{"actor", std::string(str(each.actor))}, {"next_step", french ? each.next_step.fr : each.next_step.en}}});
  }
  if (now.empty() && !told_.empty()) {
    log_.write({LogLevel::info,
                "federation",
                "federation-word-fine",
                french ? "la parole de la fédération est fraîche et son heure compte, à nouveau"
                       : "the federation's word is fresh and its time counts, again",
                {}});
  }
  told_ = std::move(now);
  return {};
}

}  // namespace essaimage::shell
