#pragma once
// What the index keeps of the epochs of a feed, as small values: the heads that a later epoch has left, one a line; and up to which
// epoch what its author withdrew has left the packs. Pure.

#include <algorithm>
#include <charconv>
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

/// A decimal number; nothing, or what cannot be read: none of it is known to have gone.
inline std::string collected_epoch_key(const FeedId& feed) { return "collected epoch of " + feed.str(); }

/// Feeds were let go, and their texts lie in the packs still.
inline constexpr std::string_view let_go_key = "feeds let go";

inline std::uint64_t collected_epoch(std::string_view text) {
  std::uint64_t epoch = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
  return error == std::errc() && end == text.data() + text.size() ? epoch : 0;
}

}  // namespace essaimage::store
