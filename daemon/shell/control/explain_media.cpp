// What is said of media that are lacking.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/shell/control/explain_parts.hpp"

namespace essaimage::shell {

namespace {

/// By a pause, or because of the hour.
Explanation about_rest(Traffic::Rest rest, const std::string& subject, const Lacking& lacking) {
  const auto size = words_of_bytes(lacking.bytes);
  const bool paused = rest == Traffic::Rest::paused;
  return {paused ? "media-paused" : "media-not-now",
          true,
          subject,
          {fmt::format("{} media files ({}) are lacking, and {}.", lacking.files, size.en,
                       paused ? "media are paused on this node" : "media do not move at this hour"),
           fmt::format("{} médias ({}) manquent, et {}.", lacking.files, size.fr,
                       paused ? "les médias sont en pause sur ce nœud" : "les médias ne circulent pas à cette heure")},
          paused ? Actor::admin : Actor::nobody,
          {paused ? "`essaimagectl resume` lets them move again."
                  : "They come at the hours of the section [traffic] of essaimage.toml.",
           paused ? "`essaimagectl resume` les laisse repartir."
                  : "Ils viendront aux heures de la section [traffic] d'essaimage.toml."}};
}

}  // namespace

void Lacking::add(const core::MediaStatus& media) {
  ++files;
  bytes += media.bytes - std::min(media.bytes, media.here_bytes);
  holders.insert(media.holders.begin(), media.holders.end());
  without_holder += media.holders.empty();
}

Explanation about_media(const Situation& here, const std::string& subject, const Lacking& lacking) {
  if (here.rest != Traffic::Rest::none) return about_rest(here.rest, subject, lacking);
  const auto size = words_of_bytes(lacking.bytes);
  const std::vector<std::string> holders(lacking.holders.begin(), lacking.holders.end());
  if (holders.empty()) {
    return {
        "media-lacking-no-holder",
        true,
        subject,
        {fmt::format(
             "{} media files ({}) are lacking, and no connected peer is known to hold them.",
             lacking.files, size.en),
         fmt::format("{} médias ({}) manquent, et aucun pair connecté ne semble les avoir.",
                     lacking.files, size.fr)},
        Actor::peer,
        {"They come when a peer that holds them connects; `essaimagectl peers` says who is away.",
         "Ils viendront quand un pair qui les a se connectera ; `essaimagectl peers` dit qui est "
         "absent."}};
  }
  const Words rest =
      lacking.without_holder == 0
          ? Words{}
          : Words{fmt::format("; {} of them are held by no connected peer", lacking.without_holder),
                  fmt::format(" ; {} ne sont chez aucun pair connecté", lacking.without_holder)};
  return {"media-lacking",
          true,
          subject,
          {fmt::format("{} media files ({}) are lacking; held by: {}{}.", lacking.files, size.en,
                       joined(holders), rest.en),
           fmt::format("{} médias ({}) manquent ; présents chez : {}{}.", lacking.files, size.fr,
                       joined(holders), rest.fr)},
          Actor::nobody,
          {"Nothing to do: they are being fetched; `essaimagectl sync --wait` waits for them.",
           "Rien à faire : ils arrivent ; `essaimagectl sync --wait` les attend."}};
}

}  // namespace essaimage::shell
