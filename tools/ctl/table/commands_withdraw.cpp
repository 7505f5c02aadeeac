// The verbs about withdrawal, with all that people are told about them.

#include "tools/ctl/command.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

namespace {

const Positional withdrawal{{"WITHDRAWAL|KIT", "RETRAIT|KIT"},
                            {"CENTRE/NUMBER, the number alone of one of this centre, the hash of what the federation withdrew, or a kit",
                             "CENTRE/NUMÉRO, le seul numéro s'il est de ce centre, l'empreinte d'un retrait de la fédération, ou un kit"},
                            false};
const Option timeout{"timeout", {"SECONDS", "SECONDES"}, {"wait no longer than that", "ne pas attendre plus longtemps"}};

std::vector<Option> withdraw_options() {
  return {{"why", {"TEXT", "TEXTE"}, {"why; whoever may know the kit reads it", "pourquoi ; quiconque peut connaître le kit le lit"}, true},
          {"earlier",
           {},
           {"from earlier versions alone: the newest keeps what it has", "des seules versions d'avant : la dernière garde ce qu'elle a"}},
          {"hash",
           {"SHA256", "SHA256"},
           {"on the federation's node: this media file, whoever names it",
            "sur le nœud de la fédération : ce média, qui que ce soit le nomme"}},
          {"undo", {}, {"on the federation's node: take its withdrawal back", "sur le nœud de la fédération : revenir sur son retrait"}},
          anyway_option(),
          {"until-done", {}, {"wait until every member has signed that it is done", "attendre que chaque membre ait signé que c'est fait"}},
          timeout,
          request_option(),
          offline_option()};
}

}  // namespace

std::vector<Command> withdraw_commands() {  // NOLINT(readability-function-size): a table of words
  return {
      {"withdraw",
       {"Withdraw a kit, or some of its files, from everywhere.", "Retirer un kit, ou certains de ses fichiers, de partout."},
       {"Each centre erases it and signs that it has; one that is off does so when it is back. What somebody copied out of essaimage stays where it "
        "is. A media file stays where another kit names it. Where a text goes, the history of the feed begins anew without it. The federation "
        "withdraws media of others, for cause, whoever names them.",
        "Chaque centre l'efface et signe qu'il l'a fait ; un centre éteint le fait à son retour. Ce que quelqu'un a copié hors d'essaimage reste où "
        "c'est. Un média reste là où un autre kit le nomme. Si un texte s'en va, l'historique du fil recommence sans lui. La fédération retire les "
        "médias des autres, pour un motif, qui que ce soit les nomme."},
       {{{"KIT[:FILE]", "KIT[:FICHIER]"},
         {"the kit, or a file of any version of it; a folder with a / at its end",
          "le kit, ou un fichier de n'importe laquelle de ses versions ; un dossier avec un / à la fin"},
         false,
         false,
         Completes::kit}},
       withdraw_options(),
       {{"withdraw wazemmes/lampe:photos/groupe.jpg --why \"consent taken back\" --until-done",
         {"Somebody takes back consent:", "Quelqu'un retire son consentement :"},
         "withdraw wazemmes/lampe:photos/groupe.jpg --why \"accord retiré\" --until-done"},
        {"withdraw wazemmes/lampe --earlier --why \"a name in the guide\"",
         {"After publishing the guide without the name:", "Après avoir publié le guide sans le nom :"},
         "withdraw wazemmes/lampe --earlier --why \"un nom dans le guide\""}},
       verb::withdraw},
      {"withdraw status",
       {"Show who has erased what was withdrawn, and who has not yet.", "Montrer qui a effacé ce qui est retiré, et qui pas encore."},
       {"As each centre has signed it in its own feed.", "Comme chaque centre l'a signé dans son propre fil."},
       {withdrawal},
       {{"until-done", {}, {"wait until every member has signed", "attendre que chaque membre ait signé"}}, timeout},
       {{"withdraw status wazemmes/lampe", {"Of one kit:", "D'un kit :"}}},
       verb::withdraw_status},
      {"withdraw list",
       {"List what was withdrawn, by whom and why.", "Montrer ce qui est retiré, par qui et pourquoi."},
       {"", ""},
       {withdrawal},
       {},
       {{"withdraw list", {"All that is known here:", "Tout ce qui est connu ici :"}}},
       verb::withdraw_list},
  };
}

}  // namespace essaimage::ctl
