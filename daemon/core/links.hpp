#pragma once
// The links of this moment: who is at the other end, how far the greeting is, what waits to be sent. Links only counts and
// queues; sessions.hpp decides. A closed link stays in the table, marked, until the end of the input that closed it.

#include <deque>
#include <map>
#include <optional>
#include <set>

#include "daemon/core/effect.hpp"
#include "daemon/core/limiter.hpp"
#include "daemon/core/settings.hpp"

namespace essaimage::core {

struct Link {
  enum class Phase : std::uint8_t { stranger, greeting, open };

  LinkId id = 0;
  TransportKey peer;
  bool outbound = false;
  std::string endpoint;
  bool lan = false;
  Phase phase = Phase::stranger;
  bool hello_sent = false;
  bool refused_sent = false;
  std::optional<Errc> ended = {};  ///< why we are no member any more, as the peer says: Access::ended()
  bool closing = false;
  Instant up_at, heard_at, pinged_at;
  std::uint16_t patience = 0;  ///< from the least silence (0) to the most (1000); drawn anew with each ping, either side's
  TokenBucket messages{settings::messages_burst, settings::messages_per_second};
  bool control_writable = true;
  bool bulk_writable = true;
  std::deque<Message> waiting;  ///< control messages, while it is not writable
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t next_request = 1;  ///< of ours
  std::uint64_t seen_request = 0;  ///< the highest of the peer's
  std::string name;                ///< for people: slug, or the start of the key

  /// Nothing was heard since we pinged.
  bool awaits_pong() const { return pinged_at > heard_at; }
  bool is_open() const { return phase == Phase::open && !closing; }
};

class Links {
 public:
  Link& add(const input::LinkUp& up, Instant now);
  Link* find(LinkId id);  ///< null if unknown or closing
  const Link* find(LinkId id) const { return const_cast<Links*>(this)->find(id); }
  /// Marks it; it leaves the table with take_closed().
  void close(Link& link);
  /// The first of those that are marked; nothing: there is none.
  std::optional<Link> take_closed();
  std::size_t size() const { return links_.size(); }
  /// It is a member's.
  void greet(Link& link) {
    link.phase = Link::Phase::greeting;
    changes_ += 1;
  }
  /// Counts which links there are, and whose: as long as it stays, whoever looked at them need not look again.
  std::uint64_t changes() const { return changes_; }

  std::map<LinkId, Link>& all() { return links_; }
  const std::map<LinkId, Link>& all() const { return links_; }

 private:
  std::map<LinkId, Link> links_;
  Link* found_ = nullptr;    ///< the last: one input asks for the same link again and again
  std::set<LinkId> closed_;  ///< marked
  std::uint64_t changes_ = 0;
};

/// What a message costs on the wire, roughly: for the counters of status.
std::uint64_t approximate_bytes(const Message& message);

}  // namespace essaimage::core
