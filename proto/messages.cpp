#include "proto/messages.hpp"

#include <array>

namespace essaimage {

std::string_view name_of(const Message& message) {
  static constexpr std::array<std::string_view, std::variant_size_v<Message>> names = {
      "Open",  "Hello",     "Refused",   "Join",        "JoinReply", "Announce",   "Have",      "Graft",
      "Prune", "ForkProof", "Reconcile", "FetchFeed",   "FeedOffer", "MediaQuery", "MediaHave", "FetchChunks",
      "Slice", "Credit",    "Cancel",    "Unavailable", "Ping",      "Pong"};
  return names[message.index()];
}

}  // namespace essaimage
