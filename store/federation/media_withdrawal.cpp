#include "store/federation/media_withdrawal.hpp"

#include "proto/limits.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/shared_keys.hpp"

namespace essaimage::store {

std::string encode(const MediaWithdrawal& file) {
  std::string text = "format = 1\nversion = " + std::to_string(file.version) + "\nprevious = \"" + file.previous.hex();
  text += "\"\nmedia = \"" + file.media.hex() + "\"\nwithdrawn = " + (file.withdrawn ? "true" : "false");
  return text + "\nwhy = " + toml_text(file.why) + "\ndecided = " + to_utc(file.decided) + "\n";
}

Result<MediaWithdrawal> parse_media_withdrawal(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "withdrawal"));
  MediaWithdrawal file;
  CHECK_OK(read_version(table, file.version, file.previous));
  TRY(const auto media, table.text("media"));
  TRY(file.media, Sha256::parse(media));
  TRY(file.withdrawn, table.flag("withdrawn"));
  TRY(file.why, table.text("why"));
  if (!is_plain_text(file.why, limits::reason_bytes_max)) return table.wrong("why", "one line");
  TRY(file.decided, table.time("decided"));
  if (encode(file) != toml) return fail(Errc::malformed, "withdrawal: not in its one byte form");
  return file;
}

std::string media_withdrawal_path(const Sha256& media) {
  return std::string(feed_path::withdrawals_folder) + "/" + media.hex() + std::string(feed_path::file_suffix);
}

const Stated<MediaWithdrawal>* MediaWithdrawals::find(const Sha256& media) const {
  const auto it = statements.find(media);
  return it == statements.end() || !it->second.file.withdrawn ? nullptr : &it->second;
}

}  // namespace essaimage::store
