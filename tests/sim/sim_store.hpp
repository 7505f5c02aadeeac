#pragma once
// What the simulation needs of a node's store, and of all stores of one world: the one in memory (memory_store.hpp) is fast
// and plain, the one on disk (git_store.hpp) is the library that daemons run on. World, checkers and trials know only this.
// Thread rule: one thread.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/core/effect.hpp"
#include "daemon/core/notary.hpp"
#include "daemon/core/random.hpp"
#include "tests/sim/role_acts.hpp"

namespace essaimage::sim {

class World;

/// What the core is told, in order.
using Inputs = std::vector<core::Input>;

/// The store of one node. What a function changed is durable when it returns.
class SimStore {
 public:
  virtual ~SimStore() = default;

  // --- the core's side
  virtual TransportKey transport_key() const = 0;
  virtual core::input::Start start_input(std::uint64_t seed) = 0;
  /// The inputs that this effect leads to: changes first, then the completion.
  virtual Inputs perform(const core::Effect& effect) = 0;
  /// What it finds right after the start.
  virtual Inputs started() { return {}; }
  /// What a daemon does once a second without being asked. `confirmed`: publishing makes no fork.
  virtual Inputs upkeep(Instant now, bool confirmed) = 0;
  /// Open packs, runs and sources are lost, what is durable stays. To be looked at and started again at once.
  virtual void crash() = 0;

  // --- what people do with it
  struct Published {
    std::vector<Head> heads;  ///< acknowledged
    Inputs inputs;
  };
  /// One version in each of these audiences, with so many media files each. An error: refused, as a person would see it.
  virtual Result<Published> publish(const std::vector<Audience>& audiences, std::size_t media) = 0;
  /// Its own feeds that forked go on as they are here; their heads then. Stores in memory know no epochs, and do nothing.
  virtual Published resolve_forks() { return {}; }
  /// On the federation's node.
  virtual Result<Inputs> suspend(const std::string& slug) = 0;

  /// The whole state, to come back later as an old backup; with or without what was witnessed since. The node is down.
  struct Backup {
    virtual ~Backup() = default;
  };
  using BackupPtr = std::shared_ptr<const Backup>;
  virtual BackupPtr backup() = 0;
  virtual void restore(const BackupPtr& backup, bool keep_witnessed) = 0;
  /// The disk loses objects of what is held; heads may be among them. The node is down.
  virtual void lose_objects() = 0;

  // --- looking, whether the node is up or down
  virtual core::RosterPtr roster() const = 0;  ///< null while joining
  virtual std::vector<Head> heads() const = 0;
  virtual Head head(const FeedId& feed) const = 0;                    ///< zero if nothing is held
  virtual std::vector<ObjectId> chain(const FeedId& feed) const = 0;  ///< its commits, from the first on
  virtual std::set<FeedId> frozen() const = 0;
  /// Each feed that is held (its head) or frozen (a head of order zero, if nothing is held). Among thousands of nodes nothing is
  /// copied.
  using Look = std::function<void(const Head& head, bool frozen)>;
  virtual void each_feed(const Look& look) const = 0;
  virtual bool is_frozen(const FeedId& feed) const { return frozen().contains(feed); }
  /// Media that the head of the feed names, and whether one is held whole for it.
  virtual std::vector<Sha256> named(const FeedId& feed) const = 0;
  virtual bool is_whole(const FeedId& feed, const Sha256& media) const = 0;
  /// What a thorough look at everything held finds wrong.
  virtual std::vector<std::string> verify() = 0;

  /// What is open for the core at this moment.
  struct Open {
    std::size_t sources = 0, packs = 0, runs = 0;
  };
  virtual Open open() const { return {}; }

  /// A crash takes what came within the last quarter of a second. Returns how many chunks.
  virtual std::size_t lose_unsynced() { return 0; }

  /// True now and then: the disk refuses.
  std::function<bool()> disk_fails = [] { return false; };
};

/// What the stores of one world share, and what only the federation knows.
class Stores {
 public:
  virtual ~Stores() = default;

  virtual std::unique_ptr<SimStore> make(std::size_t node, const std::string& slug) = 0;
  virtual const core::Notary& notary() const = 0;
  virtual std::string endpoint_of(std::size_t node) const = 0;

  struct Founded {
    std::set<std::string> territories;
    bool reachable = false;
  };
  /// Node 0 becomes the federation's; the others are members from the beginning, where founds_members().
  virtual void found(const std::map<std::size_t, Founded>& members) = 0;
  virtual bool founds_members() const = 0;  ///< else all but node 0 have to be invited
  virtual bool has_upkeep() const = 0;
  /// This node gets an invitation to start with. Returns what changed at the federation's node.
  virtual Inputs invite(std::size_t node, const std::set<std::string>& territories) = 0;

  /// That member is of these territories from now on. Returns what changed at the federation's node; nothing: these stores cannot.
  virtual std::optional<Inputs> move(std::size_t, const std::set<std::string>&) { return std::nullopt; }

  /// These territories are linked by that mirror from now on; none: it is no mirror any more. As move().
  virtual std::optional<Inputs> link(const std::string&, const std::set<std::string>&) { return std::nullopt; }
  /// That member has a new key from now on, though its home has still the old one. As move().
  virtual std::optional<Inputs> give_new_key(std::size_t) { return std::nullopt; }
  /// The home of a node that is down is lost, and its centre begins a new one with new keys and an invitation, if it was not given
  /// the key already. Where knows_new_keys().
  virtual void begin_anew(std::size_t) {}
  virtual bool knows_new_keys() const { return false; }

  /// The newest roster that the federation made.
  virtual const Roster& truth() const = 0;
  /// Commits that an author really made, whether acknowledged or not: nothing else may ever be accepted.
  virtual bool is_genuine(const ObjectId& commit) const = 0;
  virtual std::optional<FeedId> feed_of(ByteView commit) const = 0;
  /// A well-formed later commit of that feed that its author never made, signed by a key that is no member's: with a
  /// member's own key it would be a fork, which excuses its feed from much. Null: not a commit.
  virtual SharedBytes forge(ByteView commit, core::Random& random) const = 0;

  /// Of that world, whose stores these are. Null: these stores know no roles.
  virtual std::unique_ptr<RoleActs> role_acts(World&) { return nullptr; }
};

/// `random` is the world's, and outlives the stores like `now`.
using StoresMaker = std::function<std::unique_ptr<Stores>(core::Random& random, std::function<Instant()> now)>;

}  // namespace essaimage::sim
