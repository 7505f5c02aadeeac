#include "daemon/shell/control/explain/explain_hold.hpp"

#include <fmt/format.h>

#include "daemon/shell/control/explain/explain_parts.hpp"
#include "proto/counted.hpp"

namespace essaimage::shell {

using store::HoldReason;

Words words_of(HoldReason why) {
  switch (why) {
    case HoldReason::dropped: return {"it was dropped here", "il a été retiré ici"};
    case HoldReason::policy_none: return {"this node holds only what it is asked to", "ce nœud ne garde que ce qu'on lui demande"};
    case HoldReason::elsewhere: return {"it is of none of this centre's territories", "il n'est d'aucun des territoires de ce centre"};
    case HoldReason::not_in_catalogue: return {"this node holds kits of the catalogue alone", "ce nœud ne garde que les kits du catalogue"};
    case HoldReason::not_adopted: return {"this node holds adopted kits alone", "ce nœud ne garde que les kits adoptés"};
    case HoldReason::kind: return {"this node holds kits of other kinds", "ce nœud garde des kits d'autres genres"};
    case HoldReason::theme: return {"this node holds kits of other themes", "ce nœud garde des kits d'autres thèmes"};
    case HoldReason::file_size: return {"the files are larger than this node holds", "les fichiers dépassent la taille que ce nœud garde"};
    case HoldReason::quota: return {"the quota of media is used up", "le quota de médias est atteint"};
    case HoldReason::disk: return {"too little of the disk is free", "il reste trop peu de place sur le disque"};
    case HoldReason::own:
    case HoldReason::pinned:
    case HoldReason::fetched:
    case HoldReason::policy: break;
  }
  return {"it is held", "il est gardé"};
}

namespace {

/// What brings a kit that is not held: asking for it, or room where that is what it waits for.
Words advice_of(HoldReason why, const std::string& id) {
  if (why == HoldReason::quota)
    return {
        "Raise `quota_gib` in essaimage.toml, or drop other kits (`essaimagectl drop`): it then comes by itself. `essaimagectl hold` says more.",
        "Augmentez `quota_gib` dans essaimage.toml, ou retirez d'autres kits (`essaimagectl drop`) : il viendra alors tout seul. "
        "`essaimagectl hold` en dit plus."};
  if (why == HoldReason::disk)
    return {
        "Free some of the disk, drop other kits (`essaimagectl drop`), or lower `free_gib_min` in essaimage.toml: it then comes by itself.",
        "Libérez du disque, retirez d'autres kits (`essaimagectl drop`), ou baissez `free_gib_min` dans essaimage.toml : il viendra alors "
        "tout seul."};
  if (why == HoldReason::not_adopted)
    return {
        fmt::format(
            "If this centre uses it, `essaimagectl kit adopt {}` says so and brings what lacks; `essaimagectl fetch {}` brings it without.",
            id, id),
        fmt::format(
            "Si ce centre l'utilise, `essaimagectl kit adopt {}` le dit et apporte ce qui manque ; `essaimagectl fetch {}` l'apporte sans le dire.",
            id, id)};
  return {fmt::format("`essaimagectl fetch {}` brings what lacks; `essaimagectl kit show {}` says who has them.", id, id),
          fmt::format("`essaimagectl fetch {}` apporte ce qui manque ; `essaimagectl kit show {}` dit qui les a.", id, id)};
}

}  // namespace

Explanation about_not_held(const store::KitSummary& kit) {
  const auto size = words_of_bytes(kit.not_held.bytes);
  const auto reason = kit.why_not.value_or(HoldReason::policy_none);
  const auto why = words_of(reason);
  const auto id = kit.row.id.str();
  const auto of_all = [&](Language language) { return counted(kit.media_total, media_files, language); };
  const bool one = kit.not_held.files == 1;
  return {"media-not-held",
          false,
          id,
          {fmt::format("{} of its {} ({}) {} not held here: {}.", kit.not_held.files, of_all(Language::english), size.en,
                       one ? "is" : "are", why.en),
           fmt::format("{} de ses {} ({}) {} ici : {}.", kit.not_held.files, of_all(Language::french), size.fr,
                       one ? "n'est pas gardé" : "ne sont pas gardés", why.fr)},
          Actor::admin,
          advice_of(reason, id)};
}

Explanation about_room(HoldReason why, const store::KeptBack& waiting) {
  const auto media = words_of_media(waiting.files, waiting.bytes);
  const auto reason = words_of(why);
  const bool disk = why == HoldReason::disk;
  const bool one = waiting.files == 1;
  return {disk ? "media-wait-for-disk" : "media-wait-for-quota",
          disk,  // a quota is the admin's own wish
          "",
          {fmt::format("{} {} for room: {}.", media.en, one ? "waits" : "wait", reason.en),
           fmt::format("{} {} de la place : {}.", media.fr, one ? "attend" : "attendent", reason.fr)},
          Actor::admin,
          {disk ? "Free some of the disk, drop kits (`essaimagectl drop`), or lower `free_gib_min`; `essaimagectl hold` says more."
                : "Raise `quota_gib`, or drop kits (`essaimagectl drop`); `essaimagectl hold` says more.",
           disk ? "Libérez du disque, retirez des kits (`essaimagectl drop`), ou baissez `free_gib_min` ; `essaimagectl hold` en dit plus."
                : "Augmentez `quota_gib`, ou retirez des kits (`essaimagectl drop`) ; `essaimagectl hold` en dit plus."}};
}

}  // namespace essaimage::shell
