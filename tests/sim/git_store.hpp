#pragma once
// The real library in a home on disk, as a store of the simulation: opened with the world's clock, driven through the
// daemon's own StoreJobs and Upkeep, so that what is simulated is the code that runs. Its workers run their jobs at once on
// the caller's thread, and libsodium's random bytes come from the world's seed: one seed, one run.
// A crash is what kill -9 leaves: the home as its files are at that moment, and no word to the library.
// Owned by one simulated node; one thread.

#include <optional>

#include "daemon/shell/notary.hpp"
#include "daemon/shell/store_jobs.hpp"
#include "daemon/shell/upkeep.hpp"
#include "tests/sim/git_kits.hpp"
#include "tests/sim/role_oracle.hpp"
#include "tests/sim/sim_store.hpp"
#include "tests/sim/wall_clock.hpp"

namespace essaimage::sim {

class GitStores;

class GitStore final : public SimStore {
 public:
  GitStore(GitStores& all, std::size_t node, std::string slug);
  ~GitStore() override;

  TransportKey transport_key() const override { return transport_; }
  core::input::Start start_input(std::uint64_t seed) override;
  Inputs perform(const core::Effect& effect) override;
  Inputs upkeep(Instant now, bool confirmed) override;
  void crash() override;

  Result<Published> publish(const std::vector<Audience>& audiences, std::size_t media) override;
  Published resolve_forks() override;
  Result<Inputs> suspend(const std::string& slug) override;
  BackupPtr backup() override;
  void restore(const BackupPtr& backup, bool keep_witnessed) override;
  void lose_objects() override;

  core::RosterPtr roster() const override;
  std::vector<Head> heads() const override;
  Head head(const FeedId& feed) const override;
  std::vector<ObjectId> chain(const FeedId& feed) const override;
  std::set<FeedId> frozen() const override;
  void each_feed(const Look& look) const override;
  std::vector<Sha256> named(const FeedId& feed) const override;
  bool is_whole(const FeedId& feed, const Sha256& media) const override;
  std::vector<std::string> verify() override;

  /// A home that was just made is opened for the first time. `endpoints`: where others are told to reach it.
  void open_new(std::vector<std::string> endpoints);
  store::Library& library() { return *library_; }
  const store::Layout& layout() const { return layout_; }
  Inputs take() { return std::exchange(inputs_, {}); }

 private:
  struct Saved;

  void open();
  void close();
  void changed(const store::Change& change);
  Status put(store::Publication& publication, const KitDraft& draft);
  Status publish_together(const std::optional<Audience>& audience, const std::vector<KitDraft>& drafts);
  std::string check_kit(const store::KitSummary& kit) const;

  GitStores& all_;
  const std::size_t node_;
  const std::string slug_;
  const store::Layout layout_;
  std::vector<std::string> endpoints_;
  TransportKey transport_;
  Inputs inputs_;  ///< what has changed since they were taken
  std::unique_ptr<shell::Log> log_ = shell::Log::none();
  std::unique_ptr<store::Library> library_;  ///< null: there is no home yet
  std::unique_ptr<shell::StoreJobs> jobs_;
  std::unique_ptr<shell::Upkeep> upkeep_;
};

/// The homes of one world, in a temporary folder that goes with them.
class GitStores final : public Stores {
 public:
  GitStores(core::Random& random, std::function<Instant()> now, bool keep_homes);
  ~GitStores() override;

  std::unique_ptr<SimStore> make(std::size_t node, const std::string& slug) override;
  const core::Notary& notary() const override { return notary_; }
  std::string endpoint_of(std::size_t node) const override;
  void found(const std::map<std::size_t, Founded>& members) override;
  bool founds_members() const override { return false; }
  bool has_upkeep() const override { return true; }
  Inputs invite(std::size_t node, const std::set<std::string>& territories) override;
  const Roster& truth() const override { return *truth_; }
  bool is_genuine(const ObjectId& commit) const override { return kits.knows(commit); }
  std::optional<FeedId> feed_of(ByteView commit) const override;
  SharedBytes forge(ByteView commit, core::Random& random) const override;
  std::unique_ptr<RoleActs> role_acts(World& world) override;

  /// As that node's computer shows it.
  Timestamp time(std::size_t node) const;
  Instant now() const { return now_(); }
  GitStore& store(std::size_t node) const { return *stores_.at(node); }
  const store::Path& folder() const { return folder_; }
  void federation_says(core::RosterPtr roster) { truth_ = std::move(roster); }

  core::Random& random;
  KitRecord kits;
  RoleOracle roles;
  std::int64_t days_passed = 0;
  std::map<std::size_t, WallClock> wall_clocks;  ///< by node; of all others they are right

 private:
  const std::function<Instant()> now_;
  const bool keep_homes_;
  store::Path folder_;
  shell::RealNotary notary_;
  core::RosterPtr truth_;
  std::vector<GitStore*> stores_;  ///< by node
};

/// `keep_homes`: they stay, and where they are is printed.
StoresMaker git_stores(bool keep_homes);

}  // namespace essaimage::sim
