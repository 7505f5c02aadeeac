#include <algorithm>
#include <array>
#include <set>

#include "tools/report/sheets.hpp"

namespace essaimage::report {
namespace {

struct Name {
  std::string_view key, en, fr;
};

constexpr std::array<Name, 12> main_figures = {
    {{"kits", "kits known at the end of the period", "kits connus à la fin de la période"},
     {"kits.new", "kits published in the period", "kits publiés pendant la période"},
     {"versions", "versions published in the period", "versions publiées pendant la période"},
     {"adoptions", "adoptions in the period, in force at its end", "adoptions de la période, en vigueur à sa fin"},
     {"adaptations", "adaptations published in the period", "adaptations publiées pendant la période"},
     {"centres", "centres reached", "centres touchés"},
     {"territories", "territories reached", "territoires touchés"},
     {"outcomes", "outcomes", "retours d'expérience"},
     {"sessions", "sessions", "séances"},
     {"participants", "participants", "participants"},
     {"sessions.priority", "sessions in priority neighbourhoods (QPV)", "séances en quartier prioritaire (QPV)"},
     {"participants.priority", "participants in priority neighbourhoods (QPV)", "participants en quartier prioritaire (QPV)"}}};
constexpr std::array<Name, 5> stages = {{{"workshop", "workshop (needs gathered)", "atelier (besoins recueillis)"},
                                         {"prototype", "prototype", "prototype"},
                                         {"field-tested", "field-tested", "essayé sur le terrain"},
                                         {"metropolitan", "metropolitan", "essaimage métropolitain"},
                                         {"regional", "regional", "essaimage régional"}}};
constexpr std::array<Name, 6> ages = {{{"0-11", "0 to 11", "0 à 11 ans"},
                                       {"12-17", "12 to 17", "12 à 17 ans"},
                                       {"18-25", "18 to 25", "18 à 25 ans"},
                                       {"26-59", "26 to 59", "26 à 59 ans"},
                                       {"60+", "60 or more", "60 ans et plus"},
                                       {"unknown", "age not noted", "âge non noté"}}};
constexpr std::array<Name, 7> places = {{{"centre", "centre", "centre social"},
                                         {"school", "school", "école"},
                                         {"library", "library", "bibliothèque"},
                                         {"association", "association", "association"},
                                         {"residence", "residence", "résidence"},
                                         {"outdoors", "outdoors", "plein air"},
                                         {"other", "other", "autre"}}};

Cell share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? Cell::of("-") : Cell::rate(rate_of(static_cast<Cents>(part), static_cast<Cents>(whole)));
}

std::set<std::string> groups_of(const Counted& counted, std::string_view prefix) {
  std::set<std::string> groups;
  for (const auto& figure : counted.figures)
    if (figure.value("name", "").starts_with(prefix)) groups.insert(figure.value("group", ""));
  return groups;
}

std::string name_of(const std::string& key, const std::string& group, const Words& say) {
  const bool of_territory = key.starts_with("territory.");
  const auto plain = of_territory ? key.substr(10) : key;
  auto text = plain;
  for (const auto& name : main_figures)
    if (name.key == plain) text = say(name.en, name.fr);
  const auto in = [&](const auto& names) {
    for (const auto& name : names)
      if (name.key == group) return say(name.en, name.fr);
    return group;
  };
  if (plain == "kits.stage") return say("kits: ", "kits : ") + in(stages);
  if (plain == "participants.age") return say("participants: ", "participants : ") + in(ages);
  if (plain == "sessions.place") return say("sessions: ", "séances : ") + in(places);
  if (plain == "participants.place") return say("participants: ", "participants : ") + in(places);
  return of_territory ? text + " (" + group + ")" : text;
}

std::string kind_of(const std::string& kind, const Words& say) {
  if (kind == "version") return say("version of a kit", "version d'un kit");
  if (kind == "adoption") return say("adoption", "adoption");
  if (kind == "outcome") return say("outcome", "retour d'expérience");
  if (kind == "decision") return say("decision of the catalogue", "décision du catalogue");
  return kind;
}

void add_territories(Document& document, const Counted& counted, const Words& say) {
  Sheet sheet{"territoires",
              say("By territory", "Par territoire"),
              {say("territory", "territoire"), say("centres reached", "centres touchés"), say("kits", "kits"),
               say("new kits", "nouveaux kits"), say("adoptions", "adoptions"), say("adaptations", "adaptations"),
               say("sessions", "séances"), say("participants", "participants"), say("share in QPV", "part en QPV")},
              {},
              {}};
  for (const auto& territory : groups_of(counted, "territory.")) {
    const auto of = [&](std::string_view name) { return counted.value("territory." + std::string(name), territory); };
    sheet.rows.push_back({Cell::of(territory), Cell::number(of("centres")), Cell::number(of("kits")), Cell::number(of("kits.new")),
                          Cell::number(of("adoptions")), Cell::number(of("adaptations")), Cell::number(of("sessions")),
                          Cell::number(of("participants")), share(of("participants.priority"), of("participants"))});
  }
  sheet.notes.push_back(say("What a centre of two territories did counts in both, so the territories together may be more than the whole.",
                            "Ce qu'a fait un centre de deux territoires compte dans les deux : leur somme peut dépasser le tout."));
  document.sheets.push_back(std::move(sheet));
}

void add_people(Document& document, const Counted& counted, const Words& say) {
  const auto total = counted.value("participants");
  Sheet by_age{"ages",
               say("Participants by age", "Participants par âge"),
               {say("age", "âge"), say("participants", "participants"), say("share", "part")},
               {},
               {}};
  for (const auto& age : ages) {
    const auto count = counted.value("participants.age", age.key);
    by_age.rows.push_back({Cell::of(say(age.en, age.fr)), Cell::number(count), share(count, total)});
  }
  document.sheets.push_back(std::move(by_age));
  Sheet by_place{"lieux",
                 say("By place", "Par lieu"),
                 {say("place", "lieu"), say("sessions", "séances"), say("participants", "participants")},
                 {},
                 {}};
  for (const auto& place : places)
    by_place.rows.push_back({Cell::of(say(place.en, place.fr)), Cell::number(counted.value("sessions.place", place.key)),
                             Cell::number(counted.value("participants.place", place.key))});
  document.sheets.push_back(std::move(by_place));
}

void add_lineage(Document& document, const Counted& counted, const Words& say) {
  Sheet sheet{"adaptations",
              say("Adaptations, and what they were made from", "Adaptations, et de quoi elles viennent"),
              {say("kit", "kit"), say("adapted from", "adapté de"), say("published", "publié")},
              {},
              {}};
  std::set<std::uint64_t> numbers;
  for (const auto& figure : counted.figures)
    if (figure.value("name", "") == "adaptations")
      for (const auto& number : figure.value("entries", Json::array())) numbers.insert(number.get<std::uint64_t>());
  for (const auto& entry : counted.entries) {
    if (!numbers.contains(entry.value("number", std::uint64_t{0}))) continue;
    sheet.rows.push_back(
        {Cell::of(entry.value("id", "")), Cell::of(entry.value("adapted_from", "")), Cell::day(entry.value("date", "1970-01-01"))});
  }
  document.sheets.push_back(std::move(sheet));
}

void add_curve(Document& document, const Counted& counted, const Words& say) {
  Sheet sheet{"courbe",
              say("Over time (running totals since the period began)", "Au fil du temps (cumuls depuis le début de la période)"),
              {say("until", "jusqu'à"), say("kits published", "kits publiés"), say("adoptions", "adoptions"),
               say("adaptations", "adaptations"), say("sessions", "séances")},
              {},
              {}};
  for (const auto& point : counted.points) {
    const auto of = [&](const char* key) { return Cell::number(point.value(key, std::uint64_t{0})); };
    sheet.rows.push_back({Cell::of(point.value("label", "")), of("kits"), of("adoptions"), of("adaptations"), of("sessions")});
  }
  document.sheets.push_back(std::move(sheet));
}

}  // namespace

