#pragma once
// A library in memory that performs the core's store effects as strictly as the real one: chains of commits, audiences,
// forks, media by chunks. What perform() changed is durable; open packs, runs and sources are lost by crash().
// It can be told to fail. Owned by one simulated node; one thread.

#include <functional>
#include <optional>

#include "daemon/core/effect.hpp"
#include "tests/sim/universe.hpp"

namespace essaimage::sim {

class MemoryStore {
 public:
  MemoryStore(Universe& universe, std::size_t node) : universe_(universe), node_(node) {}

  core::input::Start start_input(std::uint64_t seed) const;
  /// The inputs that this effect leads to: changes first, then the completion.
  std::vector<core::Input> perform(const core::Effect& effect);
  /// A new version in one or several feeds, in one step.
  std::vector<core::Input> publish(const std::vector<SimCommit>& commits);
  void crash();

  struct Feed {
    std::vector<SharedBytes> chain;     ///< raw commits from the first on
    SimCommit top;                      ///< the last of the chain, parsed
    Head head;
    Head witnessed;
    std::optional<Fork> fork;
  };
  struct Media {
    MediaSpec spec;
    std::vector<bool> held;
    bool complete = false;
  };
  const std::map<FeedId, Feed>& feeds() const { return feeds_; }
  const std::map<Sha256, Media>& media() const { return media_; }
  core::RosterPtr roster() const;
  SimCommit head_commit(const FeedId& feed) const;

  /// True now and then: the disk refuses.
  std::function<bool()> disk_fails = [] { return false; };
  std::optional<core::input::Start::Joining> joining;

  /// The whole state, to be restored later as an old backup.
  struct Backup {
    std::map<FeedId, Feed> feeds;
    std::map<Sha256, Media> media;
  };
  Backup backup() const { return {feeds_, media_}; }
  void restore(const Backup& backup, bool keep_witnessed);
  /// On the federation's node: the commit of its region feed that admits, or why not.
  std::function<Result<SimCommit>(const message::Join&)> admission;

 private:
  struct Source {
    Bytes bytes;
  };
  struct Run {
    Bytes bytes;
    std::uint32_t settled = 0;
  };
  using Inputs = std::vector<core::Input>;

  void open_pack(const core::effect::OpenPack& open, Inputs& out);
  void open_run(const core::effect::OpenRun& open, Inputs& out);
  void read(const core::effect::ReadSource& read, Inputs& out);
  void find(const core::effect::FindMedia& find, Inputs& out);
  void accept(const core::effect::AcceptPack& accept, Inputs& out);
  Status check(const core::effect::AcceptPack& accept, const Bytes& pack, Feed& feed, Inputs& out);
  void write(const core::effect::WriteRun& write, Inputs& out);
  void keep_fork(const core::effect::KeepFork& keep, Inputs& out);
  void admit_member(const core::effect::Admit& admit, Inputs& out);
  void advanced(const Feed& feed, bool here, Inputs& out);
  void tell_needs(Inputs& out);
  std::vector<FeedId> naming(const Sha256& media) const;
  MediaNeed need(const Media& media) const;

  Universe& universe_;
  std::size_t node_;
  std::map<FeedId, Feed> feeds_;
  std::map<Sha256, Media> media_;
  std::map<core::JobId, Source> sources_;
  std::map<core::JobId, Bytes> packs_;
  std::map<core::JobId, Run> runs_;
};

}  // namespace essaimage::sim
