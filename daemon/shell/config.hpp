#pragma once
// The configuration of one node: essaimage.toml, parsed strictly. What it does not say has the value of the example
// (packaging/essaimage.toml, which documents every key). Immutable once loaded, so safe from any thread.
// Errors: Errc::config_key_unknown (with the key that was probably meant) and Errc::config_wrong, both with
// "<file>:<line>: what is expected"; Errc::io.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/input.hpp"
#include "daemon/shell/traffic.hpp"
#include "proto/limits.hpp"
#include "store/disk/layout.hpp"
#include "store/holding/policy.hpp"

namespace essaimage::shell {

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error, off };
enum class LogFormat : std::uint8_t { human, json };

struct LogConfig {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::human;
  bool file = true;
  std::uint32_t file_mib = 5;
  std::uint32_t files_kept = 3;
};

struct Limits {
  std::uint32_t connections = 256;         ///< inbound; a link takes two
  std::uint32_t connections_per_peer = 8;  ///< of one transport key
  std::uint32_t send_queue_mib = 4;        ///< of one link
};

/// A library by itself leaves nothing free; a node does.
inline store::HoldPolicy default_hold() {
  store::HoldPolicy hold;
  hold.free_bytes_min = 2 * limits::GiB;
  return hold;
}

struct Config {
  std::string listen = "tcp://0.0.0.0:7490";  ///< empty: nowhere
  std::vector<std::string> advertise;
  std::optional<Language> language;  ///< nothing: by the locale
  LogConfig log;
  Limits limits;
  store::HoldPolicy hold = default_hold();
  TrafficConfig traffic;
  std::vector<core::PeerEndpoint> peers;
};

/// `file` is how messages name it. `language`: that of messages; as soon as the file says another one, that.
Result<Config> parse_config(std::string_view text, std::string_view file, Language& language);
/// A home without an essaimage.toml has the defaults.
Result<Config> load_config(const store::Layout& layout, Language& language);

/// True for "tcp://host:port" with a port of 0 to 65535 (`any_port`) or of 1 to 65535.
bool is_endpoint(std::string_view text, bool any_port);

/// Every key that may stand there, as "log.level"; those of one entry of [[peers]] as "peers.key".
std::vector<std::string> config_keys();

Result<LogLevel> parse_log_level(std::string_view text);

}  // namespace essaimage::shell
