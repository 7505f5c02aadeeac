#pragma once
// Range-based set reconciliation over heads, as WIRE.md section 6 specifies it: pure functions of one's own heads and the
// ranges received. (Meyer, "Range-Based Set Reconciliation", 2023; the wire form is our own.)

#include <span>
#include <string_view>
#include <vector>

#include "daemon/core/notary.hpp"
#include "proto/messages.hpp"

namespace essaimage::core {

/// One feed as it is told: a frozen one with order and commit zero.
struct ToldHead {
  std::string_view text;  ///< of the feed; lives as long as the heads table's entry
  const FeedId* feed = nullptr;
  Order order;
  ObjectId commit;
};
/// Sorted by text.
using HeadSet = std::vector<ToldHead>;

Fingerprint fingerprint(const Notary& notary, std::uint64_t round, std::span<const ToldHead> heads);

/// The one range of an opening.
std::vector<message::Range> opening_ranges(const Notary& notary, std::uint64_t round, const HeadSet& own);

struct Comparison {
  std::vector<message::Range> reply;                       ///< empty: nothing left
  std::vector<Head> told;                                  ///< by the peer, in lists and answers
  std::vector<std::pair<std::size_t, std::size_t>> equal;  ///< [first, end) of own heads that the peer holds alike
  std::vector<std::size_t> lacking;                        ///< own heads that the peer's lists do not name at all
};
Comparison compare(const Notary& notary, std::uint64_t round, const HeadSet& own, const std::vector<message::Range>& ranges);

}  // namespace essaimage::core
