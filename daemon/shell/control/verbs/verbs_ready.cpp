// ready: is a kit here, right, and does it open; and by when it has to be.

#include <fmt/format.h>

#include "daemon/shell/control/readiness.hpp"
#include "daemon/shell/control/verbs.hpp"
#include "store/deadlines.hpp"

namespace essaimage::shell::verb {

namespace {

constexpr std::chrono::milliseconds ready_poll{250};

/// Waits until nothing lacks of it. Ends sooner when the deadline is over, and when what lacks is not to come: then a person
/// has to act.
Status wait_until_whole(Session& session, const KitId& id) {
  auto& node = session.node();
  for (;;) {
    TRY(const auto kit, node.library().kit(id));
    const auto by = node.library().deadlines().of(id);
    const bool is_to_come = kit.media_here + kit.not_held.files < kit.media_total;
    if (kit.is_whole() || !is_to_come || (by && *by <= civil_now())) return {};
    TRY(const auto arrivals, Arrivals::of(node));
    const auto arrival = arrivals.of(kit);
    // What stands in the way is said in the place of what comes.
    const auto text = arrival.wait ? str(*arrival.wait) : std::string_view("media");
    CHECK_OK(session.progress(arrival.here, arrival.total, control::Progress::Unit::bytes, std::string(text)));
    CHECK_OK(session.pause(ready_poll));
  }
}

/// What to do, the most pressing first.
Words advice_of(const store::KitSummary& kit, const KitCheck& check, bool has_deadline) {
  const auto id = kit.row.id.str();
  if (check.is_ready()) return {};
  if (!check.damaged.empty())
    return {"Peers bring again what they have; `essaimagectl explain` says more.",
            "Les pairs rapportent ce qu'ils ont ; `essaimagectl explain` en dit plus."};
  if (!check.lacking.empty() && kit.not_held.files > 0 && !has_deadline)
    return {fmt::format("`essaimagectl ready {} --by TIME` brings it before all else.", id),
            fmt::format("`essaimagectl ready {} --by MOMENT` l'apporte avant tout le reste.", id)};
  if (!check.lacking.empty())
    return {fmt::format("`essaimagectl explain {}` says who can act; `essaimagectl watch` shows what comes.", id),
            fmt::format("`essaimagectl explain {}` dit qui peut agir ; `essaimagectl watch` montre ce qui arrive.", id)};
  return {"Open these files and look; their author can publish right ones.",
          "Ouvrez ces fichiers pour voir ; leur auteur peut en publier de bons."};
}

/// Which peers are known to have what lacks.
Json holders_json(const Arrivals& arrivals, const store::KitSummary& kit) {
  const auto arrival = arrivals.of(kit);
  auto all = arrival.holders;
  all.insert(arrival.from.begin(), arrival.from.end());
  return shell::to_json(all);
}

Json document_of(const store::KitSummary& kit, const KitCheck& check, const Arrivals& arrivals, std::optional<Timestamp> by) {
  const auto now = civil_now();
  Json json{{"id", kit.row.id.str()}, {"title", kit.row.title}, {"version", kit.row.version}, {"ready", check.is_ready()}};
  json["by"] = by ? Json(to_utc(*by)) : Json(nullptr);
  json["files"] = check.files;
  json["bytes_read"] = check.bytes;
  json["lacking"] = check.lacking;
  json["damaged"] = check.damaged;
  json["doubtful"] = check.doubtful;
  const auto due = due_kit(kit, by.value_or(Timestamp{timestamp_max}), arrivals, now);
  json["deadline"] = by ? to_json(due, now) : Json(nullptr);
  json["progress"] = progress_json(arrivals, arrivals.of(kit));
  json["held_by"] = holders_json(arrivals, kit);
  json["choice"] = str(kit.choice.kind);
  json["not_held"] = {{"files", kit.not_held.files}, {"bytes", kit.not_held.bytes}};
  json["why_not"] = kit.why_not ? shell::to_json(*kit.why_not) : Json(nullptr);
  json["next_step"] = shell::to_json(advice_of(kit, check, by.has_value()));
  return json;
}

}  // namespace

Result<Json> ready(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  TRY(const auto by_text, arguments.optional_text("by"));
  TRY(const auto wait, arguments.flag("wait"));
  CHECK_OK(arguments.nothing_else());
  auto& library = session.node().library();
  TRY([[maybe_unused]] const auto known, library.kit(id));
  if (by_text) {
    const auto by = parse_utc(*by_text);
    if (!by) return fail(Errc::usage, "by: " + *by_text);
    CHECK_OK(library.deadlines().set(id, *by));
  }
  if (wait) CHECK_OK(wait_until_whole(session, id));
  TRY(const auto before, library.kit(id));
  TRY(const auto check, check_kit(session, before));
  TRY(const auto kit, library.kit(id));  // what was damaged lacks now
  TRY(const auto arrivals, Arrivals::of(session.node()));
  return document_of(kit, check, arrivals, library.deadlines().of(id));
}

Result<Json> ready_forget(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  CHECK_OK(arguments.nothing_else());
  const auto& library = session.node().library();
  CHECK_OK(session.node().library().deadlines().forget(id));
  const auto kit = library.kit(id);
  return Json{{"id", id.str()}, {"choice", str(kit ? kit->choice.kind : store::KitChoice::Kind::none)}};
}

Result<Json> ready_list(Session& session, Arguments& arguments) {
  CHECK_OK(arguments.nothing_else());
  TRY(const auto arrivals, Arrivals::of(session.node()));
  const auto now = civil_now();
  TRY(const auto list, due_kits(session.node().library(), arrivals, now));
  std::vector<Json> entries;
  for (const auto& due : list) entries.push_back(to_json(due, now));
  CHECK_OK(session.list(entries));
  return Json{{"kits", entries.size()}};
}

}  // namespace essaimage::shell::verb
