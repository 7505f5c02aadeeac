#include "daemon/shell/control/json.hpp"

#include <array>

#include "daemon/shell/control/explain/explain_hold.hpp"
#include "proto/counted.hpp"
#include "store/life/life.hpp"

namespace essaimage::shell {

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// --- arguments
// ---------------------------------------------------------------------------------------------------

Result<Arguments> Arguments::parse(const std::string& text) {
  auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return fail(Errc::malformed, "arguments: expected a JSON object");
  return Arguments(std::move(json));
}

const Json* Arguments::find(const std::string& name) {
  asked_.insert(name);
  const auto at = json_.find(name);
  return at == json_.end() || at->is_null() ? nullptr : &*at;
}

Result<std::string> Arguments::text(const std::string& name) {
  TRY(auto value, optional_text(name));
  if (!value) return fail(Errc::usage, name + " is missing");
  return std::move(*value);
}

Result<std::optional<std::string>> Arguments::optional_text(const std::string& name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return fail(Errc::usage, name + ": expected a text");
  auto text = value->get<std::string>();
  // Never taken for one that is not given: that would be more than was asked for.
  if (text.empty()) return fail(Errc::usage, name + ": empty");
  return text;
}

Result<std::vector<std::string>> Arguments::texts(const std::string& name) {
  std::vector<std::string> out;
  const auto* value = find(name);
  if (value == nullptr) return out;
  if (!value->is_array()) return fail(Errc::usage, name + ": expected a list of texts");
  for (const auto& item : *value) {
    if (!item.is_string()) return fail(Errc::usage, name + ": expected a list of texts");
    if (item.get_ref<const std::string&>().empty()) return fail(Errc::usage, name + ": empty");
    out.push_back(item.get<std::string>());
  }
  return out;
}

Result<bool> Arguments::flag(const std::string& name) {
  const auto* value = find(name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) return fail(Errc::usage, name + ": expected true or false");
  return value->get<bool>();
}

Result<std::optional<std::uint64_t>> Arguments::number(const std::string& name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_unsigned()) return fail(Errc::usage, name + ": expected a number from 0");
  return value->get<std::uint64_t>();
}

Result<KitId> Arguments::kit() {
  TRY(const auto id, text("id"));
  return KitId::parse(id);
}

Status Arguments::nothing_else() const {
  for (const auto& item : json_.items())
    if (!asked_.contains(item.key())) return fail(Errc::usage, "unknown argument: " + item.key());
  return {};
}

// --- facts
// -------------------------------------------------------------------------------------------------------

std::string_view str(core::PeerStatus::State state) {
  static constexpr std::array<std::string_view, 5> names = {"connected", "connecting", "waiting", "unreachable", "refused-us"};
  return names.at(static_cast<std::size_t>(state));
}

std::string_view str(core::Event::Kind kind) {
  static constexpr std::array<std::string_view, 19> names = {"peer-connected",   "peer-lost",       "peer-refused",    "stranger-refused",
                                                             "peer-misbehaved",  "feed-advanced",   "objects-lost",    "fetch-started",
                                                             "fetch-failed",     "media-progress",  "media-completed", "fork-seen",
                                                             "rollback-refused", "forgery-refused", "joined",          "join-refused",
                                                             "member-admitted",  "level",           "kit-passed-on"};
  return names.at(static_cast<std::size_t>(kind));
}

std::string_view str(Actor actor) {
  static constexpr std::array<std::string_view, 6> names = {"author", "admin", "federation", "peer", "nobody", "developer"};
  return names.at(static_cast<std::size_t>(actor));
}

Json to_json(const Traffic::State& traffic, Instant now) {
  static constexpr std::array<std::string_view, 3> names = {"none", "paused", "hours"};
  Json json{{"rest", names[static_cast<std::size_t>(traffic.rest)]}};
  if (traffic.until) json["ends_in_ms"] = (*traffic.until - now).count();
  for (const auto& hours : traffic.hours) json["hours"].push_back(str(hours));
  return json;
}

Json to_json(const Words& words) { return {{"en", words.en}, {"fr", typeset(words.fr, Language::french)}}; }

Json to_json(const Error& error) {
  const auto text = describe(error.code, Language::english);
  return {{"code", text.code}, {"detail", error.detail}, {"actor", str(text.actor)}, {"cause", text.cause}, {"next_step", text.next_step}};
}

Json time_lack_json(const store::FederationView& view) {
  if (view.heartbeat) return nullptr;
  return std::string(str(view.time_lack.value_or(store::TimeLack::absent)));
}

Json neighbours_json(const Roster& roster, const Member& member) {
  return {{"named", to_json(member.neighbours)}, {"needed", member.neighbours_needed}, {"able", roster.able_neighbours(member).size()}};
}

Json to_json(const std::set<std::string>& texts) {
  auto out = Json::array();
  for (const auto& text : texts) out.push_back(text);
  return out;
}

/// Of what is not here, something is on its way, or nothing is.
std::string_view state_of(const store::KitSummary& kit) {
  if (kit.is_whole()) return "whole";
  return kit.media_here + kit.not_held.files < kit.media_total ? "coming" : "not-held";
}

