// The verbs about the federation's catalogue and about adoptions, with all that people are told about them.

#include "tools/ctl/command.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs.hpp"

namespace essaimage::ctl {

std::vector<Command> catalogue_commands() {  // NOLINT(readability-function-size): a table of words
  const Positional kit{{"KIT", "KIT"}, {"the kit: CENTRE/NAME", "le kit : CENTRE/NOM"}, true, false, Completes::kit};
  const Option reason{"reason", {"TEXT", "TEXTE"}, {"why; every member can read it", "pourquoi ; chaque membre peut le lire"}, true};
  return {
      {"catalogue list",
       {"List the kits of the federation's catalogue.", "Montrer les kits du catalogue de la fédération."},
       {"With the version that was reviewed, and the newest one that is known here.",
        "Avec la version examinée, et la dernière connue ici."},
       {},
       {{"all", {}, {"those that were retired too", "aussi ceux qui en sont sortis"}}},
       {{"catalogue list", {"What the federation recommends:", "Ce que la fédération recommande :"}}},
       verb::catalogue_list},
      {"catalogue show",
       {"Show what the federation decided about a kit, when and why.", "Montrer ce que la fédération a décidé d'un kit, quand et pourquoi."},
       {"Says if a version is newer than the one that was reviewed.", "Dit si une version est plus récente que celle qui a été examinée."},
       {kit},
       {},
       {{"catalogue show wazemmes/lampe", {"One kit:", "Un kit :"}}},
       verb::catalogue_show},
      {"catalogue accept",
       {"Accept a version of a kit into the catalogue (on the federation's node).",
        "Retenir une version d'un kit dans le catalogue (sur le nœud de la fédération)."},
       {"Signed by the curators' key; every member reads it. The kit must be published to the region. Again for a newer version.",
        "Signé par la clé des responsables du catalogue ; chaque membre le lit. Le kit doit être publié pour la région. À refaire pour une nouvelle "
        "version."},
       {kit},
       {reason,
        {"version", {"N", "N"}, {"the version that was reviewed; otherwise the newest", "la version examinée ; sinon la dernière"}},
        {"theme", {"T", "T"}, {"a theme under which it is listed", "un thème sous lequel il figure"}, false, true},
        request_option(),
        offline_option()},
       {{"catalogue accept wazemmes/lampe --reason \"tried in three centres\" --theme énergie",
         {"After a review:", "Après un examen :"}}},
       verb::catalogue_accept},
      {"catalogue retire",
       {"Take a kit out of the catalogue (on the federation's node).", "Sortir un kit du catalogue (sur le nœud de la fédération)."},
       {"Nothing is removed anywhere: who has it keeps it.", "Rien n'est effacé nulle part : qui l'a le garde."},
       {kit},
       {reason, request_option(), offline_option()},
       {{"catalogue retire wazemmes/lampe --reason \"its supplier is gone\"", {"When it is out of date:", "Quand il est dépassé :"}}},
       verb::catalogue_retire},
      {"kit adopt",
       {"Say that this centre uses a kit of another centre, in its newest version.",
        "Dire que ce centre utilise un kit d'un autre centre, dans sa dernière version."},
       {"Told to all who may know the kit. Again for a newer version.", "Dit à tous ceux qui peuvent connaître le kit. À refaire pour une nouvelle version."},
       {kit},
       {{"note", {"TEXT", "TEXTE"}, {"a line for the others", "une ligne pour les autres"}}, offline_option()},
       {{"kit adopt wazemmes/lampe --note \"every Tuesday\"", {"It works well:", "Il marche bien :"}}},
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
