#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace essaimage::fuzz {

std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

const Target* find_target(std::string_view name) {
  const auto found = std::ranges::find(targets(), name, [](const Target& target) { return std::string_view(target.name); });
  return found == targets().end() ? nullptr : &*found;
}

Registered::Registered(const Target& target) {
  auto& all = targets();
  const auto later = [&](const Target& other) { return std::string_view(other.name) > target.name; };
  all.insert(std::ranges::find_if(all, later), target);
}

}  // namespace essaimage::fuzz
