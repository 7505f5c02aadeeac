// The verbs by which kits are found and made ready, with all that people are told about them.

#include "tools/ctl/command.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

namespace {

std::vector<Option> search_options() {
  return {
      {"theme", {"THEME", "THÈME"}, {"of this theme", "de ce thème"}},
      {"kind", {"KIND", "GENRE"}, {"prototype or method", "prototype ou method (méthode)"}},
      {"stage",
       {"STAGE", "STADE"},
       {"how far it has come: workshop, prototype, field-tested, metropolitan or regional",
        "jusqu'où il est allé : workshop (atelier), prototype, field-tested (testé), metropolitan (métropolitain) ou regional (régional)"}},
      {"territory",
       {"T", "T"},
       {"of the centres of this territory, or told to it alone", "des centres de ce territoire, ou diffusé à lui seul"}},
      {"centre", {"CENTRE", "CENTRE"}, {"of this centre", "de ce centre"}, false, false, Completes::member},
      {"max-duration",
       {"TIME", "DURÉE"},
       {"of a session, at most: \"2 h\", \"1 h 30\", \"45 min\"", "d'une séance, au plus : « 2 h », « 1 h 30 », « 45 min »"}},
      {"equipment", {"THING", "MATÉRIEL"}, {"that needs this: \"tablette\"", "qui demande ceci : « tablette »"}},
      {"licence",
       {"LICENCE", "LICENCE"},
       {"under this licence: \"CC-BY-SA-4.0\", or its beginning", "sous cette licence : « CC-BY-SA-4.0 », ou son début"}},
      {"language", {"L", "L"}, {"in this language: fr", "dans cette langue : fr"}, false, false, Completes::language},
      {"catalogue", {}, {"of the federation's catalogue", "du catalogue de la fédération"}},
      {"limit", {"N", "N"}, {"at most so many (default: 20; 500 at most)", "au plus tant (par défaut : 20 ; 500 au maximum)"}}};
}

}  // namespace

std::vector<Command> find_commands() {
  const Positional kit{{"KIT", "KIT"}, {"the kit: CENTRE/NAME", "le kit : CENTRE/NOM"}, false, false, Completes::kit};
  return {
      {"search",
       {"Find kits by words, and by what they are.", "Trouver des kits par des mots, et par ce qu'ils sont."},
       {"Looks through titles, themes, summaries, equipment, participants, file names and texts of the kits that are known here; of each text the "
        "first 32 KiB, of each kit 128 KiB. Accents, plurals and endings do not matter; the last word may be a beginning. What is found in titles "
        "comes first. Without words, the newest kits that the options let pass.",
        "Cherche dans les titres, thèmes, résumés, matériels, publics, noms de fichiers et textes des kits connus ici ; de chaque texte les 32 "
        "premiers Kio, de chaque kit 128 Kio. Accents, pluriels et terminaisons ne comptent pas ; le dernier mot peut être un début. Ce qui est "
        "trouvé dans les titres vient d'abord. Sans mots, les kits les plus récents que les options laissent passer."},
       {{{"WORDS", "MOTS"}, {"what to look for", "ce qu'il faut chercher"}, false, true}},
       search_options(),
       {{"search numerique seniors --max-duration \"2 h\"", {"A short workshop for older people:", "Un atelier court pour les seniors :"}},
        {"search --theme \"fabrication numérique\" --equipment \"imprimante 3D\"", {"By what is there:", "Selon le matériel :"}}},
       verb::search},
      {"ready",
       {"Say whether a kit is here, right, and opens without a network; and have it here by a time.",
        "Dire si un kit est ici, intact, et s'ouvre sans réseau ; et l'avoir ici à temps."},
       {"Reads every byte again. With --by its media come before all others until then, it is pinned until a day later, and `status`, `watch`, `explain` and the log "
        "warn when it will not arrive in time as things go. That a file begins and ends as a PDF, a picture, an office document, a film or an STL "
        "does is checked; what lies between only the program that opens it can judge. Exit code 0: ready; 1: not.",
        "Relit chaque octet. Avec --by, ses médias passent avant tous les autres jusque-là, il est épinglé jusqu'au lendemain, et `status`, `watch`, `explain` et le "
        "journal préviennent s'il risque de ne pas arriver à temps. On vérifie qu'un fichier commence et finit comme un PDF, une image, un document "
        "bureautique, un film ou un STL ; le reste, seul le logiciel qui l'ouvre peut en juger. Code de sortie 0 : prêt ; 1 : non."},
       {kit},
       {{"by",
         {"TIME", "MOMENT"},
         {"until when it has to be here: \"2026-12-01 14:00\", \"2026-12-01\" or \"14:00\"; remembered",
          "quand il doit être ici : « 2026-12-01 14:00 », « 2026-12-01 » ou « 14:00 » ; retenu"}},
        {"wait", {}, {"until it is whole, or the time is over", "jusqu'à ce qu'il soit entier, ou que le moment soit passé"}},
        {"list", {}, {"all kits that have a deadline", "tous les kits qui ont une échéance"}},
        {"forget", {}, {"its deadline, and the pin that came with it", "oublier son échéance, et l'épinglage qui allait avec"}}},
       {{"ready wazemmes/lampe --by \"2026-12-01 14:00\"", {"For a workshop on Tuesday:", "Pour l'atelier de mardi :"}},
        {"ready --list", {"What is awaited:", "Ce qui est attendu :"}}},
       verb::ready},
  };
}

}  // namespace essaimage::ctl
