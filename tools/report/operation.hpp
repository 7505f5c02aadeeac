#pragma once
// An operation that funders pay for, as a person wrote it down (operations/<code>.toml), and its arithmetic: money is integer
// cents, rates are hundredths of a percent, rounded half up, and nothing is put right silently. The file is bounded before it is
// parsed. Errors: Errc::operation_wrong with file, line, key and what was expected; Errc::operation_unknown. Pure, but for find;
// any thread.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/error.hpp"

namespace essaimage::report {

using Cents = std::int64_t;
using Rate = std::int64_t;  ///< hundredths of a percent: 57.14 % is 5714

struct Funding {
  std::string funder, fund;  ///< fund may be empty
  bool own = false;          ///< the beneficiary's part
  Cents amount = 0;
  std::optional<Rate> rate;  ///< as the agreement says it
};

struct Operation {
  std::string code, title, beneficiary;
  std::string from, to;  ///< days: "2018-01-01"; the first is not behind the last
  Cents total = 0;       ///< above zero
  std::optional<Rate> cofunders_rate;
  std::vector<Funding> funding;
};

Result<Operation> parse_operation(std::string_view toml, const std::string& file);
/// NP0024867, which every installation has.
std::string_view example_operation();
/// Of operations/<code>.toml in the home, then of the shared folder of the installation, then the built-in one. A file that is
/// there and is wrong is an error.
Result<Operation> find_operation(const std::string& code, const std::filesystem::path& home);
Result<Operation> read_operation(const std::filesystem::path& file);

/// "320000.00" alone, without a sign; at most 12 digits before the point.
std::optional<Cents> parse_money(std::string_view text);
/// "57.14"
std::optional<Rate> parse_rate(std::string_view text);
/// Half up. `whole` is above zero, `part` not negative.
Rate rate_of(Cents part, Cents whole);

/// Whether two figures agree: to the last digit, but for what rounding makes of it, or not.
enum class Verdict { exact, rounding, differs };
struct Check {
  enum class What {
    amounts,          ///< the sum of all lines, and the total
    line_rate,        ///< of one line
    rates,            ///< the sum of the rates as they are said, and 100 %
    cofunders_rate,   ///< of all but the beneficiary, as it is said and as it is
    cofunders_rates,  ///< the sum of their rates, and their rate
    fund_rates,       ///< likewise of a fund with several lines
  };
  What what = What::amounts;
  std::string subject;                    ///< the line, or the fund
  bool is_money = false;                  ///< else rates
  std::int64_t stated = 0, computed = 0;  ///< cents or hundredths of a percent
  Verdict verdict = Verdict::exact;
};
std::vector<Check> checks_of(const Operation& operation);
Cents sum_of(const Operation& operation, bool cofunders_only);

}  // namespace essaimage::report
