#pragma once
// Which paths an author may write into a feed, and what must stand there (FORMAT.md, "Trees and allowed paths"). Only
// what differs from the parent's tree is looked at. One thread.
// Errors: Errc::feed_content for what breaks a rule, feed_gap for what is not in the pack, Errc::malformed for trees;
// what kits hold: kit_rules.hpp.

#include <optional>

#include "proto/ids.hpp"
#include "store/feed/new_objects.hpp"

namespace essaimage::store {

/// `federation_slug`: whose region feed may hold the federation's statements.
Status check_tree(NewObjects& objects, const FeedId& feed, const std::string& federation_slug, const ObjectId& tree,
                  const std::optional<ObjectId>& parent_tree);

}  // namespace essaimage::store
