#pragma once
// One verb at work for one client: what a verb may use of its connection, with the manners that
// every verb shares (progress at most ten times a second, waits that end at shutdown or when the
// client is gone). Thread rule: belongs to the client's thread. Errors: as in
// proto/control_socket.hpp.

#include <chrono>
#include <filesystem>
#include <type_traits>

#include "daemon/shell/control/json.hpp"
#include "proto/control_socket.hpp"

namespace essaimage::shell {

class Session {
 public:
  struct Place {
    std::filesystem::path home;
    Instant started;  ///< when the control server began: the uptime
  };
  Session(Node& node, control::Connection& connection, const Place& place) : node_(node), connection_(connection), place_(place) {}

  Node& node() const { return node_; }
  const Place& place() const { return place_; }

  Status item(const Json& json);
  /// Sends a list as items of at most `list_items_max` entries and about `list_bytes_max` each.
  template <class Range>
  Status list(const Range& range);
  Status data(std::uint32_t file, Bytes bytes, bool end);
  /// The last one (done == total) is always sent; others only if the last is old enough.
  Status progress(std::uint64_t done, std::uint64_t total, control::Progress::Unit unit, std::string text);

  /// The next Item or Data of an upload. Errc::malformed for any other frame, Errc::timed_out if
  /// none comes in time.
  Result<control::Frame> upload(std::chrono::milliseconds timeout);
  /// Waits; an error if the client is gone or the node stops.
  Status pause(std::chrono::milliseconds time);

  static constexpr std::size_t list_items_max = 500;
  static constexpr std::size_t list_bytes_max = 512 * 1024;

 private:
  Node& node_;
  control::Connection& connection_;
  const Place& place_;
  std::optional<std::chrono::steady_clock::time_point> progress_at_;
};

template <class Range>
Status Session::list(const Range& range) {
  auto page = Json::array();
  std::size_t bytes = 0;
  for (const auto& entry : range) {
    if constexpr (std::is_same_v<std::decay_t<decltype(entry)>, Json>) {
      page.push_back(entry);
    } else {
      page.push_back(to_json(entry));
    }
    bytes += dump(page.back()).size();
    if (page.size() < list_items_max && bytes < list_bytes_max) continue;
    CHECK_OK(item(page));
    page = Json::array();
    bytes = 0;
  }
  if (page.empty()) return {};
  return item(page);
}

}  // namespace essaimage::shell
