#pragma once
// The control server: answers essaimagectl on a Unix socket in the home. It frames, checks who
// asks, and hands each request to its verb (verbs.hpp); it knows no verb itself.
//
// Thread rule: start() and the destructor on one thread. One thread accepts, one serves each
// client, at most limits::control_clients_max; more are told so and closed. The destructor ends
// them all: every wait of theirs ends at once, so it takes as long as the longest store call that
// is under way. Ownership: `node` must outlive the server, and its home's lock must be held: a
// stale socket is replaced.

#include <filesystem>
#include <memory>

#include "daemon/shell/node.hpp"

namespace essaimage::shell {

class ControlServer {
 public:
  static Result<std::unique_ptr<ControlServer>> start(const std::filesystem::path& socket, Node& node);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  ControlServer();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace essaimage::shell
