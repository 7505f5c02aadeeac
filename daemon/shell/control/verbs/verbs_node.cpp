// The verbs about this node and its peers: version, status, peers, sync.

#include <algorithm>

#include "daemon/shell/control/explain/explain_federation.hpp"
#include "daemon/shell/control/explain/explain_withdrawal.hpp"
#include "daemon/shell/control/readiness.hpp"
#include "daemon/shell/control/verbs.hpp"
#include "proto/version.hpp"
#include "store/disk/files.hpp"

namespace essaimage::shell::verb {

namespace {

using State = core::PeerStatus::State;

Json document_of(const Explanation& explanation) {
  return {{"code", explanation.code},          {"problem", explanation.problem},  {"subject", explanation.subject},
          {"text", to_json(explanation.text)}, {"actor", str(explanation.actor)}, {"next_step", to_json(explanation.next_step)}};
}

struct Totals {
  std::size_t kits = 0, complete = 0, not_held = 0;
  store::KeptBack media_not_held;  ///< what several kits name counts for each
  std::uint64_t bytes = 0, bytes_here = 0;
  std::uint64_t media = 0, media_here = 0;

  Totals(const std::vector<store::KitSummary>& all, const Arrivals& arrivals) : kits(all.size()) {
    for (const auto& kit : all) {
      complete += kit.is_whole();
      not_held += kit.not_held.files > 0;
      media_not_held.files += kit.not_held.files;
      media_not_held.bytes += kit.not_held.bytes;
      bytes += kit.row.bytes;
      bytes_here += arrivals.bytes_here(kit);
      media += kit.media_total;
      media_here += kit.media_here;
    }
  }
};

/// How often sync looks, and how long a connection that is being made counts as reachable.
constexpr std::chrono::milliseconds sync_poll{20}, sync_poll_max{250};
constexpr std::chrono::seconds connecting_max{5};
constexpr std::uint64_t round_seconds_default = 30;

std::size_t count(const core::NodeStatus& status, State state) {
  return static_cast<std::size_t>(std::count_if(status.peers.begin(), status.peers.end(), [&](const auto& p) { return p.state == state; }));
}

/// One look at where a sync stands.
struct Standing {
  bool round_done = false;
  bool level = false;
  std::size_t connected = 0;
  std::size_t media = 0;
  std::uint64_t lacking_bytes = 0;

