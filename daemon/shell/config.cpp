#include "daemon/shell/config.hpp"

#include <toml++/toml.h>

#include <array>
#include <charconv>
#include <functional>
#include <span>

#include "proto/limits.hpp"
#include "proto/nearest.hpp"
#include "store/disk/files.hpp"
#include "store/kit/toml_guard.hpp"

namespace essaimage::shell {
namespace {

constexpr std::size_t config_bytes_max = 256 * limits::KiB;
constexpr std::size_t peers_max = 64;
constexpr std::size_t texts_max = 64;
constexpr std::size_t hours_max = 8;
constexpr std::uint32_t kbit_min = 256, kbit_max = 100'000'000;
constexpr std::array<std::string_view, 6> level_names = {"trace", "debug", "info", "warn", "error", "off"};

/// Sets one value, or says what was expected.
using Setter = std::function<std::string(const toml::node&)>;
struct Key {
  std::string_view name;
  Setter set;
};
using Table = std::vector<Key>;

struct Reader {
  std::string_view file;

  std::string at(const toml::source_region& source) const {
    return std::string(file) + ":" + std::to_string(source.begin.line) + ": ";
  }

  /// Every key of the table is one of `keys`, and takes its value.
  Status read(const toml::table& table, const Table& keys) const {
    for (const auto& [key, node] : table) {
      const auto* known = find(keys, key.str());
      if (known == nullptr) return unknown(key, keys);
      if (const auto expected = known->set(node); !expected.empty())
        return fail(Errc::config_wrong, at(node.source()) + known->name.data() + ": " + expected);
    }
    return {};
  }

  static const Key* find(const Table& keys, std::string_view name) {
    for (const auto& key : keys) {
      if (key.name == name) return &key;
    }
    return nullptr;
  }

  tl::unexpected<Error> unknown(const toml::key& key, const Table& keys) const {
    std::vector<std::string_view> names;
    for (const auto& known : keys) names.push_back(known.name);
    std::string detail = at(key.source()) + std::string(key.str());
    if (const auto meant = nearest(key.str(), names); !meant.empty()) detail += " (→ " + meant + " ?)";
    return fail(Errc::config_key_unknown, detail);
  }
};

Setter text_where(std::string& out, std::function<bool(std::string_view)> right, std::string expected) {
  return [&out, right = std::move(right), expected = std::move(expected)](const toml::node& node) -> std::string {
    const auto value = node.value_exact<std::string>();
    if (!value || !right(*value)) return expected;
    out = *value;
    return {};
  };
}

/// One of the names; the index in them is the value.
template <class Enum>
Setter one_of(Enum& out, std::span<const std::string_view> names) {
  return [&out, names](const toml::node& node) -> std::string {
    const auto value = node.value_exact<std::string>();
    std::string expected;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (value && *value == names[i]) {
        out = static_cast<Enum>(i);
        return {};
      }
      expected += (i == 0 ? "\"" : ", \"") + std::string(names[i]) + "\"";
    }
    return expected;
  };
}

Setter number(std::uint32_t& out, std::uint32_t least, std::uint32_t most) {
  return [&out, least, most](const toml::node& node) -> std::string {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < least || *value > most)
      return "a number, " + std::to_string(least) + "-" + std::to_string(most);
    out = static_cast<std::uint32_t>(*value);
    return {};
  };
}

Setter boolean(bool& out) {
  return [&out](const toml::node& node) -> std::string {
    const auto value = node.value_exact<bool>();
    if (!value) return "true, false";
    out = *value;
    return {};
  };
}

Setter endpoints(std::vector<std::string>& out) {
  return [&out](const toml::node& node) -> std::string {
    std::string expected = "[\"tcp://HOST:PORT\", …], 0-" + std::to_string(limits::endpoints_per_member_max);
    const auto* array = node.as_array();
    if (array == nullptr || array->size() > limits::endpoints_per_member_max) return expected;
    for (const auto& item : *array) {
      const auto value = item.value_exact<std::string>();
      if (!value || !is_endpoint(*value, false)) return expected;
      out.push_back(*value);
    }
    return {};
  };
}

Table log_keys(LogConfig& log) {
  static constexpr std::array<std::string_view, 2> formats = {"human", "json"};
  return {{"level", one_of(log.level, level_names)},
          {"format", one_of(log.format, formats)},
          {"file", boolean(log.file)},
          {"file_mib", number(log.file_mib, 1, 1024)},
          {"files_kept", number(log.files_kept, 0, 100)}};
}

