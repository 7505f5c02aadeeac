// watch, which tells what happens, and how what is coming goes.

#include "daemon/shell/control/readiness.hpp"
#include "daemon/shell/control/verbs.hpp"

namespace essaimage::shell::verb {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// Where media stand in kits. Trees are read once for each version: one each second, or for each event, would be felt.
class Paths {
 public:
  explicit Paths(const store::Library& library) : library_(library) {}

  /// In that version; empty if that cannot be told.
  std::string of(const KitId& kit, std::uint64_t version, const Sha256& media) {
    if (!kits_.contains(kit) && kits_.size() >= kits_max) kits_.clear();
    auto& known = kits_[kit];
    if (known.version != version) {
      known = {version, {}};
      const auto files = library_.files(kit, version);
      for (const auto& file : files ? *files : std::vector<store::KitFile>{})
        if (file.is_media) known.by_media.emplace(file.media, file.path);
    }
    const auto path = known.by_media.find(media);
    return path == known.by_media.end() ? std::string() : path->second;
  }

  /// "kit" and "path" of an event about a media file: of the first kit that names it.
  void add_to(Json& event, const Sha256& media) {
    const auto kits = library_.kits_naming(media);
    if (!kits || kits->empty()) return;
    const auto& id = kits->front();
    event["kit"] = id.str();
    if (const auto kit = library_.kit(id)) event["path"] = of(id, kit->row.version, media);
  }

 private:
  static constexpr std::size_t kits_max = 64;
  struct Known {
    std::uint64_t version = 0;
    std::map<Sha256, std::string> by_media;
  };
  const store::Library& library_;
  std::map<KitId, Known> kits_;
};

/// A look at what comes, told to whoever watches.
class Look {
 public:
  Look(Session& session, Paths& paths) : session_(session), paths_(paths) {}

  /// The kits that something is to come of, those of which it came or will not come any more, and then how the node is.
  Status tell() {
    auto& node = session_.node();
    // In this order: of a kit that becomes whole in between, the next look tells.
    TRY(const auto kits, node.library().kits());
    TRY(const auto arrivals, Arrivals::of(node));
    const auto coming = arrivals.coming(kits);
    const auto now = civil_now();
    const auto time = to_utc(now);
    TRY(const auto due, due_kits(node.library(), arrivals, now));
    std::set<KitId> told;
    for (const auto& [kit, arrival] : coming) {
      if (told.size() == kits_max) break;
      told.insert(kit->row.id);
      CHECK_OK(tell(*kit, arrivals, arrival, time));
    }
    std::size_t waiting = 0;
    for (const auto& kit : kits) {
      const bool open = told_.erase(kit.row.id) > 0 && !told.contains(kit.row.id);
      if (kit.is_whole() && !open) continue;
      const auto arrival = arrivals.of(kit);
      waiting += !arrival.coming() && arrival.wait.has_value();
      if (!open) continue;
      if (!kit.is_whole() && !kit.why_not) {
        told.insert(kit.row.id);  // its end is told when it has come
      } else {
        CHECK_OK(tell(kit, arrivals, arrival, time));
      }
    }
    for (const auto& gone : told_) {
      CHECK_OK(session_.item({{"kind", "progress"}, {"time", time}, {"kit", gone.str()}, {"state", "gone"}}));
    }
    told_ = std::move(told);
    auto state = progress_json(arrivals, arrivals.of(kits));
    if (state.is_null()) state = Json::object();
    Json json{{"kind", "state"}, {"time", time}};
    json["level"] = arrivals.status().level;
    json["peers_connected"] = arrivals.connected();
    json["peers_known"] = arrivals.status().peers.size();
    json["traffic"] = to_json(arrivals.traffic(), node.now());
    json["kits"] = kits.size();
    json["kits_coming"] = coming.size();
    json["kits_waiting_for_room"] = waiting;
    json["deadlines"] = Json::array();
    for (const auto& each : due) json["deadlines"].push_back(to_json(each, now));
    json.update(state);
    return session_.item(json);
  }

 private:
  static constexpr std::size_t kits_max = 50, media_max = 4;

  Status tell(const store::KitSummary& kit, const Arrivals& arrivals, const Arrival& arrival, const std::string& time) {
    Json json{{"kind", "progress"}, {"time", time}, {"kit", kit.row.id.str()}, {"version", kit.row.version}, {"state", state_of(kit)}};
    auto progress = progress_json(arrivals, arrival);
    if (progress.is_null()) progress = {{"bytes_here", arrival.here}, {"bytes_total", arrival.total}};
    json.update(progress);
    auto media = Json::array();
    for (const auto* each : arrivals.begun(kit, media_max)) {
      Arrival one;
      one.add(*each);
      one.rate = arrivals.rate(each->media);
      media.push_back(
          {{"media", each->media.hex()}, {"path", paths_.of(kit.row.id, kit.row.version, each->media)}, {"bytes_here", one.here}});
      media.back()["bytes_total"] = one.total;
      media.back()["bytes_per_second"] = one.rate;
      media.back()["remaining_ms"] = one.left() ? Json(one.left()->count()) : Json(nullptr);
      media.back()["from"] = to_json(one.from);
    }
    json["media"] = std::move(media);
    return session_.item(json);
  }

  Session& session_;
  Paths& paths_;
  std::set<KitId> told_;
};

}  // namespace

Result<Json> watch(Session& session, Arguments& arguments) {
  constexpr milliseconds interval{20}, look_interval{1'000};
  TRY(const auto after, arguments.number("after"));
  TRY(const auto count, arguments.number("count"));
  TRY(const auto with_progress, arguments.flag("progress"));
  CHECK_OK(arguments.nothing_else());
  auto& node = session.node();
  std::uint64_t number = 0;
  if (after) {
    number = *after;
  } else if (const auto kept = node.events_after(0); !kept.empty()) {
    number = kept.back().number;
  }
  std::uint64_t told = 0;
  Paths paths(node.library());
  Look look(session, paths);
  std::optional<Clock::time_point> looked_at;
  Clock::duration interval_of_looks{};
  for (;;) {
    if (with_progress && (!looked_at || Clock::now() - *looked_at >= interval_of_looks)) {
      const auto begun = Clock::now();
      const auto looked = look.tell();
      // The loop has much to do just now: the next look is soon enough.
      if (!looked && looked.error().code != Errc::timed_out) return tl::unexpected(looked.error());
      looked_at = Clock::now();
      // With many kits a look is work, which should be little of all that is done.
      interval_of_looks = std::max<Clock::duration>(look_interval, 10 * (*looked_at - begun));
    }
    for (const auto& event : node.events_after(number)) {
      number = event.number;
      auto json = to_json(event);
      if (event.event.media) paths.add_to(json, *event.event.media);
      CHECK_OK(session.item(json));
      if (++told == count.value_or(0)) return Json{{"events", told}, {"last", number}};
    }
    CHECK_OK(session.pause(interval));
  }
}

}  // namespace essaimage::shell::verb
