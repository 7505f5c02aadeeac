#include "daemon/shell/control/explain_hold.hpp"

#include <fmt/format.h>

namespace essaimage::shell {

using store::HoldReason;

Words words_of(HoldReason why) {
  switch (why) {
    case HoldReason::dropped: return {"it was dropped here", "il a été retiré ici"};
    case HoldReason::policy_none: return {"this node holds only what it is asked to", "ce nœud ne garde que ce qu'on lui demande"};
    case HoldReason::elsewhere: return {"it is of none of this centre's territories", "il n'est d'aucun des territoires de ce centre"};
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

Explanation about_not_held(const store::KitSummary& kit) {
  const auto size = words_of_bytes(kit.not_held.bytes);
  const auto why = words_of(kit.why_not.value_or(HoldReason::policy_none));
  const auto id = kit.row.id.str();
  return {"media-not-held",
          false,
          id,
          {fmt::format("{} of its {} media files ({}) are not held here: {}.", kit.not_held.files, kit.media_total, size.en, why.en),
           fmt::format("{} de ses {} médias ({}) ne sont pas gardés ici : {}.", kit.not_held.files, kit.media_total, size.fr, why.fr)},
          Actor::admin,
          {fmt::format("`essaimagectl fetch {}` brings them; `essaimagectl kit show {}` says who has them.", id, id),
           fmt::format("`essaimagectl fetch {}` les apporte ; `essaimagectl kit show {}` dit qui les a.", id, id)}};
}

Explanation about_room(HoldReason why, const store::KeptBack& waiting) {
  const auto size = words_of_bytes(waiting.bytes);
  const auto reason = words_of(why);
  const bool disk = why == HoldReason::disk;
  return {disk ? "media-wait-for-disk" : "media-wait-for-quota",
          disk,  // a quota is the admin's own wish
          "",
          {fmt::format("{} media files ({}) wait for room: {}.", waiting.files, size.en, reason.en),
           fmt::format("{} médias ({}) attendent de la place : {}.", waiting.files, size.fr, reason.fr)},
          Actor::admin,
          {disk ? "Free some of the disk, drop kits (`essaimagectl drop`), or lower `free_gib_min`; `essaimagectl hold` says more."
                : "Raise `quota_gib`, or drop kits (`essaimagectl drop`); `essaimagectl hold` says more.",
           disk ? "Libérez du disque, retirez des kits (`essaimagectl drop`), ou baissez `free_gib_min` ; `essaimagectl hold` en dit plus."
                : "Augmentez `quota_gib`, ou retirez des kits (`essaimagectl drop`) ; `essaimagectl hold` en dit plus."}};
}

}  // namespace essaimage::shell
