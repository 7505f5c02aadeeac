#include "tests/sim/trial.hpp"

#include <algorithm>
#include <exception>

#include "tests/sim/checkers.hpp"
#include "tests/sim/tamper.hpp"

namespace essaimage::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// What may go wrong, in percent of the runs or per minute.
struct Weather {
  Conditions conditions;
  unsigned crashes = 0;       ///< in the whole time of faults
  unsigned cuts = 0;
  unsigned partitions = 0;
  unsigned joins = 0;
  bool disk_fails = false;
  bool suspends = false;
  bool hostile = false;
  bool restores = false;      ///< an old backup comes back
  bool forks = false;         ///< and publishes without asking anybody
  bool loses = false;         ///< a disk loses objects
};

Weather weather_of(const std::string& scenario, core::Random& random) {
  Weather weather;
  const auto percent = [&](unsigned p) { return random.below(100) < p; };
  const bool mixed = scenario == "mixed";
  weather.conditions.delay_ms_max = static_cast<std::int64_t>(5 + random.below(200));
  if (scenario == "calm") return weather;
  weather.conditions.dial_fails_percent = static_cast<unsigned>(random.below(30));
  if (scenario == "loss" || (mixed && percent(40))) {
    weather.conditions.loss_per_10000 = static_cast<unsigned>(random.below(300));
    weather.conditions.repeat_per_10000 = static_cast<unsigned>(random.below(300));
    weather.conditions.cut_per_10000 = static_cast<unsigned>(random.below(100));
  }
  if (scenario == "crash" || (mixed && percent(60))) weather.crashes = static_cast<unsigned>(1 + random.below(6));
  if (scenario == "partition" || (mixed && percent(50))) weather.partitions = static_cast<unsigned>(1 + random.below(3));
  if (mixed && percent(60)) weather.cuts = static_cast<unsigned>(random.below(10));
  if (scenario == "join" || (mixed && percent(50))) weather.joins = static_cast<unsigned>(1 + random.below(3));
  weather.disk_fails = scenario == "disk" || (mixed && percent(25));
  weather.suspends = scenario == "suspend" || (mixed && percent(15));
  weather.hostile = scenario == "hostile" || (mixed && percent(30));
  weather.restores = scenario == "restore" || scenario == "fork" || (mixed && percent(20));
  weather.forks = scenario == "fork" || (weather.restores && mixed && percent(30));
  // So that somebody has what is lost, and may give it.
  const bool all_serve = !weather.restores && !weather.hostile && !weather.suspends;
  weather.loses = scenario == "loss-of-objects" || (mixed && all_serve && percent(30));
  return weather;
}

