// What is said of media that are lacking.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/shell/control/explain/explain_parts.hpp"
#include "proto/counted.hpp"

namespace essaimage::shell {

namespace {

/// What can be done about it, where anything can.
struct Advice {
  const char* code;
  Actor actor;
  Words next_step;
};

Advice advice_of(std::optional<Wait> wait) {
  if (!wait) wait = Wait::turn;
  switch (*wait) {
    case Wait::paused:
      return {"media-paused",
              Actor::admin,
              {"`essaimagectl resume` lets media move again.", "`essaimagectl resume` laisse repartir les médias."}};
    case Wait::hours:
      return {"media-not-now",
              Actor::nobody,
              {"What lacks comes at the hours of the section [traffic] of essaimage.toml.",
               "Ce qui manque viendra aux heures de la section [traffic] d'essaimage.toml."}};
    case Wait::disk_fails:
      return {"media-disk-fails",
              Actor::admin,
              {"See that the disk is neither full nor damaged; the log says what failed. It is tried again by itself.",
               "Vérifiez que le disque n'est ni plein ni abîmé ; le journal dit ce qui a échoué. De nouveaux essais se font tout seuls."}};
    case Wait::no_peer:
    case Wait::no_holder:
      return {"media-lacking-no-holder",
              Actor::peer,
              {"What lacks comes when a peer that holds it connects; `essaimagectl peers` says who is away.",
               "Ce qui manque viendra quand un pair qui l'a se connectera ; `essaimagectl peers` dit qui est absent."}};
    case Wait::refused:
      return {"media-peer-refuses",
              Actor::peer,
              {"What lacks comes when media are served there again; this node goes on asking.",
               "Ce qui manque viendra quand des médias y seront de nouveau servis ; ce nœud continue de demander."}};
    case Wait::quota:
    case Wait::disk:
    case Wait::asked:
    case Wait::checked:
    case Wait::turn: break;
  }
  return {"media-lacking",
          Actor::nobody,
          {"Nothing to do: it goes on by itself; `essaimagectl watch` shows how it goes.",
           "Rien à faire : cela se poursuit tout seul ; `essaimagectl watch` montre où cela en est."}};
}

/// Who has them, and of how many nobody is known to.
Words holders_of(const Arrival& lacking) {
  const auto names = joined({lacking.holders.begin(), lacking.holders.end()});
  Words words{"; held by: " + names, " ; présents chez : " + names};
  const auto without = lacking.files_without_holder;
  if (without == 0) return words;
  words.en += fmt::format("; {} of them {} held by no connected peer", without, without == 1 ? "is" : "are");
  words.fr += fmt::format(" ; {} {} chez aucun pair connecté", without, without == 1 ? "n'est" : "ne sont");
  return words;
}

/// Also where others bring something: why not all of those who have it do.
Words refusal_of(const Situation& here, const std::set<std::string>& peers) {
  const auto names = refusing(here.status, peers);
  if (names.empty()) return {};
  const auto words = words_of_refusal(names);
  return {"; " + words.en, " ; " + words.fr};
}

}  // namespace

Words words_of_refusal(const std::vector<std::string>& peers) {
  const auto names = joined(peers);
  if (peers.size() == 1)
    return {fmt::format("the peer {} serves no media now (it may be paused)", names),
            fmt::format("le pair {} ne sert pas de médias en ce moment (il est peut-être en pause)", names)};
  return {fmt::format("the peers {} serve no media now (they may be paused)", names),
          fmt::format("les pairs {} ne servent pas de médias en ce moment (ils sont peut-être en pause)", names)};
}

Words words_of_media(std::uint64_t files, std::uint64_t bytes) {
  const auto size = words_of_bytes(bytes);
  return {fmt::format("{} ({})", counted(files, media_files, Language::english), size.en),
          fmt::format("{} ({})", counted(files, media_files, Language::french), size.fr)};
}

Explanation about_media(const Situation& here, const std::string& subject, const Arrival& lacking) {
  const auto wait = wait_of(here.status, here.traffic, lacking);
  const auto advice = advice_of(wait);
  const auto media = words_of_media(lacking.files_lacking, lacking.lacking());
  if (wait == Wait::checked) {
    Words text{"All of it came, and it is being checked.", "Tout est arrivé ; la vérification est en cours."};
    return {advice.code, false, subject, std::move(text), advice.actor, advice.next_step};
  }
  const bool one = lacking.files_lacking == 1;
  Words text{media.en + (one ? " is lacking" : " are lacking"), media.fr + (one ? " manque" : " manquent")};
  if (wait && *wait != Wait::turn) {
    const auto why = words_of(*wait, here.status, here.traffic, lacking);
    text.en += ", and " + why.en;
    text.fr += ", et " + why.fr;
  }
  if (!wait || *wait == Wait::turn) {
    const auto holders = holders_of(lacking), refusal = refusal_of(here, lacking.holders);
    text.en += holders.en + refusal.en;
    text.fr += holders.fr + refusal.fr;
  } else if (*wait == Wait::refused && lacking.holders.empty()) {
    text.en += "; no other connected peer is known to have anything of it";
    text.fr += " ; aucun autre pair connecté ne semble en avoir quoi que ce soit";
  }
  text.en += ".";
  text.fr += ".";
  return {advice.code, true, subject, std::move(text), advice.actor, advice.next_step};
}

}  // namespace essaimage::shell
