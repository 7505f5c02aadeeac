// The verb about reports, with all that people are told about it.

#include "tools/ctl/command.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

std::vector<Command> report_commands() {  // NOLINT(readability-function-size): a table of words
  return {
      {"report",
       {"Report to funders what was shared, adopted and used in a period.",
        "Rendre compte aux financeurs de ce qui a été partagé, adopté et utilisé."},
       {"For an operation: operations/CODE.toml of the home, or a file; its financing is checked to the cent. Each figure is counted from signed "
        "entries, which the annex lists. No person is named. On the federation's node everything is counted; elsewhere what lies there.",
        "Pour une opération : operations/CODE.toml du nœud, ou un fichier ; son financement est vérifié au centime. Chaque chiffre est compté sur "
        "des écrits signés, que l'annexe énumère. Personne n'est nommé. Sur le nœud de la fédération tout est compté ; ailleurs, ce qui s'y trouve."},
       {},
       {{"operation", {"CODE", "CODE"}, {"the operation: its code", "l'opération : son code"}},
        {"file", {"FILE", "FICHIER"}, {"the operation: its file", "l'opération : son fichier"}},
        {"from", {"DAY", "JOUR"}, {"the first day; else that of the operation", "le premier jour ; sinon celui de l'opération"}},
        {"to", {"DAY", "JOUR"}, {"the last day; else that of the operation", "le dernier jour ; sinon celui de l'opération"}},
        {"territory", {"T", "T"}, {"of the centres of this territory alone", "des seuls centres de ce territoire"}},
        {"theme", {"T", "T"}, {"of kits with this theme alone", "des seuls kits qui ont ce thème"}},
        {"format", {"F", "F"}, {"text, html, csv, ods or json (default: text)", "text, html, csv, ods ou json (par défaut : text)"}},
        {"output",
         {"FILE", "FICHIER"},
         {"where to write it; a folder for csv (default: the screen, for csv and ods a new name here)",
          "où l'écrire ; un dossier pour csv (par défaut : l'écran ; pour csv et ods, un nouveau nom ici)"},
         false,
         false,
         Completes::folder}},
       {{"report --operation NP0024867 --format html --output rapport.html",
         {"For the funders of an operation:", "Pour les financeurs d'une opération :"}},
        {"report --from 2026-01-01 --to 2026-12-31 --territory lille", {"A year of one territory:", "L'année d'un territoire :"}},
        {"report --operation NP0024867 --format ods", {"For a spreadsheet:", "Pour un tableur :"}}},
       verb::report},
  };
}

}  // namespace essaimage::ctl
