#include "tools/report/operation.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <map>

#include "proto/limits.hpp"
#include "proto/text.hpp"
#include "proto/time.hpp"
#include "store/disk/files.hpp"
#include "store/kit/toml_guard.hpp"
#include "tools/report/example_operation_text.hpp"

namespace essaimage::report {
namespace {

constexpr std::size_t lines_max = 50;
constexpr std::size_t text_bytes_max = 500;
constexpr std::size_t code_bytes_max = 40;

/// A table of the file, that knows its lines.
class Keys {
 public:
  Keys(const toml::table& table, std::string file, std::string prefix = {})
      : table_(table), file_(std::move(file)), prefix_(std::move(prefix)) {}

  tl::unexpected<Error> wrong(std::string_view key, std::string_view expected) const {
    const auto* node = table_.get(key);
    const auto line = (node != nullptr ? node->source() : table_.source()).begin.line;
    return fail(Errc::operation_wrong, file_ + ":" + std::to_string(std::max<std::size_t>(line, 1)) + ": " + prefix_ + std::string(key) +
                                           ": expected " + std::string(expected));
  }
  bool has(std::string_view key) const { return table_.contains(key); }
  Result<std::string> text(std::string_view key) const {
    const auto* value = table_.get_as<std::string>(key);
    const bool good = value != nullptr && !value->get().empty() && value->get().size() <= text_bytes_max && is_plain_line(value->get());
    if (!good) return wrong(key, "a line of text");
    return value->get();
  }
  Result<std::string> day(std::string_view key) const {
    TRY(const auto text, this->text(key));
    if (text.size() != 10 || !parse_utc(text + "T00:00:00Z")) return wrong(key, "a day such as \"2018-01-01\"");
    return text;
  }
  Result<Cents> money(std::string_view key) const {
    TRY(const auto text, this->text(key));
    const auto cents = parse_money(text);
    return cents ? Result<Cents>(*cents) : wrong(key, "an amount such as \"320000.00\"");
  }
  Result<std::optional<Rate>> rate(std::string_view key) const {
    if (!has(key)) return std::nullopt;
    TRY(const auto text, this->text(key));
    const auto rate = parse_rate(text);
    return rate ? Result<std::optional<Rate>>(rate) : wrong(key, "a rate such as \"57.14\"");
  }
  /// No other key: a misspelt one would be left out of what funders are told.
  Status only(std::initializer_list<std::string_view> known) const {
    for (const auto& [key, value] : table_) {
      if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
      std::string names;
      for (const auto name : known) names += (names.empty() ? "" : ", ") + std::string(name);
      return wrong(key.str(), "one of the keys " + names);
    }
    return {};
  }

 private:
  const toml::table& table_;
  std::string file_, prefix_;
};

Result<Funding> read_funding(const Keys& keys) {
  Funding line;
  CHECK_OK(keys.only({"funder", "fund", "own", "amount", "rate"}));
  TRY(line.funder, keys.text("funder"));
  if (keys.has("fund")) {
    TRY(line.fund, keys.text("fund"));
  }
  TRY(line.amount, keys.money("amount"));
  TRY(line.rate, keys.rate("rate"));
  return line;
}

Result<Operation> read_table(const toml::table& table, const std::string& file) {
  const Keys keys(table, file);
  Operation operation;
  CHECK_OK(keys.only({"format", "code", "title", "from", "to", "beneficiary", "total", "cofunders_rate", "funding"}));
  if (table["format"].value<std::int64_t>() != 1) return keys.wrong("format", "1");
  TRY(operation.code, keys.text("code"));
  const auto plain = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; };
  if (operation.code.size() > code_bytes_max || !std::all_of(operation.code.begin(), operation.code.end(), plain))
    return keys.wrong("code", "letters, digits and hyphens");
  TRY(operation.title, keys.text("title"));
  TRY(operation.from, keys.day("from"));
  TRY(operation.to, keys.day("to"));
  if (operation.to < operation.from) return keys.wrong("to", "a day that is not before `from`");
  TRY(operation.beneficiary, keys.text("beneficiary"));
  TRY(operation.total, keys.money("total"));
  if (operation.total == 0) return keys.wrong("total", "more than nothing");
  TRY(operation.cofunders_rate, keys.rate("cofunders_rate"));
  const auto* lines = table.get_as<toml::array>("funding");
  if (lines == nullptr || lines->empty() || lines->size() > lines_max || !lines->is_homogeneous<toml::table>())
    return keys.wrong("funding", "1 to 50 tables [[funding]]");
  for (std::size_t i = 0; i < lines->size(); ++i) {
    const Keys each(*(*lines)[i].as_table(), file, "funding[" + std::to_string(i + 1) + "].");
    TRY(auto line, read_funding(each));
    if (const auto own = (*lines)[i].as_table()->get("own"); own != nullptr) {
      if (!own->is_boolean()) return each.wrong("own", "true or false");
      line.own = own->as_boolean()->get();
    }
    operation.funding.push_back(std::move(line));
  }
  return operation;
}

Verdict verdict_of(std::int64_t stated, std::int64_t computed, std::int64_t rounding_max) {
  const auto difference = std::abs(stated - computed);
  return difference == 0 ? Verdict::exact : difference <= rounding_max ? Verdict::rounding : Verdict::differs;
}

struct Sum {
  Cents amount = 0;
  Rate rates = 0;
  std::int64_t lines = 0;
  bool all_said = true;
  bool all_right = true;  ///< each rate is that of its amount: what is left can be rounding alone
  void add(const Funding& line, Cents total) {
    amount += line.amount;
    ++lines;
    all_said = all_said && line.rate;
    if (!line.rate) return;
    rates += *line.rate;
    all_right = all_right && *line.rate == rate_of(line.amount, total);
  }
};

/// A sum of rounded rates against one rate: half a hundredth for each of them, and for that one, is rounding.
Check check_rates(Check::What what, std::string subject, const Sum& sum, Rate whole) {
  const auto rounding_max = sum.all_right ? (sum.lines + 1) / 2 : 0;
  return {what, std::move(subject), false, sum.rates, whole, verdict_of(sum.rates, whole, rounding_max)};
}

/// "320000.00": digits, a point, two digits.
std::optional<std::int64_t> parse_hundredths(std::string_view text, std::size_t digits_max) {
  const auto point = text.find('.');
  if (point == std::string_view::npos || point == 0 || point > digits_max || text.size() != point + 3) return std::nullopt;
  if (point > 1 && text[0] == '0') return std::nullopt;
  std::int64_t value = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == point) continue;
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::optional<Cents> parse_money(std::string_view text) { return parse_hundredths(text, 12); }
std::optional<Rate> parse_rate(std::string_view text) { return parse_hundredths(text, 3); }

Rate rate_of(Cents part, Cents whole) {
  ESSAIMAGE_ASSERT(part >= 0 && whole > 0);
  // In two parts, so that nothing overflows: a whole is below 10^14.
  return part / whole * 10'000 + (part % whole * 20'000 + whole) / (whole * 2);
}

