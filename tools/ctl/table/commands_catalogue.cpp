// The verbs about the federation's catalogue and about adoptions, with all that people are told about them.

#include "tools/ctl/command.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

std::vector<Command> catalogue_commands() {  // NOLINT(readability-function-size): a table of words
  const Positional kit{{"KIT", "KIT"}, {"the kit: CENTRE/NAME", "le kit : CENTRE/NOM"}, true, false, Completes::kit};
  const Option reason{"reason", {"TEXT", "TEXTE"}, {"why; every member can read it", "pourquoi ; chaque membre peut le lire"}, true};
  const Option version{
      "version", {"N", "N"}, {"the version that was reviewed; otherwise the newest", "la version examinée ; sinon la dernière"}};
  const Option theme{"theme", {"T", "T"}, {"a theme under which it is listed", "un thème sous lequel il figure"}, false, true};
  const Option condition{
      "condition",
      {"TEXT", "TEXTE"},
      {"what has to be seen to, such as \"from the age of 12\"", "ce qu'il faut respecter, comme « à partir de 12 ans »"},
      false,
      true};
  const Option reviewer{"reviewer",
                        {"ROLE", "FONCTION"},
                        {"who has reviewed it: a function, never a person's name (otherwise: the curators)",
                         "qui l'a examiné : une fonction, jamais le nom d'une personne (sinon : les responsables du catalogue)"}};
  const Option reviewed{"reviewed",
                        {"DATE", "DATE"},
                        {"the day of the review: 2026-03-01 (otherwise: today)", "le jour de l'examen : 2026-03-01 (sinon : aujourd'hui)"}};
  const Option after{"after",
                     {"N", "N"},
                     {"the statement that this one replaces, by the number that a refusal names",
                      "la décision que celle-ci remplace, par le numéro que le refus indique"}};
  Option needed_reviewer = reviewer;
  needed_reviewer.required = true;
  needed_reviewer.help = {"who has reviewed it: a function, never a person's name",
                          "qui l'a examiné : une fonction, jamais le nom d'une personne"};
  const Option territory{"territory", {"SLUG", "NOM"}, {"of this territory alone", "de ce territoire seulement"}};
  return {
      {"catalogue list",
       {"List the kits of the federation's catalogue.", "Montrer les kits du catalogue de la fédération."},
       {"What the federation has accepted for the region, and what is recommended in this centre's territories: with the version that was reviewed, "
        "and the newest one that is known here. --proposed: what centres propose and what that waits for, the oldest first.",
        "Ce que la fédération a retenu pour la région, et ce qui est recommandé dans les territoires de ce centre : avec la version examinée, et la "
        "dernière connue ici. --proposed : ce que les centres proposent et ce que cela attend, le plus ancien d'abord."},
       {},
       {territory,
        {"region", {}, {"what was decided for the region alone", "seulement ce qui est décidé pour la région"}},
        {"proposed", {}, {"what is proposed, and what it waits for", "ce qui est proposé, et ce que cela attend"}},
        {"all",
         {},
         {"those that were declined, retired or advised against too", "aussi ceux qui sont non retenus, sortis ou déconseillés"}},
        {"theme", {"T", "T"}, {"of this theme alone", "de ce thème seulement"}}},
       {{"catalogue list", {"What the federation recommends:", "Ce que la fédération recommande :"}},
        {"catalogue list --proposed", {"A curator's inbox:", "La corbeille des responsables du catalogue :"}}},
       verb::catalogue_list},
      {"catalogue show",
       {"Show what is proposed, recommended and decided about a kit, and what comes next.",
        "Montrer ce qui est proposé, recommandé et décidé d'un kit, et la suite."},
       {"Says if a version is newer than the one that was reviewed.", "Dit si une version est plus récente que celle qui a été examinée."},
       {kit},
       {},
       {{"catalogue show wazemmes/lampe", {"One kit:", "Un kit :"}}},
       verb::catalogue_show},
      {"catalogue history",
       {"Show whatever was said about a kit: when, by whom, of which version, why.",
        "Montrer tout ce qui a été dit d'un kit : quand, par qui, de quelle version, pourquoi."},
       {"As the commits of the feeds that are held here tell: also what is in force no more.",
        "Comme le disent les commits des fils gardés ici : aussi ce qui n'est plus en vigueur."},
       {kit},
       {},
       {{"catalogue history wazemmes/lampe", {"Its story:", "Son histoire :"}}},
       verb::catalogue_history},
      {"catalogue propose",
       {"Propose a version of a kit of this centre to the curators.",
        "Proposer une version d'un kit de ce centre aux responsables du catalogue."},
       {"--to territory: for a review. --to region: for the catalogue of the region; if the kit is published to a territory alone, this is also the "
        "consent: once the federation accepts that version, this node publishes it to the region by itself.",
        "--to territory : pour un examen. --to region : pour le catalogue de la région ; si le kit n'est publié que pour un territoire, c'est aussi "
        "l'accord : dès que la fédération retient cette version, ce nœud la publie pour la région de lui-même."},
       {{{"KIT[@VERSION]", "KIT[@VERSION]"},
         {"the kit, and its version if not the newest", "le kit, et sa version si ce n'est pas la dernière"},
         true,
         false,
         Completes::kit}},
       {{"to", {"WHOM", "QUI"}, {"territory or region", "territory ou region"}},
        {"note", {"TEXT", "TEXTE"}, {"a line for the curators", "une ligne pour les responsables du catalogue"}},
        {"withdraw", {}, {"take the proposal back", "retirer la proposition"}},
        anyway_option(),
        offline_option()},
       {{"catalogue propose wazemmes/lampe --to region --note \"tried with two groups\"",
         {"For all centres:", "Pour tous les centres :"},
         "catalogue propose wazemmes/lampe --to region --note \"essayé avec deux groupes\""},
        {"catalogue propose wazemmes/lampe --withdraw", {"Not any more:", "Finalement non :"}}},
       verb::catalogue_propose},
      {"catalogue review",
       {"Recommend a version of a kit in its territory, or advise against it (on the federation's node).",
        "Recommander une version d'un kit dans son territoire, ou la déconseiller (sur le nœud de la fédération)."},
       {"Signed by the curators' key, and told to the territory alone: to each one of its centre where that version is known.",
        "Signé par la clé des responsables du catalogue, et dit au territoire seulement : à chacun de ceux de son centre où cette version est connue."},
       {kit},
       {{"recommend", {}, {"it is good to use", "il est bon à employer"}},
        {"advise-against", {}, {"it is better not used", "mieux vaut ne pas l'employer"}},
        reason,
        needed_reviewer,
        reviewed,
        theme,
        condition,
        territory,
        version,
        after,
        anyway_option(),
        request_option(),
        offline_option()},
       {{"catalogue review wazemmes/lampe --recommend --reviewer \"digital coordinator\" --reason \"tried\" --condition \"from the age of 12\"",
         {"After a trial:", "Après un essai :"},
         "catalogue review wazemmes/lampe --recommend --reviewer \"coordination numérique\" --reason \"essayé\" --condition \"à partir de 12 ans\""}},
       verb::catalogue_review},
      {"catalogue accept",
       {"Accept a version of a kit into the catalogue (on the federation's node).",
        "Retenir une version d'un kit dans le catalogue (sur le nœud de la fédération)."},
       {"Signed by the curators' key; every member reads it. The version must be published to the region, or its centre must have proposed it for the "
        "region. Themes and conditions are those of the territory's recommendation, unless others are given. Again for a newer version.",
        "Signé par la clé des responsables du catalogue ; chaque membre le lit. La version doit être publiée pour la région, ou son centre doit l'avoir "
        "proposée pour la région. Les thèmes et conditions sont ceux de la recommandation du territoire, sauf si d'autres sont donnés. À refaire pour "
        "une nouvelle version."},
       {kit},
       {reason, version, theme, condition, reviewer, reviewed, after, anyway_option(), request_option(), offline_option()},
       {{"catalogue accept wazemmes/lampe --reason \"tried in three centres\" --theme énergie",
         {"After a review:", "Après un examen :"},
         "catalogue accept wazemmes/lampe --reason \"essayé dans trois centres\" --theme énergie"}},
       verb::catalogue_accept},
      {"catalogue decline",
       {"Say that a version of a kit is not taken into the catalogue (on the federation's node).",
        "Dire qu'une version d'un kit n'est pas retenue dans le catalogue (sur le nœud de la fédération)."},
       {"Every member reads it, with the reason. A newer version may be proposed.",
        "Chaque membre le lit, avec la raison. Une nouvelle version peut être proposée."},
       {kit},
       {reason, version, reviewer, reviewed, after, anyway_option(), request_option(), offline_option()},
       {{"catalogue decline wazemmes/lampe --reason \"the plans lack\"",
         {"It is not ready:", "Il n'est pas prêt :"},
         "catalogue decline wazemmes/lampe --reason \"il manque les plans\""}},
       verb::catalogue_decline},
      {"catalogue retire",
       {"Take a kit out of the catalogue (on the federation's node).", "Sortir un kit du catalogue (sur le nœud de la fédération)."},
       {"Nothing is removed anywhere: who has it keeps it.", "Rien n'est effacé nulle part : qui l'a le garde."},
       {kit},
       {reason, reviewer, reviewed, after, anyway_option(), request_option(), offline_option()},
       {{"catalogue retire wazemmes/lampe --reason \"its supplier is gone\"",
         {"When it is out of date:", "Quand il est dépassé :"},
         "catalogue retire wazemmes/lampe --reason \"son fournisseur a fermé\""}},
       verb::catalogue_retire},
      {"kit adopt",
       {"Say that this centre uses a kit of another centre, in its newest version.",
        "Dire que ce centre utilise un kit d'un autre centre, dans sa dernière version."},
       {"Told to all who may know the kit. Again for a newer version.",
        "Dit à tous ceux qui peuvent connaître le kit. À refaire pour une nouvelle version."},
       {kit},
       {{"note", {"TEXT", "TEXTE"}, {"a line for the others", "une ligne pour les autres"}}, anyway_option(), offline_option()},
       {{"kit adopt wazemmes/lampe --note \"every Tuesday\"",
         {"It works well:", "Il marche bien :"},
         "kit adopt wazemmes/lampe --note \"tous les mardis\""}},
       verb::kit_adopt},
      {"kit unadopt",
       {"Say that this centre does not use a kit any more.", "Dire que ce centre n'utilise plus un kit."},
       {"What is here stays.", "Ce qui est ici reste."},
       {kit},
       {offline_option()},
       {{"kit unadopt wazemmes/lampe", {"It is not used any more:", "Il ne sert plus :"}}},
       verb::kit_unadopt},
  };
}

}  // namespace essaimage::ctl
