// What this centre reports of its sessions with kits, and which kits were adapted from which.
#include <algorithm>

#include "proto/limits.hpp"
#include "store/federation/toml_form.hpp"
#include "store/feed/commit.hpp"
#include "store/kit/personal_data.hpp"
#include "store/library/word_change.hpp"
#include "store/life/outcome_tree.hpp"

namespace essaimage::store {
namespace {

/// As people typed it; Errc::outcome_personal for what looks like somebody.
Status tidy_text(std::string& text, const char* what, bool anyway) {
  if (text.empty()) return {};
  TRY(text, plain_text_from(text, limits::outcome_text_bytes_max, what));
  return kit::names_nobody(text, what, anyway);
}

Status check_report(OutcomeFacts& facts, Timestamp now, bool anyway) {
  CHECK_OK(tidy_text(facts.worked, "worked", anyway));
  CHECK_OK(tidy_text(facts.failed, "failed", anyway));
  CHECK_OK(tidy_text(facts.note, "note", anyway));
  CHECK_OK(check_facts(facts));
  // A clock of this computer may be a day behind that of the place where the sessions were.
  constexpr std::int64_t day_seconds = 86'400;
  if (facts.last_day.seconds > now.seconds + day_seconds) return fail(Errc::usage, day_text(facts.last_day) + " is still to come");
  return {};
}

/// The highest number that the commits of a feed gave to an outcome, also to one that was taken back since. Numbers only grow, so that
/// the newest commit that brought any tells. What cannot be read any more tells nothing.
std::uint64_t last_number(const ObjectDb& objects, const Head& head) {
  auto at = head.commit;
  for (std::size_t count = 0; count < limits::told_commits_max; ++count) {
    const auto raw = objects.read(at, ObjectType::commit);
    const auto commit = raw ? parse_commit(*raw) : tl::unexpected(raw.error());
    if (!commit) return 0;
    std::optional<ObjectId> before;
    if (commit->parent) {
      const auto raw_parent = objects.read(*commit->parent, ObjectType::commit);
      const auto parent = raw_parent ? parse_commit(*raw_parent) : tl::unexpected(raw_parent.error());
      if (parent) before = parent->tree;
    }
    const auto changed = compare_outcomes(objects, before, commit->tree);
    if (!changed) return 0;
    std::uint64_t number = 0;
    for (const auto& outcome : changed->put) number = std::max(number, outcome.number);
    if (number > 0 || !commit->parent) return number;
    at = *commit->parent;
  }
  return 0;
}

}  // namespace

Result<OutcomeRow> LibraryImpl::report(const Report& report) {
  auto facts = report.facts;
  CHECK_OK(check_report(facts, now_(), report.anyway));
  const std::lock_guard changing(changing_);
  if (behind_) CHECK_OK(catch_up_locked());
  if (!picture()->roster) return fail(Errc::not_joined);
  TRY(const auto known, kit(report.kit));
  Outcome outcome{report.kit, 1, known.row.version, known.row.kit_tree, now_(), std::move(facts)};
  if (report.version && *report.version != known.row.version) {
    TRY(const auto versions, history(report.kit));
    const auto used = std::ranges::find(versions, *report.version, &KitVersion::version);
    if (used == versions.end()) return fail(Errc::not_found, report.kit.str() + "@" + std::to_string(*report.version));
    outcome.kit_version = used->version;
    outcome.tree = used->kit_tree;
  }
  // To whom the kit is told now: an older outcome stays with those to whom it was said.
  const FeedId feed{identity_.slug, known.row.audience};
  const auto now = picture();
  std::size_t in_feed = 0;
  for (const auto& [own, head] : now->heads) {
    if (own.centre != identity_.slug) continue;
    TRY(const auto reported, state_->outcomes_in(own));
    if (own == feed) in_feed = reported.size();
    outcome.number = std::max(outcome.number, last_number(*objects_, head) + 1);
    for (const auto& each : reported) outcome.number = std::max(outcome.number, each.number + 1);
  }
  if (in_feed >= limits::outcomes_per_feed_max) return fail(Errc::too_large, feed.str() + ": " + std::to_string(in_feed) + " outcomes");
  TRY(auto change, WordChange::begin(*this));
  CHECK_OK(change.put(feed.audience, path_of({outcome.kit, outcome.number}), encode(outcome)));
  CHECK_OK(change.commit());
  return OutcomeRow{feed, outcome};
}

Result<OutcomeRow> LibraryImpl::retract(std::uint64_t number) {
  const std::lock_guard changing(changing_);
  if (behind_) CHECK_OK(catch_up_locked());
  TRY(const auto rows, state_->outcomes({std::nullopt, identity_.slug, number, std::nullopt, 0}));
  if (rows.empty()) return fail(Errc::outcome_none, identity_.slug + "/" + std::to_string(number));
  const auto& row = rows.front();
  TRY(auto change, WordChange::begin(*this));
  CHECK_OK(change.remove(row.feed.audience, path_of({row.outcome.kit, number})));
  CHECK_OK(change.commit());
  return row;
}

Result<Stages> LibraryImpl::stages() const {
  Stages stages{picture()->roster, catalogue(), {}};
  TRY(stages.tested, state_->kits_with_outcomes());
  TRY(const auto adopters, state_->adopters());
  for (const auto& [kit, centre] : adopters) stages.adopters[kit].push_back(centre);
  return stages;
}

Result<std::vector<KitSummary>> LibraryImpl::adaptations(const KitId& id) const {
  TRY(const auto kits, state_->adapted_from(id));
  std::vector<KitSummary> adapted;
  for (const auto& each : kits) {
    TRY(auto summary, kit(each));
    // A kit may lie in two audiences: what its newest version says counts.
    const auto& from = summary.row.adapted_from;
    if (from && from->kit == id) adapted.push_back(std::move(summary));
  }
  return adapted;
}

}  // namespace essaimage::store