  Standing(const core::NodeStatus& status, std::uint64_t round, bool alone, Duration waited) {
    connected = count(status, State::connected);
    media = status.media.size();
    for (const auto& entry : status.media) lacking_bytes += entry.bytes - std::min(entry.bytes, entry.here_bytes);
    const bool settled = waited >= connecting_max || count(status, State::connecting) == 0;
    round_done = status.joined && settled && status.sync_rounds_done >= round && (connected > 0 || alone);
    level = round_done && status.level;
  }
};

Json document_of(const Standing& standing, std::uint64_t round, const Json& traffic) {
  return {{"level", standing.level},
          {"traffic", traffic},
          {"round_done", standing.round_done},
          {"round", round},
          {"peers_connected", standing.connected},
          {"media_lacking", standing.media},
          {"bytes_lacking", standing.lacking_bytes}};
}

/// Of the node as a whole, and of the kits that most is to be said of.
Json progress_of_all(const std::vector<store::KitSummary>& kits, const Arrivals& arrivals) {
  constexpr std::size_t told_max = 10;
  auto json = progress_json(arrivals, arrivals.of(kits));
  const auto coming = arrivals.coming(kits);
  if (coming.empty()) return nullptr;
  json["kits_coming"] = coming.size();
  json["kits"] = Json::array();
  for (std::size_t i = 0; i < std::min(coming.size(), told_max); ++i) {
    auto entry = progress_json(arrivals, coming[i].second);
    entry["id"] = coming[i].first->row.id.str();
    json["kits"].push_back(std::move(entry));
  }
  return json;
}

/// "media", or what keeps them from coming for longer than a moment. A rest is not waited for: the reply tells of it.
std::string obstacle(const core::NodeStatus& status, const Traffic::State& traffic) {
  Arrival lacking;
  for (const auto& media : status.media) lacking.add(media);
  const auto wait = wait_of(status, traffic, lacking);
  const bool lasts = wait && *wait > Wait::hours && *wait < Wait::asked;
  return std::string(lasts ? str(*wait) : "media");
}

std::optional<store::FederationView> federation_of(const store::Library& library) {
  auto view = library.federation();
  return view ? std::optional(std::move(*view)) : std::nullopt;
}

/// Who it is, and how fresh its word is here.
Json federation_json(const store::Identity& identity, const Roster* roster, const std::optional<store::FederationView>& view) {
  Json json{
      {"id", identity.federation.hex()}, {"slug", identity.federation_slug}, {"name", roster == nullptr ? "" : roster->federation_name}};
  if (!view) return json;
  const auto days = days_since_word(*view);
  auto expired = Json::array();
  for (const auto& [name, role] : view->roles) {
    if (role.is_over(view->judged.time)) expired.push_back(name);
  }
  json["heartbeat"] = view->heartbeat ? Json(to_utc(*view->heartbeat)) : Json(nullptr);
  json["heartbeat_days_ago"] = days ? Json(*days) : Json(nullptr);
  json["heartbeat_lacks"] = time_lack_json(*view);
  json["clock_ignored"] = view->judged.clock_ignored;
  json["roles_expired"] = std::move(expired);
  return json;
}

bool key_succeeded(const store::Library& library, const Roster* roster) {
  const Member* self = roster == nullptr ? nullptr : roster->find(library.identity().slug);
  return self != nullptr && self->current_keys().signing != library.signing().public_key();
}

}  // namespace

Result<Json> version(Session&, Arguments& arguments) {
  CHECK_OK(arguments.nothing_else());
  return Json{{"version", version_text()}, {"control", control_version}};
}

Result<Json> status(Session& session, Arguments& arguments) {
  CHECK_OK(arguments.nothing_else());
  auto& node = session.node();
  TRY(const auto all, node.library().kits());
  TRY(const auto arrivals, Arrivals::of(node));
  const auto& status = arrivals.status();
  TRY(const auto disk, store::disk_space(session.place().home));
  const auto roster = node.library().roster();
  const auto& identity = node.library().identity();
  const Member* self = roster == nullptr ? nullptr : roster->find(identity.slug);
  const Totals totals(all, arrivals);
  TRY(const auto view, node.library().holding(false));
  const auto word = federation_of(node.library());
  const auto now = civil_now();
  TRY(const auto due, due_kits(node.library(), arrivals, now));
  auto problems = Json::array(), deadlines = Json::array();
  for (const auto& each : due) deadlines.push_back(to_json(each, now));
  const Situation here{status,
                       roster.get(),
                       identity,
                       node.now(),
                       disk.free_bytes,
                       node.library().problems(),
                       view.not_held,
                       arrivals.traffic(),
                       key_succeeded(node.library(), roster.get()),
                       word,
                       due};
  for (const auto& found : explain_node(here))
    if (found.problem) problems.push_back(document_of(found));
  TRY(const auto ending, explain_own_kits(node.library()));
  for (const auto& found : ending) problems.push_back(document_of(found));
  return Json{{"centre", identity.slug},
              {"name", self == nullptr ? identity.name : self->name},
              {"is_federation", identity.is_federation()},
              {"federation", federation_json(identity, roster.get(), word)},
              {"territories", self == nullptr ? Json::array() : to_json(self->territories)},
              {"neighbours", self == nullptr ? Json(nullptr) : neighbours_json(*roster, *self)},
              {"joined", status.joined},
              {"suspended", status.suspended},
              {"own_heads_confirmed", status.own_heads_confirmed},
              {"level", status.level},
              {"traffic", to_json(arrivals.traffic(), node.now())},
              {"home", session.place().home.string()},
              {"version", version_text()},
              {"uptime_ms", (node.now() - session.place().started).count()},
              {"endpoints", node.endpoints()},
              {"transport_key", node.library().transport().public_key().hex()},
              {"fingerprint", store::fingerprint(node.library().signing().public_key())},
              {"members", roster == nullptr ? 0 : roster->members.size()},
              {"peers_known", status.peers.size()},
              {"peers_connected", count(status, State::connected)},
              {"kits", totals.kits},
              {"kits_complete", totals.complete},
              {"kits_not_held", totals.not_held},
              {"bytes", totals.bytes},
              {"bytes_here", totals.bytes_here},
              {"media_total", totals.media},
              {"media_here", totals.media_here},
              {"media_not_held", totals.media_not_held.files},
              {"bytes_not_held", totals.media_not_held.bytes},
              {"progress", progress_of_all(all, arrivals)},
              {"disk_free_bytes", disk.free_bytes},
              {"deadlines", std::move(deadlines)},
              {"problems", std::move(problems)}};
}

Result<Json> peers(Session& session, Arguments& arguments) {
  CHECK_OK(arguments.nothing_else());
  TRY(const auto status, session.node().status());
  const auto roster = session.node().library().roster();
  const auto now = session.node().now();
  std::vector<Json> peers;
  for (const auto& peer : status.peers) {
    auto json = to_json(peer, now);
    const Member* member = roster == nullptr ? nullptr : roster->find(peer.slug);
    json["name"] = member == nullptr ? "" : member->name;
    json["territories"] = member == nullptr ? Json::array() : to_json(member->territories);
    peers.push_back(std::move(json));
  }
  CHECK_OK(session.list(peers));
  return Json{{"peers", peers.size()}};
}

Result<Json> sync(Session& session, Arguments& arguments) {
  TRY(const auto wait, arguments.flag("wait"));
  TRY(const auto timeout, arguments.number("timeout_seconds"));
  CHECK_OK(arguments.nothing_else());
  auto& node = session.node();
  const auto start = node.now();
  const std::uint64_t seconds = timeout.value_or(wait ? 0 : round_seconds_default);  // 0: as long as it takes
  TRY(const auto round, node.sync_now());
  std::uint64_t most = 0;
  for (;;) {
    TRY(const auto status, node.status());
    const auto roster = node.library().roster();
    const bool alone = roster != nullptr && roster->members.size() <= 1;
    const auto waited = node.now() - start;
    const Standing standing(status, round, alone, waited);
    most = std::max(most, standing.lacking_bytes);
    TRY(const auto traffic, node.traffic());
    const auto document = [&] { return document_of(standing, round, to_json(traffic, node.now())); };
    if (standing.level || (standing.round_done && !wait)) return document();
    if (seconds > 0 && waited >= std::chrono::seconds(static_cast<std::int64_t>(std::min<std::uint64_t>(seconds, 1'000'000))))
      return document();
    if (most > 0)
      CHECK_OK(session.progress(most - standing.lacking_bytes, most, control::Progress::Unit::bytes, obstacle(status, traffic)));
    // A look takes the loop's time for every media file that lacks: the more there are, the less often.
    const std::chrono::milliseconds pause(standing.media / 16);
    CHECK_OK(session.pause(std::clamp(pause, sync_poll, sync_poll_max)));
  }
}

namespace {

/// What `id` names: a kit, a feed, a member, or nothing at all: the node.
Result<Explanations> explain_any(const Situation& here, const store::Library& library, const std::string& id) {
  if (id.empty()) {
    auto found = explain_node(here);
    TRY(const auto ending, explain_own_kits(library));
    found.insert(found.end(), ending.begin(), ending.end());
    return found;
  }
  if (id.find('/') == std::string::npos) {
    if (here.roster == nullptr) return explain_node(here);
    const auto* member = here.roster->find(id);
    if (member == nullptr) return fail(Errc::peer_unknown, id);
    return explain_peer(here, *member);
  }
  const auto feed = FeedId::parse(id);
  const auto kit = KitId::parse(id);
  if (kit) {
    auto known = library.kit(*kit);
    TRY(auto withdrawn, explain_withdrawals(library, *kit));
    if (known) {
      auto found = explain_kit(here, *kit, *known);
      found.insert(found.end(), withdrawn.begin(), withdrawn.end());
      return found;
    }
    if (known.error().code != Errc::not_found) return tl::unexpected(known.error());
    if (!withdrawn.empty()) return withdrawn;
    if (!feed) return explain_kit(here, *kit, std::nullopt);
  }
  if (feed) return explain_feed(here, *feed);
  return fail(Errc::kit_id_malformed, id);
}

}  // namespace

Result<Json> explain(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.optional_text("id"));
  CHECK_OK(arguments.nothing_else());
  auto& node = session.node();
  TRY(const auto arrivals, Arrivals::of(node));
  const auto& status = arrivals.status();
  TRY(const auto disk, store::disk_space(session.place().home));
  const auto roster = node.library().roster();
  TRY(const auto view, node.library().holding(false));
  TRY(const auto due, due_kits(node.library(), arrivals, civil_now()));
  const Situation here{status,
                       roster.get(),
                       node.library().identity(),
                       node.now(),
                       disk.free_bytes,
                       node.library().problems(),
                       view.not_held,
                       arrivals.traffic(),
                       key_succeeded(node.library(), roster.get()),
                       federation_of(node.library()),
                       due};
  TRY(const auto found, explain_any(here, node.library(), id.value_or("")));
  auto out = Json::array();
  bool well = true;
  for (const auto& explanation : found) {
    well = well && !explanation.problem;
    out.push_back(document_of(explanation));
  }
  return Json{{"id", id.value_or("")}, {"well", well}, {"explanations", std::move(out)}};
}

}  // namespace essaimage::shell::verb
