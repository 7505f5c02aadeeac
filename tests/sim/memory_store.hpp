#pragma once
// A library in memory that performs the core's store effects as strictly as the real one: chains of commits, audiences,
// forks, media by chunks. What perform() changed is durable; open packs, runs and sources are lost by crash().
// It can be told to fail. Owned by one simulated node; one thread.
// Effects in memory_store.cpp, which heads count in memory_heads.cpp; what people do, and what the stores share, in memory_stores.cpp.

#include <optional>

#include "tests/sim/sim_store.hpp"
#include "tests/sim/universe.hpp"

namespace essaimage::sim {

class MemoryStore final : public SimStore {
 public:
  MemoryStore(Universe& universe, core::Random& random, std::size_t node) : universe_(universe), random_(random), node_(node) {}

  TransportKey transport_key() const override { return sim::transport_key(node_, generation_); }
  core::input::Start start_input(std::uint64_t seed) override;
  Inputs perform(const core::Effect& effect) override;
  Inputs started() override;
  Inputs upkeep(Instant, bool) override { return {}; }
  void crash() override;

  Result<Published> publish(const std::vector<Audience>& audiences, std::size_t media) override;
  Result<Inputs> suspend(const std::string& slug) override;
  /// On the federation's node: its first commit, or its next, which makes this roster.
  void found(Roster roster);
  Inputs publish_roster(Roster roster);
  BackupPtr backup() override;
  void restore(const BackupPtr& backup, bool keep_witnessed) override;
  void lose_objects() override;
  /// Nothing is left of it, and it has the next keys: the centre goes on in a new home. The node is down.
  void begin_anew();
  std::uint64_t generation() const { return generation_; }
  Open open() const override { return {sources_.size(), packs_.size(), runs_.size()}; }
  std::size_t lose_unsynced() override;

  core::RosterPtr roster() const override { return roster_; }
  std::vector<Head> heads() const override;
  Head head(const FeedId& feed) const override;
  std::vector<ObjectId> chain(const FeedId& feed) const override;
  std::set<FeedId> frozen() const override;
  void each_feed(const Look& look) const override;
  bool is_frozen(const FeedId& feed) const override;
  std::vector<Sha256> named(const FeedId& feed) const override;
  bool is_whole(const FeedId& feed, const Sha256& media) const override;
  std::vector<std::string> verify() override;

  std::optional<core::input::Start::Joining> joining;
  std::vector<std::uint32_t> next_chunks;  ///< of the next media published; empty: some
  std::set<FeedId> due;                    ///< feeds of which the media have a deadline here
  /// On the federation's node: makes the commit that admits, or says why not.
  std::function<Result<Inputs>(const message::Join&)> admission;

 private:
  struct Feed {
    std::vector<SharedBytes> chain;  ///< raw commits from the first on
    SimCommit top;                   ///< the last of the chain, parsed
    Head head;
    Head witnessed;
    std::optional<Fork> fork;
    bool lacking = false;  ///< some of the chain is lost, and not the last
  };
  struct Media {
    MediaSpec spec;
    std::vector<bool> held;
    bool complete = false;
  };
  struct Saved final : Backup {
    std::map<FeedId, Feed> feeds;
    std::map<Sha256, Media> media;
  };
  /// What is served: a pack, or chunks, whose bytes are made when they are read. Thousands of nodes have many of them open.
  struct Source {
    Bytes pack;
    std::optional<MediaSpec> spec = {};
    std::uint32_t first = 0;
    std::uint64_t size = 0;
  };
  struct Run {
    std::uint32_t settled = 0;
    std::size_t came = 0;  ///< bytes of the next chunk
    bool right = true;     ///< so far
  };

