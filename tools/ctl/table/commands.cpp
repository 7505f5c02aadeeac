// The verbs, with all that people are told about them. The order is that of the help.

#include "tools/ctl/command.hpp"
#include "tools/ctl/export/export.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

namespace {

const Positional folder{{"DIR", "DOSSIER"}, {"the folder of the kit", "le dossier du kit"}, true, false, Completes::folder};
const Positional kit{{"KIT", "KIT"}, {"the kit: CENTRE/NAME", "le kit : CENTRE/NOM"}, true, false, Completes::kit};
const Option listen{"listen",
                    {"tcp://IP:PORT", "tcp://IP:PORT"},
                    {"where the daemon listens for other nodes; it goes into essaimage.toml",
                     "où le démon attend les autres nœuds ; noté dans essaimage.toml"}};
const Option audience{"audience",
                      {"region|territory:T|mirror:M", "region|territory:T|mirror:M"},
                      {"who may hold it: every member, those of one territory, or those of linked ones",
                       "qui peut l'avoir : tous les membres, ceux d'un territoire, ou ceux de territoires liés"}};

const Option offline{"offline",
                     {},
                     {"do not wait for a peer; only if this home was never copied nor restored from a backup",
                      "ne pas attendre de pair ; seulement si ce nœud n'a jamais été copié ni restauré d'une "
                      "sauvegarde"}};

std::vector<Command> founding() {  // NOLINT(readability-function-size): a table of words
  return {
      {"federation create",
       {"Found a federation: make the home of its node.", "Fonder une fédération : créer le dossier de son nœud."},
       {"Its keys are made here and never leave this home. Make a backup of the folder keys/.",
        "Ses clés sont créées ici et ne quittent jamais ce dossier. Sauvegardez le dossier keys/."},
       {},
       {{"name", {"NAME", "NOM"}, {"its name, for people", "son nom, pour les personnes"}, true},
        {"slug",
         {"S", "S"},
         {"its short name (a-z, 0-9, hyphens); made from the name otherwise", "son nom court (a-z, 0-9, tirets) ; tiré du nom sinon"}},
        listen},
       {{"--home ~/fede federation create --name \"Fédération du Nord\" --listen "
         "tcp://192.0.2.10:7490",
         {"A federation that others reach at 192.0.2.10:", "Une fédération joignable à 192.0.2.10 :"}}},
       verb::federation_create},
      {"join",
       {"Join a federation by an invitation: make this centre's home.",
        "Rejoindre une fédération par une invitation : créer le dossier de ce centre."},
       {"Starting its daemon completes the joining. The invitation works once.",
        "Lancer son démon achève l'adhésion. L'invitation ne sert qu'une fois."},
       {{{"INVITATION", "INVITATION"}, {"the line that the federation sent", "la ligne envoyée par la fédération"}}},
       {listen},
       {{"--home ~/essaimage join essaimage1-AbCd…",
         {"With the line from the federation's e-mail:", "Avec la ligne reçue par courriel :"}}},
       verb::join},
  };
}

std::vector<Command> kits() {  // NOLINT(readability-function-size): a table of words
  return {
      {"kit new",
       {"Write a commented kit.toml into a folder.", "Écrire un kit.toml commenté dans un dossier."},
       {"Guesses title, licence and languages from the folder. Needs neither a daemon nor a home; "
        "never overwrites.",
        "Devine le titre, la licence et les langues. Sans démon ni nœud ; n'écrase jamais rien."},
       {folder},
       {},
       {{"kit new ~/kits/lampe --lang fr", {"In French:", "En français :"}}},
       verb::kit_new},
      {"kit check",
       {"Say everything that publishing a folder would refuse or warn about.",
        "Dire tout ce que la publication d'un dossier refuserait ou signalerait."},
       {"Needs neither a daemon nor a home. Exit code 1 if publishing would be refused.",
        "Sans démon ni nœud. Code de sortie 1 si la publication serait refusée."},
       {folder},
       {{"fix", {}, {"rename what can be mended, after showing it", "renommer ce qui peut l'être, après l'avoir montré"}},
        {"yes", {}, {"with --fix: do not ask", "avec --fix : sans demander"}},
        audience},
       {{"kit check ~/kits/lampe --fix",
         {"Mend names that Windows or macOS cannot hold:", "Réparer les noms que Windows ou macOS refusent :"}}},
       verb::kit_check},
      {"publish",
       {"Publish folders as kits: one version each, all together or not at all.",
        "Publier des dossiers comme kits : une version chacun, tous ensemble ou aucun."},
       {"A folder that is unchanged makes no version. A kit goes where it went before, else where "
        "the kit is that it was adapted from, else to the region; to a wider audience later, never to a "
        "narrower one. Files that have not been touched since they were last published from there "
        "are not read again. It waits up to 10 s for a peer to confirm what this centre published last.",
        "Un dossier inchangé ne fait pas de version. Un kit va là où il allait déjà, sinon là où "
        "est le kit dont il vient, sinon à la région ; plus tard vers une diffusion plus large, "
        "jamais plus étroite. Les fichiers restés intacts depuis leur dernière publication de là ne "
        "sont pas relus. La commande attend jusqu'à 10 s qu'un pair confirme la dernière "
        "publication de ce centre."},
       {{{"DIR", "DOSSIER"}, {"folders, each with a kit.toml", "des dossiers, chacun avec un kit.toml"}, true, true, Completes::folder}},
       {audience,
        {"full", {}, {"read all files again", "relire tous les fichiers"}},
        {"again", {}, {"also what was withdrawn: there is a new consent", "aussi ce qui a été retiré : il y a un nouvel accord"}},
        offline},
       {{"publish ~/kits/lampe --audience territory:lille", {"For the centres of Lille alone:", "Pour les seuls centres de Lille :"}},
        {"publish ~/kits/*", {"Everything below a folder:", "Tout ce qu'un dossier contient :"}}},
       verb::publish},
      {"kits",
       {"List every kit that this node knows.", "Montrer tous les kits connus de ce nœud."},
       {"", ""},
       {},
       {{"holders",
         {},
         {"who has the kits that are not whole here: connected members are asked",
          "qui a les kits qui ne sont pas entiers ici : les membres connectés sont interrogés"}}},
       {{"kits --json", {"For a program:", "Pour un programme :"}}},
       verb::kits},
      {"kit show",
       {"Show what is known about a kit.", "Montrer ce que l'on sait d'un kit."},
       {"", ""},
       {kit},
       {},
       {{"kit show wazemmes/lampe", {"One kit:", "Un kit :"}}},
       verb::kit_show},
      {"kit files",
       {"List the files of a kit, or of one of its versions.", "Montrer les fichiers d'un kit, ou d'une de ses versions."},
       {"", ""},
       {{{"KIT[@VERSION]", "KIT[@VERSION]"},
         {"the kit, perhaps with a version number", "le kit, au besoin avec un numéro de version"},
         true,
         false,
         Completes::kit}},
       {},
       {{"kit files wazemmes/lampe@2", {"Of version 2:", "De la version 2 :"}}},
       verb::kit_files},
      {"kit history",
       {"List the versions of a kit.", "Montrer les versions d'un kit."},
       {"", ""},
       {kit},
       {},
       {{"kit history wazemmes/lampe", {"Newest first:", "La plus récente d'abord :"}}},
       verb::kit_history},
      {"checkout",
       {"Write a version of a kit to a folder.", "Écrire une version d'un kit dans un dossier."},
       {"The folder appears whole or not at all, and nothing is overwritten.",
        "Le dossier apparaît entier ou pas du tout, et rien n'est écrasé."},
       {{{"KIT[@VERSION]", "KIT[@VERSION]"},
         {"the kit; without a version the newest", "le kit ; sans version, la plus récente"},
         true,
         false,
         Completes::kit},
        {{"DEST", "DESTINATION"},
         {"a folder that does not exist, or is empty", "un dossier qui n'existe pas, ou qui est vide"},
         true,
         false,
         Completes::folder}},
       {{"rest", {}, {"without files that were withdrawn, if there are any", "sans les fichiers retirés, s'il y en a"}}},
       {{"checkout wazemmes/lampe ~/ateliers/lampe", {"The newest version:", "La version la plus récente :"}},
        {"checkout wazemmes/lampe@1 /tmp/lampe-1", {"The first one:", "La première :"}}},
       verb::checkout},
  };
}

std::vector<Command> upkeep() {  // NOLINT(readability-function-size): a table of words
  return {
      {"sync",
       {"Exchange with every peer now, and say whether all is level.",
        "Échanger avec tous les pairs maintenant, et dire si tout est à jour."},
       {"Exit code 0: level with all reachable peers, media included. Without --wait it ends once "
        "each peer has answered.",
        "Code de sortie 0 : à jour avec tous les pairs joignables, médias compris. Sans --wait, "
        "s'arrête dès que chaque pair a répondu."},
       {},
       {{"wait", {}, {"until all is level", "jusqu'à ce que tout soit à jour"}},
        {"timeout",
         {"S", "S"},
         {"at most so many seconds, then exit code 4 (default: 30 without --wait, no limit with "
          "it)",
          "au plus tant de secondes, puis code de sortie 4 (par défaut : 30 sans --wait, sans "
          "limite avec)"}}},
       {{"sync --wait --timeout 300", {"In a script:", "Dans un script :"}}},
       verb::sync},
      {"status",
       {"Show how this node is, problems first.", "Montrer l'état de ce nœud, problèmes d'abord."},
       {"", ""},
       {},
       {},
       {{"status --lang fr", {"In French:", "En français :"}}},
       verb::status},
      {"peers",
       {"List the peers and the state of each connection.", "Montrer les pairs et l'état de chaque connexion."},
       {"", ""},
       {},
       {},
       {{"peers", {"Who is there:", "Qui est là :"}}},
       verb::peers},
      {"explain",
       {"Say in plain words why something is not in sync, who can act, and how.",
        "Dire en clair pourquoi quelque chose n'est pas à jour, qui peut agir, et comment."},
       {"Without WHAT: about this node. Exit code 1 if there is a problem.",
        "Sans QUOI : à propos de ce nœud. Code de sortie 1 s'il y a un problème."},
       {{{"WHAT", "QUOI"},
         {"a kit (CENTRE/NAME), a centre, or a feed (CENTRE/region, CENTRE/territory/T)",
          "un kit (CENTRE/NOM), un centre, ou un fil (CENTRE/region, CENTRE/territory/T)"},
         false,
         false,
         Completes::kit}},
       {},
       {{"explain wazemmes/lampe", {"Why is that kit not whole?", "Pourquoi ce kit n'est-il pas entier ?"}},
        {"explain wazemmes", {"Why is that centre away?", "Pourquoi ce centre est-il absent ?"}}},
       verb::explain},
      {"verify",
       {"Re-read and re-check everything held: signatures, objects, media.",
        "Relire et revérifier tout ce qui est ici : signatures, objets, médias."},
       {"Exit code 1 and a list when anything is wrong.", "Code de sortie 1 et une liste si quelque chose ne va pas."},
       {},
       {},
       {{"verify", {"After a power cut:", "Après une coupure de courant :"}}},
       verb::verify},
      {"scrub",
       {"Read all that is held now, slowly, and get what is damaged from peers again.",
        "Relire dès maintenant, lentement, tout ce qui est ici, et reprendre chez les pairs ce qui est abîmé."},
       {"Goes on by itself in the background. Without being asked it begins once in 30 days.",
        "Continue tout seul en arrière-plan. Sans demande, cela commence une fois tous les 30 jours."},
       {},
       {{"look", {}, {"only tell how far it is", "seulement dire où cela en est"}}},
       {{"scrub --look", {"How far is it?", "Où cela en est-il ?"}}},
       verb::scrub},
      {"fork resolve",
       {"Go on with feeds of this centre of which two copies of its home made two.",
        "Reprendre les fils de ce centre dont deux copies de son nœud ont fait deux."},
       {"Stop the other copy for good first, and do this on the one whose kits are right. What only the other one published is in the feeds "
        "no more: publish it again from here. If somebody has stolen the key, ask the federation for a new one instead.",
        "Arrêtez d'abord définitivement l'autre copie, et faites ceci sur celle dont les kits sont les bons. Ce que seule l'autre a publié "
        "n'est plus dans les fils : publiez-le à nouveau d'ici. Si quelqu'un a volé la clé, demandez-en plutôt une nouvelle à la fédération."},
       {},
       {},
       {{"fork resolve", {"When `explain` says own-feed-forked:", "Quand `explain` dit own-feed-forked :"}}},
       verb::fork_resolve},
      {"watch",
       {"Show what is on its way and what happens, as it goes, until Ctrl-C.",
        "Montrer ce qui arrive et ce qui se passe, à mesure, jusqu'à Ctrl-C."},
       {"On a terminal: the kits that come, how much of each is here, how fast it comes, how long it takes and from whom; those that wait, "
        "and why; the last events. Into a pipe: a line for each event. With --json: one object a line, events and progress.",
        "Sur un terminal : les kits qui arrivent, ce qui en est ici, à quelle vitesse, pour combien de temps et d'où ; ceux qui attendent, et "
        "pourquoi ; les derniers événements. Dans un tube : une ligne par événement. Avec --json : un objet par ligne, événements et "
        "progression."},
       {},
       {{"all",
         {},
         {"begin with the events that the daemon still remembers", "commencer par les événements que le démon a encore en mémoire"}},
        {"count", {"N", "N"}, {"end after so many events", "s'arrêter après tant d'événements"}}},
       {{"watch", {"While a kit arrives:", "Pendant qu'un kit arrive :"}}, {"watch --json", {"For a program:", "Pour un programme :"}}},
       verb::watch},
      {"version",
       {"Show the versions of this program and of the running daemon.", "Montrer les versions de ce programme et du démon qui tourne."},
       {"", ""},
       {},
       {},
       {{"version --json", {"For a program:", "Pour un programme :"}}},
       verb::version},
      {"help",
       {"Explain a verb, or the exit codes.", "Expliquer une commande, ou les codes de sortie."},
       {"", ""},
       {{{"VERB", "COMMANDE"}, {"a verb, or exit-codes", "une commande, ou exit-codes"}, false, true, Completes::verb}},
       {{"man", {}, {"the man page, as roff", "la page de manuel, en roff"}},
        {"completion", {"bash", "bash"}, {"the completion for a shell", "la complétion pour un shell"}}},
       {{"help kit check", {"One verb:", "Une commande :"}},
        {"help --man --lang fr > essaimagectl.fr.1", {"The French man page:", "La page de manuel en français :"}}},
       verb::help},
  };
}

}  // namespace

