#include "daemon/shell/config.hpp"

#include <array>
#include <charconv>

#include "daemon/shell/config_values.hpp"
#include "proto/counted.hpp"
#include "proto/limits.hpp"
#include "proto/nearest.hpp"
#include "store/disk/files.hpp"
#include "store/kit/toml_guard.hpp"

namespace essaimage::shell {
namespace {

constexpr std::size_t config_bytes_max = 256 * limits::KiB;
constexpr std::size_t peers_max = 64;
constexpr std::array<std::string_view, 6> level_names = {"trace", "debug", "info", "warn", "error", "off"};

struct Key {
  std::string_view name;
  Setter set;
};
using Table = std::vector<Key>;

/// Its messages name file and line, section and key, and what may stand there.
struct Reader {
  std::string_view file;
  Language language = Language::english;

  std::string at(const toml::source_region& source) const { return std::string(file) + ":" + std::to_string(source.begin.line) + ": "; }

  std::string say(const Expectation& words) const { return language == Language::french ? typeset(words.fr, language) : words.en; }

  /// Every key of the table is one of `keys`, and takes its value. `section`: "" of the file itself.
  Status read(const toml::table& table, const Table& keys, const std::string& section) const {
    for (const auto& [key, node] : table) {
      const auto* known = find(keys, key.str());
      if (known == nullptr) return unknown(key, keys, section);
      if (const auto expected = known->set(node)) return wrong(node, section + std::string(known->name), *expected);
    }
    return {};
  }

  tl::unexpected<Error> wrong(const toml::node& node, const std::string& key, const Expectation& expected) const {
    const Expectation words{key + ": expected " + expected.en, key + " : il faut " + expected.fr};
    return fail(Errc::config_wrong, at(node.source()) + say(words));
  }

  static const Key* find(const Table& keys, std::string_view name) {
    for (const auto& key : keys) {
      if (key.name == name) return &key;
    }
    return nullptr;
  }

