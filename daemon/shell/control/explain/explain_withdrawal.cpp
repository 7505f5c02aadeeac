#include "daemon/shell/control/explain/explain_withdrawal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace essaimage::shell {
namespace {

constexpr std::chrono::hours warned_before{30 * 24};
constexpr std::int64_t seconds_per_day = 86'400;

std::string paths_text(const store::Withdrawal& withdrawal) {
  constexpr std::size_t told_max = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(told_max, withdrawal.paths.size()); ++i) text += (i == 0 ? "" : ", ") + withdrawal.paths[i];
  return withdrawal.paths.size() > told_max ? text + ", …" : text;
}

Explanation about(const store::WithdrawalView& view) {
  const auto& said = *view.by_author;
  const auto day = words_of_day(view.since);
  const auto what = paths_text(said);
  const std::string en_what = what.empty() ? said.earlier ? "the earlier versions" : "the kit" : what;
  const std::string fr_what = what.empty() ? said.earlier ? "les versions d'avant" : "le kit" : what;
  const auto kept = view.kept_at(), done = view.signed_by.size() - kept, all = view.members.size() + view.suspended.size();
  const Words keeps = kept == 0 ? Words{}
                                : Words{fmt::format(", kept at {} because another kit names it", kept),
                                        fmt::format(", gardé chez {} car un autre kit le nomme", kept)};
  return {"withdrawn",
          false,
          said.kit.str(),
          {fmt::format("{} has withdrawn {} on {}: {}. Erased at {} of {}{} ({}).", view.key.centre, en_what, day.en, view.why, done, all,
                       keeps.en, view.key.str()),
           fmt::format("{} a retiré {} le {} : {}. Effacé chez {} sur {}{} ({}).", view.key.centre, fr_what, day.fr, view.why, done, all,
                       keeps.fr, view.key.str())},
          Actor::nobody,
          view.is_done() ? Words{}
                         : Words{"`essaimagectl withdraw status` says who is lacking.", "`essaimagectl withdraw status` dit qui manque."}};
}

/// For cause, of a kit that has that media, `still` or in an older version; `here`: its bytes are.
Explanation about_cause(const store::WithdrawalView& view, const std::string& kit, bool still, bool here) {
  const auto day = words_of_day(view.since);
  std::string what;
  for (const auto& file : view.files) what += (what.empty() ? "" : ", ") + file;
  if (view.taken_back)
    return {"withdrawal-taken-back",
            false,
            kit,
            {fmt::format("The federation had withdrawn {} on {}, and took that back: {}.", what, day.en, view.taken_back_why),
             fmt::format("La fédération avait retiré {} le {}, et est revenue là-dessus : {}.", what, day.fr, view.taken_back_why)},
            here ? Actor::nobody : Actor::author,
            here ? Words{}
                 : Words{"Who has the file publishes the kit once more; the same folder is enough.",
                         "Qui a le fichier publie le kit encore une fois ; le même dossier suffit."}};
  return {"withdrawn-for-cause",
          false,
          kit,
          {fmt::format("The federation has withdrawn {} on {}: {}. Nobody gives it out any more.", what, day.en, view.why),
           fmt::format("La fédération a retiré {} le {} : {}. Plus personne ne le donne.", what, day.fr, view.why)},
          still ? Actor::author : Actor::nobody,
          still ? Words{"Publish the kit without it.", "Publiez le kit sans lui."} : Words{}};
}

Result<Explanations> explain_ending(const store::Library& library) {
  Explanations found;
  TRY(const auto ending, library.withdrawals().ending(warned_before));
  const auto federation = library.federation();
  for (const auto& [kit, audience, consent] : ending) {
    const auto day = words_of_day({consent.until.seconds - seconds_per_day});
    const bool same = !found.empty() && found.back().subject == kit.str() + ":" + consent.file;
    if (same) continue;  // in two audiences
    const bool over = federation && consent.until <= federation->judged.time;
    const auto& file = consent.file;
    found.push_back(
        {over ? "consent-over" : "consent-ends",
         true,
         kit.str() + ":" + file,
         over ? Words{fmt::format("The consent for {} of {} ended on {}: nobody gives it out any more, and it is erased.", file, kit.str(),
                                  day.en),
                      fmt::format("Le consentement pour {} de {} a pris fin le {} : plus personne ne le donne, et il est effacé.", file,
                                  kit.str(), day.fr)}
              : Words{fmt::format("The consent for {} of {} ends on {}: from the day after, nobody gives it out, and it is erased.", file,
                                  kit.str(), day.en),
                      fmt::format("Le consentement pour {} de {} prend fin le {} : dès le lendemain, plus personne ne le donne, et il est "
                                  "effacé.",
                                  file, kit.str(), day.fr)},
         Actor::author,
         {fmt::format("If it was renewed, publish the kit with the later day in its kit.toml{}.", over ? " (`publish --again`)" : ""),
          fmt::format("S'il est renouvelé, publiez le kit avec le nouveau jour dans son kit.toml{}.",
                      over ? " (`publish --again`)" : "")}});
  }
  return found;
}

}  // namespace

Result<Explanations> explain_withdrawals(const store::Library& library, const KitId& kit) {
  Explanations found;
  if (library.roster() == nullptr) return found;
  TRY(const auto views, library.withdrawals().of_kit(kit));
  for (const auto& view : views) {
    const bool still = std::ranges::find(view.named_by, kit) != view.named_by.end();
    found.push_back(view.by_author ? about(view) : about_cause(view, kit.str(), still, library.media().has(view.key.media)));
  }
  return found;
}

Result<Explanations> explain_own_kits(const store::Library& library) {
  if (library.roster() == nullptr) return Explanations{};
  TRY(auto found, explain_ending(library));
  TRY(const auto views, library.withdrawals().of_own_kits());
  for (const auto& view : views) {
    found.push_back(about_cause(view, view.files.front(), true, false));
    found.back().problem = true;
  }
  return found;
}

}  // namespace essaimage::shell
