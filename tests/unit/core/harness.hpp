#pragma once
// One replica on a bench: inputs by hand, effects to look at. Node 0 is the federation's, the bench is node 1 unless told
// otherwise; peers are 2 and up. Commits are the simulation's (tests/sim/universe.hpp).

#include <algorithm>
#include <deque>
#include <set>

#include "daemon/core/replica.hpp"
#include "tests/sim/universe.hpp"

namespace essaimage::core {

class Bench {
 public:
  explicit Bench(std::size_t self = 1) : self_(self) {
    roster_.federation_slug = slug(0);
    for (std::size_t i = 0; i < 6; ++i) add_member(i, {"lille"});
  }

  static std::string slug(std::size_t node) { return node == 0 ? "federation" : "centre-" + std::to_string(node); }
  static FeedId region(std::size_t node) { return {slug(node), {}}; }
  static FeedId territory(std::size_t node, const std::string& name) { return {slug(node), {Audience::Kind::territory, name}}; }

  Member& add_member(std::size_t node, std::set<std::string> territories) {
    Member member;
    member.slug = slug(node);
    member.territories = std::move(territories);
    MemberKeys keys;
    keys.signing = sim::signing_key(node);
    keys.transport = sim::transport_key(node);
    member.keys.push_back(keys);
    return roster_.members[member.slug] = member;
  }
  Roster& roster() { return roster_; }
  RosterPtr roster_now() {
    roster_.federation = universe_.federation();
    roster_.index();
    return std::make_shared<const Roster>(roster_);
  }

  /// `start` may be prepared by the test; keys and roster are filled in.
  void start(input::Start start = {}, bool with_roster = true) {
    start.agent = "bench";
    start.signing = sim::signing_key(self_);
    start.transport = sim::transport_key(self_);
    start.federation = universe_.federation();
    if (with_roster) start.roster = roster_now();
    start.seed = 7;
    on(start);
  }

  void on(const Input& input) {
    replica_.on(input, now_);
    while (auto effect = replica_.next()) {
      if (auto* send = std::get_if<effect::Send>(&*effect)) sent_.push_back(std::move(*send));
      else effects_.push_back(std::move(*effect));
    }
  }
  void receive(LinkId link, Message message) { on(input::Received{link, std::move(message)}); }

  /// A link that is up and greeted; everything sent meanwhile is thrown away.
  LinkId open(std::size_t peer, bool outbound = false) {
    const LinkId link = ++last_link_;
    on(input::LinkUp{link, sim::transport_key(peer), outbound, outbound ? "sim://x" : ""});
    receive(link, message::Hello{1, 1, universe_.federation(), "peer"});
    sent_.clear();
    effects_.clear();
    return link;
  }

  /// The peer announces a commit that we lack: the request by which we ask for it.
  std::uint64_t announced(LinkId from, const SharedBytes& raw) {
    receive(from, message::Announce{raw});
    return sent<message::FetchFeed>(from).at(0).request;
  }
  /// And it offers the pack.
  std::uint64_t offered(LinkId from, const SharedBytes& raw, std::uint64_t pack_bytes) {
    const std::uint64_t request = announced(from, raw);
    receive(from, message::FeedOffer{request, raw, pack_bytes});
    return request;
  }

  void pass(Duration duration) {
    for (Duration done{}; done < duration; done += std::chrono::seconds(1)) {
      now_ = now_ + std::chrono::seconds(1);
      on(input::Tick{});
    }
  }

  /// A part of a second, and the wake-up that it may bring.
  void wait(Duration duration) {
    now_ = now_ + duration;
    on(input::Tick{});
  }

  /// The messages of one kind sent on a link since the last look; they are taken out.
  template <class T>
  std::vector<T> sent(LinkId link) {
    std::vector<T> found;
    std::erase_if(sent_, [&](const effect::Send& send) {
      const T* message = send.link == link ? std::get_if<T>(&send.message) : nullptr;
      if (message != nullptr) found.push_back(*message);
      return message != nullptr;
    });
    return found;
  }
  std::size_t sent_count(LinkId link) const {
    return static_cast<std::size_t>(std::count_if(sent_.begin(), sent_.end(), [&](const auto& s) { return s.link == link; }));
  }
  /// The effects of one kind since the last look; they are taken out.
  template <class T>
  std::vector<T> wanted() {
    std::vector<T> found;
    std::erase_if(effects_, [&](const Effect& effect) {
      const T* each = std::get_if<T>(&effect);
      if (each != nullptr) found.push_back(*each);
      return each != nullptr;
    });
    return found;
  }
  std::vector<Event> events(Event::Kind kind) {
    std::vector<Event> found;
    for (const Effect& effect : effects_) {
      const auto* report = std::get_if<effect::Report>(&effect);
      if (report != nullptr && report->event.kind == kind) found.push_back(report->event);
    }
    return found;
  }
  bool closed(LinkId link) {
    bool found = false;
    std::erase_if(effects_, [&](const Effect& effect) {
      const auto* close = std::get_if<effect::Close>(&effect);
      if (close != nullptr && close->link == link) found = true;
      return close != nullptr && close->link == link;
    });
    return found;
  }
  void forget() {
    sent_.clear();
    effects_.clear();
  }

  /// A commit as its author would make it.
  static SharedBytes commit(const FeedId& feed, std::uint64_t seq, std::size_t author, std::uint64_t nonce = 0) {
    sim::SimCommit commit{feed, {1, 1, seq}, {}, {}, 0, 0, nonce};
    return std::make_shared<const Bytes>(sim::encode_commit(commit, sim::signing_key(author)));
  }
  static SharedBytes slice_of(std::size_t bytes) { return std::make_shared<const Bytes>(bytes, 1); }
  static Head head(const FeedId& feed, std::uint64_t seq, const SharedBytes& raw) { return {feed, {1, 1, seq}, sim::commit_id(*raw)}; }
  /// The store holds this now.
  void hold(const FeedId& feed, std::uint64_t seq, const SharedBytes& raw, bool published_here = false) {
    on(input::HeadChanged{head(feed, seq, raw), raw, published_here});
  }

  Replica& replica() { return replica_; }
  NodeStatus status() const { return replica_.status(now_); }
  Instant now() const { return now_; }
  FederationId federation() const { return universe_.federation(); }

 private:
  std::size_t self_;
  sim::Universe universe_;
  sim::SimNotary notary_;
  Replica replica_{notary_};
  Roster roster_;
  Instant now_{1'000'000};
  LinkId last_link_ = 0;
  std::deque<effect::Send> sent_;
  std::deque<Effect> effects_;
};

}  // namespace essaimage::core