  /// With the key that was perhaps meant, or all that may stand there.
  tl::unexpected<Error> unknown(const toml::key& key, const Table& keys, const std::string& section) const {
    std::vector<std::string_view> names;
    std::string all;
    for (const auto& known : keys) {
      names.push_back(known.name);
      all += (all.empty() ? "" : ", ") + std::string(known.name);
    }
    const auto detail = at(key.source()) + section + std::string(key.str());
    const auto meant = nearest(key.str(), names);
    if (meant.empty()) return fail(Errc::config_key_unknown, detail + say({"; here may stand: " + all, " ; ici sont possibles : " + all}));
    return fail(Errc::config_key_unknown, detail + say({"; did you mean `" + meant + "`?", " ; vouliez-vous dire `" + meant + "` ?"}));
  }
};

Table log_keys(LogConfig& log) {
  static constexpr std::array<std::string_view, 2> formats = {"human", "json"};
  return {{"level", one_of(log.level, level_names)},
          {"format", one_of(log.format, formats)},
          {"file", boolean(log.file)},
          {"file_mib", number(log.file_mib, 1, 1024)},
          {"files_kept", number(log.files_kept, 0, 100)}};
}

/// In the order of HoldPolicy::Media.
constexpr std::array<std::string_view, 5> media_names = {"all", "territory", "none", "catalogue", "adopted"};

Table hold_keys(store::HoldPolicy& hold) {
  const auto is_kind = [](std::string_view text) { return text == "prototype" || text == "method"; };
  const auto is_theme = [](std::string_view text) { return !text.empty() && text.size() <= limits::name_bytes_max; };
  const auto most = std::to_string(texts_max);
  return {{"media", one_of(hold.media, media_names)},
          {"themes", texts(hold.themes, is_theme,
                           {"a list of at most " + most + " themes, such as [\"santé\"]",
                            "une liste d'au plus " + most + " thèmes, comme [\"santé\"]"})},
          {"kinds", texts(hold.kinds, is_kind,
                          {"a list of \"prototype\" and \"method\", or of one of them",
                           "une liste de \"prototype\" et \"method\", ou de l'un des deux"})},
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

Table traffic_keys(TrafficConfig& traffic) {
  return {{"upload_kbit", kbit(traffic.upload_kbit)},
          {"download_kbit", kbit(traffic.download_kbit)},
          {"lan_exempt", boolean(traffic.lan_exempt)},
          {"hours", hours(traffic.hours)}};
}

Table peer_keys(core::PeerEndpoint& peer) {
  const auto right = [](std::string_view text) { return is_endpoint(text, false); };
  return {{"endpoint", text_where(peer.endpoint, right, {"an address: \"tcp://HOST:PORT\"", "une adresse : \"tcp://HÔTE:PORT\""})},
          {"key", transport_key(peer.peer)}};
}

/// What `section` could not be read for; sections report their own place.
struct Document {
  Config config;
  Reader reader;
  std::optional<Error> inner;

  Setter section(const std::string& name, Table keys) {
    return [this, place = "[" + name + "]", keys = std::move(keys)](const toml::node& node) -> std::optional<Expectation> {
      const auto* table = node.as_table();
      if (table == nullptr)
        return Expectation{"a section: a line " + place + ", and its keys below", "une section : une ligne " + place + ", puis ses clés"};
      if (auto status = reader.read(*table, keys, place + " "); !status) inner = status.error();
      return inner ? std::optional(Expectation{}) : std::nullopt;
    };
  }

  std::optional<Expectation> read_peers(const toml::node& node) {
    const auto* array = node.as_array();
    const auto most = std::to_string(peers_max);
    const Expectation expected{"at most " + most + " sections [[peers]], each with `endpoint` and `key`",
                               "au plus " + most + " sections [[peers]], chacune avec `endpoint` et `key`"};
    if (array == nullptr || array->size() > peers_max) return expected;
    for (const auto& item : *array) {
      const auto* table = item.as_table();
      if (table == nullptr || !table->contains("endpoint") || !table->contains("key")) return expected;
      auto& peer = config.peers.emplace_back();
      if (auto status = reader.read(*table, peer_keys(peer), "[[peers]] "); !status) {
        inner = status.error();
        return Expectation{};
      }
    }
    return std::nullopt;
  }

  std::optional<Expectation> read_language(const toml::node& node) {
    static constexpr std::array<std::string_view, 3> names = {"auto", "fr", "en"};
    int index = 0;
    if (auto expected = one_of(index, names)(node)) return expected;
    config.language.reset();
    if (index != 0) config.language = index == 1 ? Language::french : Language::english;
    return std::nullopt;
  }

  Table keys() {
    const auto right = [](std::string_view text) { return text.empty() || is_endpoint(text, true); };
    const Expectation address{"\"tcp://ADDRESS:PORT\", or \"\" to listen nowhere",
                              "\"tcp://ADRESSE:PORT\", ou \"\" pour n'écouter nulle part"};
    return {{"listen", text_where(config.listen, right, address)},
            {"advertise", endpoints(config.advertise)},
            {"language", [this](const toml::node& node) { return read_language(node); }},
            {"log", section("log", log_keys(config.log))},
            {"limits", section("limits", limit_keys(config.limits))},
            {"hold", section("hold", hold_keys(config.hold))},
            {"traffic", section("traffic", traffic_keys(config.traffic))},
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
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' ||
           (bracketed && (c == ':' || c == '[' || c == ']' || c == '%'));
  };
  for (const char c : host) {
    if (!allowed(c)) return false;
  }
  unsigned port = 0;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  return error == std::errc{} && end == port_text.data() + port_text.size() && port_text.size() <= 5 && port <= 65'535 &&
         (any_port || port > 0);
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

Result<Config> parse_config(std::string_view text, std::string_view file, Language& language) {
  if (auto guarded = kit::guard_toml(text, config_bytes_max, file); !guarded) return fail(Errc::config_wrong, guarded.error().detail);
  Document document;
  document.reader.file = file;
  try {
    const toml::table table = toml::parse(text, file);
    // The language is read first: what is wrong is said in it.
    if (const auto* node = table.get("language"); node != nullptr && !document.read_language(*node))
      language = document.config.language.value_or(language);
    document.reader.language = language;
    const auto status = document.reader.read(table, document.keys(), "");
    if (document.inner) return tl::unexpected<Error>(*document.inner);
    if (!status) return tl::unexpected<Error>(status.error());
  } catch (const toml::parse_error& error) {
    document.reader.language = language;
    const std::string why(error.description());
    return fail(Errc::config_wrong, document.reader.at(error.source()) +
                                        document.reader.say({"the line cannot be read: " + why, "la ligne est illisible : " + why}));
  }
  return std::move(document.config);
}

Result<Config> load_config(const store::Layout& layout, Language& language) {
  auto bytes = store::read_file(layout.config(), config_bytes_max);
  if (!bytes && bytes.error().code == Errc::not_found) return Config{};
  if (!bytes) return tl::unexpected<Error>(std::move(bytes).error());
  return parse_config(text_of(*bytes), layout.config().string(), language);
}

}  // namespace essaimage::shell
