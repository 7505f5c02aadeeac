// What any member may say of withdrawals (withdrawals/<number>.toml, receipts/…), and what the federation's node may
// (withdrawals/<sha256>.toml): each has one byte form.

#include "store/federation/media_withdrawal.hpp"
#include "store/withdrawal/receipt_file.hpp"
#include "store/withdrawal/record_file.hpp"
#include "tests/fuzz/target.hpp"

namespace essaimage::fuzz::withdrawal_target {
namespace {

bool run_withdrawal(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  const auto number = store::withdrawal_number(text);
  if (number != 0) ESSAIMAGE_ASSERT(store::withdrawal_path(number).ends_with("/" + std::string(text)));
  const auto said = store::parse_withdrawal(text);
  if (!said) return false;
  ESSAIMAGE_ASSERT(encode(*said) == text);
  ESSAIMAGE_ASSERT(said->number > 0 && is_slug(said->kit.centre) && is_slug(said->kit.slug) && !said->versions.empty());
  for (const auto& path : said->paths) ESSAIMAGE_ASSERT(said->covers(path.ends_with('/') ? path + "x" : path));
  return true;
}

bool run_receipt(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  if (const auto key = store::WithdrawalKey::parse(text)) ESSAIMAGE_ASSERT(key->str() == text);
  const auto receipt = store::parse_receipt(text);
  if (!receipt) return false;
  ESSAIMAGE_ASSERT(encode(*receipt) == text);
  ESSAIMAGE_ASSERT(is_slug(receipt->about.centre));
  const auto name = receipt->about.str();
  ESSAIMAGE_ASSERT(store::WithdrawalKey::parse(name) == receipt->about);
  return true;
}

bool run_media(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  const auto file = store::parse_media_withdrawal(text);
  if (!file) return false;
  ESSAIMAGE_ASSERT(encode(*file) == text);
  ESSAIMAGE_ASSERT(file->version > 0 && (file->version == 1) == file->previous.is_zero());
  return true;
}

constexpr const char* deep = "a = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]\n";

store::Withdrawal withdrawal() {
  store::Withdrawal said;
  said.kit = {"mdq", "robot"};
  said.number = 3;
  said.withdrawn = Timestamp{1'800'000'000};
  said.why = "le \"consentement\" est retiré";
  said.versions = store::Numbers({1});
  return said;
}

std::vector<Seed> seeds_of_withdrawals() {
  const auto least = withdrawal();
  auto whole = least;
  whole.paths = {"guide/", "photos/été.jpg"};
  whole.versions = store::Numbers({1, 2, 3, 7, 9, 10});
  whole.earlier = whole.expired = true;
  whole.epoch = 12;
  Sha256 media;
  media.bytes.fill(1);
  whole.media = {Sha256{}, media};
  const auto text = encode(whole);
  const auto changed = [&](const std::string& from, const std::string& to) {
    auto other = text;
    return other.replace(other.find(from), from.size(), to);
  };
  return {seed("valid-least", encode(least)),
          seed("valid-whole", text),
          seed("hostile-comment", text + "# x\n"),
          seed("hostile-touching", changed("1-3, 7", "1-2, 3, 7")),
          seed("hostile-range", changed("1-3", "1-999999999")),
          seed("hostile-backwards", changed("1-3", "3-1")),
          seed("hostile-unsorted", changed("\"guide/\", ", "\"z\", ")),
          seed("hostile-twice", changed("epoch = 12", "epoch = 12\nepoch = 12")),
          seed("hostile-no-why", changed("why = \"le \\\"consentement\\\" est retiré\"", "why = \"\"")),
          seed("hostile-deep", deep),
          seed("hostile-name", "12.toml")};
}

std::vector<Seed> seeds_of_receipts() {
  store::Receipt receipt{{"mdq", 3, {}}, {}, Timestamp{1'800'000'000}, 2, 1};
  receipt.record.bytes.fill(7);
  auto of_media = receipt;
  of_media.about.number = 0;
  of_media.about.media.bytes.fill(0xAB);
  const auto text = encode(receipt);
  auto many = text;
  many.replace(many.find("erased = 2"), 10, "erased = 99999999999999");
  return {seed("valid-number", text),
          seed("valid-media", encode(of_media)),
          seed("hostile-comment", text + "#\n"),
          seed("hostile-many", many),
          seed("hostile-deep", deep),
          seed("hostile-name", "mdq/03"),
          seed("hostile-both", text + "media = \"" + std::string(64, '0') + "\"\n")};
}

std::vector<Seed> seeds_of_media() {
  store::MediaWithdrawal file;
  file.media.bytes.fill(0x12);
  file.why = "volée";
  file.decided = Timestamp{1'800'000'000};
  auto second = file;
  second.version = 2;
  second.previous.bytes.fill(3);
  second.withdrawn = false;
  auto orphan = second;
  orphan.previous = {};
  return {seed("valid-first", encode(file)), seed("valid-back", encode(second)), seed("hostile-orphan", encode(orphan)),
          seed("hostile-comment", encode(file) + "# x\n"), seed("hostile-deep", deep)};
}

const Registered withdrawals{{"withdrawal", run_withdrawal, seeds_of_withdrawals}};
const Registered receipts{{"receipt", run_receipt, seeds_of_receipts}};
const Registered media{{"media_withdrawal", run_media, seeds_of_media}};

}  // namespace
}  // namespace essaimage::fuzz::withdrawal_target
