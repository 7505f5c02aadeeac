#pragma once
// withdrawals/<sha256>.toml of the federation's region feed: a media file that the federation withdrew everywhere, for cause,
// whoever names it. It takes effect by signatures of the role `withdrawals`; a later version may take it back. One that its
// role did not sign has no effect (media_withdrawal_reader.hpp). All in force are in memory, as the catalogue is.
//
// One byte form (federation/FORMAT.md, "Withdrawals"). Errors: Errc::malformed, Errc::too_large. Pure; any thread.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "store/federation/statement.hpp"

namespace essaimage::store {

struct MediaWithdrawal {
  std::uint64_t version = 1;  ///< of this statement
  Sha256 previous;
  Sha256 media;
  bool withdrawn = true;  ///< false: taken back
  std::string why;        ///< for people; one line
  Timestamp decided;

  bool operator==(const MediaWithdrawal&) const = default;
};

std::string encode(const MediaWithdrawal& file);
Result<MediaWithdrawal> parse_media_withdrawal(std::string_view toml);
/// "withdrawals/<sha256>.toml"
std::string media_withdrawal_path(const Sha256& media);

/// Those in force. Immutable once read.
struct MediaWithdrawals {
  ObjectId folder;  ///< that they were read from; zero: none
  std::map<Sha256, Stated<MediaWithdrawal>> statements;

  const Stated<MediaWithdrawal>* find(const Sha256& media) const;  ///< null: none, or taken back
};

}  // namespace essaimage::store