Json to_json(const store::KitSummary& kit, const store::Stages& stages) {
  auto audiences = Json::array();
  for (const auto& audience : kit.audiences) audiences.push_back(audience.str());
  const auto& row = kit.row;
  return {{"id", row.id.str()},
          {"centre", row.id.centre},
          {"slug", row.id.slug},
          {"title", row.title},
          {"kind", row.kind},
          {"stage", str(stages.of(row.id, row.stage))},
          {"claimed_stage", row.stage},
          {"audience", row.audience.str()},
          {"audiences", std::move(audiences)},
          {"version", row.version},
          {"commit", kit.commit.hex()},
          {"tree", row.kit_tree.hex()},
          {"files", row.files},
          {"bytes", row.bytes},
          {"bytes_here", kit.bytes_here},
          {"media_total", kit.media_total},
          {"media_here", kit.media_here},
          {"complete", kit.is_whole()},
          {"state", state_of(kit)},
          {"choice", str(kit.choice.kind)},
          {"choice_version", kit.choice.version},
          {"not_held", {{"files", kit.not_held.files}, {"bytes", kit.not_held.bytes}}},
          {"why_not", kit.why_not ? to_json(*kit.why_not) : Json(nullptr)},
          {"published_at", to_utc(row.published_at)},
          {"summary", row.summary},
          {"licence", row.licence},
          {"languages", row.languages},
          {"themes", row.themes}};
}

Json to_json(store::HoldReason why) { return {{"code", str(why)}, {"text", to_json(words_of(why))}}; }

Json to_json(const store::KitVersion& version) {
  return {{"version", version.version},
          {"audience", version.audience.str()},
          {"published_at", to_utc(version.published_at)},
          {"tree", version.kit_tree.hex()},
          {"commit", version.commit.hex()}};
}

Json to_json(const store::KitFile& file) {
  Json out{{"path", file.path}, {"bytes", file.bytes}, {"executable", file.executable}, {"media", file.is_media}, {"here", file.here}};
  if (file.is_media) {
    out["sha256"] = file.media.hex();
  } else {
    out["blob"] = file.blob.hex();
  }
  if (file.withdrawn) out["withdrawn"] = to_json(*file.withdrawn);
  return out;
}

Json to_json(const store::WithdrawnBy& by) {
  static constexpr std::array<std::string_view, 3> kinds = {"author", "federation", "consent"};
  return {{"by", kinds.at(static_cast<std::size_t>(by.kind))}, {"withdrawal", by.name}, {"why", by.why}, {"since", to_utc(by.since)}};
}

Json to_json(const store::PublishedKit& kit) {
  return {{"id", kit.id.str()},     {"audience", kit.audience.str()}, {"version", kit.version},
          {"by_rule", kit.by_rule}, {"unchanged", kit.unchanged},     {"files", kit.files},
          {"bytes", kit.bytes},     {"commit", kit.commit.hex()}};
}

Json to_json(const store::CatalogueFile& decision) {
  return {{"id", decision.kit.str()},
          {"decision", str(decision.decision)},
          {"decided", to_utc(decision.decided)},
          {"reason", decision.reason},
          {"themes", decision.themes},
          {"kit_version", decision.kit_version},
          {"tree", decision.tree.hex()},
          {"version", decision.version},
          {"territory", decision.territory.empty() ? Json(nullptr) : Json(decision.territory)},
          {"conditions", decision.conditions},
          {"reviewer", decision.reviewer},
          {"reviewed", store::day_text(decision.reviewed)}};
}

Json to_json(const store::ProposalRow& row) {
  const auto& proposal = row.proposal;
  return {{"id", proposal.kit.str()},
          {"centre", row.feed.centre},
          {"audience", row.feed.audience.str()},
          {"to", str(proposal.to)},
          {"kit_version", proposal.kit_version},
          {"tree", proposal.tree.hex()},
          {"proposed", to_utc(proposal.proposed)},
          {"note", proposal.note}};
}

Json to_json(const store::AdoptionRow& row) {
  const auto& adoption = row.adoption;
  return {{"id", adoption.kit.str()},
          {"centre", row.feed.centre},
          {"audience", row.feed.audience.str()},
          {"kit_version", adoption.kit_version},
          {"tree", adoption.tree.hex()},
          {"adopted", to_utc(adoption.adopted)},
          {"note", adoption.note}};
}

Json to_json(const core::PeerStatus& peer, Instant now) {
  Json out{{"centre", peer.slug},          {"state", str(peer.state)}, {"endpoint", peer.endpoint},
           {"key", peer.transport.hex()},  {"level", peer.level},      {"received_bytes", peer.received_bytes},
           {"sent_bytes", peer.sent_bytes}};
  out["level_ms_ago"] = peer.level_at ? Json((now - *peer.level_at).count()) : Json(nullptr);
  out["retry_in_ms"] = peer.retry_at ? Json(std::max<std::int64_t>(0, (*peer.retry_at - now).count())) : Json(nullptr);
  out["last_error"] = peer.last_error ? to_json(*peer.last_error) : Json(nullptr);
  return out;
}

Json to_json(const Node::NumberedEvent& numbered) {
  const auto& event = numbered.event;
  Json out{{"number", numbered.number},
           {"time", to_utc(numbered.time)},
           {"kind", str(event.kind)},
           {"peer", event.peer},
           {"bytes", event.bytes}};
  out["feed"] = event.feed ? Json(event.feed->str()) : Json(nullptr);
  out["media"] = event.media ? Json(event.media->hex()) : Json(nullptr);
  if (event.kit) out["kit"] = event.kit->str();
  out["error"] = event.error ? to_json(*event.error) : Json(nullptr);
  return out;
}

}  // namespace essaimage::shell
