#include "daemon/shell/config_values.hpp"

#include <array>

#include "proto/limits.hpp"

namespace essaimage::shell {

namespace {

constexpr std::size_t hours_max = 8;
constexpr std::uint32_t kbit_min = 256, kbit_max = 100'000'000;

/// "a list of at most 8 …, such as …".
Expectation list_of(std::size_t most, const std::string& en, const std::string& fr, const std::string& example) {
  const auto number = std::to_string(most);
  return {"a list of at most " + number + " " + en + ", such as " + example,
          "une liste d'au plus " + number + " " + fr + ", comme " + example};
}

Expectation between(std::uint64_t least, std::uint64_t most) {
  return {"a number from " + std::to_string(least) + " to " + std::to_string(most),
          "un nombre de " + std::to_string(least) + " à " + std::to_string(most)};
}

}  // namespace

Expectation any_of(std::span<const std::string_view> names) {
  Expectation expected;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool last = i + 1 == names.size();
    const auto quoted = '"' + std::string(names[i]) + '"';
    expected.en += (i == 0 ? "" : last ? " or " : ", ") + quoted;
    expected.fr += (i == 0 ? "" : last ? " ou " : ", ") + quoted;
  }
  return expected;
}

Setter text_where(std::string& out, Right right, Expectation expected) {
  return [&out, right = std::move(right), expected = std::move(expected)](const toml::node& node) -> std::optional<Expectation> {
    const auto value = node.value_exact<std::string>();
    if (!value || !right(*value)) return expected;
    out = *value;
    return std::nullopt;
  };
}

Setter texts(std::vector<std::string>& out, Right right, Expectation expected) {
  return [&out, right = std::move(right), expected = std::move(expected)](const toml::node& node) -> std::optional<Expectation> {
    const auto* array = node.as_array();
    if (array == nullptr || array->size() > texts_max) return expected;
    out.clear();
    for (const auto& item : *array) {
      const auto value = item.value_exact<std::string>();
      if (!value || !right(*value)) return expected;
      out.push_back(*value);
    }
    return std::nullopt;
  };
}

Setter number(std::uint32_t& out, std::uint32_t least, std::uint32_t most) {
  return [&out, least, most](const toml::node& node) -> std::optional<Expectation> {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < least || *value > most) return between(least, most);
    out = static_cast<std::uint32_t>(*value);
    return std::nullopt;
  };
}

Setter bytes_in(std::uint64_t& out, std::uint64_t unit, std::uint32_t most) {
  return [&out, unit, most](const toml::node& node) -> std::optional<Expectation> {
    const auto whole = node.value_exact<std::int64_t>();
    const auto value = whole ? std::optional(static_cast<double>(*whole)) : node.value_exact<double>();
    if (!value || !(*value >= 0 && *value <= most)) {
      auto expected = between(0, most);
      return Expectation{expected.en + ", also with decimals (0.5)", expected.fr + ", décimales possibles (0.5)"};
    }
    out = static_cast<std::uint64_t>(*value * static_cast<double>(unit));
    return std::nullopt;
  };
}

Setter boolean(bool& out) {
  return [&out](const toml::node& node) -> std::optional<Expectation> {
    const auto value = node.value_exact<bool>();
    if (!value) return Expectation{"true or false", "true ou false"};
    out = *value;
    return std::nullopt;
  };
}

Setter endpoints(std::vector<std::string>& out) {
  return [&out](const toml::node& node) -> std::optional<Expectation> {
    const auto expected = list_of(limits::endpoints_per_member_max, "addresses", "adresses", "[\"tcp://centre.example:7490\"]");
    const auto* array = node.as_array();
    if (array == nullptr || array->size() > limits::endpoints_per_member_max) return expected;
    for (const auto& item : *array) {
      const auto value = item.value_exact<std::string>();
      if (!value || !is_endpoint(*value, false)) return expected;
      out.push_back(*value);
    }
    return std::nullopt;
  };
}

Setter hours(std::vector<Hours>& out) {
  return [&out](const toml::node& node) -> std::optional<Expectation> {
    const auto expected = list_of(hours_max, "parts of the day", "plages horaires", "[\"20:00-07:00\"]");
    const auto* array = node.as_array();
    if (array == nullptr || array->size() > hours_max) return expected;
    out.clear();
    for (const auto& item : *array) {
      const auto value = item.value_exact<std::string>();
      const auto parsed = value ? parse_hours(*value) : fail(Errc::malformed);
      if (!parsed) return expected;
      out.push_back(*parsed);
    }
    return std::nullopt;
  };
}

Setter kbit(std::uint32_t& out) {
  return [&out](const toml::node& node) -> std::optional<Expectation> {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < 0 || (*value > 0 && *value < kbit_min) || *value > kbit_max) {
      const auto some = between(kbit_min, kbit_max);
      return Expectation{"0 (no limit), or " + some.en, "0 (sans limite), ou " + some.fr};
    }
    out = static_cast<std::uint32_t>(*value);
    return std::nullopt;
  };
}

Setter transport_key(TransportKey& out) {
  return [&out](const toml::node& node) -> std::optional<Expectation> {
    const auto value = node.value_exact<std::string>();
    const auto key = value ? TransportKey::parse(*value) : fail(Errc::malformed);
    if (!key)
      return Expectation{"the 64 digits (0-9, a-f) of that peer's key, in quotes",
                         "les 64 chiffres (0-9, a-f) de la clé de ce pair, entre guillemets"};
    out = *key;
    return std::nullopt;
  };
}

}  // namespace essaimage::shell
