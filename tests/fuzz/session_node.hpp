#pragma once
// One replication core among peers that may send anything, with a store that answers in its own time; and what must hold
// whatever they send:
// - what is to be accepted, or kept as the proof of a fork, is signed by its author;
// - a peer is told of no feed, and asked for none, that it may not hold; who is no member learns nothing;
// - no more is sent than the peer's credit allows, and no more passed to the store than ours did;
// - sources, jobs and effects are bounded; each message that is sent fits into a frame.
// Commits are the simulation's. One thread.

#include <deque>
#include <map>
#include <set>

#include "daemon/core/replica.hpp"
#include "tests/sim/universe.hpp"

namespace essaimage::fuzz {

class SessionNode {
 public:
  static constexpr std::size_t peers = 6;  ///< 0: the federation; 1: this node; 4: of another territory; 5: no member

  SessionNode();

  // --- what can happen -----------------------------------------------------------------------------------------------------
  void link_up(std::size_t peer, bool outbound);
  void link_down(std::size_t which);
  void receive(std::size_t which, const Message& message);  ///< as a frame: what cannot be read is garbage
  void receive_frame(std::size_t which, ByteView frame);
  void writable(std::size_t which, Channel channel, bool writable);
  void pass(Duration duration);
  void change_roster(std::uint8_t how);
  void need_media(std::size_t number);
  void publish(bool territory);
  /// The store's answer to what waits longest, of what is read for peers or of what comes from them.
  void answer_serving(bool good);
  void answer_receiving(bool good);

  // --- for who makes messages ----------------------------------------------------------------------------------------------
  FederationId federation() const { return universe_.federation(); }
  static FeedId feed(std::size_t author, bool territory);
  static SharedBytes commit(std::size_t author, bool territory, std::uint64_t seq, std::uint64_t nonce);
  static MediaNeed need(std::size_t number);
  std::uint64_t last_asked() const { return last_asked_; }  ///< number of our last request to anybody

 private:
  struct LinkState {
    TransportKey peer;
    std::map<std::uint64_t, std::uint64_t> credit, sent;  ///< by the peer's request: bytes
    std::map<std::uint64_t, std::uint64_t> granted;       ///< by ours
  };

  core::LinkId link_of(std::size_t which) const;
  void on(const core::Input& input);
  void look_at(const core::Effect& effect);
  void look_at_send(const core::effect::Send& send);
  bool may_tell(const TransportKey& peer, const FeedId& feed) const;
  void check_feeds(const TransportKey& peer, const Message& message) const;
  void check_bounds() const;
  void check_signed(ByteView commit, const FeedId& feed) const;
  void accept(const core::effect::AcceptPack& pack, bool good);
  void write_run(const core::effect::WriteRun& run, bool good);
  core::RosterPtr make_roster() const;

  sim::Universe universe_;
  sim::SimNotary notary_;
  core::Replica replica_{notary_};
  Instant now_{1'000'000};
  core::RosterPtr roster_;
  std::uint8_t roster_kind_ = 0;
  std::map<core::LinkId, LinkState> links_;
  core::LinkId last_link_ = 0;
  std::deque<core::Effect> serving_, receiving_;
  std::set<core::JobId> sources_;
  std::map<FeedId, Head> held_;
  std::map<FeedId, SharedBytes> held_commits_;
  std::uint64_t last_asked_ = 0, granted_ = 0, passed_on_ = 0, unanswered_bytes_ = 0;
};

}  // namespace essaimage::fuzz