std::string_view example_operation() { return example_operation_text; }

Result<Operation> parse_operation(std::string_view toml, const std::string& file) {
  if (const auto guarded = kit::guard_toml(toml, limits::statement_bytes_max, file); !guarded)
    return fail(Errc::operation_wrong, guarded.error().detail);
  try {
    const auto table = toml::parse(toml);
    return read_table(table, file);
  } catch (const toml::parse_error& error) {
    return fail(Errc::operation_wrong, file + ":" + std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
  }
}

Result<Operation> read_operation(const std::filesystem::path& file) {
  TRY(const auto text, store::read_file(file, limits::statement_bytes_max));
  return parse_operation(text_of(text), file.string());
}

Result<Operation> find_operation(const std::string& code, const std::filesystem::path& home) {
  const auto plain = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; };
  if (code.empty() || code.size() > code_bytes_max || !std::all_of(code.begin(), code.end(), plain))
    return fail(Errc::operation_unknown, code);
  for (const auto& folder : {home / "operations", std::filesystem::path(ESSAIMAGE_SHARE) / "operations"}) {
    auto operation = read_operation(folder / (code + ".toml"));
    if (!operation && operation.error().code == Errc::not_found) continue;
    if (operation && operation->code != code)
      return fail(Errc::operation_wrong, (folder / (code + ".toml")).string() + ":1: code: expected \"" + code + "\"");
    return operation;
  }
  TRY(auto example, parse_operation(example_operation(), "NP0024867.toml"));
  if (example.code != code) return fail(Errc::operation_unknown, code);
  return example;
}

Cents sum_of(const Operation& operation, bool cofunders_only) {
  Cents sum = 0;
  for (const auto& line : operation.funding)
    if (!cofunders_only || !line.own) sum += line.amount;
  return sum;
}

std::vector<Check> checks_of(const Operation& operation) {
  using What = Check::What;
  std::vector<Check> checks;
  Sum all, cofunders;
  std::map<std::string, Sum> funds;
  const auto total = operation.total;
  checks.push_back({What::amounts, {}, true, total, sum_of(operation, false), verdict_of(total, sum_of(operation, false), 0)});
  for (const auto& line : operation.funding) {
    all.add(line, total);
    if (!line.own) cofunders.add(line, total);
    if (!line.fund.empty()) funds[line.fund].add(line, total);
    if (!line.rate) continue;
    const auto rate = rate_of(line.amount, total);
    checks.push_back({What::line_rate, line.funder + (line.fund.empty() ? "" : ", " + line.fund), false, *line.rate, rate,
                      verdict_of(*line.rate, rate, 0)});
  }
  if (all.all_said) checks.push_back(check_rates(What::rates, {}, all, 100'00));
  const auto cofunders_rate = rate_of(cofunders.amount, total);
  if (operation.cofunders_rate)
    checks.push_back({What::cofunders_rate,
                      {},
                      false,
                      *operation.cofunders_rate,
                      cofunders_rate,
                      verdict_of(*operation.cofunders_rate, cofunders_rate, 0)});
  if (cofunders.all_said && cofunders.lines > 1) checks.push_back(check_rates(What::cofunders_rates, {}, cofunders, cofunders_rate));
  for (const auto& [fund, sum] : funds)
    if (sum.lines > 1 && sum.all_said) checks.push_back(check_rates(What::fund_rates, fund, sum, rate_of(sum.amount, total)));
  return checks;
}

}  // namespace essaimage::report
