// operations/<code>.toml: written by people, and its arithmetic goes to funders.

#include "tools/report/operation.hpp"
#include "tests/fuzz/target.hpp"

namespace essaimage::fuzz::operation_target {
namespace {

bool run(ByteView bytes) {
  const auto operation = report::parse_operation(text_of(bytes), "x.toml");
  if (!operation) {
    ESSAIMAGE_ASSERT(operation.error().code == Errc::operation_wrong && !operation.error().detail.empty());
    return false;
  }
  ESSAIMAGE_ASSERT(operation->total > 0 && operation->from <= operation->to && !operation->funding.empty());
  for (const auto& check : report::checks_of(*operation)) {
    const bool same = check.stated == check.computed;
    ESSAIMAGE_ASSERT((check.verdict == report::Verdict::exact) == same);
  }
  return true;
}

std::vector<Seed> seeds() {
  const std::string text(report::example_operation());
  auto most = text;
  for (std::string_view amount : {"560000.00", "320000.00"}) most.replace(most.find(amount), amount.size(), "999999999999.99");
  auto wrong = text;
  wrong.replace(wrong.find("57.14"), 5, "5714");
  return {seed("valid-example", text), seed("valid-most", most), seed("hostile-rate", wrong), seed("hostile-twice", text + text),
          seed("hostile-nested", "funding = " + std::string(2'000, '['))};
}

const Registered registered{{"operation", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::operation_target
