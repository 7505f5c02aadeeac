#pragma once
// How fast bulk may leave this node: never faster than the admin allows, and slower as soon as the queue in front of the
// line grows, so that a telephone call in the same house, and our own announcements, do not wait behind a film.
//
// Congestion is seen by delay, as in LEDBAT (RFC 6817): pings tell how long messages travel to a peer; what that is above
// the least ever seen is time spent in queues. The queue of the link where it is shortest is ours, since every link
// crosses our line (a longer one is the peer's own trouble, which its credit bounds). Different from LEDBAT: one rate for
// the whole node instead of a window for each connection, because the line is one; pings on the control channel instead of
// stamps on the data, because that is where the delay hurts; and the rate follows from what the line carries, which two
// pings tell (the bytes sent between them, over the time between their arrivals), instead of from trying.
//
// Peers on the LAN do not cross that line: they are neither limited nor listened to.

#include <array>
#include <map>
#include <optional>
#include <set>

#include "daemon/core/context.hpp"

namespace essaimage::core {

/// How much longer than before messages travel now. Only differences of the two clocks count, so they need not agree;
/// the least of each of the last minutes is kept, so that clocks that drift, and routes that change, are forgotten.
class QueueDelay {
 public:
  /// `round_trip`, by our clock alone: no message is longer on its way. If it seems to be, a clock jumped or stood still, and
  /// what was seen before tells nothing any more.
  void sample(std::int64_t travelled_ms, Duration round_trip, Instant now);
  /// Of the last few samples the least: one late message is no queue.
  Duration now() const;

 private:
  std::int64_t base_ms() const;

  static constexpr std::size_t minutes = 10, recent = 2;
  struct Minute {
    Instant began;
    std::int64_t least = 0;
  };
  std::array<Minute, minutes> least_{};  ///< the latest first
  std::array<std::int64_t, recent> last_{};
  std::size_t least_count_ = 0, last_count_ = 0;
};

class Uplink {
 public:
  explicit Uplink(Context& context) : context_(context) {}

  void set_limit(std::optional<std::uint64_t> bytes_per_second) { limit_ = bytes_per_second; }

  /// Whether bulk of that size may leave now; if so it counts as sent.
  bool take(const Link& link, std::size_t bytes);
  /// Of one slice, so that it does not fill the line for long.
  std::size_t slice_bytes_max() const;
  /// Pings at once, so that the line is seen empty before bulk fills it.
  void link_opened(const Link& link);
  /// Pings a link that was silent; so its delay is known when bulk begins.
  void keep_alive(Link& link);
  void pong(const Link& link, const message::Pong& pong);
  void link_closed(LinkId link);
  /// Sends pings along with bulk, and adapts the rate. To be called at least at wake_at().
  void tick();
  /// When something here falls due; nothing while no bulk moves.
  std::optional<Instant> wake_at() const;
  /// Bytes a second; nothing: not limited.
  std::optional<std::uint64_t> rate() const;

 private:
  struct Probe {
    QueueDelay delay;
    std::uint64_t token = 0;
    Instant sent_at;
    std::uint64_t sent_before = 0;  ///< bytes, by the node in all, before this ping
    bool waiting = false;           ///< for the pong
    /// Of the last ping that was answered.
    struct Answered {
      Instant sent_at;
      std::uint64_t sent_before = 0;
      std::int64_t heard_ms = 0;
    };
    std::optional<Answered> answered;
    std::optional<double> carried;   ///< bytes a second that arrived between the last two
    std::optional<Instant> bulk_at;  ///< when bulk was sent last
  };
  void adapt();
  const Probe* shortest() const;
  /// The queue at this moment: what the last ping saw, and what was sent since.
  double queue_now_ms(const Probe& probe, double carries) const;
  void refill();
  void ping(Link& link, Probe& probe);
  bool is_active(const Probe& probe) const;

  Context& context_;
  std::map<LinkId, Probe> probes_;  ///< of open links outside the LAN
  std::set<LinkId> active_;         ///< those of them that carried bulk lately
  std::optional<std::uint64_t> limit_;
  std::optional<double> carries_;  ///< the line, as found; nothing: it never was full
  double rate_ = 0;                ///< what may be sent, if it was
  double tokens_ = 0;
  Instant refilled_at_;
  bool starved_ = false;  ///< something waits now
  Instant held_back_at_;
  Instant adapted_at_;
  std::uint64_t sent_ = 0;  ///< bytes in all
};

}  // namespace essaimage::core
