#pragma once
// The heads of a feed that a later epoch has left, as the index keeps them: a small value, one a line. Pure.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "proto/ids.hpp"

namespace essaimage::store {

/// Who stole a key can make many epochs: the first ones are kept.
inline constexpr std::size_t left_epochs_max = 256;

inline std::string left_epochs_key(const FeedId& feed) { return "left epochs of " + feed.str(); }

inline std::vector<ObjectId> left_epochs(std::string_view lines) {
  std::vector<ObjectId> commits;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    if (const auto commit = ObjectId::parse(lines.substr(0, end))) commits.push_back(*commit);
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return commits;
}

}  // namespace essaimage::store
