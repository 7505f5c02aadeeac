// The verbs about kits that were made from others, with all that people are told about them.

#include "tools/ctl/command.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

std::vector<Command> adapt_commands() {  // NOLINT(readability-function-size): a table of words
  const Positional kit{{"KIT", "KIT"}, {"the kit: CENTRE/NAME", "le kit : CENTRE/NOM"}, true, false, Completes::kit};
  const Positional version{{"KIT[@VERSION]", "KIT[@VERSION]"},
                           {"the kit; without a version the newest", "le kit ; sans version, la plus récente"},
                           true,
                           false,
                           Completes::kit};
  const Positional side{{"KIT[@VERSION]|DIR", "KIT[@VERSION]|DOSSIER"},
                        {"a kit, or a folder with a kit.toml", "un kit, ou un dossier avec un kit.toml"},
                        true,
                        false,
                        Completes::folder};
  auto other = side;
  other.required = false;
  other.help = {"what it is compared with; otherwise the first is compared with what it was adapted from, or with its version before",
                "avec quoi comparer ; sinon, le premier est comparé à ce dont il est adapté, ou à sa version d'avant"};
  return {
      {"kit adapt",
       {"Write a version of a kit to a folder, as a kit of this centre that was made from it.",
        "Écrire une version d'un kit dans un dossier, comme un kit de ce centre qui en est tiré."},
       {"Its kit.toml says where it comes from; the folder's name becomes its name. Nothing is overwritten.",
        "Son kit.toml dit d'où il vient ; le nom du dossier devient le sien. Rien n'est écrasé."},
       {version,
        {{"DIR", "DOSSIER"},
         {"a folder that does not exist, or is empty", "un dossier qui n'existe pas, ou qui est vide"},
         true,
         false,
         Completes::folder}},
       {},
       {{"kit adapt wazemmes/lampe ~/kits/lampe-a-piles",
         {"To change it and publish it as an own one:", "Pour le modifier et le publier comme sien :"}}},
       verb::kit_adapt},
      {"kit diff",
       {"Say which files were added, changed, removed or renamed between two kits, versions or folders.",
        "Dire quels fichiers ont été ajoutés, modifiés, retirés ou renommés entre deux kits, versions ou dossiers."},
       {"", ""},
       {side, other},
       {{"text", {}, {"show also what changed in texts", "montrer aussi ce qui a changé dans les textes"}}},
       {{"kit diff ~/kits/lampe-a-piles", {"What was made of it:", "Ce que l'on en a fait :"}},
        {"kit diff wazemmes/lampe@1 wazemmes/lampe@3 --text", {"Between two versions:", "Entre deux versions :"}}},
       verb::kit_diff},
      {"kit upstream",
       {"Show what changed since in the kit that this one was adapted from, and take it over.",
        "Montrer ce qui a changé depuis dans le kit dont celui-ci est adapté, et le reprendre."},
       {"In texts that were changed here too, both changes are joined; where they meet, both stand there, marked. What was there is copied beside the folder first. "
        "Once every file is taken or left, kit.toml names the newer version. Exit code 1 if there are conflicts.",
        "Dans les textes modifiés ici aussi, les deux modifications sont réunies ; là où elles se rencontrent, les deux y sont, marquées. Ce qu'il y avait est d'abord "
        "copié à côté du dossier. Quand chaque fichier est repris ou laissé, kit.toml nomme la nouvelle version. Code de sortie 1 en cas de conflit."},
       {side},
       {{"take", {"FILE", "FICHIER"}, {"take over this file", "reprendre ce fichier"}, false, true},
        {"take-all", {}, {"take over every file that is not settled", "reprendre tous les fichiers qui restent à régler"}},
        {"leave", {"FILE", "FICHIER"}, {"leave this file as it is here", "laisser ce fichier tel qu'il est ici"}, false, true}},
       {{"kit upstream ~/kits/lampe-a-piles", {"What is new?", "Quoi de neuf ?"}},
        {"kit upstream ~/kits/lampe-a-piles --take-all --leave guide.md", {"All but one:", "Tout sauf un :"}}},
       verb::kit_upstream},
      {"kit tree",
       {"Show the family of a kit: what it was adapted from, and what was made of it.",
        "Montrer la famille d'un kit : ce dont il est adapté, et ce que l'on en a tiré."},
       {"As far as it is known here.", "Pour autant que c'est connu ici."},
       {kit},
       {},
       {{"kit tree wazemmes/lampe", {"Across centres:", "D'un centre à l'autre :"}}},
       verb::kit_tree},
  };
}

}  // namespace essaimage::ctl
