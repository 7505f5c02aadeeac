#pragma once
// The proof that a feed forked.

#include "proto/messages.hpp"

namespace essaimage {

/// Two raw commits of one feed with equal order and different id, both signed by its author.
struct Fork {
  FeedId feed;
  SharedBytes first;
  SharedBytes second;
};

}  // namespace essaimage