class Trial {
 public:
  explicit Trial(const TrialOptions& options)
      : options_(options),
        plan_(options.seed * 7919 + 13),
        world_(options.seed, options.nodes != 0 ? options.nodes : 5 + plan_.below(options.slow_stores ? 4 : 16), options.stores),
        weather_(weather_of(options.scenario, plan_)),
        tamperer_(world_.stores(), plan_, world_.network.coverage) {
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
      world_.node(hostile_).hostile = true;
      world_.network.tamper = [this](std::size_t from, Message message) {
        return from == hostile_ ? tamperer_(std::move(message)) : std::optional<Message>(std::move(message));
      };
    }
    if (weather_.disk_fails) {
      for (std::size_t i = 0; i < world_.size(); ++i) {
        world_.node(i).store->disk_fails = [this] {
          const bool fails = plan_.below(100) < 3;
          if (fails) world_.network.coverage.strike(Fault::disk_failed);
          return fails;
        };
      }
    }
    world_.network.conditions = weather_.conditions;
    for (std::size_t i = 0; i < world_.size(); ++i) {
      if (!world_.node(i).up) world_.start(i);
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
      return std::all_of(members.begin(), members.end(), [&](const auto& each) {
        return each.first == 0 || world_.status(each.first).joined;
      });
    };
    if (!world_.run_until(joined, minutes(5))) result_.failures.push_back("not joined after 5 minutes of calm");
  }

  std::set<std::string> territories() {
    static const std::vector<std::string> names = {"lille", "valenciennes", "lens"};
    std::set<std::string> some;
    if (plan_.below(10) < 9) some.insert(names[plan_.below(names.size())]);
    if (plan_.below(10) < 2) some.insert(names[plan_.below(names.size())]);
    return some;
  }

  void faults() {
    const std::uint64_t steps = 24;
    const auto spread = [&](unsigned count) { return plan_.below(steps) < count; };
    for (std::uint64_t step = 0; step < steps; ++step) {
      world_.run_for(seconds(1 + static_cast<std::int64_t>(plan_.below(3))));
      if (plan_.below(3) != 0) publish(any());
      if (spread(weather_.crashes)) crash(any());
      if (spread(weather_.cuts)) world_.network.cut_any(world_.now());
      if (spread(weather_.partitions)) partition();
      if (plan_.below(6) == 0) world_.network.heal();
      if (weather_.suspends && step == steps / 2) suspend();
      if (weather_.restores && step == steps / 3) backup();
      if (weather_.restores && step == 2 * steps / 3) restore();
      if (weather_.loses && step >= steps / 2) lose_objects();
      if (plan_.below(4) == 0) restart_one();
    }
  }

  std::size_t any() { return plan_.below(world_.size()); }

  void publish(std::size_t node) {
    const Member* member = world_.truth().find(world_.node(node).slug);
    if (member == nullptr || member->suspended || node == suspended_ || node == 0) return;
    std::vector<Audience> audiences;
    if (plan_.below(2) == 0 || member->territories.empty()) audiences.push_back({});
    if (!member->territories.empty() && (audiences.empty() || plan_.below(3) == 0)) {
      audiences.push_back({Audience::Kind::territory, *member->territories.begin()});
    }
    const std::size_t versions = plan_.below(5) == 0 ? 3 : 1;
    for (std::size_t i = 0; i < versions; ++i) world_.publish(node, audiences, plan_.below(3));
  }

  void crash(std::size_t node) {
    if (weather_.restores && node == backed_up_) return;
    world_.crash(node);
  }

  void restart_one() {
    for (std::size_t i = 0; i < world_.size(); ++i) {
      if (!world_.node(i).up) return world_.start(i);
    }
  }

  void partition() {
    const std::size_t side = 1 + plan_.below(world_.size() - 1);
    const bool one_way = plan_.below(3) == 0;
    world_.network.coverage.strike(one_way ? Fault::one_way_partition : Fault::partition);
    for (std::size_t a = 0; a < side; ++a) {
      for (std::size_t b = side; b < world_.size(); ++b) {
        world_.network.block(a, b);
        if (!one_way) world_.network.block(b, a);
      }
    }
  }

  void suspend() {
    const std::size_t node = 1 + plan_.below(world_.size() - 1);
    if (world_.truth().find(world_.node(node).slug) == nullptr || node == hostile_ || node == backed_up_) return;
    suspended_ = node;
    world_.suspend(node);
  }

  void backup() {
    backed_up_ = 1 + plan_.below(world_.size() - 1);
    const bool usable = world_.counts(backed_up_) && world_.node(backed_up_).up && backed_up_ != suspended_;
    if (!usable) backed_up_ = 0;
    else backup_ = world_.node(backed_up_).store->backup();
  }

  void restore() {
    if (backed_up_ == 0 || backed_up_ == suspended_) return;
    // A version that others have before the backup comes back; with forks, one that they have not asked about.
    world_.publish(backed_up_, {Audience{}}, 1);
    world_.run_for(seconds(8));
    world_.crash(backed_up_);
    note_unsure();
    // What only this node held died with its disk: nobody promises to bring it back, and who remembers having had it waits
    // for it for ever.
    const std::string& author = world_.node(backed_up_).slug;
    bool keep_witnessed = plan_.below(2) == 0;
    for (const Head& head : world_.node(backed_up_).store->heads()) {
      if (head.feed.centre == author && !elsewhere(head)) keep_witnessed = false;
    }
    world_.restore(backed_up_, backup_, keep_witnessed);
    std::erase_if(world_.acknowledged,
                  [&](const Head& head) { return head.feed.centre == author && !elsewhere(head); });
    world_.start(backed_up_);
    // It tries to publish at once: refused until a peer has told what it holds, unless nobody is to be asked.
    world_.publish(backed_up_, {Audience{}}, 0, weather_.forks);
  }

  /// Once, on a node all of whose heads others hold.
  void lose_objects() {
    const std::size_t node = 1 + plan_.below(world_.size() - 1);
    const auto heads = world_.node(node).store->heads();
    const auto held_elsewhere = [&](const Head& head) { return elsewhere(head, node); };
    if (!world_.node(node).up || heads.empty() || node == suspended_ || !std::ranges::all_of(heads, held_elsewhere)) return;
    world_.crash(node);
    world_.lose_objects(node);
    weather_.loses = false;
  }

  /// One peer's answer is what a restored home waits for. It is sure to know the newest version only if everybody does.
  void note_unsure() {
    const std::string& author = world_.node(backed_up_).slug;
    for (const Head& head : world_.node(backed_up_).store->heads()) {
      if (head.feed.centre != author) continue;
      for (std::size_t i = 0; i < world_.size(); ++i) {
        const bool may = world_.truth().may_hold(world_.node(i).slug, head.feed.audience);
        if (may && world_.held(i, head.feed) < head.order) unsure_.insert(head.feed);
      }
    }
  }

  bool elsewhere(const Head& head) { return elsewhere(head, backed_up_); }
  bool elsewhere(const Head& head, std::size_t node) {
    for (std::size_t i = 0; i < world_.size(); ++i) {
      if (i != node && world_.held(i, head.feed) >= head.order) return true;
    }
    return false;
  }

  void peace() {
    world_.network.heal();
    world_.network.conditions = {1, 60, 0, 0, 0, 0};
    for (std::size_t i = 0; i < world_.size(); ++i) {
      world_.node(i).store->disk_fails = [] { return false; };
      if (!world_.node(i).up) world_.start(i);
    }
    const Instant from = world_.now();
    const auto converged = [&] { return not_converged(world_).empty(); };
    if (!world_.run_until(converged, minutes(12), seconds(2))) {
      result_.failures.push_back("not converged after 12 minutes of peace: " + not_converged(world_));
    }
    result_.healed_in = world_.now() - from;
    // A hostile peer's lies never let its neighbours be level; without one, all must say so.
    if (weather_.hostile) return;
    const auto level = [&] { return not_level(world_).empty(); };
    if (!world_.run_until(level, minutes(6), seconds(2))) {
      result_.failures.push_back("not level after convergence: " + not_level(world_));
    }
  }

  void check() {
    check_stores(world_);
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
  World world_;
  Weather weather_;
  Tamperer tamperer_;
  TrialResult result_;
  std::size_t hostile_ = 0, suspended_ = 0, backed_up_ = 0;
  SimStore::BackupPtr backup_;
  std::set<FeedId> unsure_;  ///< may fork after the restoration, though it asked
};

}  // namespace

const std::vector<std::string>& scenarios() {
  static const std::vector<std::string> names = {"mixed", "calm", "loss",    "crash",   "partition", "join",
                                                 "disk",  "suspend", "hostile", "restore", "fork", "loss-of-objects"};
  return names;
}

TrialResult run_trial(const TrialOptions& options) { return Trial(options).run(); }

}  // namespace essaimage::sim