Option offline_option() { return offline; }
Option anyway_option() {
  return {"anyway",
          {},
          {"also if a text looks like a name, a phone number or an e-mail address",
           "même si un texte ressemble à un nom, un téléphone ou une adresse"}};
}

const std::vector<Command>& all_commands() {
  static const std::vector<Command> commands = [] {
    auto all = founding();
    for (auto& command : federation_commands()) all.push_back(command);
    for (auto& command : member_commands()) all.push_back(command);
    for (auto& command : kits()) all.push_back(command);
    for (auto& command : catalogue_commands()) all.push_back(command);
    all.push_back(export_command());
    for (auto& command : adapt_commands()) all.push_back(command);
    for (auto& command : outcome_commands()) all.push_back(command);
    for (auto& command : find_commands()) all.push_back(command);
    for (auto& command : mirror_commands()) all.push_back(command);
    for (auto& command : report_commands()) all.push_back(command);
    for (auto& command : withdraw_commands()) all.push_back(command);
    for (auto& command : hold_commands()) all.push_back(command);
    for (auto& command : upkeep()) all.push_back(command);
    return all;
  }();
  return commands;
}

const std::vector<Option>& global_options() {
  static const std::vector<Option> options = {
      {"home",
       {"DIR", "DOSSIER"},
       {"the node's home; else $ESSAIMAGE_HOME, $XDG_DATA_HOME/essaimage, ~/.local/share/essaimage",
        "le dossier du nœud ; sinon $ESSAIMAGE_HOME, $XDG_DATA_HOME/essaimage, "
        "~/.local/share/essaimage"},
       false,
       false,
       Completes::folder},
      {"json",
       {},
       {"one JSON document on stdout: the data, or {\"error\": ...}",
        "un document JSON sur la sortie standard : les données, ou {\"error\": …}"}},
      {"lang",
       {"fr|en", "fr|en"},
       {"the language; else that of the system", "la langue ; sinon celle du système"},
       false,
       false,
       Completes::language},
      {"no-color", {}, {"no colours, even on a terminal", "pas de couleurs, même sur un terminal"}},
      {"help", {}, {"explain the verb (also -h)", "expliquer la commande (aussi -h)"}},
      {"version", {}, {"show the version (also -V)", "montrer la version (aussi -V)"}},
  };
  return options;
}

}  // namespace essaimage::ctl
