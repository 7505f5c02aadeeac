#pragma once
// Real nodes for integration tests: homes in a temporary folder, essaimaged as processes, essaimagectl to talk to them.
// Only 127.0.0.1 and free ports. Whatever was started is killed at the end.

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "proto/time.hpp"
#include "tests/support/run.hpp"
#include "tests/support/temp_folder.hpp"

namespace essaimage::test {

class Node {
 public:
  explicit Node(std::filesystem::path home);
  ~Node();  ///< kill -9, if it still runs
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Returns once it answers.
  void start();
  void kill_hard();
  /// SIGTERM; the time until it ended by itself with exit code 0.
  Duration stop();

  RunResult ctl(std::vector<std::string> arguments) const;
  nlohmann::json json(std::vector<std::string> arguments) const;
  /// essaimagectl in the background; its pid.
  pid_t ctl_in_background(std::vector<std::string> arguments) const;
  bool sync() const { return ctl({"sync", "--wait", "--timeout", "60"}).exit_code == 0; }
  /// The ids of the kits that it knows and holds whole.
  std::vector<std::string> whole_kits() const;
  std::string log() const;
  std::uint64_t peak_bytes() const;  ///< of the daemon's memory, since it runs

  const std::filesystem::path home;
  const std::string endpoint;

 private:
  pid_t pid_ = 0;
};

/// Looks again and again for what a daemon does by itself; false after a minute and a half: who waits longer each time may need it.
bool eventually(const std::function<bool()>& holds);

/// True if the process ended within the time; its exit status then.
bool wait_end(pid_t pid, Duration at_most, int& status);

/// A federation "federation" that runs, and centres that joined it.
struct Nodes {
  Nodes();
  Node& join(const std::string& slug, const std::string& territory);
  /// A folder with a right kit.toml, a text and media of that size; version makes it differ.
  std::filesystem::path kit(const std::string& slug, std::size_t media_bytes, int version = 1);

  TempFolder folder;
  Node federation;
  std::map<std::string, std::unique_ptr<Node>> centres;
};

/// Restarts it with these lines below [hold] of its configuration.
void configure(Node& node, const std::string& hold);
/// A kit as `kits` tells of it; null if it does not.
nlohmann::json known(const Node& node, const std::string& id);
/// Everybody has heard of what the others have, at least of its texts.
void level(Nodes& nodes);

}  // namespace essaimage::test
