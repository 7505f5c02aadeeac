#pragma once
// The sheets of a report, in words. Pure; any thread.

#include "tools/report/document.hpp"

namespace essaimage::report {

struct Words {
  Language language;
  std::string operator()(std::string_view en, std::string_view fr) const { return std::string(language == Language::french ? fr : en); }
};

void add_operation_sheets(Document& document, const Operation& operation, const Words& say);
/// What was counted, and where: a node tells of what it may hold.
void add_scope_sheet(Document& document, const Counted& counted, const Words& say);
void add_figure_sheets(Document& document, const Counted& counted, const Words& say);
/// From which signed entries each figure was counted, and where stock git shows them.
void add_annex_sheets(Document& document, const Counted& counted, const Words& say);

}  // namespace essaimage::report