  void open_pack(const core::effect::OpenPack& open, Inputs& out);
  void open_run(const core::effect::OpenRun& open, Inputs& out);
  void read(const core::effect::ReadSource& read, Inputs& out);
  void find(const core::effect::FindMedia& find, Inputs& out);
  void accept(const core::effect::AcceptPack& accept, Inputs& out);
  Bytes bytes_of(const Source& source, std::uint64_t offset, std::size_t count) const;
  /// A chunk has come whole.
  void settle(const core::effect::WriteRun& write, Run& run, Media& media, Inputs& out);
  Status check(const core::effect::AcceptPack& accept, const Bytes& pack, Feed& feed, Inputs& out);
  void write(const core::effect::WriteRun& write, Inputs& out);
  void keep_fork(const core::effect::KeepFork& keep, Inputs& out);
  void admit_member(const core::effect::Admit& admit, Inputs& out);
  void advanced(const Feed& feed, bool here, Inputs& out);
  void tell_needs(Inputs& out);
  /// What does not count of authors' old keys any more is left behind.
  void fall_back(Inputs& out);
  void fall_back(const Member& author, Feed& feed, Inputs& out);
  Status check_chain(const Member& author, const std::vector<SharedBytes>& commits, std::vector<SharedBytes>& chain) const;
  void look_up_roster();
  std::vector<FeedId> naming(const Sha256& media) const;
  MediaNeed need(const Media& media) const;
  void tell_media(const Sha256& media, Inputs& out) const;
  /// What follows the head of that feed, with as many new media; the oldest go after a while.
  SimCommit next_commit(const FeedId& feed, std::size_t media);
  Inputs put(const std::vector<SimCommit>& commits);
  std::vector<std::uint32_t> some_chunks();

  Universe& universe_;
  core::Random& random_;
  std::size_t node_;
  std::uint64_t generation_ = 1;
  SimNotary notary_;
  const FeedId federation_feed_{slug_of(0), {}};
  std::map<FeedId, Feed> feeds_;
  core::RosterPtr roster_;  ///< that the federation's feed makes: every message asks for it
  std::map<Sha256, Media> media_;
  std::map<core::JobId, Source> sources_;
  std::map<core::JobId, Bytes> packs_;
  std::map<core::JobId, Run> runs_;
  std::vector<std::pair<Sha256, std::uint32_t>> unsynced_;  ///< chunks, since the disk was synced last
};

/// All of a world in memory, where nothing is looked up that the universe knows.
class MemoryStores final : public Stores {
 public:
  explicit MemoryStores(core::Random& random) : random_(random) {}

  std::unique_ptr<SimStore> make(std::size_t node, const std::string& slug) override;
  const core::Notary& notary() const override { return notary_; }
  std::string endpoint_of(std::size_t node) const override { return sim::endpoint_of(node); }
  void found(const std::map<std::size_t, Founded>& members) override;
  bool founds_members() const override { return true; }
  bool has_upkeep() const override { return false; }
  Inputs invite(std::size_t node, const std::set<std::string>& territories) override;
  std::optional<Inputs> move(std::size_t node, const std::set<std::string>& territories) override;
  std::optional<Inputs> link(const std::string& mirror, const std::set<std::string>& territories) override;
  std::optional<Inputs> give_new_key(std::size_t node) override;
  void begin_anew(std::size_t node) override;
  bool knows_new_keys() const override { return true; }
  const Roster& truth() const override { return *universe_.roster(universe_.newest()); }
  bool is_genuine(const ObjectId& commit) const override { return universe_.genuine.contains(commit); }
  std::optional<FeedId> feed_of(ByteView commit) const override;
  SharedBytes forge(ByteView commit, core::Random& random) const override;

  /// The federation changes its roster at will. Returns what changed at its node.
  Inputs change_roster(const std::function<void(Roster&)>& change);
  /// The next media that this node publishes has these chunks.
  void next_media(std::size_t node, std::vector<std::uint32_t> chunk_bytes);
  void make_due(std::size_t node, const FeedId& feed) { stores_.at(node)->due.insert(feed); }
  /// What that node starts with; nothing: not invited.
  const std::optional<core::input::Start::Joining>& joining(std::size_t node) const { return stores_.at(node)->joining; }

 private:
  Result<Inputs> admit(const message::Join& join);
  void succeed(Member& member, const SigningKey& signing, const TransportKey& transport) const;
  core::input::Start::Joining invitation(std::size_t node, std::uint64_t generation, const std::set<std::string>& territories);

  core::Random& random_;
  Universe universe_;
  SimNotary notary_;
  std::vector<std::string> slugs_;
  std::vector<MemoryStore*> stores_;  ///< by node
  std::map<SigningKey, std::pair<std::size_t, std::set<std::string>>> invitations_;
};

StoresMaker memory_stores();

}  // namespace essaimage::sim
