#include "daemon/shell/control/explain/explain_federation.hpp"

#include <fmt/format.h>

#include "proto/counted.hpp"

namespace essaimage::shell {

namespace {

constexpr std::int64_t day_seconds = 86'400;
constexpr Noun days_counted{{"day", "jour"}, {"days", "jours"}};

Explanation about_old_word(const store::Identity& identity, Timestamp heartbeat, std::int64_t days) {
  const auto when = words_of_day(heartbeat);
  const auto age = [&](Language language) { return counted(static_cast<std::uint64_t>(days), days_counted, language); };
  if (identity.is_federation()) {
    return {"federation-silent",
            true,
            "",
            {fmt::format("This node last signed the time on {}, {} ago: other centres see the federation as silent.", when.en,
                         age(Language::english)),
             fmt::format("Ce nœud a signé l'heure pour la dernière fois le {}, il y a {} : les autres centres voient la fédération muette.",
                         when.fr, age(Language::french))},
            Actor::admin,
            {"Check the clock. If it is right: `essaimagectl federation heartbeat`.",
             "Vérifiez l'horloge. Si elle est juste : `essaimagectl federation heartbeat`."}};
  }
  return {
      "federation-silent",
      true,
      "",
      {fmt::format("The federation's word is of {}; {} old: the federation's node may be off.", when.en, age(Language::english)),
       fmt::format("La parole de la fédération date du {}, il y a {} : son nœud est peut-être éteint.", when.fr, age(Language::french))},
      Actor::federation,
      {"What was decided since is not known here. Ask the federation whether its node runs.",
       "Ce qui a été décidé depuis n'est pas connu ici. Demandez à la fédération si son nœud tourne."}};
}

/// Of the time in the federation's feed, to follow "No time that the federation has signed counts here: ".
Words words_of_lack(const store::FederationView& view) {
  const auto heartbeat = view.roles.find(std::string(store::role_heartbeat));
  const auto end = heartbeat != view.roles.end() && heartbeat->second.expires ? words_of_day(*heartbeat->second.expires) : Words{};
  switch (view.time_lack.value_or(store::TimeLack::absent)) {
    case store::TimeLack::absent: return {"its feed has none", "son fil n'en a aucune"};
    case store::TimeLack::form: return {"the one in its feed cannot be read", "celle de son fil est illisible"};
    case store::TimeLack::key:
      return {"no key of its role `heartbeat` has signed the one in its feed",
              "aucune clé de son rôle `heartbeat` n'a signé celle de son fil"};
    case store::TimeLack::role_over: break;
  }
  return {fmt::format("the one in its feed is of after the end of its role `heartbeat`, {}", end.en),
          fmt::format("celle de son fil est d'après la fin de son rôle `heartbeat`, le {}", end.fr)};
}

/// How old the word is cannot be told then; nor is a dead clock found out.
Explanation about_no_time(const store::Identity& identity, const store::FederationView& view) {
  const auto why = words_of_lack(view);
  const auto clock = words_of_day(view.clock);
  const bool over = view.time_lack == store::TimeLack::role_over;
  const bool ours = identity.is_federation();
  Explanation told{
      "time-unsigned",
      true,
      "",
      {fmt::format("No time that the federation has signed counts here: {}. How old its word is cannot be told; what runs out is "
                   "judged by this computer's clock alone, {}.",
                   why.en, clock.en),
       fmt::format("Aucune heure signée par la fédération ne compte ici : {}. On ne peut dire de quand date sa parole ; ce qui expire "
                   "est jugé par la seule horloge de cet ordinateur, {}.",
                   why.fr, clock.fr)},
      ours && !over ? Actor::admin : Actor::federation,
      {}};
  if (over) {
    told.next_step = {
        "Who holds the root keys renews it: `essaimagectl federation role set heartbeat --expires DATE`; then, on the federation's "
        "node: `essaimagectl federation heartbeat`.",
        "Les détenteurs des clés racines le renouvellent : `essaimagectl federation role set heartbeat --expires DATE` ; puis, sur le "
        "nœud de la fédération : `essaimagectl federation heartbeat`."};
  } else if (ours) {
    told.next_step = {
        "Check the clock. If it is right: `essaimagectl federation heartbeat`. Should it be told again, somebody else may have this "
        "node's key.",
        "Vérifiez l'horloge. Si elle est juste : `essaimagectl federation heartbeat`. Si cela revient, quelqu'un d'autre a peut-être "
        "la clé de ce nœud."};
  } else {
    told.next_step = {
        "Check the clock, and ask the federation what is new: its news may be kept from this node. On its node: `essaimagectl "
        "federation heartbeat`.",
        "Vérifiez l'horloge, et demandez à la fédération ce qu'il y a de neuf : on cache peut-être ses nouvelles à ce nœud. Sur son "
        "nœud : `essaimagectl federation heartbeat`."};
  }
  return told;
}

Explanation about_clock_beyond(const store::FederationView& view) {
  return {
      "clock-beyond",
      true,
      "",
      {fmt::format("This computer's clock says {}, more than 30 days after the federation's signed time of {}. It is not believed: what "
                   "runs out is judged by the latter.",
                   words_of_day(view.clock).en, words_of_day(*view.heartbeat).en),
       fmt::format(
           "L'horloge de cet ordinateur dit {}, plus de 30 jours après l'heure signée par la fédération le {}. Elle n'est pas crue : "
           "ce qui expire est jugé par cette dernière.",
           words_of_day(view.clock).fr, words_of_day(*view.heartbeat).fr)},
      Actor::admin,
      {"Check the clock; if it is right, the federation's node has been off.",
       "Vérifiez l'horloge ; si elle est juste, le nœud de la fédération est resté éteint."}};
}

Explanation about_clock_behind(const store::FederationView& view) {
  return {
      "clock-behind",
      true,
      "",
      {fmt::format(
           "This computer's clock says {}, before the federation's signed time of {}, which counts instead. What cannot be undone waits: "
           "media whose consent has ended by that time are given out no more, and not erased here yet.",
           words_of_day(view.clock).en, words_of_day(*view.heartbeat).en),
       fmt::format(
           "L'horloge de cet ordinateur dit {}, avant l'heure signée par la fédération le {}, qui compte à sa place. Ce qui est sans retour "
           "attend : les médias dont l'accord est fini à cette heure ne sont plus donnés, mais pas encore effacés ici.",
           words_of_day(view.clock).fr, words_of_day(*view.heartbeat).fr)},
      Actor::admin,
      {"Set the clock. If it is right, tell the federation: somebody else may have its heartbeat key (`essaimagectl federation role rotate heartbeat`).",
       "Réglez l'horloge. Si elle est juste, prévenez la fédération : quelqu'un d'autre a peut-être sa clé d'heure signée (`essaimagectl federation role "
       "rotate heartbeat`)."}};
}

Explanation about_role(const std::string& name, Timestamp expires, bool over) {
  const auto day = words_of_day(expires);
  const Words text =
      over ? Words{fmt::format("The federation's role `{}` ran out on {}. What it said is still in force; nothing new by it is taken.",
                               name, day.en),
                   fmt::format("Le rôle `{}` de la fédération a expiré le {}. Ce qu'il a dit reste en vigueur ; rien de nouveau "
                               "n'est accepté de lui.",
                               name, day.fr)}
           : Words{fmt::format("The federation's role `{}` runs out on {}.", name, day.en),
                   fmt::format("Le rôle `{}` de la fédération expire le {}.", name, day.fr)};
  return {over ? "role-expired" : "role-expires",
          true,
          "",
          text,
          Actor::federation,
          {fmt::format("Who holds the root keys renews it: `essaimagectl federation role set {} --expires DATE`.", name),
           fmt::format("Les détenteurs des clés racines le renouvellent : `essaimagectl federation role set {} --expires DATE`.", name)}};
}

/// A lost key of its could not be replaced while the members role is out of reach.
Explanation about_neighbours(const Roster& roster, const Member& member) {
  const auto able = roster.able_neighbours(member).size();
  return {"neighbours-too-few",
          true,
          member.slug,
          {fmt::format("Of the neighbours of {}, {} can sign, and {} have to: they could not give it a new key now.", member.slug, able,
                       member.neighbours_needed),
           fmt::format("Parmi les voisins de {}, {} peuvent signer, et il en faut {} : ils ne pourraient pas lui donner une nouvelle clé.",
                       member.slug, able, member.neighbours_needed)},
          Actor::federation,
          {fmt::format("Agree on others, and on the federation's node: `essaimagectl member neighbours {} --of A,B,C`.", member.slug),
           fmt::format("Convenez d'autres voisins, puis, sur le nœud de la fédération : `essaimagectl member neighbours {} --of A,B,C`.",
                       member.slug)}};
}

}  // namespace

std::optional<std::int64_t> days_since_word(const store::FederationView& view) {
  if (!view.heartbeat || view.clock < *view.heartbeat) return std::nullopt;
  return (view.clock.seconds - view.heartbeat->seconds) / day_seconds;
}

void add_neighbours(const Situation& here, const Member& member, Explanations& out) {
  if (here.roster == nullptr || member.suspended) return;
  if (here.roster->able_neighbours(member).size() < member.neighbours_needed) out.push_back(about_neighbours(*here.roster, member));
}

void add_word(const store::Identity& identity, const store::FederationView& view, Explanations& out) {
  if (!view.heartbeat) out.push_back(about_no_time(identity, view));
  const auto days = days_since_word(view);
  if (days && *days >= word_old_days) out.push_back(about_old_word(identity, *view.heartbeat, *days));
  if (view.judged.clock_ignored) out.push_back(about_clock_beyond(view));
  const std::int64_t behind = view.heartbeat ? view.heartbeat->seconds - view.clock.seconds : 0;
  if (behind > store::clock_behind_max.count()) out.push_back(about_clock_behind(view));
  for (const auto& [name, role] : view.roles) {
    if (!role.expires) continue;
    const bool over = role.is_over(view.judged.time);
    const bool soon = role.expires->seconds - view.judged.time.seconds < role_ends_days * day_seconds;
    if (over || (soon && identity.is_federation())) out.push_back(about_role(name, *role.expires, over));
  }
}

void add_federation(const Situation& here, Explanations& out) {
  if (here.roster != nullptr) {
    for (const auto& [slug, member] : here.roster->members)
      if (slug == here.identity.slug || here.identity.is_federation()) add_neighbours(here, member, out);
  }
  if (here.federation) add_word(here.identity, *here.federation, out);
}

}  // namespace essaimage::shell
