#pragma once
// The running node: one loop thread that owns the network and the core, and hands disk work to workers. The shell's only
// place where the parts meet.
//
// Each turn: wait for a socket, a letter, a signal or the core's wake-up; read the clock once; feed what happened to the
// core; perform the effects that come out. Nothing in the loop touches the disk or waits for another thread.
// Thread rule: run() on one thread, which becomes the loop; the Node functions from any other thread.
// Ending: SIGTERM, SIGINT or stop() end run() within a turn; the destructor then waits for jobs that are under way
// (they are safe to abandon: everything durable survives a crash; main.cpp does so after its patience).

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "daemon/shell/config.hpp"
#include "daemon/shell/log.hpp"
#include "daemon/shell/node.hpp"
#include "store/disk/files.hpp"

namespace essaimage::shell {

class Runtime final : public Node {
 public:
  struct Parts {
    store::Layout layout;
    Config config;
    std::unique_ptr<store::Library> library;  ///< open, so this process owns the home
    std::unique_ptr<Log> log;
    store::Fd signals;  ///< of take_signals(); none in tests
  };

  /// Tests the transport, listens, and reads what the core must know. Errors: those of Transport::open and Library.
  static Result<std::unique_ptr<Runtime>> open(Parts parts);
  ~Runtime() override;

  /// Until it shall end. `ready` is called once the node serves.
  void run(const std::function<void()>& ready);
  /// From any thread.
  void stop();
  /// After run(): true if the jobs that were under way ended within that time.
  bool wait_for_jobs(Duration at_most);

  // --- Node ---
  store::Library& library() override;
  const Config& config() const override;
  Result<core::NodeStatus> status() override;
  Result<Rates> media_rates() override;
  Instant now() const override;
  Result<std::uint64_t> sync_now() override;
  Result<core::effect::Located> locate(std::vector<core::MediaPlace> media) override;
  Result<Traffic::State> pause(std::optional<Duration> length) override;
  Result<Traffic::State> resume() override;
  Result<Traffic::State> traffic() override;
  Result<store::ScrubView> scrub(bool begin) override;
  std::vector<std::string> endpoints() const override;
  std::vector<NumberedEvent> events_after(std::uint64_t number) const override;
  bool stopping() const override;

 private:
  Runtime();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace essaimage::shell
