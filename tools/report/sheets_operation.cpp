#include <algorithm>

#include "tools/report/sheets.hpp"

namespace essaimage::report {
namespace {

std::string verdict_text(Verdict verdict, const Words& say) {
  switch (verdict) {
    case Verdict::exact: return say("exact", "exact");
    case Verdict::rounding: return say("differs by rounding", "écart d'arrondi");
    case Verdict::differs: return say("does not add up", "ne concorde pas");
  }
  return {};
}

std::string check_text(const Check& check, const Words& say) {
  using What = Check::What;
  switch (check.what) {
    case What::amounts: return say("total, and sum of the lines", "total, et somme des lignes");
    case What::line_rate: return say("rate of ", "taux de ") + check.subject;
    case What::rates: return say("sum of the rates as stated, and the whole", "somme des taux indiqués, et le tout");
    case What::cofunders_rate:
      return say("co-funders' rate, and what their amounts make", "taux de cofinancement, et ce que font les montants");
    case What::cofunders_rates: return say("sum of the co-funders' rates, and their rate", "somme des taux des cofinanceurs, et leur taux");
    case What::fund_rates:
      return say("sum of the rates of ", "somme des taux de ") + check.subject + say(", and its rate", ", et son taux");
  }
  return {};
}

Cell amount(const Check& check, std::int64_t value) { return check.is_money ? Cell::money(value) : Cell::rate(value); }

}  // namespace

void add_operation_sheets(Document& document, const Operation& operation, const Words& say) {
  Sheet facts{"operation", say("The operation", "L'opération"), {}, {}, {}};
  facts.rows = {{Cell::of(say("code", "code")), Cell::of(operation.code)},
                {Cell::of(say("title", "intitulé")), Cell::of(operation.title)},
                {Cell::of(say("beneficiary", "bénéficiaire")), Cell::of(operation.beneficiary)},
                {Cell::of(say("begins", "début")), Cell::day(operation.from)},
                {Cell::of(say("ends", "fin")), Cell::day(operation.to)},
                {Cell::of(say("total", "total")), Cell::money(operation.total)}};
  document.sheets.push_back(std::move(facts));

  Sheet money{"financement",
              say("Financing", "Financement"),
              {say("funder", "financeur"), say("fund", "fonds"), say("amount", "montant"), say("rate as stated", "taux indiqué"),
               say("rate computed", "taux calculé")},
              {},
              {}};
  for (const auto& line : operation.funding)
    money.rows.push_back({Cell::of(line.funder + (line.own ? say(" (own part)", " (part du bénéficiaire)") : "")), Cell::of(line.fund),
                          Cell::money(line.amount), line.rate ? Cell::rate(*line.rate) : Cell::of("-"),
                          Cell::rate(rate_of(line.amount, operation.total))});
  const auto cofunders = sum_of(operation, true), all = sum_of(operation, false);
  money.rows.push_back({Cell::of(say("co-funders", "cofinanceurs")), Cell::of(""), Cell::money(cofunders),
                        operation.cofunders_rate ? Cell::rate(*operation.cofunders_rate) : Cell::of("-"),
                        Cell::rate(rate_of(cofunders, operation.total))});
  money.rows.push_back({Cell::of(say("all lines", "toutes les lignes")), Cell::of(""), Cell::money(all), Cell::of(""),
                        Cell::rate(rate_of(all, operation.total))});
  document.sheets.push_back(std::move(money));

  Sheet sums{
      "controles",
      say("What adds up", "Contrôle des sommes"),
      {say("what", "quoi"), say("stated", "indiqué"), say("computed", "calculé"), say("difference", "écart"), say("finding", "constat")},
      {},
      {}};
  bool rounding = false;
  for (const auto& check : checks_of(operation)) {
    sums.rows.push_back({Cell::of(check_text(check, say)), amount(check, check.stated), amount(check, check.computed),
                         amount(check, check.stated - check.computed), Cell::of(verdict_text(check.verdict, say))});
    rounding = rounding || check.verdict == Verdict::rounding;
  }
  sums.notes.push_back(say("Amounts are compared to the cent; rates are computed from the amounts, rounded half up to two digits.",
                           "Les montants sont comparés au centime ; les taux sont calculés à partir des montants, arrondis au plus "
                           "près à deux décimales."));
  if (rounding)
    sums.notes.push_back(
        say("Each rate is right by itself; their sum differs because each was rounded. The amounts are what counts.",
            "Chaque taux est juste en lui-même ; leur somme s'écarte parce que chacun a été arrondi. Les montants font foi."));
  document.sheets.push_back(std::move(sums));
}

}  // namespace essaimage::report
