#include "daemon/shell/control/explain/explain_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "proto/day.hpp"

namespace essaimage::shell {

namespace {

using State = core::PeerStatus::State;

std::string name_of(const core::PeerStatus& peer) { return peer.slug.empty() ? peer.transport.hex().substr(0, 8) : peer.slug; }

/// Also while it is dialled again.
bool tells_of(const core::PeerStatus& peer, Errc why) {
  return peer.state != State::connected && peer.last_error && peer.last_error->code == why;
}

Words retry_words(const core::PeerStatus& peer, Instant now) {
  if (!peer.retry_at || *peer.retry_at <= now) return {};
  const auto left = words_of_time(*peer.retry_at - now);
  return {fmt::format("; the next try is in {}", left.en), fmt::format(" ; prochain essai dans {}", left.fr)};
}

Explanation about_unreachable(const Situation& here, const core::PeerStatus& peer) {
  const auto why = error_words(peer.last_error);
  const auto retry = retry_words(peer, here.now);
  const auto name = name_of(peer);
  if (peer.endpoint.empty()) {
    return {"peer-only-inbound",
            false,
            name,
            {fmt::format("{} is not connected, and has told no address: only it can reach us.", name),
             fmt::format("{} n'est pas connecté et n'a donné aucune adresse : lui seul peut nous joindre.", name)},
            Actor::peer,
            {fmt::format("Nothing to do here; see that essaimaged runs at {}.", name),
             fmt::format("Rien à faire ici ; vérifiez que essaimaged tourne chez {}.", name)}};
  }
  return {"peer-unreachable",
          true,
          name,
          {fmt::format("{} does not answer at {}{}{}.", name, peer.endpoint, why.en, retry.en),
           fmt::format("{} ne répond pas à {}{}{}.", name, peer.endpoint, why.fr, retry.fr)},
          Actor::peer,
          {fmt::format("See that essaimaged runs at {} and that its port is open; `essaimagectl "
                       "sync` tries at once.",
                       name),
           fmt::format("Vérifiez que essaimaged tourne chez {} et que son port est ouvert ; "
                       "`essaimagectl sync` "
                       "réessaie tout de suite.",
                       name)}};
}

/// Whoever was admitted once is not just too new to be known.
Explanation about_refusal(const Situation& here, const core::PeerStatus& peer) {
  const auto why = error_words(peer.last_error);
  const auto name = name_of(peer);
  const bool was_admitted = here.roster != nullptr && here.roster->find(here.identity.slug) != nullptr;
  if (was_admitted)
    return {"peer-refuses-us",
            true,
            name,
            {fmt::format("{} refuses to speak with us{}. If this centre was just admitted, {} may not have heard of it yet; else its "
                         "membership may have ended.",
                         name, why.en, name),
             fmt::format("{} refuse de nous parler{}. Si ce centre vient d'être admis, {} ne l'a peut-être pas encore appris ; sinon, "
                         "son adhésion a peut-être pris fin.",
                         name, why.fr, name)},
            Actor::federation,
            {"Ask the federation whether this centre is a member in good standing.",
             "Demandez à la fédération si ce centre est toujours bien membre."}};
  return {"peer-refuses-us",
          true,
          name,
          {fmt::format("{} refuses to speak with us{}.", name, why.en), fmt::format("{} refuse de nous parler{}.", name, why.fr)},
          Actor::federation,
          {"Ask the federation whether this centre is a member in good standing; a peer that has "
           "not yet heard of a new "
           "member accepts it within minutes.",
           "Demandez à la fédération si ce centre est bien membre ; un pair qui n'a pas encore "
           "appris l'arrivée d'un "
           "membre l'accepte en quelques minutes."}};
}

}  // namespace

Words error_words(const std::optional<Error>& error) {
  if (!error) return {};
  return {" (" + to_line(*error, Language::english) + ")", " (" + to_line(*error, Language::french) + ")"};
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::optional<Explanation> about_peer(const Situation& here, const core::PeerStatus& peer) {
  const auto name = name_of(peer);
  switch (peer.state) {
    case State::connected:
      if (peer.level) return std::nullopt;
      return Explanation{"peer-not-level",
                         true,
                         name,
                         {fmt::format("{} is connected; not everything has been exchanged with it yet.", name),
                          fmt::format("{} est connecté ; tout n'a pas encore été échangé avec lui.", name)},
                         Actor::nobody,
                         {"Nothing to do: it goes on by itself; `essaimagectl sync --wait` waits for it.",
                          "Rien à faire : cela se poursuit tout seul ; `essaimagectl sync --wait` l'attend."}};
    case State::connecting:
      return Explanation{"peer-connecting",
                         false,
                         name,
                         {fmt::format("A connection to {} is being made.", name), fmt::format("Une connexion à {} est en cours.", name)},
                         Actor::nobody,
                         {}};
    case State::refused_us:
      if (peer.last_error && (peer.last_error->code == Errc::key_succeeded || peer.last_error->code == Errc::publish_suspended))
        return std::nullopt;  // about_told_succession(), about_told_suspension()
      return about_refusal(here, peer);
    case State::waiting:
    case State::unreachable: return about_unreachable(here, peer);
  }
  return std::nullopt;
}

Explanation about_succession() {
  const auto words = [](Language language) { return describe(Errc::key_succeeded, language); };
  const auto en = words(Language::english), fr = words(Language::french);
  return {"own-key-succeeded",
          true,
          "",
          {fmt::format("No peer speaks with this node any more: {}.", en.cause),
           fmt::format("Plus aucun pair ne parle avec ce nœud : {}.", fr.cause)},
          Actor::admin,
          {std::string(en.next_step) + ".", std::string(fr.next_step) + "."}};
}

std::vector<std::string> who_tell_of(const core::NodeStatus& status, Errc why) {
  std::vector<std::string> names;
  for (const auto& peer : status.peers)
    if (tells_of(peer, why)) names.push_back(name_of(peer));
  return names;
}

std::optional<Instant> told_since(const core::NodeStatus& status, Errc why) {
  std::optional<Instant> first;
  for (const auto& peer : status.peers)
    if (tells_of(peer, why) && peer.error_since) first = std::min(first.value_or(*peer.error_since), *peer.error_since);
  return first;
}

/// The word of peers, unlike about_succession(), which the federation has signed.
Explanation about_told_succession(const std::vector<std::string>& peers) {
  const auto next = [](Language language) { return std::string(describe(Errc::key_succeeded, language).next_step) + "."; };
  const auto names = joined(peers);
  return {
      "peer-tells-key-succeeded",
      true,
      "",
      {fmt::format("{} refuse to speak with this home, and say that the federation has given this centre another key. What is published "
                   "here reaches nobody.",
                   names),
       fmt::format("{} : refus de parler avec ce nœud, au motif que la fédération a donné une autre clé à ce centre. Ce qui est publié "
                   "ici n'arrive chez personne.",
                   names)},
      Actor::admin,
      {next(Language::english), next(Language::french)}};
}

Explanation about_told_suspension(const Situation& here, const std::vector<std::string>& peers) {
  const auto names = joined(peers);
  const auto federation =
      here.roster == nullptr || here.roster->federation_name.empty() ? here.identity.federation_slug : here.roster->federation_name;
  return {"peer-tells-suspended",
          true,
          "",
          {fmt::format("{} refuse to speak with this home, and say that the federation has suspended this centre. What is published here "
                       "reaches nobody, and nothing comes any more.",
                       names),
           fmt::format("{} : refus de parler avec ce nœud, au motif que la fédération a suspendu ce centre. Ce qui est publié ici "
                       "n'arrive chez personne, et plus rien n'arrive.",
                       names)},
          Actor::federation,
          {fmt::format("Ask the federation ({}): it says why, and alone can end it.", federation),
           fmt::format("Demandez à la fédération ({}) : elle dira pourquoi, et elle seule peut y mettre fin.", federation)}};
}

Explanation about_joining(const Situation& here) {
  const auto why = error_words(here.status.join_error);
  return {"not-joined",
          true,
          "",
          {fmt::format("This centre has an invitation of {}, but is not a member yet{}.", here.identity.federation_slug, why.en),
           fmt::format("Ce centre a une invitation de {}, mais n'est pas encore membre{}.", here.identity.federation_slug, why.fr)},
          Actor::federation,
          {"The daemon goes on asking. If it lasts: see that the federation's node runs and can be "
           "reached from here, and "
           "that the invitation has not expired; a new home can be made with a new one.",
           "Le démon continue de demander. Si cela dure : vérifiez que le nœud de la fédération "
           "tourne et qu'il est "
           "joignable d'ici, et que l'invitation n'a pas expiré ; une nouvelle permet de refaire "
           "un nœud."}};
}

Explanation about_suspension(const Situation& here) {
  const Member* self = here.roster == nullptr ? nullptr : here.roster->find(here.identity.slug);
  const std::string why = self == nullptr || self->suspended_why.empty() ? "" : ": " + self->suspended_why;
  return {"suspended",
          true,
          "",
          {fmt::format("The federation has suspended this centre{}. It keeps what it holds and "
                       "gets nothing new.",
                       why),
           fmt::format("La fédération a suspendu ce centre{}. Il garde ce qu'il a et ne reçoit plus rien.", why)},
          Actor::federation,
          {"Talk with the federation.", "Parlez-en avec la fédération."}};
}

Explanation about_confirmation() {
  return {"publishing-unconfirmed",
          true,
          "",
          {"No peer has told yet what this centre published last, so publishing waits: this home "
           "could be an older copy.",
           "Aucun pair n'a encore dit ce que ce centre a publié en dernier ; publier attend donc : "
           "ce nœud pourrait être "
           "une copie ancienne."},
          Actor::admin,
          {"It passes with the first peer that connects; or, if that is of none of this centre's "
           "territories, a minute after the start. `publish --offline` does not wait: use it only if "
           "this home was never copied nor restored from a backup.",
           "Cela passe dès qu'un pair se connecte ; s'il n'est d'aucun territoire de ce centre, une "
           "minute après le démarrage. `publish --offline` n'attend pas : seulement si ce nœud n'a "
           "jamais été copié ni restauré d'une sauvegarde."}};
}

Explanation about_disk(const Situation& here) {
  const auto free = words_of_bytes(here.disk_free_bytes);
  return {"disk-low",
          true,
          "",
          {fmt::format("Only {} are free on the disk of this home.", free.en),
           fmt::format("Il ne reste que {} sur le disque de ce nœud.", free.fr)},
          Actor::admin,
          {"Free some space, or move the home to a larger disk.", "Libérez de la place, ou déplacez le nœud sur un disque plus grand."}};
}

Explanation all_well(const std::string& subject, Words text) { return {"all-well", false, subject, std::move(text), Actor::nobody, {}}; }

Explanation about_nobody_connected() {
  return {"no-peer-connected",
          true,
          "",
          {"No other member is connected: nothing can be exchanged.", "Aucun autre membre n'est connecté : rien ne peut s'échanger."},
          Actor::admin,
          {"Check this computer's network; the reasons for each peer follow.",
           "Vérifiez le réseau de cet ordinateur ; les raisons pour chaque pair suivent."}};
}

Explanation about_absent(const std::string& subject, const Member& centre) {
  return {"not-here",
          true,
          subject,
          {fmt::format("Nothing of that name has reached this node. Either {} has not published "
                       "it, or it has not come "
                       "this far yet, or it is for an audience that this centre is not in.",
                       centre.slug),
           fmt::format("Rien de ce nom n'est arrivé ici. Soit {} ne l'a pas publié, soit ce n'est "
                       "pas encore parvenu "
                       "jusqu'ici, soit sa diffusion n'inclut pas ce centre.",
                       centre.slug)},
          Actor::author,
          {fmt::format("`essaimagectl kits` lists what is known; ask {} for whom it was published.", centre.slug),
           fmt::format("`essaimagectl kits` montre ce qui est connu ; demandez à {} pour qui c'est publié.", centre.slug)}};
}

Explanation about_other_audience(const std::string& subject, const Audience& audience) {
  return {"other-audience",
          true,
          subject,
          {fmt::format("This centre is not in {}, so it is never told whether there is such a feed.", audience.str()),
           fmt::format("Ce centre ne fait pas partie de {} : on ne lui dit jamais si un tel fil existe.", audience.str())},
          Actor::federation,
          {"The federation decides who is in which territory.", "C'est la fédération qui décide qui est dans quel territoire."}};
}

Explanation about_unknown_centre(const std::string& subject, const std::string& centre) {
  return {"centre-unknown", true,
          subject,          {fmt::format("No member is called {}.", centre), fmt::format("Aucun membre ne s'appelle {}.", centre)},
          Actor::author,    {"`essaimagectl member list` names them all.", "`essaimagectl member list` les nomme tous."}};
}

Words words_of_bytes(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 5> english = {"B", "kB", "MB", "GB", "TB"};
  static constexpr std::array<std::string_view, 5> french = {"o", "ko", "Mo", "Go", "To"};
  if (bytes < 1000) return {fmt::format("{} B", bytes), fmt::format("{} o", bytes)};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < english.size()) {
    value /= 1000;
    ++unit;
  }
  auto number = value < 9.95 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
  Words words{fmt::format("{} {}", number, english[unit]), {}};
  std::replace(number.begin(), number.end(), '.', ',');
  words.fr = fmt::format("{} {}", number, french[unit]);
  return words;
}

Words words_of_day(Timestamp time) { return {shown_day(time, Language::english), shown_day(time, Language::french)}; }

Words words_of_time(Duration duration) {
  const auto seconds = std::max<std::int64_t>(0, (duration.count() + 500) / 1000);
  if (seconds < 100) return {fmt::format("{} s", seconds), fmt::format("{} s", seconds)};
  const auto minutes = (seconds + 30) / 60;
  if (minutes < 100) return {fmt::format("{} min", minutes), fmt::format("{} min", minutes)};
  const auto hours = (minutes + 30) / 60;
  if (hours < 48) return {fmt::format("{} h", hours), fmt::format("{} h", hours)};
  return {fmt::format("{} days", (hours + 12) / 24), fmt::format("{} jours", (hours + 12) / 24)};
}

}  // namespace essaimage::shell
