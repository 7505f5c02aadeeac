// The verbs about what this node holds: pin, unpin, fetch, drop, and hold, which tells the policy and what comes of it.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/shell/control/arrivals.hpp"
#include "daemon/shell/control/holders.hpp"
#include "daemon/shell/control/verbs.hpp"
#include "store/life/life.hpp"
#include "store/media/media_store.hpp"

namespace essaimage::shell::verb {

namespace {

using Kind = store::KitChoice::Kind;

constexpr std::chrono::milliseconds fetch_poll{250};

Result<Json> choose(Session& session, const KitId& id, Kind kind) {
  auto& library = session.node().library();
  CHECK_OK(library.choose(id, kind));
  TRY(const auto kit, library.kit(id));
  TRY(const auto arrivals, Arrivals::of(session.node()));
  TRY(const auto stages, library.stages());
  return entry_of(kit, arrivals, stages);
}

Result<Json> choose_only(Session& session, Arguments& arguments, Kind kind) {
  TRY(const auto id, arguments.kit());
  CHECK_OK(arguments.nothing_else());
  return choose(session, id, kind);
}

/// "fives/film: quota, 1.5 kB", if something of it waits for room.
Status has_room(const store::KitSummary& kit) {
  if (kit.is_whole() || kit.not_held.files == 0 || !kit.why_not || !store::waits_for_room(*kit.why_not)) return {};
  return fail(Errc::room_lacking, fmt::format("{}: {}, {}", kit.row.id.str(), str(*kit.why_not), words_of_bytes(kit.not_held.bytes).en));
}

/// Until it is whole, whatever version that is then; an error if it waits for room.
Status wait_whole(Session& session, const KitId& id) {
  auto& node = session.node();
  for (;;) {
    TRY(const auto kit, node.library().kit(id));
    if (kit.is_whole()) return {};
    if (kit.choice.kind == Kind::fetched && kit.choice.version != kit.row.version) {
      CHECK_OK(node.library().choose(id, Kind::fetched));  // a new version has come meanwhile
      continue;
    }
    if (kit.media_here + kit.not_held.files >= kit.media_total) {
      CHECK_OK(has_room(kit));
      return fail(Errc::checkout_not_held, id.str());  // dropped meanwhile
    }
    TRY(const auto arrivals, Arrivals::of(node));
    const auto arrival = arrivals.of(kit);
    // What stands in the way is said in the place of what comes.
    const auto text = arrival.wait ? str(*arrival.wait) : std::string_view("media");
    CHECK_OK(session.progress(arrival.here, arrival.total, control::Progress::Unit::bytes, std::string(text)));
    CHECK_OK(session.pause(fetch_poll));
  }
}

/// Of the media that dropping removes, each must be held whole by so many others.
Status enough_copies(Session& session, const KitId& id, const std::vector<store::FeedMedia>& removed) {
  TRY(const auto view, session.node().library().holding(false));
  if (removed.empty() || view.policy.copies_min == 0) return {};
  TRY(const auto holders, Holders::of(session.node(), removed));
  const auto fewest = std::min_element(removed.begin(), removed.end(), [&](const auto& a, const auto& b) {
    return holders.of(a.media).size() < holders.of(b.media).size();
  });
  const auto& names = holders.of(fewest->media);
  if (names.size() >= view.policy.copies_min) return {};
  std::string detail = id.str() + ": " + std::to_string(names.size()) + "/" + std::to_string(view.policy.copies_min);
  const char* separator = " (";
  for (const auto& name : names) detail += std::exchange(separator, ", ") + name;
  if (!names.empty()) detail += ")";
  return fail(Errc::copies_too_few, detail);
}

/// Whole media that no kit's newest version names: of earlier ones, which `drop` does not remove.
store::KeptBack earlier_media(const store::Library& library, const std::vector<store::KitSummary>& kits) {
  std::set<Sha256> named;
  for (const auto& kit : kits)
    for (const auto& each : kit.row.media) named.insert(each.media);
  store::KeptBack earlier;
  for (const auto& media : library.media().all()) {
    if (named.contains(media)) continue;
    earlier.files += 1;
    earlier.bytes += library.media().bytes(media).value_or(0);
  }
  return earlier;
}

Json policy_json(const store::HoldPolicy& policy) {
  return {{"media", str(policy.media)},
          {"themes", policy.themes},
          {"kinds", policy.kinds},
          {"file_bytes_max", policy.file_bytes_max},
          {"quota_bytes", policy.quota_bytes},
          {"free_bytes_min", policy.free_bytes_min},
          {"copies_min", policy.copies_min}};
}

}  // namespace

Result<Json> pin(Session& session, Arguments& arguments) { return choose_only(session, arguments, Kind::pinned); }

Result<Json> unpin(Session& session, Arguments& arguments) { return choose_only(session, arguments, Kind::none); }

Result<Json> fetch(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  TRY(const auto wait, arguments.flag("wait"));
  CHECK_OK(arguments.nothing_else());
  auto& library = session.node().library();
  TRY(const auto before, library.kit(id));
  // A kit that is pinned, or our own, is held anyway, and for longer.
  if (before.choice.kind != Kind::pinned && id.centre != library.identity().slug) CHECK_OK(library.choose(id, Kind::fetched));
  if (wait) CHECK_OK(wait_whole(session, id));
  TRY(const auto kit, library.kit(id));
  CHECK_OK(has_room(kit));  // it stays chosen, and comes once there is
  TRY(const auto arrivals, Arrivals::of(session.node()));
  TRY(const auto stages, library.stages());
  return entry_of(kit, arrivals, stages);
}

Result<Json> drop(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  TRY(const auto anyway, arguments.flag("anyway"));
  CHECK_OK(arguments.nothing_else());
  auto& library = session.node().library();
  TRY([[maybe_unused]] const auto known, library.kit(id));
  if (id.centre == library.identity().slug) return fail(Errc::own_kit_kept, id.str());
  TRY(const auto removed, library.removable(id));
  if (!anyway) CHECK_OK(enough_copies(session, id, removed));
  std::uint64_t bytes = 0;
  for (const auto& each : removed) bytes += each.bytes;
  TRY(auto json, choose(session, id, Kind::dropped));
  json["removed_files"] = removed.size();
  json["removed_bytes"] = bytes;
  return json;
}

Result<Json> hold(Session& session, Arguments& arguments) {
  CHECK_OK(arguments.nothing_else());
  const auto& library = session.node().library();
  TRY(const auto view, library.holding(true));
  TRY(const auto kits, library.kits());
  auto choices = Json::array(), not_held = Json::array(), waiting = Json::array();
  for (const auto& [id, choice] : view.choices)
    choices.push_back({{"id", id.str()}, {"choice", str(choice.kind)}, {"choice_version", choice.version}});
  for (const auto& [why, sum] : view.not_held)
    not_held.push_back({{"why", shell::to_json(why)}, {"files", sum.files}, {"bytes", sum.bytes}});
  for (const auto& kit : kits) {
    if (!kit.why_not || !store::waits_for_room(*kit.why_not)) continue;
    waiting.push_back(
        {{"id", kit.row.id.str()}, {"why", shell::to_json(*kit.why_not)}, {"files", kit.not_held.files}, {"bytes", kit.not_held.bytes}});
  }
  const auto earlier = earlier_media(library, kits);
  return Json{{"policy", policy_json(view.policy)},
              {"media_bytes", view.media_bytes},
              {"earlier", {{"files", earlier.files}, {"bytes", earlier.bytes}}},
              {"coming_bytes", view.promised_bytes},
              {"disk_free_bytes", view.free_bytes},
              {"choices", std::move(choices)},
              {"not_held", std::move(not_held)},
              {"waiting", std::move(waiting)}};
}

}  // namespace essaimage::shell::verb
