#include "daemon/shell/deadline_watch.hpp"

#include "daemon/shell/control/explain/explain_parts.hpp"
#include "daemon/shell/control/readiness.hpp"
#include "store/deadlines.hpp"

namespace essaimage::shell {
namespace {

constexpr Duration warn_again{3'600'000};

Words words_of_end(const DueKit& due) {
  if (due.outlook == DueKit::Outlook::whole)
    return {"the deadline is over: it was here, whole", "l'échéance est passée : il était ici, entier"};
  const auto media = words_of_media(due.files_lacking, due.bytes_lacking);
  return {"the deadline is over: " + media.en + " still lacking", "l'échéance est passée : il manque encore " + media.fr};
}

}  // namespace

Status DeadlineWatch::look(const Arrivals& arrivals, Instant now, Timestamp civil) {
  const auto say = [&](LogLevel level, const char* code, const KitId& kit, const Words& words) {
    const bool french = log_.language() == Language::french;
    log_.write({level, "media", code, french ? words.fr : words.en, {{"kit", kit.str()}}});
  };
  TRY(const auto list, due_kits(library_, arrivals, civil));
  for (const auto& due : list) {
    const auto warned = warned_.find(due.kit);
    if (due.by <= civil) {
      const bool whole = due.outlook == DueKit::Outlook::whole;
      say(whole ? LogLevel::info : LogLevel::warn, whole ? "ready.met" : "ready.missed", due.kit, words_of_end(due));
      warned_.erase(due.kit);
    } else if (!due.is_at_risk()) {
      if (warned != warned_.end()) {
        say(LogLevel::info, "ready.on-course", due.kit, words_of(due, civil));
        warned_.erase(warned);
      }
    } else if (warned == warned_.end() || now - warned->second >= warn_again) {
      warned_[due.kit] = now;
      say(LogLevel::warn, "ready.at-risk", due.kit, words_of(due, civil));
    }
  }
  TRY([[maybe_unused]] const auto over, library_.deadlines().end_past());
  std::erase_if(warned_, [&](const auto& each) { return !library_.deadlines().of(each.first); });
  return {};
}

}  // namespace essaimage::shell
