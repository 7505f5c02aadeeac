#pragma once
// A report as files. Each is one text or one archive in memory, but for CSV, which is a file for each sheet. Cells of others are
// never read as markup or as formulas. Errors: those of writing an archive. Any thread.

#include <map>
#include <string>

#include "proto/bytes.hpp"
#include "tools/report/document.hpp"

namespace essaimage::report {

/// For a terminal or a mail: without the annex.
std::string terminal_text(const Document& document);
/// One page with everything in it: style and curves too, no script, nothing fetched.
std::string html_of(const Document& document);
/// By file name. UTF-8 with a byte order mark and semicolons, as spreadsheets of France open them.
std::map<std::string, std::string> csv_of(const Document& document);
/// An OpenDocument spreadsheet (ODF 1.3), a sheet for each; numbers, percentages, money and days are typed as such.
Result<Bytes> ods_of(const Document& document);

/// The curves as SVG: a small one for each name, each with its own scale.
std::string svg_of(const Curve& curve, Language language);
/// Text within XML: what XML cannot say is left out.
std::string escaped(std::string_view text);

}  // namespace essaimage::report
