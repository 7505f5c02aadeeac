#include "daemon/shell/control/explain/explain_federation.hpp"

#include <fmt/format.h>

#include "proto/counted.hpp"

namespace essaimage::shell {

namespace {

constexpr std::int64_t day_seconds = 86'400;
constexpr Noun days_counted{{"day", "jour"}, {"days", "jours"}};

std::string day_of(Timestamp time) { return to_utc(time).substr(0, 10); }

Explanation about_old_word(const Situation& here, std::int64_t days) {
  const auto when = day_of(*here.federation->heartbeat);
  const auto age = [&](Language language) { return counted(static_cast<std::uint64_t>(days), days_counted, language); };
  if (here.identity.is_federation()) {
    return {"federation-silent",
            true,
            "",
            {fmt::format("This node last signed the time on {}, {} ago: other centres see the federation as silent.", when, age(Language::english)),
             fmt::format("Ce nœud a signé l'heure pour la dernière fois le {}, il y a {} : les autres centres voient la fédération muette.", when,
                         age(Language::french))},
            Actor::admin,
            {"Check the clock. If it is right: `essaimagectl federation heartbeat`.",
             "Vérifiez l'horloge. Si elle est juste : `essaimagectl federation heartbeat`."}};
  }
  return {"federation-silent",
          true,
          "",
          {fmt::format("The federation's word is of {}; {} old: the federation's node may be off.", when, age(Language::english)),
           fmt::format("La parole de la fédération date du {}, il y a {} : son nœud est peut-être éteint.", when, age(Language::french))},
          Actor::federation,
          {"What was decided since is not known here. Ask the federation whether its node runs.",
           "Ce qui a été décidé depuis n'est pas connu ici. Demandez à la fédération si son nœud tourne."}};
}

Explanation about_clock_beyond(const store::FederationView& view) {
  return {"clock-beyond",
          true,
          "",
          {fmt::format("This computer's clock says {}, more than 30 days after the federation's signed time of {}. It is not believed: what "
                       "runs out is judged by the latter.",
                       day_of(view.clock), day_of(*view.heartbeat)),
           fmt::format("L'horloge de cet ordinateur dit {}, plus de 30 jours après l'heure signée par la fédération le {}. Elle n'est pas crue : "
                       "ce qui expire est jugé par cette dernière.",
                       day_of(view.clock), day_of(*view.heartbeat))},
          Actor::admin,
          {"Check the clock; if it is right, the federation's node has been off.",
           "Vérifiez l'horloge ; si elle est juste, le nœud de la fédération est resté éteint."}};
}

Explanation about_clock_behind(const store::FederationView& view) {
  return {"clock-behind",
          true,
          "",
          {fmt::format("This computer's clock says {}, before the federation's signed time of {}, which counts instead.", day_of(view.clock),
                       day_of(*view.heartbeat)),
           fmt::format("L'horloge de cet ordinateur dit {}, avant l'heure signée par la fédération le {}, qui compte à sa place.", day_of(view.clock),
                       day_of(*view.heartbeat))},
          Actor::admin,
          {"Set the clock.", "Réglez l'horloge."}};
}

Explanation about_role(const std::string& name, Timestamp expires, bool over) {
  const Words text = over ? Words{fmt::format("The federation's role `{}` ran out on {}. What it said is still in force; nothing new by it is taken.",
                                              name, day_of(expires)),
                                  fmt::format("Le rôle `{}` de la fédération a expiré le {}. Ce qu'il a dit reste en vigueur ; rien de nouveau "
                                              "n'est accepté de lui.",
                                              name, day_of(expires))}
                          : Words{fmt::format("The federation's role `{}` runs out on {}.", name, day_of(expires)),
                                  fmt::format("Le rôle `{}` de la fédération expire le {}.", name, day_of(expires))};
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

void add_federation(const Situation& here, Explanations& out) {
  if (here.roster != nullptr) {
    for (const auto& [slug, member] : here.roster->members)
      if (slug == here.identity.slug || here.identity.is_federation()) add_neighbours(here, member, out);
  }
  if (!here.federation) return;
  const auto& view = *here.federation;
  if (const auto days = days_since_word(view); days && *days >= word_old_days) out.push_back(about_old_word(here, *days));
  if (view.judged.clock_ignored) out.push_back(about_clock_beyond(view));
  if (view.heartbeat && view.heartbeat->seconds - view.clock.seconds > day_seconds) out.push_back(about_clock_behind(view));
  for (const auto& [name, role] : view.roles) {
    if (!role.expires) continue;
    const bool over = role.is_over(view.judged.time);
    const bool soon = role.expires->seconds - view.judged.time.seconds < role_ends_days * day_seconds;
    if (over || (soon && here.identity.is_federation())) out.push_back(about_role(name, *role.expires, over));
  }
}

}  // namespace essaimage::shell
