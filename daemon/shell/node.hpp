#pragma once
// What the control server (and later the page) needs of the running node. Implemented by the runtime; tests give a fake.
// Thread rule: every function from any thread; they wait for the loop where they need it, at most a second
// (Errc::timed_out while the node is shutting down).

#include <functional>
#include <string>

#include "daemon/core/effect.hpp"
#include "daemon/core/status.hpp"
#include "daemon/shell/traffic.hpp"
#include "store/library.hpp"

namespace essaimage::shell {

struct Config;

class Node {
 public:
  virtual ~Node() = default;
  virtual store::Library& library() = 0;
  virtual const Config& config() const = 0;
  virtual Result<core::NodeStatus> status() = 0;
  /// Bytes a second that came of each media file over the last ten seconds (media_meters.hpp); of others nothing did.
  using Rates = std::map<Sha256, std::uint64_t>;
  virtual Result<Rates> media_rates() = 0;
  /// The monotonic clock that status() speaks of.
  virtual Instant now() const = 0;
  /// Reconciles with every peer now and dials those in back-off. Returns the number of this round
  /// (NodeStatus::sync_rounds_done reaches it when all connected peers have answered).
  virtual Result<std::uint64_t> sync_now() = 0;
  /// Which connected members hold each of these media whole (Locate). At most settings::locate_media_max of them. Waits for
  /// the peers, some seconds at most.
  virtual Result<core::effect::Located> locate(std::vector<core::MediaPlace> media) = 0;
  /// Lets media rest, for that long or until resume(); and whether they do.
  virtual Result<Traffic::State> pause(std::optional<Duration> length) = 0;
  virtual Result<Traffic::State> resume() = 0;
  virtual Result<Traffic::State> traffic() = 0;
  /// `begin`: everything that is held is read through now, slowly. What came of that so far.
  virtual Result<store::ScrubView> scrub(bool begin) = 0;
  /// Where the federation's invitations shall point to: the endpoints that others can reach us at.
  virtual std::vector<std::string> endpoints() const = 0;
  /// Recent events, oldest first, after this number (0: all that are kept, at most 1,000).
  struct NumberedEvent {
    std::uint64_t number = 0;
    Timestamp time;
    core::Event event;
  };
  virtual std::vector<NumberedEvent> events_after(std::uint64_t number) const = 0;
  /// True once shutdown has begun: long control work must end.
  virtual bool stopping() const = 0;
};

}  // namespace essaimage::shell
