#include "tests/sim/trial.hpp"

#include <algorithm>
#include <exception>
#include <functional>

#include "daemon/core/settings.hpp"
#include "tests/sim/checkers.hpp"
#include "tests/sim/member_events.hpp"
#include "tests/sim/tamper.hpp"
#include "tests/sim/unsure.hpp"

namespace essaimage::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// Two rounds find what was missed.
constexpr Duration calm_converges_within = 2 * core::settings::round_interval;
/// Faults leave back-offs behind, which have to end first: the longest, with its jitter.
constexpr Duration converges_within = core::settings::retry_max * 5 / 4 + calm_converges_within;

class Trial {
 public:
  explicit Trial(const TrialOptions& options)
      : options_(options),
        plan_(options.seed * 7919 + 13),
        draw_(options.seed),
        disk_random_(options.seed + 2),
        hostile_random_(options.seed + 3),
        world_(options.seed, options.nodes != 0 ? options.nodes : 5 + plan_.below(options.slow_stores ? 4 : 16), options.stores),
        weather_(weather_of(options.scenario, plan_)),
        members_(world_),
        tamperer_(world_.stores(), hostile_random_, world_.network.coverage) {
    if (options.slow_stores && options.scenario == "mixed" && options.seed % 3 == 0) weather_.add_roles();
    for (const std::string& kind : options.without) weather_.leave_out(kind);
    world_.crashes_lose_unsynced = weather_.unsynced;
    world_.verbose = options.verbose;
    world_.through_codec = options.seed % 16 == 0;
  }

  TrialResult run() {
    try {
      build();
      faults();
      peace();
      check();
    } catch (const std::exception& failure) {
      result_.failures.push_back(failure.what());
    }
    result_.failures.insert(result_.failures.end(), world_.violations.begin(), world_.violations.end());
    result_.inputs = world_.inputs();
    result_.messages = world_.network.delivered();
    result_.coverage = world_.network.coverage;
    return std::move(result_);
  }

 private:
  void build() {
    const std::size_t newcomers = std::min<std::size_t>(weather_.joins, world_.size() / 3);
    std::map<std::size_t, std::set<std::string>> members;
    std::set<std::size_t> reachable{0};
    for (std::size_t i = 0; i < world_.size() - newcomers; ++i) {
      members[i] = i == 0 ? std::set<std::string>() : territories();
      if (plan_.below(100) < 40) reachable.insert(i);
    }
    if (world_.stores().founds_members()) world_.make_federation(members, reachable);
    else join_in_calm(members);
    for (std::size_t i = world_.size() - newcomers; i < world_.size(); ++i) {
      world_.network.coverage.strike(Fault::late_joiner);
      world_.invite(i, territories());
    }
    if (weather_.hostile) {
      hostile_ = 1 + plan_.below(world_.size() - newcomers - 1);
      world_.make_hostile(hostile_);
      world_.network.tamper = [this](std::size_t from, Message message) {
        return from == hostile_ ? tamperer_(std::move(message)) : std::optional<Message>(std::move(message));
      };
    }
    if (weather_.disk_fails) {
      for (std::size_t i = 0; i < world_.size(); ++i) {
        world_.node(i).store->disk_fails = [this] {
          const bool fails = disk_random_.below(100) < 3;
          if (fails) world_.network.coverage.strike(Fault::disk_failed);
          return fails;
        };
      }
    }
    world_.network.conditions = weather_.conditions;
    world_.network.distance_ms_max = weather_.distance_ms;
    world_.network.overtaken_per_10000 = weather_.overtaken_per_10000;
    set_clocks_and_speeds();
    for (std::size_t i = 0; i < world_.size(); ++i) {
      if (!world_.node(i).up) world_.start(i);
    }
    if (weather_.roles) roles_ = world_.stores().role_acts(world_);
  }

