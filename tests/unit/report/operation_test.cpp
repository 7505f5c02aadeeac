#include "tools/report/operation.hpp"

#include <algorithm>

#include "store/disk/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace operation_test {
using namespace essaimage;
using namespace essaimage::report;
using What = Check::What;

namespace {

Operation example() { return parse_operation(example_operation(), "x.toml").value(); }

const Check& the(const std::vector<Check>& checks, What what) { return *std::ranges::find(checks, what, &Check::what); }

std::string detail(const std::string& old, const std::string& now) {
  std::string text(example_operation());
  const auto at = text.find(old);
  REQUIRE(at != std::string::npos);
  text.replace(at, old.size(), now);
  const auto operation = parse_operation(text, "x.toml");
  if (operation) return "right";
  CHECK(operation.error().code == Errc::operation_wrong);
  return operation.error().detail;
}

}  // namespace

TEST_CASE("money is integer cents and a rate hundredths of a percent, in one form each") {
  CHECK(parse_money("320000.00") == 32'000'000);
  CHECK(parse_money("0.05") == 5);
  CHECK(parse_money("999999999999.99") == 99'999'999'999'999);
  for (const char* text :
       {"", ".00", "1", "1.0", "1.000", "01.00", "-1.00", "+1.00", "1,00", "1 000.00", "1000000000000.00", "1.0x", "1..0"})
    CHECK_FALSE(parse_money(text));
  CHECK(parse_rate("57.14") == 5'714);
  CHECK(parse_rate("100.00") == 10'000);
  CHECK_FALSE(parse_rate("57.1"));
  CHECK_FALSE(parse_rate("1000.00"));
}

TEST_CASE("rates are rounded half up, with integers alone") {
  CHECK(rate_of(1, 3) == 3'333);
  CHECK(rate_of(2, 3) == 6'667);
  CHECK(rate_of(1, 20'000) == 1);  // 0.005 %
  CHECK(rate_of(9'999, 200'000'000) == 0);
  CHECK(rate_of(0, 7) == 0);
  CHECK(rate_of(99'999'999'999'999, 99'999'999'999'999) == 10'000);
}

TEST_CASE("the example's amounts add up to the cent, and its rates differ by rounding alone") {
  const auto operation = example();
  CHECK(operation.code == "NP0024867");
  CHECK(operation.from == "2018-01-01");
  CHECK(operation.to == "2019-12-31");
  CHECK(operation.total == 56'000'000);
  CHECK(sum_of(operation, true) == 52'000'000);
  const auto checks = checks_of(operation);
  CHECK(the(checks, What::amounts).verdict == Verdict::exact);
  for (const auto& check : checks) {
    if (check.what == What::line_rate) CHECK(check.verdict == Verdict::exact);
  }
  const auto& rates = the(checks, What::rates);
  CHECK(rates.stated == 9'999);
  CHECK(rates.computed == 10'000);
  CHECK(rates.verdict == Verdict::rounding);
  CHECK(the(checks, What::cofunders_rate).verdict == Verdict::exact);
  const auto& cofunders = the(checks, What::cofunders_rates);
  CHECK(cofunders.stated == 9'285);
  CHECK(cofunders.computed == 9'286);
  CHECK(cofunders.verdict == Verdict::rounding);
  const auto& fund = the(checks, What::fund_rates);
  CHECK(fund.subject == "FEDER");
  CHECK(fund.stated == 6'071);
  CHECK(fund.verdict == Verdict::exact);
}

TEST_CASE("what does not add up is shown, and is never taken for rounding") {
  auto operation = example();
  operation.funding[0].amount += 1;
  CHECK(the(checks_of(operation), What::amounts).verdict == Verdict::differs);
  operation = example();
  operation.funding[1].rate = 358;
  const auto checks = checks_of(operation);
  CHECK(std::ranges::any_of(checks, [](const auto& check) { return check.what == What::line_rate && check.verdict == Verdict::differs; }));
  CHECK(the(checks, What::rates).verdict == Verdict::exact);  // 100.00, of which one is wrong: the line says so
  operation.funding[1].rate = 359;
  CHECK(the(checks_of(operation), What::rates).verdict == Verdict::differs);
  operation = example();
  operation.cofunders_rate = 9'285;
  CHECK(the(checks_of(operation), What::cofunders_rate).verdict == Verdict::differs);
}

TEST_CASE("an operation that is not as expected is refused with its line, its key and what was expected") {
  CHECK(detail("total = \"560000.00\"", "total = \"560000\"") == "x.toml:11: total: expected an amount such as \"320000.00\"");
  CHECK(detail("total = \"560000.00\"", "total = \"0.00\"") == "x.toml:11: total: expected more than nothing");
  CHECK(detail("rate = \"57.14\"", "rate = 57.14") == "x.toml:18: funding[1].rate: expected a line of text");
  CHECK(detail("from = \"2018-01-01\"", "from = \"2018-02-30\"") == "x.toml:6: from: expected a day such as \"2018-01-01\"");
  CHECK(detail("to = \"2019-12-31\"", "to = \"2017-12-31\"") == "x.toml:7: to: expected a day that is not before `from`");
  CHECK(detail("beneficiary = ", "beneficiaire = ").starts_with("x.toml:8: beneficiaire: expected one of the keys"));
  CHECK(detail("own = true", "own = 1") == "x.toml:43: funding[6].own: expected true or false");
  CHECK(detail("format = 1", "format = 2") == "x.toml:3: format: expected 1");
  CHECK(detail("code = \"NP0024867\"", "code = \"../x\"") == "x.toml:4: code: expected letters, digits and hyphens");
  CHECK(detail("title = \"", "title = \"\\u0007").starts_with("x.toml:5: title: expected a line of text"));
  CHECK(detail("total = ", "total = = ").starts_with("x.toml:11: "));
}

TEST_CASE("an operation is taken from the home before the one that is built in, and a wrong file is no reason to take another") {
  const test::TempFolder home;
  CHECK(find_operation("NP0024867", home.path()).value().total == 56'000'000);
  CHECK(find_operation("NP1", home.path()).error().code == Errc::operation_unknown);
  CHECK(find_operation("../NP0024867", home.path()).error().code == Errc::operation_unknown);
  REQUIRE(store::make_folders(home.path() / "operations"));
  std::string text(example_operation());
  text.replace(text.find("beneficiary = \"F"), 16, "beneficiary = \"X");
  REQUIRE(store::replace_file(home.path() / "operations/NP0024867.toml", bytes_of(text)));
  CHECK(find_operation("NP0024867", home.path()).value().beneficiary.starts_with("X"));
  REQUIRE(store::replace_file(home.path() / "operations/NP0024867.toml", bytes_of("x")));
  CHECK(find_operation("NP0024867", home.path()).error().code == Errc::operation_wrong);
}

}  // namespace operation_test
