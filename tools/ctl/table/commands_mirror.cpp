// The verbs about mirrors, with all that people are told about them.

#include "tools/ctl/command.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

std::vector<Command> mirror_commands() {  // NOLINT(readability-function-size): a table of words
  const Positional mirror{{"MIRROR", "MIROIR"}, {"the mirror's short name", "le nom court du projet miroir"}};
  return {
      {"mirror add",
       {"Link territories, so that their centres share feeds (on the federation's node).",
        "Lier des territoires, pour que leurs centres partagent des fils (sur le nœud de la fédération)."},
       {"Signed by the members' key; a centre then publishes with `--audience mirror:NAME`. Again for one that has ended.",
        "Signé par la clé des membres ; un centre publie alors avec `--audience mirror:NOM`. À refaire pour reprendre un projet miroir "
        "terminé."},
       {mirror},
       {{"between", {"T,T", "T,T"}, {"the territories, two or more", "les territoires, deux ou plus"}, true, true},
        {"name", {"NAME", "NOM"}, {"its name, for people", "son nom, pour les personnes"}},
        {"why", {"TEXT", "TEXTE"}, {"why; every member can read it", "pourquoi ; chaque membre peut le lire"}},
        anyway_option(),
        request_option(),
        offline_option()},
       {{"mirror add numerique --between lille,valenciennes --name \"Inclusion numérique\"",
         {"A project on two territories:", "Un projet sur deux territoires :"}}},
       verb::mirror_add},
      {"mirror change",
       {"Give a mirror that runs other territories, or another name (on the federation's node).",
        "Donner d'autres territoires, ou un autre nom, à un projet miroir en cours (sur le nœud de la fédération)."},
       {"Who is of none of its territories any more has no part in it from now on: what the federation's node holds of that centre there still counts.",
        "Qui n'est plus d'aucun de ses territoires n'y prend plus part : ce que le nœud de la fédération y garde de ce centre compte encore."},
       {mirror},
       {{"between", {"T,T", "T,T"}, {"all its territories, two or more", "tous ses territoires, deux ou plus"}, false, true},
        {"name", {"NAME", "NOM"}, {"its name, for people", "son nom, pour les personnes"}},
        request_option(),
        offline_option()},
       {{"mirror change numerique --between lille,valenciennes,lens",
         {"Another territory takes part:", "Un autre territoire y prend part :"}}},
       verb::mirror_change},
      {"mirror end",
       {"End the link between territories (on the federation's node).",
        "Terminer le lien entre des territoires (sur le nœud de la fédération)."},
       {"Nothing is shared there any more: each centre keeps what it published, and what it has checked out; its library lets go of what others "
        "published there alone. To change its territories, `mirror change` is enough.",
        "Plus rien n'y est partagé : chaque centre garde ce qu'il a publié, et ce qu'il en a sorti (checkout) ; sa bibliothèque se défait de ce "
        "que les autres n'ont publié que là. Pour en changer les territoires, `mirror change` suffit."},
       {mirror},
       {{"why", {"TEXT", "TEXTE"}, {"why; every member can read it", "pourquoi ; chaque membre peut le lire"}, true},
        anyway_option(),
        request_option(),
        offline_option()},
       {{"mirror end numerique --why \"the project is over\"",
         {"When the project ends:", "À la fin du projet :"},
         "mirror end numerique --why \"le projet est terminé\""}},
       verb::mirror_end},
      {"mirror list",
       {"List the mirrors: which territories are linked.", "Montrer les projets miroirs : quels territoires sont liés."},
       {},
       {},
       {{"all", {}, {"those that have ended too", "aussi ceux qui sont terminés"}}},
       {{"mirror list", {"Those that run:", "Ceux qui sont en cours :"}}},
       verb::mirror_list},
      {"mirror show",
       {"Show a mirror: its territories and centres, its kits, and this centre's rule for it.",
        "Montrer un projet miroir : ses territoires et ses centres, ses kits, et la règle de ce centre."},
       {},
       {mirror},
       {},
       {{"mirror show numerique", {"One mirror:", "Un projet miroir :"}}},
       verb::mirror_show},
      {"mirror rule",
       {"Publish kits of this centre into a mirror by a rule, now and from now on.",
        "Publier des kits de ce centre dans un projet miroir par une règle, dès maintenant et ensuite."},
       {"It takes own kits that are published to one of the linked territories, and no others. What is out stays when the rule goes.",
        "Elle prend les kits de ce centre publiés pour un des territoires liés, et aucun autre. Ce qui est sorti reste quand la règle s'en va."},
       {mirror},
       {{"theme", {"T", "T"}, {"kits with this theme", "les kits qui ont ce thème"}, false, true},
        {"kit", {"KIT", "KIT"}, {"this kit: CENTRE/NAME", "ce kit : CENTRE/NOM"}, false, true, Completes::kit},
        {"off", {}, {"take these away; with nothing named, the whole rule", "les retirer ; si rien n'est nommé, toute la règle"}},
        offline_option()},
       {{"mirror rule numerique --theme \"inclusion numérique\"", {"All kits of a theme:", "Tous les kits d'un thème :"}},
        {"mirror rule numerique --off", {"No rule any more:", "Plus de règle :"}}},
       verb::mirror_rule},
  };
}

}  // namespace essaimage::ctl
