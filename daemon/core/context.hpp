#pragma once
// What all parts of the core share: the tables, the time of the input being handled, and the way out for effects.
// Owned by Replica; the parts keep a reference. Nothing here decides anything.

#include <deque>

#include "daemon/core/access.hpp"
#include "daemon/core/conduct.hpp"
#include "daemon/core/effect.hpp"
#include "daemon/core/heads.hpp"
#include "daemon/core/links.hpp"
#include "daemon/core/notary.hpp"
#include "daemon/core/random.hpp"

namespace essaimage::core {

class Context {
 public:
  explicit Context(const Notary& the_notary) : notary(the_notary) {}

  const Notary& notary;
  Instant now;
  std::string agent;
  Random random;
  Access access;
  Links links;
  Heads heads{[this](const FeedId& feed) { return access.limits_of(feed); }};
  Conduct conduct;
  std::deque<Effect> effects;

  void emit(Effect effect) { effects.push_back(std::move(effect)); }
  JobId new_job() { return ++last_job_; }

  /// Queues if the channel is not writable; closes the link if too much waits.
  void send(Link& link, Message message);
  /// The link is gone for everybody at the end of this input.
  void close(Link& link);
  /// Takes from what a link may send. False, with a point, if that is used up.
  bool charge(Link& link, double tokens);
  /// A slice that is hardly worth its handling.
  void charge_small(Link& link, const message::Slice& slice);
  /// Points for the peer (settings::score_max: closed and banned at once).
  void blame(Link& link, unsigned points, Error error);

  void report(Event::Kind kind, const std::string& peer = {}, std::optional<FeedId> feed = {}, std::optional<Error> error = {});
  void report(Event event) { emit(effect::Report{std::move(event)}); }

  /// The member at the other end, as of now; null for anybody else.
  const Member* member(const Link& link) const { return access.member(link.peer); }
  /// Both may hold it, as of now.
  bool shared(const Link& link, const FeedId& feed) const {
    const Member* peer = member(link);
    return peer != nullptr && access.shared(*peer, feed);
  }

 private:
  JobId last_job_ = 0;
};

/// `base` give or take a quarter.
Duration jittered(Random& random, Duration base);
/// base, 2 base, 4 base, … up to max.
Duration doubled(Duration base, unsigned failures, Duration max);

}  // namespace essaimage::core
