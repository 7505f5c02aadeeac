// The verbs about mirrors: the federation's node links territories, everybody may look, and each centre has its rules.

#include "daemon/shell/control/mirror_json.hpp"
#include "daemon/shell/control/verbs.hpp"
#include "store/mirrors.hpp"

namespace essaimage::shell {

Json to_json(const store::MirrorFile& mirror) {
  return {{"mirror", mirror.slug},
          {"name", mirror.name},
          {"territories", to_json(mirror.territories)},
          {"begun", to_utc(mirror.begun)},
          {"begun_why", mirror.begun_why},
          {"runs", mirror.runs()},
          {"ended", mirror.ended ? Json(to_utc(*mirror.ended)) : Json(nullptr)},
          {"ended_why", mirror.ended_why},
          {"version", mirror.version}};
}

Json ended_mirrors(const store::Library& library, const std::vector<Audience>& audiences) {
  auto ended = Json::array();
  for (const auto& audience : audiences) {
    if (audience.kind != Audience::Kind::mirror) continue;
    const auto mirror = library.mirrors().find(audience.slug);
    if (mirror && !mirror->runs()) ended.push_back(to_json(*mirror));
  }
  return ended;
}

}  // namespace essaimage::shell

namespace essaimage::shell::verb {

namespace {

Json rule_json(const store::MirrorRule& rule) { return {{"themes", shell::to_json(rule.themes)}, {"kits", shell::to_json(rule.kits)}}; }

Json changed(const store::MirrorFile& mirror, const std::optional<store::SigningRequest>& lacking) {
  auto reply = shell::to_json(mirror);
  add_request(reply, lacking);
  return reply;
}

/// Of the linked territories, the members that are not suspended.
std::set<std::string> centres_of(const Roster& roster, const store::MirrorFile& mirror) {
  std::set<std::string> centres;
  for (const auto& [slug, member] : roster.members) {
    if (member.suspended) continue;
    for (const auto& territory : mirror.territories)
      if (member.territories.contains(territory)) centres.insert(slug);
  }
  return centres;
}

/// What both take; and whoever asks may change anything now.
Result<store::Mirrors::Begin> wish_of(Session& session, Arguments& arguments, store::Mirrors::Begin wish = {}) {
  TRY(wish.slug, arguments.text("mirror"));
  TRY(const auto name, arguments.optional_text("name"));
  TRY(const auto territories, arguments.texts("territories"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  wish.name = name.value_or("");
  wish.territories = {territories.begin(), territories.end()};
  CHECK_OK(check_federation(session));
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  return wish;
}

}  // namespace

Result<Json> mirror_add(Session& session, Arguments& arguments) {
  store::Mirrors::Begin reasons;
  TRY(const auto why, arguments.optional_text("why"));
  reasons.why = why.value_or("");
  TRY(reasons.anyway, arguments.flag("anyway"));
  TRY(const auto begin, wish_of(session, arguments, std::move(reasons)));
  std::optional<store::SigningRequest> lacking;
  TRY(const auto mirror, session.node().library().mirrors().begin(begin, &lacking));
  return changed(mirror, lacking);
}

Result<Json> mirror_change(Session& session, Arguments& arguments) {
  TRY(const auto change, wish_of(session, arguments));
  if (change.name.empty() && change.territories.empty()) return fail(Errc::usage, "give --between or --name");
  std::optional<store::SigningRequest> lacking;
  TRY(const auto mirror, session.node().library().mirrors().change(change, &lacking));
  return changed(mirror, lacking);
}

Result<Json> mirror_end(Session& session, Arguments& arguments) {
  TRY(const auto slug, arguments.text("mirror"));
  TRY(const auto why, arguments.text("why"));
  TRY(const auto anyway, arguments.flag("anyway"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  CHECK_OK(check_federation(session));
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  std::optional<store::SigningRequest> lacking;
  TRY(const auto mirror, session.node().library().mirrors().end(slug, why, &lacking, anyway));
  return changed(mirror, lacking);
}

Result<Json> mirror_list(Session& session, Arguments& arguments) {
  TRY(const auto all, arguments.flag("all"));
  CHECK_OK(arguments.nothing_else());
  TRY(auto mirrors, session.node().library().mirrors().list());
  if (!all) std::erase_if(mirrors, [](const auto& mirror) { return !mirror.runs(); });
  std::vector<Json> entries;
  for (const auto& mirror : mirrors) entries.push_back(shell::to_json(mirror));
  CHECK_OK(session.list(entries));
  return Json{{"mirrors", mirrors.size()}};
}

Result<Json> mirror_show(Session& session, Arguments& arguments) {
  TRY(const auto slug, arguments.text("mirror"));
  CHECK_OK(arguments.nothing_else());
  const auto& library = session.node().library();
  TRY(const auto mirror, library.mirrors().find(slug));
  TRY(const auto rules, library.mirrors().rules());
  TRY(const auto kits, library.kits());
  const auto roster = library.roster();
  auto reply = shell::to_json(mirror);
  reply["centres"] = roster ? shell::to_json(centres_of(*roster, mirror)) : Json::array();
  auto ids = Json::array();
  for (const auto& kit : kits)
    if (std::ranges::count(kit.audiences, mirror.audience()) > 0) ids.push_back(kit.row.id.str());
  reply["kits"] = std::move(ids);
  const auto rule = rules.find(slug);
  reply["rule"] = rule == rules.end() || rule->second.is_off() ? Json(nullptr) : rule_json(rule->second);
  return reply;
}

Result<Json> mirror_rule(Session& session, Arguments& arguments) {
  store::Mirrors::RuleChange change;
  TRY(change.mirror, arguments.text("mirror"));
  TRY(change.themes, arguments.texts("themes"));
  TRY(const auto kits, arguments.texts("kits"));
  TRY(change.off, arguments.flag("off"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  auto& library = session.node().library();
  for (const auto& text : kits) {
    TRY(const auto id, KitId::parse(text));
    if (id.centre != library.identity().slug) return fail(Errc::usage, text + ": a rule is for this centre's own kits");
    if (!change.off) {
      TRY([[maybe_unused]] const auto known, library.kit(id));
    }
    change.kits.push_back(id.slug);
  }
  if (!offline && !change.off) CHECK_OK(wait_for_confirmation(session));
  TRY(const auto rule, library.mirrors().change_rule(change));
  std::vector<store::PublishedKit> published;
  if (!change.off) {
    TRY(published, library.mirrors().apply_rules());
  }
  CHECK_OK(session.list(published));
  return Json{{"mirror", change.mirror}, {"rule", rule.is_off() ? Json(nullptr) : rule_json(rule)}, {"published", published.size()}};
}

}  // namespace essaimage::shell::verb