/// A number of units, also with decimals, as bytes.
Setter bytes_in(std::uint64_t& out, std::uint64_t unit, std::uint32_t most) {
  return [&out, unit, most](const toml::node& node) -> std::string {
    const auto whole = node.value_exact<std::int64_t>();
    const auto value = whole ? std::optional(static_cast<double>(*whole)) : node.value_exact<double>();
    if (!value || !(*value >= 0 && *value <= most)) return "a number, 0-" + std::to_string(most);
    out = static_cast<std::uint64_t>(*value * static_cast<double>(unit));
    return {};
  };
}

Setter texts(std::vector<std::string>& out, std::function<bool(std::string_view)> right, std::string expected) {
  return [&out, right = std::move(right), expected = std::move(expected)](const toml::node& node) -> std::string {
    const auto* array = node.as_array();
    if (array == nullptr || array->size() > texts_max) return expected;
    out.clear();
    for (const auto& item : *array) {
      const auto value = item.value_exact<std::string>();
      if (!value || !right(*value)) return expected;
      out.push_back(*value);
    }
    return {};
  };
}

Setter held_media(store::HoldPolicy::Media& out) {
  static constexpr std::array<std::string_view, 3> names = {"all", "territory", "none"};
  return [&out](const toml::node& node) -> std::string {
    auto expected = one_of(out, names)(node);
    const auto value = node.value_exact<std::string>();
    if (value == "catalogue" || value == "adopted")
      expected += "; \"" + *value + "\" needs statements that essaimage does not have yet";
    return expected;
  };
}

