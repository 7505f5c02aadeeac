// Of feeds: frozen, newer elsewhere, lost or damaged here.
#include <fmt/format.h>

#include "daemon/shell/control/explain/explain_parts.hpp"

namespace essaimage::shell {

namespace {

bool own(const Situation& here, const FeedId& feed) { return feed.centre == here.identity.slug; }

/// A thief goes on signing. Against him a centre has the federation; the federation nobody.
void add_thief(const Situation& here, const FeedId& feed, Explanation& forked) {
  if (feed.centre == here.identity.federation_slug) return;
  forked.next_step.en +=
      fmt::format(" If the key was stolen: the federation gives a new one (`essaimagectl member new-key {}`).", feed.centre);
  forked.next_step.fr +=
      fmt::format(" Si la clé a été volée : la fédération en donne une nouvelle (`essaimagectl member new-key {}`).", feed.centre);
}

/// Of the federation's copies, the one that said what members have heard and hold to.
Words way_out(const Situation& here) {
  if (here.identity.is_federation()) {
    return {
        "Stop the other copy for good. Then run `essaimagectl fork resolve` on the one that admitted members or decided last, and say "
        "again there what only the other one had said.",
        "Arrêtez définitivement l'autre copie. Puis lancez `essaimagectl fork resolve` sur celle qui a admis des membres ou décidé en "
        "dernier, et redites-y ce que seule l'autre avait dit."};
  }
  return {
      "Stop the other copy for good. Then run `essaimagectl fork resolve` on the one whose kits are right, and publish again there what "
      "only the other one had published.",
      "Arrêtez définitivement l'autre copie. Puis lancez `essaimagectl fork resolve` sur celle dont les kits sont les bons, et "
      "publiez-y à nouveau ce que seule l'autre avait publié."};
}

}  // namespace

Explanation about_frozen(const Situation& here, const FeedId& feed) {
  const auto name = feed.str();
  if (own(here, feed)) {
    Explanation forked{
        "own-feed-forked",
        true,
        name,
        {fmt::format(
             "Our own feed {} is frozen: two different publications carry the same number. That happens when two copies of this home "
             "publish (a restored backup, a cloned card).",
             name),
         fmt::format(
             "Notre propre fil {} est gelé : deux publications différentes portent le même numéro. Cela arrive quand deux copies de ce "
             "nœud publient (sauvegarde restaurée, carte clonée).",
             name)},
        Actor::admin,
        way_out(here)};
    add_thief(here, feed, forked);
    return forked;
  }
  Explanation forked{
      "feed-forked",
      true,
      name,
      {fmt::format("The feed {} is frozen: {} signed two different publications with the same number. What came before stays usable; "
                   "nothing newer is taken.",
                   name, feed.centre),
       fmt::format("Le fil {} est gelé : {} a signé deux publications différentes avec le même numéro. Ce qui précède reste utilisable ; "
                   "rien de plus récent n'est pris.",
                   name, feed.centre)},
      Actor::author,
      {fmt::format(
           "Tell {}: it must stop one of its two copies for good, and run `essaimagectl fork resolve` on the other, which frees the feed.",
           feed.centre),
       fmt::format(
           "Prévenez {} : il faut y arrêter définitivement l'une des deux copies, et lancer `essaimagectl fork resolve` sur l'autre, ce "
           "qui libère le fil.",
           feed.centre)}};
  add_thief(here, feed, forked);
  return forked;
}

Explanation about_wanted(const core::FeedStatus& feed) {
  const auto name = feed.held.feed.str();
  const auto why = error_words(feed.last_error);
  const auto wanted = feed.wanted->order.str();
  const bool nothing = feed.held.order.seq == 0;
  const Words held = nothing ? Words{"nothing", "rien"} : Words{feed.held.order.str(), feed.held.order.str()};
  if (feed.holders.empty()) {
    return {"feed-wanted-no-holder",
            true,
            name,
            {fmt::format("The feed {} has news ({}; here: {}), but no connected peer holds it{}.", name, wanted, held.en, why.en),
             fmt::format("Le fil {} a du nouveau ({} ; ici : {}), mais aucun pair connecté ne l'a{}.", name, wanted, held.fr, why.fr)},
            Actor::peer,
            {"It comes when a peer that holds it connects; `essaimagectl peers` says who is away.",
             "Cela viendra quand un pair qui l'a se connectera ; `essaimagectl peers` dit qui est "
             "absent."}};
  }
  Words next{"Nothing to do: it goes on by itself.", "Rien à faire : cela se poursuit tout seul."};
  // Objects of it may be lost at its author's, where nobody else has them.
  if (feed.last_error && !feed.fetching) {
    const auto names = joined(feed.holders);
    next = {fmt::format("It is tried again by itself. If it lasts, somebody at {} has to look at `essaimagectl explain` there.", names),
            fmt::format("De nouveaux essais suivent tout seuls. Si cela dure, il faut regarder `essaimagectl explain` chez {}.", names)};
  }
  return {feed.fetching ? "feed-fetching" : "feed-wanted",
          true,
          name,
          {fmt::format("The feed {} has news ({}; here: {}) {} {}{}.", name, wanted, held.en,
                       feed.fetching ? "and is being fetched from" : "and waits to be fetched from", joined(feed.holders), why.en),
           fmt::format("Le fil {} a du nouveau ({} ; ici : {}), {} {}{}.", name, wanted, held.fr,
                       feed.fetching ? "en cours de réception depuis" : "en attente de réception depuis", joined(feed.holders), why.fr)},
          Actor::nobody,
          next};
}

Explanation about_lost(const Situation& here, const core::FeedStatus& feed) {
  const auto name = feed.held.feed.str();
  const Words what{fmt::format("Something of the feed {}, which was here, is lost or damaged on this disk", name),
                   fmt::format("Une partie du fil {}, qui était ici, est perdue ou abîmée sur ce disque", name)};
  if (feed.holders.empty() && feed.held.feed.centre == here.identity.slug) {
    return {"own-feed-lost",
            true,
            name,
            {what.en + "; no connected peer holds it as it was.", what.fr + " ; aucun pair connecté ne l'a tel qu'il était."},
            Actor::admin,
            {"Publish the folders of this centre's kits once more, as they were (`essaimagectl publish DIR`): texts that nobody else has "
             "yet come back by that. A peer that holds the feed brings it again when it connects. What `essaimagectl verify` still names "
             "after that only a backup of library.git brings back; until then nothing that is published here goes on to others. Look at "
             "the disk.",
             "Publiez une nouvelle fois les dossiers des kits de ce centre, tels qu'ils étaient (`essaimagectl publish DOSSIER`) : les "
             "textes que personne d'autre n'a encore reviennent ainsi. Un pair qui a le fil le rapportera quand il se connectera. Ce que "
             "`essaimagectl verify` nomme encore ensuite, seule une sauvegarde de library.git le rétablit ; d'ici là, rien de ce qui est "
             "publié ici ne part vers les autres. Vérifiez le disque."}};
  }
  if (feed.holders.empty()) {
    return {"feed-lost-no-holder",
            true,
            name,
            {what.en + "; no connected peer holds it.", what.fr + " ; aucun pair connecté ne l'a."},
            Actor::peer,
            {"It comes again when a peer that holds it connects; `essaimagectl peers` says who is away. Look at the disk if it "
             "happens once more.",
             "Elle reviendra quand un pair qui l'a se connectera ; `essaimagectl peers` dit qui est absent. Vérifiez le disque si "
             "cela se reproduit."}};
  }
  return {"feed-lost",
          true,
          name,
          {fmt::format("{}; it is fetched once more from {}.", what.en, joined(feed.holders)),
           fmt::format("{} ; il est redemandé à {}.", what.fr, joined(feed.holders))},
          Actor::nobody,
          {"Nothing to do: it goes on by itself. Look at the disk if it happens once more.",
           "Rien à faire : cela se poursuit tout seul. Vérifiez le disque si cela se reproduit."}};
}

}  // namespace essaimage::shell
