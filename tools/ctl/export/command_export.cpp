// What people are told about `catalogue export`.

#include "tools/ctl/export/export.hpp"

namespace essaimage::ctl {

Command export_command() {  // NOLINT(readability-function-size): a table of words
  const Text file{"FILE", "FICHIER"};
  return {
      "catalogue export",
      {"Make a site, feeds or tables of the catalogue, for people who have no node.",
       "Faire du catalogue un site, des flux ou des tableaux, pour qui n'a pas de nœud."},
      {"From what this node holds; the result says how fresh that is, what lacks and what was left out. Only what the whole region may know goes "
       "along. A picture, film or sound in which people can be seen or heard goes along only as far as its [[consent]] in kit.toml says: "
       "without --for members, only what is public. The site opens from a stick, without a server. An export again into the same folder writes "
       "what changed, and touches nothing but what an export made. With --json and none of these, the table for programs goes to standard output.",
       "À partir de ce que ce nœud garde ; le résultat dit si c'est récent, ce qui manque et ce qui a été laissé de côté. Seul part ce que toute la "
       "région peut connaître. Une image, un film ou un son où l'on peut voir ou entendre des personnes ne part qu'aussi loin que le dit son "
       "[[consent]] dans kit.toml : sans --for members, seulement ce qui est public. Le site s'ouvre depuis une clé USB, sans serveur. Un nouvel "
       "export dans le même dossier écrit ce qui a changé, et ne touche qu'à ce qu'un export a fait. Avec --json et rien de tout cela, le tableau pour "
       "programmes va sur la sortie standard."},
      {},
      {{"html",
        {"DIR", "DOSSIER"},
        {"a site, to be put on a stick or on the web", "un site, à mettre sur une clé ou sur le web"},
        false,
        false,
        Completes::folder},
       {"opds",
        file,
        {"a feed for reading programs: OPDS 1.2 (.xml) or 2.0 (.json); in DIR, or with --base-url",
         "un flux pour les liseuses : OPDS 1.2 (.xml) ou 2.0 (.json) ; dans DOSSIER, ou avec --base-url"}},
       {"json-file", file, {"all of it, for a program", "le tout, pour un programme"}},
       {"csv", file, {"a table, for a spreadsheet", "un tableau, pour un tableur"}},
       {"media",
        {"all|pictures|none", "all|pictures|none"},
        {"which files that are no texts go along (default: all)", "quels fichiers autres que des textes partent aussi (par défaut : all)"}},
       {"for", {"public|members", "public|members"}, {"who may read it (default: public)", "qui peut le lire (par défaut : public)"}},
       {"base-url", {"URL", "URL"}, {"where the site will be on the web", "où le site sera sur le web"}},
       {"territory", {"SLUG", "NOM"}, {"only kits of the centres of a territory", "seulement les kits des centres d'un territoire"}}},
      {{"catalogue export --html /media/stick/catalogue", {"A site on a stick:", "Un site sur une clé :"}},
       {"catalogue export --html site --opds site/catalogue.xml --base-url https://catalogue.example/",
        {"A site for the web, with a feed:", "Un site pour le web, avec un flux :"}},
       {"catalogue export --csv catalogue.csv --territory lille", {"A table of one territory:", "Un tableau d'un territoire :"}}},
      verb::catalogue_export};
}

}  // namespace essaimage::ctl
