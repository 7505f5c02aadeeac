// How time goes by for the federation's roles, and what is checked of it all.
#include <algorithm>

#include "tests/sim/role_events.hpp"

namespace essaimage::sim {
namespace {

constexpr std::int64_t days_max = 300;  // within which invitations are valid

}  // namespace

std::string RoleEvents::pass_time(core::Random& random) {
  const auto kind = random.below(8);
  if (kind < 4) return pass_days(random);
  return kind < 7 ? set_clock(random) : keep_back(random);
}

/// The federation's node signs the time meanwhile, or is silent.
std::string RoleEvents::pass_days(core::Random& random) {
  const auto days = static_cast<std::int64_t>(random.below(10) == 0 ? 31 + random.below(15) : 1 + random.below(7));
  if (stores_.days_passed + days > days_max) return "";
  stores_.days_passed += days;
  strike(Fault::days_passed);
  const bool speaks = random.below(4) != 0 && world_.node(0).up;
  if (speaks) (void)sign_time();
  attacks_.note_head();
  return " " + std::to_string(days) + " days" + (speaks ? "" : ", in silence");
}

std::string RoleEvents::set_clock(core::Random& random) {
  const std::size_t node = 1 + random.below(world_.size() - 1);
  const Timestamp truth = now();
  const std::string& slug = world_.node(node).slug;
  using Kind = WallClock::Kind;
  switch (random.below(5)) {
    case 0:
      stores_.wall_clocks[node] = {Kind::dead, truth, 0};
      strike(Fault::wall_clock_dead);
      return " " + slug + ": it is 1970";
    case 1:
      stores_.wall_clocks[node] = {Kind::ahead, {}, static_cast<std::int64_t>(31 + random.below(20 * 365)) * day_seconds};
      strike(Fault::wall_clock_ahead);
      return " " + slug + ": far ahead";
    case 2:
      stores_.wall_clocks[node] = {Kind::ahead, {}, static_cast<std::int64_t>(1 + random.below(25)) * day_seconds};
      return " " + slug + ": some days ahead";
    case 3:
      stores_.wall_clocks[node] = {Kind::stopped, truth, 0};
      strike(Fault::wall_clock_stopped);
      return " " + slug + ": it stands still";
    default: stores_.wall_clocks.erase(node); return " " + slug + ": right";
  }
}

/// Whoever is between a node and all others lets nothing pass, or does again.
std::string RoleEvents::keep_back(core::Random& random) {
  if (!kept_back_.empty() && random.below(2) == 0) {
    const std::size_t node = kept_back_.begin()->first;
    world_.network.isolated.erase(node);
    kept_back_.erase(node);
    return " " + world_.node(node).slug + " hears again";
  }
  const std::size_t node = 1 + random.below(world_.size() - 1);
  const auto word = role_word_of(stores_.store(node).library());
  if (!word) return "";
  world_.network.isolated.insert(node);
  const Timestamp none{0};
  const auto newest = std::max({stores_.roles.last_spoken(), stores_.roles.far_time().value_or(none), word->view.heartbeat.value_or(none)});
  kept_back_.emplace(node, newest);
  return " " + world_.node(node).slug + " hears nothing";
}

// --- what must be true ---------------------------------------------------------------------------------------------------

void RoleEvents::check() {
  for (std::size_t i = 0; i < world_.size(); ++i) {
    const std::string& slug = world_.node(i).slug;
    if (world_.hostile(slug)) continue;
    const auto word = role_word_of(stores_.store(i).library());
    if (!word) continue;
    stores_.roles.check(i, *word, [&](const std::string& what) { world_.violated(slug + " " + what); });
    if (!word->view.heartbeat && attacks_.holds_time(i)) world_.violated(slug + " knows no signed time");
    if (kept_back_.contains(i)) check_kept_back(i, *word);
    const bool runs_out_by_clock = std::ranges::any_of(word->roles, [&](const auto& each) {
      return each.second.is_over(word->view.clock) && !each.second.is_over(word->view.judged.time);
    });
    if (runs_out_by_clock) strike(Fault::clock_not_believed);
    if (word->told.contains("time-unsigned")) strike(Fault::no_time_shown);
    if (word->told.contains("role-expired")) strike(Fault::role_over_shown);
  }
}

/// It knows nothing newer than when it was cut off; and if its clock goes right, it says how old that is. (Whoever has the key of the
/// federation's node can also take the time out of its feed, together with other keys of the heartbeat: then it has none, and says so.)
void RoleEvents::check_kept_back(std::size_t node, const RoleWord& word) {
  const auto& view = word.view;
  const Timestamp newest = kept_back_.at(node);
  const std::string& slug = world_.node(node).slug;
  if (view.heartbeat && *view.heartbeat > newest) world_.violated(slug + " has heard of a time that was kept from it");
  const bool old = view.clock.seconds - newest.seconds >= 3 * day_seconds;
  if (!old) return;
  if (word.told.contains("federation-silent")) strike(Fault::word_kept_back);
  else if (!word.told.contains("time-unsigned")) world_.violated(slug + " is kept from all news, and says nothing");
}

void RoleEvents::make_peace() {
  world_.network.isolated.clear();
  kept_back_.clear();
  core::Random random(world_.random.next());
  for (const auto* name : {"root", "heartbeat", "members", "curators", "withdrawals"}) {
    if (!stores_.roles.role(name).expires) continue;
    Wish wish{name};
    wish.expires = store::never;
    (void)ask(wish, random);
    if (stores_.roles.role(name).expires) world_.violated(std::string("root cannot renew the role ") + name);
  }
  if (stores_.roles.far_time()) (void)undo_far_time(random);
  if (stores_.roles.far_time()) world_.violated("root cannot undo the far time of a stolen heartbeat key");
  world_.run_for(std::chrono::seconds(2));  // its clock shows another time than when it last signed one
  (void)sign_time();
  attacks_.note_head();
}

void RoleEvents::check_agreement() {
  check();
  const auto truth = role_word_of(federation().library());
  if (!truth) return world_.violated("the federation's node cannot read its own word");
  for (std::size_t i = 0; i < world_.size(); ++i) {
    if (!world_.counts(i)) continue;
    const std::string& slug = world_.node(i).slug;
    const auto word = role_word_of(stores_.store(i).library());
    if (!word) {
      world_.violated(slug + " cannot read the federation's word");
      continue;
    }
    stores_.roles.check_newest(*word, [&](const std::string& what) { world_.violated(slug + " " + what); });
    if (word->statements != truth->statements) world_.violated(slug + " has other statements in force than the federation's node");
    if (word->view.heartbeat != truth->view.heartbeat) world_.violated(slug + " has another signed time than the federation's node");
  }
}

}  // namespace essaimage::sim
