#pragma once
// withdrawals/<number>.toml in a centre's own feed: an order of the author of a kit to erase it, or some of its files, in the
// feed that has them and in no other. No signature but the commit's: an author withdraws what is its own.
//
// One byte form (FORMAT.md, "Withdrawal"): what is read is written again and compared. Bounded before parsing by
// limits::withdrawal_bytes_max. Errors: Errc::malformed, Errc::too_large. Pure functions; any thread.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proto/error.hpp"
#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage::store {

/// Numbers as ranges, so that a few bytes never become many. Rising; no two touch.
class Numbers {
 public:
  struct Range {
    std::uint64_t first = 0, last = 0;
    bool operator==(const Range&) const = default;
  };
  Numbers() = default;
  explicit Numbers(const std::set<std::uint64_t>& numbers);

  const std::vector<Range>& ranges() const { return ranges_; }
  bool empty() const { return ranges_.empty(); }
  bool contains(std::uint64_t number) const;
  std::uint64_t highest() const { return ranges_.empty() ? 0 : ranges_.back().last; }
  /// False, and nothing is added, for a range that is none, or does not lie behind the last one with a gap.
  bool append(Range range);
  std::string str() const;  ///< "1-3, 5"
  bool operator==(const Numbers&) const = default;

 private:
  std::vector<Range> ranges_;
};

struct Withdrawal {
  KitId kit;
  std::uint64_t number = 0;  ///< of its author, over all its feeds; from 1
  Timestamp withdrawn;
  std::string why;                 ///< for people; one line
  std::vector<std::string> paths;  ///< in the kit; with a final '/' a folder; sorted, each once. Empty: the whole kit
  Numbers versions;                ///< of the kit, that had any of it; never empty
  bool earlier = false;            ///< of earlier versions alone: the newest keeps what it has
  bool expired = false;            ///< by a consent that ran out
  std::uint64_t epoch = 0;         ///< that begins without the texts that were withdrawn; 0: there were none
  std::vector<Sha256> media;       ///< sorted, each once

  bool covers(std::string_view path) const;
  bool operator==(const Withdrawal&) const = default;
};

/// Whether a path of a kit is that one, or in that folder.
bool is_below(std::string_view path, std::string_view named);

std::string encode(const Withdrawal& withdrawal);
Result<Withdrawal> parse_withdrawal(std::string_view toml);

/// "withdrawals/<number>.toml"
std::string withdrawal_path(std::uint64_t number);
/// Of a file's name in that folder; 0: none.
std::uint64_t withdrawal_number(std::string_view file);

}  // namespace essaimage::store
