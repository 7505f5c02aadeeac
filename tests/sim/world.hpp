#pragma once
// A federation in one thread: N nodes, each the real core on a store (in memory, or the real one on disk), a fake network,
// one clock, one seed. The same seed replays the same run, message by message. Node 0 is the federation's.

#include <memory>
#include <queue>
#include <tuple>

#include "daemon/core/replica.hpp"
#include "tests/sim/clock.hpp"
#include "tests/sim/memory_store.hpp"
#include "tests/sim/network.hpp"

namespace essaimage::sim {

struct Node {
  std::size_t index = 0;
  std::string slug;
  bool up = false;
  std::uint64_t incarnation = 0;
  std::unique_ptr<core::Replica> replica;
  std::unique_ptr<SimStore> store;
  Instant store_free;  ///< when its disk has done what it was asked
  Instant wake_at;     ///< by its own clock
  NodeClock clock;
  std::int64_t disk_ms_max = 0;  ///< if it is a slow one
  std::set<Audience> left;       ///< what it had of them stays
};

class World {
 public:
  World(std::uint64_t seed, std::size_t nodes, const StoresMaker& stores = memory_stores());

  // --- building ---------------------------------------------------------------------------------------------------------
  /// All of these are members from the beginning, with endpoints and these territories. (Stores::founds_members())
  void make_federation(const std::map<std::size_t, std::set<std::string>>& territories, const std::set<std::size_t>& reachable);
  void start(std::size_t node);
  void start_all();
  /// This node is not a member yet: it starts with an invitation.
  void invite(std::size_t node, const std::set<std::string>& territories);

  // --- what happens --------------------------------------------------------------------------------------------------------
  void crash(std::size_t node);
  /// An old backup of a node that is down comes back, with or without what it had witnessed since.
  /// On every member that counts. True if any feed had forked: what only the other side of it had is promised no more.
  bool resolve_forks();
  void restore(std::size_t node, const SimStore::BackupPtr& backup, bool keep_witnessed);
  /// The disk of a node that is down.
  void lose_objects(std::size_t node);
  /// One version in each of these audiences, in one step. True if acknowledged.
  bool publish(std::size_t node, const std::vector<Audience>& audiences, std::size_t media, bool offline = false);
  void suspend(std::size_t node);
  /// False: these stores know no such change.
  bool move(std::size_t node, const std::set<std::string>& territories);
  /// As Stores::link(). False: these stores know no such change.
  bool link(const std::string& mirror, const std::set<std::string>& territories);
  /// The federation gives that member a new key, which its home does not have yet: whoever stole the old one goes on for a while.
  bool give_new_key(std::size_t node);
  /// Its home is lost, and it goes on in an empty one, with the new key that it was given, or an invitation to one. It is up then.
  bool begin_anew(std::size_t node);
  /// Its home has the key that the federation says it has.
  bool has_its_key(std::size_t node) const;
  /// Its clock jumps ahead; the node wakes up.
  void jump_clock(std::size_t node, Duration ahead);
  void sync_now(std::size_t node) { feed(node, core::input::SyncNow{}); }

  // --- time ------------------------------------------------------------------------------------------------------------------
  Instant now() const { return now_; }
  void run_for(Duration duration);
  /// False if it did not hold in time.
  bool run_until(const std::function<bool()>& holds, Duration within, Duration step = std::chrono::milliseconds(500));

  // --- looking -----------------------------------------------------------------------------------------------------------------
  Node& node(std::size_t index) { return nodes_.at(index); }
  const Node& node(std::size_t index) const { return nodes_.at(index); }
  std::size_t size() const { return nodes_.size(); }
  core::NodeStatus status(std::size_t node) const { return nodes_[node].replica->status(now_); }
  FeedId feed_of(std::size_t node, const Audience& audience) const { return {nodes_[node].slug, audience}; }
  Order held(std::size_t node, const FeedId& feed) const;
  /// Some other node that serves this feed holds this head, or a newer one.
  bool elsewhere(const Head& head, std::size_t node) const;
  const Roster& truth() const { return stores_->truth(); }
  Stores& stores() const { return *stores_; }
  /// Member, active, and not hostile: what is promised is promised to these.
  bool counts(std::size_t node) const;
  bool hostile(const std::string& slug) const { return hostile_.contains(slug); }
  void make_hostile(std::size_t node) { hostile_.insert(nodes_[node].slug); }
  std::uint64_t inputs() const { return inputs_; }

  core::Random random;
  Network network;
  std::vector<std::string> violations;  ///< found while running
  std::function<void(std::size_t node, const core::Event& event)> on_event;
  std::function<void(std::size_t node)> on_restored;  ///< what it knew since its backup is gone
  /// Acknowledged publishes: commit and feed.
  std::vector<Head> acknowledged;
  bool verbose = false;
  bool through_codec = false;  ///< every message is encoded and decoded on its way
  std::int64_t store_ms_max = 5;
  bool crashes_lose_unsynced = false;
  bool check_messages = true;  ///< each that is sent, against who may be told of what

  void feed(std::size_t node, core::Input input);
  /// All that changed at a node that may be down: then it learns it with its next start.
  void feed_all(std::size_t node, Inputs inputs);
  void violated(const std::string& what);

 private:
  /// What it does stays in its place, while the queue is put in order.
  struct Event {
    Instant at;
    std::uint64_t number;
    std::size_t place;
    bool operator<(const Event& other) const { return std::tie(other.at, other.number) < std::tie(at, number); }
  };

  void schedule(Instant at, std::function<void()> run);
  void perform(Node& node, core::Effect effect);
  void print_media(const Node& node, const core::Input& input) const;
  void perform_store(Node& node, core::Effect effect);
  const Member* member_of(const core::RosterPtr& roster, std::size_t node);
  void check_sent(std::size_t from, std::size_t to, const Message& message);
  void keep_up(std::size_t node, std::uint64_t incarnation);
  /// Every feed that a message names or proves.
  std::vector<FeedId> feeds_of(const Message& message) const;
  void check_head(std::size_t node, const core::input::HeadChanged& change);
  void forget_accepted(std::size_t node);
  /// Nobody promises to bring back what was acknowledged and died with the only disk that held it.
  void lose_disk(std::size_t node, const std::function<void()>& lose);
  /// Who was in an audience by that roster, and is no more.
  void note_left(std::size_t node, const Roster& before);
  void check_open(const Node& node);
  void wake(std::size_t node, std::uint64_t incarnation, Instant at);

  std::unique_ptr<Stores> stores_;
  /// Of one feed at one node: a backup that came back may hold less than was ever accepted.
  struct Accepted {
    Order highest, held;
  };
  std::map<std::pair<std::size_t, FeedId>, Accepted> accepted_;
  /// By roster and node: every message asks who is at its other end.
  std::map<core::RosterPtr, std::vector<const Member*>> members_;
  std::vector<Node> nodes_;
  std::set<std::string> hostile_;
  std::map<std::string, std::size_t> by_endpoint_;
  std::priority_queue<Event> events_;
  std::vector<std::function<void()>> actions_;  ///< by place
  std::vector<std::size_t> free_places_;
  std::uint64_t last_number_ = 0, inputs_ = 0;
  Instant now_;
};

}  // namespace essaimage::sim
