// The files of withdrawal in their byte forms, written down here so that another implementation can be held against them.
#include "proto/limits.hpp"
#include "store/federation/media_withdrawal.hpp"
#include "store/withdrawal/receipt_file.hpp"
#include "store/withdrawal/record_file.hpp"
#include "tests/support/catch.hpp"

namespace withdrawal_file_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

const std::string hash_a(64, 'a'), hash_b(64, 'b');

const std::string whole =
    "format = 1\ncentre = \"mdq-wazemmes\"\nslug = \"robot\"\nnumber = 3\nwithdrawn = 2026-03-20T09:30:00Z\n"
    "why = \"le consentement est retiré\"\npaths = [\"guide/\", \"photos/groupe.jpg\"]\nversions = \"1-3, 5\"\n"
    "earlier = true\nexpired = true\nepoch = 2\nmedia = [\"" +
    hash_a + "\", \"" + hash_b + "\"]\n";

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a withdrawal is read and written in one form") {
  const auto said = parse_withdrawal(whole);
  REQUIRE(said);
  CHECK(encode(*said) == whole);
  CHECK(said->versions == Numbers({1, 2, 3, 5}));
  CHECK(said->versions.contains(3));
  CHECK_FALSE(said->versions.contains(4));
  CHECK(said->versions.highest() == 5);
  CHECK(said->media.size() == 2);
  CHECK(said->covers("guide/a/b.md"));
  CHECK(said->covers("photos/groupe.jpg"));
  CHECK_FALSE(said->covers("photos/groupe.jpg2"));
  CHECK_FALSE(said->covers("guide"));
  auto least = *said;
  least.paths.clear();
  least.media.clear();
  least.earlier = least.expired = false;
  least.epoch = 0;
  CHECK(parse_withdrawal(encode(least)) == least);
  CHECK(least.covers("n'importe quoi"));
  CHECK(withdrawal_path(3) == "withdrawals/3.toml");
  CHECK(withdrawal_number("3.toml") == 3);
  for (const char* const name : {"03.toml", "0.toml", "3.toml.sigs", "3", "x.toml", "1000000001.toml"}) CHECK(withdrawal_number(name) == 0);
}

TEST_CASE("a withdrawal in another form is refused") {
  const auto refused = [](const std::string& text) { return parse_withdrawal(text).error().code == Errc::malformed; };
  CHECK(refused(whole + "\n"));
  CHECK(refused(changed(whole, "\"1-3, 5\"", "\"1-2, 3, 5\"")));
  CHECK(refused(changed(whole, "\"1-3, 5\"", "\"5, 1-3\"")));
  CHECK(refused(changed(whole, "\"1-3, 5\"", "\"1-3,5\"")));
  CHECK(refused(changed(whole, "\"1-3, 5\"", "\"\"")));
  CHECK(refused(changed(whole, "\"1-3, 5\"", "\"0\"")));
  CHECK(refused(changed(whole, "\"guide/\", ", "\"z\", ")));
  CHECK(refused(changed(whole, hash_a, hash_b)));
  CHECK(refused(changed(whole, "earlier = true", "earlier = false")));
  CHECK(refused(changed(whole, "number = 3", "number = 0")));
  CHECK(refused(changed(whole, "le consentement est retiré", "")));
  CHECK(parse_withdrawal(std::string(3'000'000, 'x')).error().code == Errc::too_large);
}

TEST_CASE("a receipt is read and written in one form") {
  const std::string text =
      "format = 1\ncentre = \"mdq-wazemmes\"\nnumber = 3\nrecord = \"" + hash_a + "\"\ndone = 2026-03-21T06:00:00Z\nerased = 2\nkept = 1\n";
  const auto receipt = parse_receipt(text);
  REQUIRE(receipt);
  CHECK(encode(*receipt) == text);
  CHECK(receipt_path(receipt->about) == "receipts/mdq-wazemmes/3.toml");
  const auto of_media = changed(text, "number = 3", "media = \"" + hash_b + "\"");
  REQUIRE(parse_receipt(of_media));
  CHECK(receipt_path(parse_receipt(of_media)->about) == "receipts/mdq-wazemmes/" + hash_b + ".toml");
  for (const auto& wrong : {text + "#", changed(text, "number = 3", "number = 0"), changed(text, "erased = 2", "erased = 20001"),
                            changed(text, "kept = 1", "kept = 01"), changed(text, "\"mdq-wazemmes\"", "\"Mdq\"")})
    CHECK_FALSE(parse_receipt(wrong));
  CHECK(WithdrawalKey::parse("a/3")->number == 3);
  CHECK_FALSE(WithdrawalKey::parse("a/03"));
  CHECK_FALSE(WithdrawalKey::parse("a/" + std::string(64, 'A')));
  CHECK_FALSE(WithdrawalKey::parse("3"));
}

TEST_CASE("the federation's withdrawal of a media file is read and written in one form") {
  const std::string text = "format = 1\nversion = 2\nprevious = \"" + hash_a + "\"\nmedia = \"" + hash_b +
                           "\"\nwithdrawn = false\nwhy = \"une plainte\"\ndecided = 2026-03-01T09:30:00Z\n";
  const auto file = parse_media_withdrawal(text);
  REQUIRE(file);
  CHECK(encode(*file) == text);
  CHECK_FALSE(file->withdrawn);
  CHECK(media_withdrawal_path(file->media) == "withdrawals/" + hash_b + ".toml");
  for (const auto& wrong : {text + "#", changed(text, hash_a, std::string(64, '0')), changed(text, "version = 2", "version = 1"),
                            changed(text, "une plainte", ""), changed(text, "false", "0")})
    CHECK_FALSE(parse_media_withdrawal(wrong));
}

TEST_CASE("a few bytes of a withdrawal never become many: ranges stay ranges, and are bounded") {
  Withdrawal said;
  said.kit = {"a", "b"};
  said.number = 1;
  said.why = "x";
  said.versions = Numbers({1});
  const auto of = [&](const std::string& versions) {
    auto text = encode(said);
    const std::string from = "versions = \"1\"";
    return parse_withdrawal(text.replace(text.find(from), from.size(), "versions = \"" + versions + "\""));
  };
  REQUIRE(of("1-1000000000"));
  CHECK(of("1-1000000000")->versions.ranges().size() == 1);
  CHECK(of("1-1000000000")->versions.contains(999'999'999));
  for (const char* const wrong : {"", "0", "2-1", "1, 2", "3, 1", "1-3, 3", "1-3, 4", "1,3", "1-", "-3", "1000000001"})
    CHECK_FALSE(of(wrong));
  std::set<std::uint64_t> odd;
  for (std::uint64_t i = 0; i < limits::withdrawn_ranges_max; ++i) odd.insert(2 * i + 1);
  CHECK(of(Numbers(odd).str()));
  odd.insert(2 * limits::withdrawn_ranges_max + 1);
  CHECK_FALSE(of(Numbers(odd).str()));
  said.paths.clear();
  for (int i = 0; i < 400; ++i) said.paths.push_back(std::to_string(1000 + i) + std::string(190, 'p'));
  CHECK_FALSE(parse_withdrawal(encode(said)));
}

}  // namespace withdrawal_file_test