  void set_clocks_and_speeds() {
    core::Random random(options_.seed + 1);
    Coverage& coverage = world_.network.coverage;
    for (std::size_t i = 0; i < world_.size(); ++i) {
      Node& node = world_.node(i);
      if (weather_.clocks) {
        coverage.strike(Fault::clock_drifts);
        if (!node.up) node.clock.jump(seconds(random.below(1'000'000)));  // its origin
        node.clock.set_rate(world_.now(), 0.95 + static_cast<double>(random.below(101)) / 1000);
      }
      if (weather_.slow_lines && random.below(4) == 0) {
        coverage.strike(Fault::slow_line);
        world_.network.upload[i] = 2'000 + random.below(30'000);
      }
      if (weather_.slow_disks && random.below(4) == 0) {
        coverage.strike(Fault::slow_disk);
        node.disk_ms_max = static_cast<std::int64_t>(100 + random.below(2'000));
      }
    }
  }

  /// The federation is alone at first: before the faults begin, these join it, each by its invitation.
  void join_in_calm(const std::map<std::size_t, std::set<std::string>>& members) {
    world_.make_federation({{0, {}}}, {0});
    world_.start(0);
    for (const auto& [node, territories] : members) {
      if (node == 0) continue;
      world_.invite(node, territories);
      world_.start(node);
    }
    const auto joined = [&] {
      return std::all_of(members.begin(), members.end(),
                         [&](const auto& each) { return each.first == 0 || world_.status(each.first).joined; });
    };
    if (!world_.run_until(joined, minutes(5))) result_.failures.push_back("not joined after 5 minutes of calm");
  }

  std::set<std::string> territories() { return members_.territories(plan_); }

  void faults() {
    const std::uint64_t steps = 24;
    const auto spread = [&](unsigned count) { return plan_.below(steps) < count; };
    for (std::uint64_t step = 0; step < steps; ++step) {
      world_.run_for(seconds(1 + static_cast<std::int64_t>(plan_.below(3))));
      act("publish", plan_.below(3) != 0, [&] {
        publish(any());
        for (std::size_t more = world_.size() / 500; more > 0; --more) publish(any(), true);
      });
      act("crash", spread(weather_.crashes), [&] {
        for (std::size_t more = 1 + world_.size() / 100; more > 0; --more) crash(any());
      });
      act("cut", spread(weather_.cuts), [&] { world_.network.cut_any(world_.now()); });
      act("partition", spread(weather_.partitions), [&] { partition(); });
      act("partition", world_.network.parted() && plan_.below(4) == 0, [&] { heal(); });
      act("move", spread(weather_.moves), [&] { move(any()); });
      act("mirror", spread(weather_.mirrors), [&] { subject_ += members_.link(draw_); });
      if (backed_up_ != 0) unsure_.note_newcomers(world_, backed_up_);
      act("succeed", spread(weather_.successions), [&] { succeed(any()); });
      act("succeed", members_.thefts(), [&] { go_on_with_theft(); });
      act("clock", weather_.clocks && plan_.below(4) == 0, [&] { clock(any()); });
      act("suspend", weather_.suspends && step == steps / 2, [&] { suspend(); });
      act("restore", weather_.restores && step == steps / 3, [&] { backup(); });
      act("restore", weather_.restores && step == 2 * steps / 3, [&] { restore(); });
      act("objects", weather_.loses && step >= steps / 2, [&] { lose_objects(); });
      act("start", plan_.below(4) == 0, [&] { restart_some(1 + world_.size() / 100); });
      if (roles_) act_on_roles(step);
    }
  }

  /// Under numbers of their own: all other events are the same with and without them.
  void act_on_roles(std::uint64_t step) {
    const std::uint64_t before = std::exchange(events_, 1'000 * (step + 1));
    act("roles", true, [&] { subject_ += roles_->change(draw_); });
    act("calendar", step % 3 != 0, [&] { subject_ += roles_->pass_time(draw_); });
    act("forgery", true, [&] { subject_ += roles_->forge(draw_); });
    roles_->sign_requests();
    roles_->check();
    events_ = before;
  }

  /// Each event has a number and draws of its own, so that those that are left stay as they were when others are left out.
  void act(const std::string& kind, bool happens, const std::function<void()>& event) {
    events_ += 1;
    if (!happens || options_.without.contains(kind) || options_.without.contains(std::to_string(events_))) return;
    draw_ = core::Random(options_.seed * 1'000'003 + events_);
    subject_.clear();
    event();
    result_.events.push_back(std::to_string(events_) + "  " + std::to_string(world_.now().ms) + " ms  " + kind + subject_);
  }

  std::size_t any() {
    const std::size_t node = draw_.below(world_.size());
    return named(node);
  }
  /// For the log.
  std::size_t named(std::size_t node) {
    subject_ += " " + world_.node(node).slug;
    return node;
  }

  /// For its territory, for all, or for both.
  void publish(std::size_t node, bool at_home = false) {
    const Member* member = world_.truth().find(world_.node(node).slug);
    if (member == nullptr || member->suspended || node == suspended_ || node == 0) return;
    std::vector<Audience> audiences;
    if (at_home && member->territories.empty()) return;
    if (!at_home && (draw_.below(2) == 0 || member->territories.empty())) audiences.push_back({});
    if (!member->territories.empty() && (audiences.empty() || draw_.below(3) == 0)) {
      audiences.push_back({Audience::Kind::territory, *member->territories.begin()});
    }
    const auto mirror = at_home ? std::nullopt : members_.mirror_of(*member);
    if (mirror && draw_.below(2) == 0) audiences.push_back(*mirror);
    if (node == backed_up_) unsure_.note_publication(world_, node, audiences);
    const std::size_t versions = draw_.below(5) == 0 ? 3 : 1;
    for (std::size_t i = 0; i < versions; ++i) world_.publish(node, audiences, draw_.below(3));
  }

  void crash(std::size_t node) {
    if (weather_.restores && node == backed_up_) return;
    world_.crash(node);
  }

  void restart_some(std::size_t count) {
    for (std::size_t i = 0; i < world_.size() && count > 0; ++i) {
      if (world_.node(i).up) continue;
      world_.start(i);
      count -= 1;
    }
  }

  void partition() {
    const std::size_t first = 1 + draw_.below(world_.size() - 1);
    const bool one_way = draw_.below(3) == 0;
    world_.network.coverage.strike(one_way ? Fault::one_way_partition : Fault::partition);
    std::vector<bool> side(world_.size());
    for (std::size_t i = first; i < side.size(); ++i) side[i] = true;
    subject_ += " before " + world_.node(first).slug + (one_way ? ", one way" : "");
    world_.network.part(std::move(side), one_way);
  }

  void heal() {
    const bool all = draw_.below(2) == 0;
    subject_ += all ? " heals" : " heals in part";
    if (all) world_.network.heal();
    else world_.network.heal_some();
  }

  /// Whoever changes territories meanwhile keeps no backup, and is neither suspended nor hostile: each has its own checks.
  void move(std::size_t node) {
    const Member* member = world_.truth().find(world_.node(node).slug);
    if (member == nullptr || member->suspended || node == 0 || node == hostile_ || node == backed_up_) return;
    world_.move(node, members_.territories(draw_));
  }

  /// As with move(). Mostly another one each time, at times the same again.
  void succeed(std::size_t node) {
    if (succeeded_ && draw_.below(3) == 0) node = named(*succeeded_);
    const Member* member = world_.truth().find(world_.node(node).slug);
    const bool apart = node == 0 || node == hostile_ || node == backed_up_ || node == suspended_;
    if (member == nullptr || member->suspended || apart) return;
    succeeded_ = node;
    subject_ += members_.succeed(node, draw_);
  }

  void go_on_with_theft() {
    if (draw_.below(3) != 0) members_.use_stolen_keys();
    else members_.finish_thefts();
  }

  /// It jumps as after a sleep, or stands still until the next event of a clock.
  void clock(std::size_t node) {
    Node& owner = world_.node(node);
    if (draw_.below(2) == 0) {
      world_.jump_clock(node, seconds(static_cast<std::int64_t>(1 + draw_.below(draw_.below(3) == 0 ? 20'000 : 200))));
      return;
    }
    world_.network.coverage.strike(Fault::clock_stood);
    if (stood_) world_.node(*stood_).clock.set_rate(world_.now(), 1);
    owner.clock.set_rate(world_.now(), 0);
    stood_ = node;
  }

  void suspend() {
    const std::size_t node = 1 + draw_.below(world_.size() - 1);
    if (world_.truth().find(world_.node(node).slug) == nullptr || node == hostile_ || node == backed_up_) return;
    if (!world_.has_its_key(node)) return;
    suspended_ = node;
    world_.suspend(node);
  }

  void backup() {
    backed_up_ = 1 + draw_.below(world_.size() - 1);
    const bool usable =
        world_.counts(backed_up_) && world_.node(backed_up_).up && backed_up_ != suspended_ && world_.has_its_key(backed_up_);
    if (!usable) backed_up_ = 0;
    else backup_ = world_.node(backed_up_).store->backup();
  }

  void restore() {
    if (backed_up_ == 0 || !world_.counts(backed_up_)) return;
    // A version that others have before the backup comes back; with forks, one that they have not asked about.
    world_.publish(backed_up_, {Audience{}}, 1);
    world_.run_for(seconds(8));
    world_.crash(backed_up_);
    unsure_.note_crash(world_, backed_up_);
    // What only this node held died with its disk: nobody promises to bring it back, and who remembers having had it waits
    // for it for ever.
    const std::string& author = world_.node(backed_up_).slug;
    bool keep_witnessed = draw_.below(2) == 0;
    for (const Head& head : world_.node(backed_up_).store->heads()) {
      if (head.feed.centre == author && !world_.elsewhere(head, backed_up_)) keep_witnessed = false;
    }
    world_.restore(backed_up_, backup_, keep_witnessed);
    world_.start(backed_up_);
    unsure_.note_start(world_, backed_up_);
    // It tries to publish at once: refused until a peer has told what it holds, unless nobody is to be asked.
    world_.publish(backed_up_, {Audience{}}, 0, weather_.forks);
  }

  /// Once, on a node all of whose heads others hold.
  void lose_objects() {
    const std::size_t node = 1 + draw_.below(world_.size() - 1);
    const auto heads = world_.node(node).store->heads();
    const auto held_elsewhere = [&](const Head& head) { return world_.elsewhere(head, node); };
    if (!world_.node(node).up || heads.empty() || node == suspended_ || !std::ranges::all_of(heads, held_elsewhere)) return;
    world_.crash(node);
    world_.lose_objects(node);
    weather_.loses = false;
  }

  void peace() {
    members_.finish_thefts();
    world_.network.heal();
    world_.network.conditions = {1, 60, 0, 0, 0, 0};
    world_.network.overtaken_per_10000 = 0;
    world_.network.upload.clear();
    for (std::size_t i = 0; i < world_.size(); ++i) {
      world_.node(i).disk_ms_max = 0;
      if (weather_.clocks) world_.node(i).clock.set_rate(world_.now(), 1);
      world_.node(i).store->disk_fails = [] { return false; };
      if (!world_.node(i).up) world_.start(i);
    }
    if (roles_) roles_->make_peace();
    const Instant from = world_.now();
    converge("peace");
    result_.healed_in = world_.now() - from;
    if (weather_.forks && world_.resolve_forks()) converge("peace after the forks were resolved");
    // A hostile peer's lies never let its neighbours be level; without one, all must say so.
    if (weather_.hostile) return;
    const auto level = [&] { return not_level(world_).empty(); };
    if (!world_.run_until(level, minutes(6), seconds(2))) result_.failures.push_back("not level after convergence: " + not_level(world_));
  }

  void converge(const std::string& what) {
    const auto converged = [&] {
      if (roles_) roles_->sign_requests();
      return not_converged(world_).empty();
    };
    const Duration within = options_.scenario == "calm" ? calm_converges_within : converges_within;
    if (world_.run_until(converged, within, seconds(2))) return;
    result_.failures.push_back("not converged after " + std::to_string(within.count() / 1000) + " s of " + what + ": " +
                               not_converged(world_));
  }

  void check() {
    check_stores(world_);
    if (roles_) roles_->check_agreement();
    if (weather_.forks) return;
    // Nobody published without asking, so no feed may have forked (a fork excuses its feed from every other check).
    for (std::size_t i = 0; i < world_.size(); ++i) {
      for (const FeedId& feed : world_.node(i).store->frozen()) {
        if (!unsure_.contains(feed)) world_.violated(world_.node(i).slug + " sees a fork of " + feed.str() + " that nobody made");
      }
    }
  }

  const TrialOptions& options_;
  core::Random plan_;
  core::Random draw_;  ///< of the event of this moment
  core::Random disk_random_, hostile_random_;
  World world_;
  Weather weather_;
  MemberEvents members_;
  Tamperer tamperer_;
  TrialResult result_;
  std::uint64_t events_ = 0;
  std::string subject_;
  std::optional<std::size_t> stood_, succeeded_;
  std::size_t hostile_ = 0, suspended_ = 0, backed_up_ = 0;
  SimStore::BackupPtr backup_;
  Unsure unsure_;
  std::unique_ptr<RoleActs> roles_;
};

}  // namespace

TrialResult run_trial(const TrialOptions& options) { return Trial(options).run(); }

}  // namespace essaimage::sim