void add_scope_sheet(Document& document, const Counted& counted, const Words& say) {
  const auto& reply = counted.reply;
  const auto text = [&](const char* key) {
    const auto value = reply.value(key, Json());
    return value.is_string() ? value.get<std::string>() : say("all", "tous");
  };
  Sheet sheet{"perimetre", say("What was counted", "Ce qui a été compté"), {}, {}, {}};
  sheet.rows = {{Cell::of(say("from", "du")), Cell::day(reply.value("from", "1970-01-01"))},
                {Cell::of(say("to", "au")), Cell::day(reply.value("to", "1970-01-01"))},
                {Cell::of(say("territory", "territoire")), Cell::of(text("territory"))},
                {Cell::of(say("theme", "thème")), Cell::of(text("theme"))},
                {Cell::of(say("counted at", "compté chez")), Cell::of(text("centre"))}};
  if (!reply.value("whole", false))
    sheet.notes.push_back(
        say("This node holds what it may: kits of other territories are not counted. The federation's node holds all.",
            "Ce nœud a ce qu'il peut avoir : les kits d'autres territoires ne sont pas comptés. Celui de la fédération a tout."));
  sheet.notes.push_back(
      say("Each figure is counted from signed entries, which the annex lists; it names no person. Days are in UTC; sessions count "
          "by their first day.",
          "Chaque chiffre est compté sur des écrits signés, que l'annexe énumère ; il ne nomme personne. Les jours sont en temps "
          "universel ; les séances comptent au premier jour."));
  document.sheets.push_back(std::move(sheet));
}

