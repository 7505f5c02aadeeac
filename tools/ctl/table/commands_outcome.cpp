// The verbs about outcomes, with all that people are told about them.

#include "tools/ctl/command.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

namespace {

const Option territory{"territory", {"T", "T"}, {"of the centres of this territory alone", "des seuls centres de ce territoire"}};
const Option from{"from", {"DAY", "JOUR"}, {"that began on this day or later", "commencés ce jour-là ou après"}};
const Option to{"to", {"DAY", "JOUR"}, {"that began on this day or earlier", "commencés ce jour-là ou avant"}};
const Positional outcome{
    {"OUTCOME", "RETOUR"},
    {"CENTRE/NUMBER, or the number alone of one of this centre", "CENTRE/NUMÉRO, ou le seul numéro s'il est de ce centre"}};

std::vector<Option> add_options() {
  return {
      {"date",
       {"DAY", "JOUR"},
       {"the day, or the first one: 2026-03-01; without it, in a terminal, you are asked for all of this",
        "le jour, ou le premier : 2026-03-01 ; sans lui, dans un terminal, tout est demandé pas à pas"}},
      {"to", {"DAY", "JOUR"}, {"the last day, if there were several", "le dernier jour, s'il y en a eu plusieurs"}},
      {"sessions", {"N", "N"}, {"how many sessions (default: 1)", "combien de séances (par défaut : 1)"}},
      {"participants",
       {"[AGES=]N", "[ÂGES=]N"},
       {"how many people, perhaps of an age: 0-11, 12-17, 18-25, 26-59, 60+; again for each",
        "combien de personnes, au besoin d'un âge : 0-11, 12-17, 18-25, 26-59, 60+ ; à répéter pour chacun"},
       false,
       true},
      {"place",
       {"TYPE", "TYPE"},
       {"where: centre, school, library, association, residence, outdoors, other (default: centre)",
        "où : centre, school (école), library (bibliothèque), association, residence (résidence), outdoors (plein air), other (autre) ; par "
        "défaut : centre"}},
      {"qpv", {}, {"in a priority neighbourhood", "dans un quartier prioritaire (QPV)"}},
      {"worked", {"TEXT", "TEXTE"}, {"what worked", "ce qui a marché"}},
      {"failed", {"TEXT", "TEXTE"}, {"what did not", "ce qui n'a pas marché"}},
      {"note", {"TEXT", "TEXTE"}, {"a line for the others", "une ligne pour les autres"}},
      anyway_option(),
      offline_option()};
}

}  // namespace

std::vector<Command> outcome_commands() {  // NOLINT(readability-function-size): a table of words
  const Positional kit{{"KIT[@VERSION]", "KIT[@VERSION]"},
                       {"the kit: CENTRE/NAME; without a version the newest", "le kit : CENTRE/NOM ; sans version, la plus récente"},
                       true,
                       false,
                       Completes::kit};
  const Positional any_kit{{"KIT", "KIT"}, {"of this kit alone", "de ce seul kit"}, false, false, Completes::kit};
  return {
      {"outcome add",
       {"Report sessions that this centre held with a kit.", "Rapporter des séances que ce centre a tenues avec un kit."},
       {"Told to all who may know the kit. It names nobody: what looks like a name, a phone number or an e-mail address is asked about first.",
        "Dit à tous ceux qui peuvent connaître le kit. Cela ne nomme personne : ce qui ressemble à un nom, un téléphone ou une adresse est d'abord "
        "signalé."},
       {kit},
       add_options(),
       {{"outcome add wazemmes/lampe", {"By questions and answers:", "Par questions et réponses :"}},
        {"outcome add wazemmes/lampe --date 2026-03-01 --sessions 3 --participants 12-17=8 --participants 60+=4 --worked \"the soldering\"",
         {"Three sessions:", "Trois séances :"},
         "outcome add wazemmes/lampe --date 2026-03-01 --sessions 3 --participants 12-17=8 --participants 60+=4 --worked \"la soudure\""}},
       verb::outcome_add},
      {"outcome list",
       {"List what centres reported of their sessions.", "Montrer ce que les centres ont rapporté de leurs séances."},
       {"", ""},
       {any_kit},
       {territory, from, to},
       {{"outcome list wazemmes/lampe", {"Of one kit:", "D'un kit :"}}},
       verb::outcome_list},
      {"outcome show",
       {"Show one outcome.", "Montrer un retour d'expérience."},
       {"", ""},
       {outcome},
       {},
       {{"outcome show wazemmes/3", {"The third one of a centre:", "Le troisième d'un centre :"}}},
       verb::outcome_show},
      {"outcome remove",
       {"Take back an outcome that this centre reported.", "Reprendre un retour d'expérience de ce centre."},
       {"What was said once stays in the history of this centre's feed.",
        "Ce qui a été dit une fois reste dans l'historique du fil de ce centre."},
       {outcome},
       {offline_option()},
       {{"outcome remove 3", {"Reported by mistake:", "Rapporté par erreur :"}}},
       verb::outcome_remove},
      {"outcome sum",
       {"Add outcomes up: sessions and participants by kit, territory, month and place.",
        "Additionner les retours d'expérience : séances et participants par kit, territoire, mois et lieu."},
       {"A centre of two territories counts in both.", "Un centre de deux territoires compte dans chacun."},
       {},
       {{"kit", {"KIT", "KIT"}, {"of this kit alone", "de ce seul kit"}, false, false, Completes::kit}, territory, from, to},
       {{"outcome sum --territory lille --from 2026-01-01 --to 2026-12-31", {"For a year's report:", "Pour le bilan d'une année :"}}},
       verb::outcome_sum},
  };
}

}  // namespace essaimage::ctl
