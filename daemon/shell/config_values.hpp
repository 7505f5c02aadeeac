#pragma once
// How the values of essaimage.toml are read, and what is said of those that may not stand there. Pure functions, any thread;
// a Setter writes to what it was made for. Only config.cpp needs it.

#include <toml++/toml.h>

#include <functional>
#include <optional>
#include <span>

#include "daemon/shell/config.hpp"

namespace essaimage::shell {

/// What may stand there, as it follows "expected" and "il faut".
struct Expectation {
  std::string en, fr;
};

/// Sets one value, or says what was expected.
using Setter = std::function<std::optional<Expectation>(const toml::node&)>;
using Right = std::function<bool(std::string_view)>;

Setter text_where(std::string& out, Right right, Expectation expected);
/// Lists of such texts.
Setter texts(std::vector<std::string>& out, Right right, Expectation expected);
Setter number(std::uint32_t& out, std::uint32_t least, std::uint32_t most);
/// A number of units, also with decimals, as bytes.
Setter bytes_in(std::uint64_t& out, std::uint64_t unit, std::uint32_t most);
Setter boolean(bool& out);
Setter endpoints(std::vector<std::string>& out);
Setter hours(std::vector<Hours>& out);
/// Less than the least rate would let every transfer take so long that peers give it up.
Setter kbit(std::uint32_t& out);
Setter transport_key(TransportKey& out);

/// `names`, quoted, as what may stand there.
Expectation any_of(std::span<const std::string_view> names);
/// At most so many texts in a list.
inline constexpr std::size_t texts_max = 64;

/// One of the names; the index in them is the value.
template <class Enum>
Setter one_of(Enum& out, std::span<const std::string_view> names) {
  return [&out, names](const toml::node& node) -> std::optional<Expectation> {
    const auto value = node.value_exact<std::string>();
    for (std::size_t i = 0; value && i < names.size(); ++i) {
      if (*value != names[i]) continue;
      out = static_cast<Enum>(i);
      return std::nullopt;
    }
    return any_of(names);
  };
}

}  // namespace essaimage::shell
