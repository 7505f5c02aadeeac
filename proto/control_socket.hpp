#pragma once
// The control socket itself: a Unix stream that carries control frames, for both of its ends. It
// knows nothing of verbs.
//
// Thread rule: a ControlConnection belongs to one thread at a time; it owns its descriptor.
// Waiting: every wait ends early with Errc::stopping when the interrupting descriptor, if one is
// given, is readable. Errors: Errc::control_not_running (nobody listens), Errc::control_closed (the
// other side is gone, or took nothing for `stall`), Errc::control_stranger, and those of
// control.hpp for what the other side sends.

#include <chrono>
#include <filesystem>
#include <utility>

#include "proto/control.hpp"

namespace essaimage::control {

using std::chrono::milliseconds;

class Connection {
 public:
  /// Takes over a connected descriptor. `interrupt`: -1, or a descriptor that outlives this.
  explicit Connection(int fd, int interrupt = -1) : fd_(fd), interrupt_(interrupt) {}
  Connection(Connection&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), interrupt_(other.interrupt_), reader_(std::move(other.reader_)) {}
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  static Result<Connection> connect(const std::filesystem::path& socket, int interrupt = -1);

  /// Waits for room; nothing taken for `stall` means that the other side is gone.
  Status send(const Frame& frame, milliseconds stall = std::chrono::seconds(60));
  /// The next frame; nothing if none came within `timeout`.
  Result<std::optional<Frame>> receive(milliseconds timeout);
  /// Waits without reading. Errc::control_closed as soon as the other side is gone.
  Status pause(milliseconds timeout);
  /// True if the process at the other end runs as this user or as root (SO_PEERCRED).
  bool peer_is_allowed() const;

 private:
  Result<bool> wait(short events, milliseconds timeout);
  int fd_;
  int interrupt_;
  FrameReader reader_;
};

/// Listens at `socket` with mode 0600, in the place of a stale one: only for the holder of the
/// home's lock. Returns the descriptor, which the caller closes. Paths of any length work.
Result<int> listen(const std::filesystem::path& socket);
/// The next client of a listening descriptor; nothing if there is none any more. The descriptor is
/// the caller's.
std::optional<int> accept(int listener);

}  // namespace essaimage::control
