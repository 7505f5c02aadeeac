#include "daemon/shell/control/readiness.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>

#include "daemon/shell/control/explain/explain_hold.hpp"
#include "daemon/shell/control/explain/explain_parts.hpp"
#include "store/deadlines.hpp"

namespace essaimage::shell {

namespace {

using Outlook = DueKit::Outlook;

/// What passes by itself within moments.
bool is_brief(Wait wait) { return wait == Wait::asked || wait == Wait::checked || wait == Wait::turn; }

/// What is not held, and for no lack of room: an admin took back the pin.
bool is_left_out(const store::KitSummary& kit) { return kit.not_held.files > 0 && kit.why_not && !store::waits_for_room(*kit.why_not); }

}  // namespace

Timestamp civil_now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::seconds>(time).count()};
}

DueKit due_kit(const store::KitSummary& kit, Timestamp by, const Arrivals& arrivals, Timestamp now) {
  DueKit due{kit.row.id, by, Outlook::open, 0, 0, std::nullopt, {}, {}};
  if (kit.is_whole()) {
    due.outlook = Outlook::whole;
    return due;
  }
  const auto arrival = arrivals.of(kit);
  due.files_lacking = kit.media_total - kit.media_here;
  due.bytes_lacking = arrival.lacking() + kit.not_held.bytes;
  const auto stalled = [&](const Words& why) {
    due.outlook = Outlook::stalled;
    due.reason_en = why.en;
    due.reason_fr = why.fr;
  };
  if (is_left_out(kit)) {
    stalled(words_of(*kit.why_not));
  } else if (arrival.wait && !is_brief(*arrival.wait)) {
    stalled(arrivals.words(arrival));
  } else if (kit.not_held.files > 0 && kit.why_not) {
    stalled(words_of(*kit.why_not));  // some of it comes, the rest has no room
  } else if ((due.left = arrival.left())) {
    const auto until = std::chrono::seconds(by.seconds - now.seconds);
    due.outlook = *due.left > until ? Outlook::late : Outlook::in_time;
  }
  return due;
}

Result<std::vector<DueKit>> due_kits(store::Library& library, const Arrivals& arrivals, Timestamp now) {
  std::vector<DueKit> list;
  for (const auto& deadline : library.deadlines().all()) {
    const auto kit = library.kit(deadline.kit);
    if (kit) list.push_back(due_kit(*kit, deadline.by, arrivals, now));
    else if (kit.error().code != Errc::not_found) return tl::unexpected(kit.error());
  }
  return list;
}

std::string_view str(Outlook outlook) {
  static constexpr std::array<std::string_view, 5> names = {"whole", "in-time", "late", "stalled", "open"};
  return names.at(static_cast<std::size_t>(outlook));
}

Words words_of_moment(Timestamp time, Timestamp now) {
  static constexpr std::array<std::string_view, 7> days_en = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  static constexpr std::array<std::string_view, 7> days_fr = {"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"};
  static constexpr std::array<std::string_view, 12> months_en = {"January", "February", "March",     "April",   "May",      "June",
                                                                 "July",    "August",   "September", "October", "November", "December"};
  static constexpr std::array<std::string_view, 12> months_fr = {"janvier", "février", "mars",      "avril",   "mai",      "juin",
                                                                 "juillet", "août",    "septembre", "octobre", "novembre", "décembre"};
  constexpr std::int64_t half_a_year = 180 * 86'400;
  const std::time_t seconds = time.seconds;
  std::tm local{};
  ::localtime_r(&seconds, &local);
  const auto day = static_cast<std::size_t>(local.tm_wday), month = static_cast<std::size_t>(local.tm_mon);
  const bool far = time.seconds - now.seconds > half_a_year || now.seconds - time.seconds > half_a_year;
  const std::string year = far ? " " + std::to_string(local.tm_year + 1900) : std::string();
  return {fmt::format("{} {} {}{}, {:02}:{:02}", days_en.at(day), local.tm_mday, months_en.at(month), year, local.tm_hour, local.tm_min),
          fmt::format("{} {}{} {}{} à {:02}:{:02}", days_fr.at(day), local.tm_mday, local.tm_mday == 1 ? "er" : "", months_fr.at(month),
                      year, local.tm_hour, local.tm_min)};
}

Words words_of(const DueKit& due, Timestamp now) {
  const auto when = words_of_moment(due.by, now);
  if (due.outlook == Outlook::whole) return {"for " + when.en + ": here, whole", "pour " + when.fr + " : ici, entier"};
  const auto media = words_of_media(due.files_lacking, due.bytes_lacking);
  const auto left = due.left ? words_of_time(*due.left) : Words{};
  Words how;
  switch (due.outlook) {
    case Outlook::late:
      how = {fmt::format("will not arrive in time at this rate ({} left)", left.en),
             fmt::format("n'arrivera pas à temps à ce rythme (encore {})", left.fr)};
      break;
    case Outlook::in_time: how = {"in time at this rate (" + left.en + " left)", "à temps à ce rythme (encore " + left.fr + ")"}; break;
    case Outlook::stalled: how = {"nothing comes: " + due.reason_en, "rien n'arrive : " + due.reason_fr}; break;
    case Outlook::open:
    case Outlook::whole: how = {"how long it takes cannot be told yet", "la durée n'est pas encore connue"}; break;
  }
  return {fmt::format("for {}: {} lacking, {}", when.en, media.en, how.en),
          fmt::format("pour {} : il manque {}, {}", when.fr, media.fr, how.fr)};
}

Explanation about_due(const DueKit& due, Timestamp now) {
  const auto text = words_of(due, now);
  const auto id = due.kit.str();
  const bool risk = due.is_at_risk();
  Words next;
  if (due.outlook == Outlook::late)
    next = {
        "Keep this computer on and connected; a peer on the same network, or one that is switched on earlier, brings it faster. `essaimagectl "
        "watch` shows who sends.",
        "Laissez cet ordinateur allumé et connecté ; un pair du même réseau, ou allumé plus tôt, l'apporte plus vite. `essaimagectl watch` "
        "montre qui envoie."};
  if (due.outlook == Outlook::stalled)
    next = {fmt::format("`essaimagectl explain {}` says what can be done; `essaimagectl kit show {}` says who has it.", id, id),
            fmt::format("`essaimagectl explain {}` dit que faire ; `essaimagectl kit show {}` dit qui l'a.", id, id)};
  return {risk                            ? "deadline-at-risk"
          : due.outlook == Outlook::whole ? "deadline-met"
                                          : "deadline-coming",
          risk,
          id,
          {id + ", " + text.en + ".", id + ", " + text.fr + "."},
          risk ? Actor::admin : Actor::nobody,
          next};
}

Json to_json(const DueKit& due, Timestamp now) {
  return {{"id", due.kit.str()},
          {"by", to_utc(due.by)},
          {"outlook", str(due.outlook)},
          {"at_risk", due.is_at_risk()},
          {"files_lacking", due.files_lacking},
          {"bytes_lacking", due.bytes_lacking},
          {"remaining_ms", due.left ? Json(due.left->count()) : Json(nullptr)},
          {"text", to_json(words_of(due, now))}};
}

}  // namespace essaimage::shell
