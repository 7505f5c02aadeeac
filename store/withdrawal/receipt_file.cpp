#include "store/withdrawal/receipt_file.hpp"

#include "proto/limits.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/shared_keys.hpp"
#include "store/withdrawal/record_file.hpp"

namespace essaimage::store {

std::string WithdrawalKey::str() const { return centre + "/" + (number == 0 ? media.hex() : std::to_string(number)); }

Result<WithdrawalKey> WithdrawalKey::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto wrong = [&] { return fail(Errc::malformed, "not a withdrawal: " + std::string(text.substr(0, 80))); };
  if (slash == std::string_view::npos || !is_slug(text.substr(0, slash))) return wrong();
  WithdrawalKey key{std::string(text.substr(0, slash)), 0, {}};
  const auto name = text.substr(slash + 1);
  if (const auto media = Sha256::parse(name)) {
    key.media = *media;
  } else {
    key.number = withdrawal_number(std::string(name) + std::string(feed_path::file_suffix));
    if (key.number == 0) return wrong();
  }
  return key.str() == text ? Result<WithdrawalKey>(std::move(key)) : Result<WithdrawalKey>(wrong());
}

std::string encode(const Receipt& receipt) {
  const auto& about = receipt.about;
  std::string text = "format = 1\ncentre = " + toml_text(about.centre) + "\n";
  text += about.number != 0 ? "number = " + std::to_string(about.number) : "media = \"" + about.media.hex() + "\"";
  text += "\nrecord = \"" + receipt.record.hex() + "\"\ndone = " + to_utc(receipt.done);
  text += "\nerased = " + std::to_string(receipt.erased) + "\nkept = " + std::to_string(receipt.kept) + "\n";
  return text;
}

Result<Receipt> parse_receipt(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "receipt"));
  Receipt receipt;
  CHECK_OK(read_format(table));
  TRY(receipt.about.centre, table.text("centre"));
  if (!is_slug(receipt.about.centre)) return table.wrong("centre", "a slug");
  if (table.has("media")) {
    TRY(const auto media, table.text("media"));
    TRY(receipt.about.media, Sha256::parse(media));
  } else {
    TRY(receipt.about.number, table.number("number"));
    if (receipt.about.number == 0 || receipt.about.number > 1'000'000'000) return table.wrong("number", "1 or more");
  }
  TRY(const auto record, table.text("record"));
  TRY(receipt.record, Sha256::parse(record));
  TRY(receipt.done, table.time("done"));
  for (const auto& [key, count] : {std::pair("erased", &receipt.erased), std::pair("kept", &receipt.kept)}) {
    TRY(const auto number, table.number(key));
    if (number > limits::withdrawn_media_max) return table.wrong(key, "at most 20,000");
    *count = static_cast<std::uint32_t>(number);
  }
  if (encode(receipt) != toml) return fail(Errc::malformed, "receipt: not in its one byte form");
  return receipt;
}

std::string receipt_path(const WithdrawalKey& about) {
  return std::string(feed_path::receipts_folder) + "/" + about.str() + std::string(feed_path::file_suffix);
}

}  // namespace essaimage::store
