#pragma once
// receipts/<centre>/<number>.toml, or <sha256>.toml of what the federation withdrew, in the feed of that withdrawal's audience of
// whoever may hold it: "it is done here". A node that never had any of it says so as well, so that all can be counted. No
// signature but the commit's.
//
// One byte form (FORMAT.md, "Withdrawal"). Bounded before parsing by limits::statement_bytes_max. Errors: Errc::malformed,
// Errc::too_large. Pure functions; any thread.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/error.hpp"
#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage::store {

/// What a receipt is about: a withdrawal of an author, or (`number` 0) one of a media file by the federation.
struct WithdrawalKey {
  std::string centre;
  std::uint64_t number = 0;
  Sha256 media;

  auto operator<=>(const WithdrawalKey&) const = default;
  std::string str() const;  ///< "wazemmes/3", "fcs/<64 hex>"
  /// Of str(). Errc::malformed.
  static Result<WithdrawalKey> parse(std::string_view text);
};

struct Receipt {
  WithdrawalKey about;
  Sha256 record;  ///< SHA-256 of the file that it answers
  Timestamp done;
  std::uint32_t erased = 0;  ///< media files that were here and are not any more
  std::uint32_t kept = 0;    ///< that another kit names, so that they are still here

  bool operator==(const Receipt&) const = default;
};

std::string encode(const Receipt& receipt);
Result<Receipt> parse_receipt(std::string_view toml);

/// "receipts/<centre>/<number>.toml"
std::string receipt_path(const WithdrawalKey& about);

}  // namespace essaimage::store