Table hold_keys(store::HoldPolicy& hold) {
  const auto is_kind = [](std::string_view text) { return text == "prototype" || text == "method"; };
  const auto is_theme = [](std::string_view text) { return !text.empty() && text.size() <= limits::name_bytes_max; };
  return {{"media", held_media(hold.media)},
          {"themes", texts(hold.themes, is_theme, "[\"THEME\", …], 0-" + std::to_string(texts_max))},
          {"kinds", texts(hold.kinds, is_kind, "[…] of \"prototype\", \"method\"")},
          {"file_mib_max", bytes_in(hold.file_bytes_max, limits::MiB, 65'536)},
          {"quota_gib", bytes_in(hold.quota_bytes, limits::GiB, 1'000'000)},
          {"free_gib_min", bytes_in(hold.free_bytes_min, limits::GiB, 1'000'000)},
          {"copies_min", number(hold.copies_min, 0, 100)}};
}

Table limit_keys(Limits& limits) {
  return {{"connections", number(limits.connections, 8, 10'000)},
          {"connections_per_peer", number(limits.connections_per_peer, 2, 64)},
          {"send_queue_mib", number(limits.send_queue_mib, 1, 1024)}};
}

Setter hours(std::vector<Hours>& out) {
  return [&out](const toml::node& node) -> std::string {
    std::string expected = "[\"20:00-07:00\", …], 0-" + std::to_string(hours_max);
    const auto* array = node.as_array();
    if (array == nullptr || array->size() > hours_max) return expected;
    out.clear();
    for (const auto& item : *array) {
      const auto value = item.value_exact<std::string>();
      const auto parsed = value ? parse_hours(*value) : fail(Errc::malformed);
      if (!parsed) return expected;
      out.push_back(*parsed);
    }
    return {};
  };
}

/// Less than the least rate would let every transfer take so long that peers give it up.
Setter kbit(std::uint32_t& out) {
  return [&out](const toml::node& node) -> std::string {
    std::string expected = "0, or a number, " + std::to_string(kbit_min) + "-" + std::to_string(kbit_max);
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < 0 || (*value > 0 && *value < kbit_min) || *value > kbit_max) return expected;
    out = static_cast<std::uint32_t>(*value);
    return {};
  };
}

Table traffic_keys(TrafficConfig& traffic) {
  return {{"upload_kbit", kbit(traffic.upload_kbit)},
          {"download_kbit", kbit(traffic.download_kbit)},
          {"lan_exempt", boolean(traffic.lan_exempt)},
          {"hours", hours(traffic.hours)}};
}

Table peer_keys(core::PeerEndpoint& peer) {
  const auto set_key = [&peer](const toml::node& node) -> std::string {
    const auto value = node.value_exact<std::string>();
    const auto key = value ? TransportKey::parse(*value) : fail(Errc::malformed);
    if (!key) return "64 × 0-9 a-f";
    peer.peer = *key;
    return {};
  };
  const auto right = [](std::string_view text) { return is_endpoint(text, false); };
  return {{"endpoint", text_where(peer.endpoint, right, "\"tcp://HOST:PORT\"")}, {"key", set_key}};
}

/// What `section` could not be read for; sections report their own place.
struct Document {
  Config config;
  Reader reader;
  std::optional<Error> inner;

  Setter section(Table keys) {
    return [this, keys = std::move(keys)](const toml::node& node) -> std::string {
      const auto* table = node.as_table();
      if (table == nullptr) return "[…]";
      if (auto status = reader.read(*table, keys); !status) inner = status.error();
      return inner ? "…" : "";
    };
  }

  std::string read_peers(const toml::node& node) {
    const auto* array = node.as_array();
    std::string expected = "[[peers]] endpoint = …, key = …; 0-" + std::to_string(peers_max);
    if (array == nullptr || array->size() > peers_max) return expected;
    for (const auto& item : *array) {
      const auto* table = item.as_table();
      if (table == nullptr || !table->contains("endpoint") || !table->contains("key")) return expected;
      auto& peer = config.peers.emplace_back();
      if (auto status = reader.read(*table, peer_keys(peer)); !status) {
        inner = status.error();
        return "…";
      }
    }
    return {};
  }

  std::string read_language(const toml::node& node) {
    static constexpr std::array<std::string_view, 3> names = {"auto", "fr", "en"};
    int index = 0;
    auto expected = one_of(index, names)(node);
    if (!expected.empty()) return expected;
    config.language.reset();
    if (index != 0) config.language = index == 1 ? Language::french : Language::english;
    return {};
  }

  Table keys() {
    const auto right = [](std::string_view text) { return text.empty() || is_endpoint(text, true); };
    return {{"listen", text_where(config.listen, right, "\"tcp://ADDRESS:PORT\", \"\"")},
            {"advertise", endpoints(config.advertise)},
            {"language", [this](const toml::node& node) { return read_language(node); }},
            {"log", section(log_keys(config.log))},
            {"limits", section(limit_keys(config.limits))},
            {"hold", section(hold_keys(config.hold))},
            {"traffic", section(traffic_keys(config.traffic))},
            {"peers", [this](const toml::node& node) { return read_peers(node); }}};
  }
};

}  // namespace

bool is_endpoint(std::string_view text, bool any_port) {
  constexpr std::string_view scheme = "tcp://";
  if (!text.starts_with(scheme) || text.size() > limits::endpoint_bytes_max) return false;
  text.remove_prefix(scheme.size());
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto host = text.substr(0, colon), port_text = text.substr(colon + 1);
  const bool bracketed = host.front() == '[' && host.back() == ']' && host.size() > 2;
  const auto allowed = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || (bracketed && (c == ':' || c == '[' || c == ']' || c == '%'));
  };
  for (const char c : host) {
    if (!allowed(c)) return false;
  }
  unsigned port = 0;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  return error == std::errc{} && end == port_text.data() + port_text.size() && port_text.size() <= 5 &&
         port <= 65'535 && (any_port || port > 0);
}

Result<LogLevel> parse_log_level(std::string_view text) {
  for (std::size_t i = 0; i < level_names.size(); ++i) {
    if (text == level_names[i]) return static_cast<LogLevel>(i);
  }
  return fail(Errc::usage, "--log-level: trace, debug, info, warn, error, off");
}

std::vector<std::string> config_keys() {
  Document document;
  core::PeerEndpoint peer;
  std::vector<std::string> all;
  const auto add = [&](const std::string& section, const Table& keys) {
    for (const auto& key : keys) all.push_back(section + std::string(key.name));
  };
  add("", document.keys());
  add("log.", log_keys(document.config.log));
  add("limits.", limit_keys(document.config.limits));
  add("hold.", hold_keys(document.config.hold));
  add("traffic.", traffic_keys(document.config.traffic));
  add("peers.", peer_keys(peer));
  return all;
}

Result<Config> parse_config(std::string_view text, std::string_view file) {
  if (auto guarded = kit::guard_toml(text, config_bytes_max, file); !guarded)
    return fail(Errc::config_wrong, guarded.error().detail);
  Document document;
  document.reader.file = file;
  try {
    const toml::table table = toml::parse(text, file);
    const auto status = document.reader.read(table, document.keys());
    if (document.inner) return tl::unexpected<Error>(*document.inner);
    if (!status) return tl::unexpected<Error>(status.error());
  } catch (const toml::parse_error& error) {
    return fail(Errc::config_wrong, document.reader.at(error.source()) + std::string(error.description()));
  }
  return std::move(document.config);
}

Result<Config> load_config(const store::Layout& layout) {
  auto bytes = store::read_file(layout.config(), config_bytes_max);
  if (!bytes && bytes.error().code == Errc::not_found) return Config{};
  if (!bytes) return tl::unexpected<Error>(std::move(bytes).error());
  return parse_config(text_of(*bytes), layout.config().string());
}

}  // namespace essaimage::shell