void add_figure_sheets(Document& document, const Counted& counted, const Words& say) {
  Sheet sheet{"chiffres", say("What happened", "Ce qui s'est passé"), {say("figure", "chiffre"), say("value", "valeur")}, {}, {}};
  for (const auto& figure : main_figures)
    sheet.rows.push_back({Cell::of(say(figure.en, figure.fr)), Cell::number(counted.value(figure.key))});
  sheet.rows.push_back({Cell::of(say("share of participants in priority neighbourhoods", "part des participants en quartier prioritaire")),
                        share(counted.value("participants.priority"), counted.value("participants"))});
  document.sheets.push_back(std::move(sheet));
  Sheet by_stage{"etapes",
                 say("Kits by stage at the end of the period", "Kits par étape à la fin de la période"),
                 {say("stage", "étape"), say("kits", "kits")},
                 {},
                 {}};
  for (const auto& stage : stages)
    by_stage.rows.push_back({Cell::of(say(stage.en, stage.fr)), Cell::number(counted.value("kits.stage", stage.key))});
  document.sheets.push_back(std::move(by_stage));
  add_people(document, counted, say);
  add_territories(document, counted, say);
  add_curve(document, counted, say);
  add_lineage(document, counted, say);
}

void add_annex_sheets(Document& document, const Counted& counted, const Words& say) {
  Sheet figures{"annexe-chiffres",
                say("Annex: from which entries each figure was counted", "Annexe : de quels écrits vient chaque chiffre"),
                {say("figure", "chiffre"), say("value", "valeur"), say("entries", "écrits")},
                {},
                {}};
  for (const auto& figure : counted.figures) {
    const auto numbers = figure.value("entries", std::vector<std::uint64_t>());
    figures.rows.push_back({Cell::of(name_of(figure.value("name", ""), figure.value("group", ""), say)),
                            Cell::number(figure.value("value", std::uint64_t{0})), Cell::of(ranges_of(numbers))});
  }
  document.sheets.push_back(std::move(figures));
  Sheet entries{"annexe-ecrits",
                say("Annex: the signed entries", "Annexe : les écrits signés"),
                {say("number", "numéro"), say("what", "quoi"), "kit", "version", say("centre", "centre"), say("date", "date"),
                 say("sessions", "séances"), say("participants", "participants"), say("feed", "fil"), say("path", "chemin"), "commit",
                 say("signed", "signé")},
                {},
                {}};
  for (const auto& entry : counted.entries) {
    const auto number = [&](const char* key) {
      return entry.contains(key) ? Cell::number(entry.value(key, std::uint64_t{0})) : Cell::of("");
    };
    entries.rows.push_back({number("number"), Cell::of(kind_of(entry.value("kind", ""), say)), Cell::of(entry.value("id", "")),
                            number("kit_version"), Cell::of(entry.value("centre", "")), Cell::day(entry.value("date", "1970-01-01")),
                            number("sessions"), number("participants"), Cell::of(entry.value("feed", "")),
                            Cell::of(entry.value("path", "")), Cell::of(entry.value("commit", "")),
                            Cell::day(entry.value("time", "1970-01-01").substr(0, 10))});
  }
  entries.notes.push_back(
      say("In the library: git show COMMIT:PATH shows an entry, git log --show-signature COMMIT who signed it.",
          "Dans la bibliothèque : git show COMMIT:CHEMIN montre un écrit, git log --show-signature COMMIT qui l'a signé."));
  document.sheets.push_back(std::move(entries));
}

}  // namespace essaimage::report
