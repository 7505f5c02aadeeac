#include "daemon/shell/control/explain/explain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/shell/control/explain/explain_federation.hpp"
#include "daemon/shell/control/explain/explain_hold.hpp"
#include "daemon/shell/control/explain/explain_parts.hpp"
#include "daemon/shell/control/readiness.hpp"
#include "proto/counted.hpp"

namespace essaimage::shell {

namespace {

using State = core::PeerStatus::State;

const core::PeerStatus* find_peer(const Situation& here, const std::string& slug) {
  for (const auto& peer : here.status.peers)
    if (peer.slug == slug) return &peer;
  return nullptr;
}

const core::FeedStatus* find_feed(const Situation& here, const FeedId& feed) {
  for (const auto& entry : here.status.feeds)
    if (entry.held.feed == feed) return &entry;
  return nullptr;
}

/// It was a member, and is one still.
bool has_lost_word(const Situation& here) {
  const auto* word = find_feed(here, {here.identity.federation_slug, Audience{}});
  return word != nullptr && word->lacking;
}

void add_feed(const Situation& here, const core::FeedStatus& feed, Explanations& out) {
  if (feed.frozen) out.push_back(about_frozen(here, feed.held.feed));
  if (feed.lacking) out.push_back(about_lost(here, feed));
  else if (feed.wanted && !feed.frozen) out.push_back(about_wanted(feed));
}

void add_feeds_and_media(const Situation& here, Explanations& out) {
  for (const auto& feed : here.status.feeds) add_feed(here, feed, out);
  Arrival lacking;
  for (const auto& media : here.status.media) lacking.add(media);
  if (lacking.coming()) out.push_back(about_media(here, "", lacking));
  for (const auto& [why, waiting] : here.not_held)
    if (store::waits_for_room(why)) out.push_back(about_room(why, waiting));
}

/// This centre's own, as the federation has signed it, or else as peers tell it.
void add_suspension(const Situation& here, Explanations& out) {
  const auto told = who_tell_of(here.status, Errc::publish_suspended);
  if (here.status.suspended) out.push_back(about_suspension(here));
  else if (!told.empty()) out.push_back(about_told_suspension(here, told));
}

/// Why nothing may come from a centre at all just now.
void add_centre(const Situation& here, const std::string& centre, Explanations& out) {
  add_suspension(here, out);
  const auto* member = here.roster->find(centre);
  if (member != nullptr && member->suspended) {
    for (auto& found : explain_peer(here, *member)) out.push_back(std::move(found));
  }
}

/// What the library itself found damaged. What peers have comes again by itself, and is told of as lacking until then.
void add_damage(const Situation& here, Explanations& out) {
  constexpr std::size_t told_max = 3;
  std::size_t told = 0;
  for (const auto& problem : here.problems) {
    if (problem.error.code != Errc::corrupt && problem.error.code != Errc::object_missing) continue;
    if (++told > told_max) return;
    const auto words = [&](Language language) { return problem.where + ": " + to_line(problem.error, language); };
    out.push_back({"library-damaged",
                   true,
                   "",
                   {fmt::format("Something of the library is damaged or lacking: {}.", words(Language::english)),
                    fmt::format("Une partie de la bibliothèque est abîmée ou manque : {}.", words(Language::french))},
                   Actor::admin,
                   {"Peers bring back what they have; `essaimagectl verify` lists what lacks still. Of kits of this centre that nobody "
                    "else has yet, publish the folders once more. Look at the disk; a backup of library.git brings back the rest.",
                    "Les pairs rapportent ce qu'ils ont ; `essaimagectl verify` dit ce qui manque encore. Les kits de ce centre que "
                    "personne d'autre n'a encore, publiez-en les dossiers une nouvelle fois. Vérifiez le disque ; une sauvegarde de "
                    "library.git rétablit le reste."}});
  }
}

}  // namespace

Explanations explain_node(const Situation& here) {
  Explanations out;
  add_damage(here, out);
  if (here.key_succeeded) {
    out.push_back(about_succession());
  } else if (const auto told = who_tell_of(here.status, Errc::key_succeeded); !told.empty()) {
    out.push_back(about_told_succession(told));
  } else if (!here.status.joined && !has_lost_word(here)) {
    out.push_back(about_joining(here));
  }
  add_suspension(here, out);
  if (here.disk_free_bytes < disk_low_bytes) out.push_back(about_disk(here));
  if (here.status.joined && !here.status.own_heads_confirmed) out.push_back(about_confirmation());
  add_federation(here, out);
  for (const auto& due : here.due)
    if (due.outlook != DueKit::Outlook::whole) out.push_back(about_due(due, civil_now()));
  add_feeds_and_media(here, out);
  const auto& peers = here.status.peers;
  const bool any = std::any_of(peers.begin(), peers.end(), [](const auto& p) { return p.state == State::connected; });
  // Whoever refuses us has been reached: then the network is not what is wrong.
  const bool reached = any || std::any_of(peers.begin(), peers.end(), [](const auto& p) { return p.state == State::refused_us; });
  const bool alone = here.roster != nullptr && here.roster->members.size() <= 1;
  if (here.status.joined && !reached && !alone) out.push_back(about_nobody_connected());
  for (const auto& peer : peers)
    if (auto found = about_peer(here, peer)) out.push_back(std::move(*found));
  if (std::none_of(out.begin(), out.end(), [](const auto& e) { return e.problem; })) {
    out.push_back(all_well("", {"All is well: level with every peer that can be reached, nothing is lacking.",
                                "Tout va bien : à jour avec tous les pairs joignables, rien ne manque."}));
  }
  return out;
}

Explanations explain_peer(const Situation& here, const Member& member) {
  Explanations out;
  if (member.slug == here.identity.slug) return explain_node(here);
  if (member.suspended) {
    const auto why = member.suspended_why.empty() ? "" : ": " + member.suspended_why;
    out.push_back({"peer-suspended",
                   true,
                   member.slug,
                   {fmt::format("The federation has suspended {}{}. Nothing is exchanged with it.", member.slug, why),
                    fmt::format("La fédération a suspendu {}{}. Rien n'est échangé avec ce centre.", member.slug, why)},
                   Actor::federation,
                   {"Only the federation can end it.", "Seule la fédération peut y mettre fin."}});
    return out;
  }
  const auto* peer = find_peer(here, member.slug);
  if (peer == nullptr) {
    out.push_back({"peer-not-tried",
                   false,
                   member.slug,
                   {fmt::format("No connection with {} is kept now: its feeds come through other peers.", member.slug),
                    fmt::format("Aucune connexion avec {} en ce moment : ses fils arrivent par d'autres pairs.", member.slug)},
                   Actor::nobody,
                   {}});
  } else if (auto found = about_peer(here, *peer)) {
    out.push_back(std::move(*found));
  }
  for (const auto& feed : here.status.feeds) {
    if (feed.held.feed.centre == member.slug) add_feed(here, feed, out);
  }
  add_neighbours(here, member, out);
  if (out.empty())
    out.push_back(all_well(member.slug, {fmt::format("{} is connected and level with us.", member.slug),
                                         fmt::format("{} est connecté et à jour avec nous.", member.slug)}));
  return out;
}

Explanations explain_feed(const Situation& here, const FeedId& feed) {
  Explanations out;
  if (here.roster == nullptr) return explain_node(here);
  const auto* member = here.roster->find(feed.centre);
  if (member == nullptr) return {about_unknown_centre(feed.str(), feed.centre)};
  if (!here.roster->may_hold(here.identity.slug, feed.audience) && !here.status.suspended)
    return {about_other_audience(feed.str(), feed.audience)};
  add_centre(here, feed.centre, out);
  const auto* known = find_feed(here, feed);
  if (known != nullptr) add_feed(here, *known, out);
  if (!out.empty()) return out;
  if (known == nullptr || known->held.order.seq == 0) return {about_absent(feed.str(), *member)};
  const auto order = known->held.order.str();
  return {all_well(feed.str(), {fmt::format("The newest state that anybody has told of is here ({}).", order),
                                fmt::format("L'état le plus récent que l'on ait annoncé est ici ({}).", order)})};
}

Explanations explain_kit(const Situation& here, const KitId& id, const std::optional<store::KitSummary>& kit) {
  Explanations out;
  if (here.roster == nullptr) return explain_node(here);
  const auto* member = here.roster->find(id.centre);
  if (!kit) {
    if (member == nullptr) return {about_unknown_centre(id.str(), id.centre)};
    const bool lost =
        std::ranges::any_of(here.status.feeds, [&](const auto& feed) { return feed.lacking && feed.held.feed.centre == id.centre; });
    if (!lost) out.push_back(about_absent(id.str(), *member));
  }
  add_centre(here, id.centre, out);
  // Of our own audiences alone: a feed that we may not hold is never in the status.
  for (const auto& feed : here.status.feeds)
    if (feed.held.feed.centre == id.centre) add_feed(here, feed, out);
  if (kit) {
    Arrival lacking;
    const auto& media = kit->row.media;
    for (const auto& entry : here.status.media) {
      const bool ours = std::any_of(media.begin(), media.end(), [&](const auto& named) { return named.media == entry.media; });
      if (ours) lacking.add(entry);
    }
    if (lacking.coming()) out.push_back(about_media(here, id.str(), lacking));
  }
  for (const auto& due : here.due)
    if (due.kit == id && due.outlook != DueKit::Outlook::whole) out.insert(out.begin(), about_due(due, civil_now()));
  const bool lacks = !out.empty();
  if (kit && kit->not_held.files > 0) out.push_back(about_not_held(*kit));
  // What is absent or lacking may lie with a peer that is away.
  if (lacks) {
    for (const auto& peer : here.status.peers)
      if (peer.state != State::connected)
        if (auto found = about_peer(here, peer)) out.push_back(std::move(*found));
  }
  if (!out.empty()) return out;
  return {all_well(id.str(), {fmt::format("Version {} is here, whole ({}, {}).", kit->row.version,
                                          counted(kit->row.files, files_counted, Language::english), words_of_bytes(kit->row.bytes).en),
                              fmt::format("La version {} est ici, entière ({}, {}).", kit->row.version,
                                          counted(kit->row.files, files_counted, Language::french), words_of_bytes(kit->row.bytes).fr)})};
}

}  // namespace essaimage::shell
