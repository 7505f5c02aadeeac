// report: asks the daemon to count, and writes what came of it in the format that is wanted.

#include <array>
#include <ostream>

#include "store/disk/files.hpp"
#include "tools/ctl/client.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/report/formats.hpp"

namespace essaimage::ctl::verb {

namespace {

constexpr unsigned readable_by_all = 0644;

Result<std::optional<report::Operation>> operation_of(const Context& context) {
  const auto code = context.parsed.value("operation"), file = context.parsed.value("file");
  if (!file.empty()) {
    auto operation = report::read_operation(file);
    if (!operation && operation.error().code == Errc::not_found) return fail(Errc::file_missing, file);
    if (!operation) return tl::unexpected(operation.error());
    if (!code.empty() && code != operation->code) return fail(Errc::operation_wrong, file + ":1: code: expected \"" + code + "\"");
    return std::move(*operation);
  }
  if (code.empty()) return std::nullopt;
  TRY(auto operation, report::find_operation(code, context.layout().home));
  return operation;
}

Result<std::string> format_of(const Context& context) {
  static constexpr std::array<std::string_view, 5> formats = {"text", "html", "csv", "ods", "json"};
  const auto format = context.parsed.value("format");
  if (format.empty()) return std::string(context.json ? "json" : "text");
  if (std::find(formats.begin(), formats.end(), format) == formats.end()) return fail(Errc::usage, "--format: text, html, csv, ods, json");
  return format;
}

Result<report::Counted> count(const Context& context, const report::Operation* operation) {
  Json arguments = Json::object();
  for (const char* name : {"from", "to", "territory", "theme"})
    if (const auto value = context.parsed.value(name); !value.empty()) arguments[name] = value;
  if (operation != nullptr) {
    if (!arguments.contains("from")) arguments["from"] = operation->from;
    if (!arguments.contains("to")) arguments["to"] = operation->to;
  }
  if (!arguments.contains("from") || !arguments.contains("to")) return fail(Errc::usage, "--operation, --file, --from + --to");
  report::Counted counted;
  Client::Handlers handlers;
  handlers.item = [&](const Json& page) -> Status {
    for (const auto& row : page) {
      const auto kind = text_at(row, "row");
      auto& rows = kind == "figure" ? counted.figures : kind == "point" ? counted.points : counted.entries;
      rows.push_back(row);
    }
    return {};
  };
  TRY(auto client, Client::connect(context));
  TRY(counted.reply, client.ask("report", arguments, handlers));
  return counted;
}

std::string name_of(const report::Operation* operation, const Context& context) {
  return context.say("report-", "rapport-") + (operation != nullptr ? operation->code : context.parsed.value("from"));
}

void say_written(const Context& context, const std::string& place) {
  if (!context.json) context.err() << context.say("Written: ", "Écrit : ") << printable(place) << "\n";
}

Status write_files(const Context& context, const std::string& folder, const std::map<std::string, std::string>& files) {
  CHECK_OK(store::make_folders(folder, 0755));
  for (const auto& [name, text] : files)
    CHECK_OK(store::replace_file(std::filesystem::path(folder) / name, bytes_of(text), readable_by_all));
  say_written(context, folder);
  return {};
}

}  // namespace

Result<ExitCode> report(Context& context) {
  TRY(const auto format, format_of(context));
  TRY(const auto operation, operation_of(context));
  const auto* const about = operation ? &*operation : nullptr;
  TRY(const auto counted, count(context, about));
  if (const auto theme = context.parsed.value("theme"); !theme.empty() && counted.entries.empty())
    context.err() << context.say("note: nothing in this period is of this theme: ", "remarque : rien, dans cette période, n'a ce thème : ")
                  << printable(theme) << "\n";
  auto output = context.parsed.value("output");
  if (output.empty() && format == "ods") output = name_of(about, context) + ".ods";
  if (output.empty() && format == "csv") output = name_of(about, context);
  std::error_code ignored;
  if (format != "csv" && std::filesystem::is_directory(output, ignored))
    return fail(Errc::usage, "--output: " + output + ": it is a folder");
  const auto document = report::document_of(about, counted, context.language);
  if (format == "csv") {
    CHECK_OK(write_files(context, output, report::csv_of(document)));
    return ExitCode::ok;
  }
  Bytes bytes;
  if (format == "ods") {
    TRY(bytes, report::ods_of(document));
  } else {
    const auto text = format == "html"   ? report::html_of(document)
                      : format == "json" ? pretty(report::json_of(about, counted)) + "\n"
                                         : report::terminal_text(document);
    bytes = Bytes(text.begin(), text.end());
  }
  if (output.empty()) {
    context.out() << text_of(bytes);
    return ExitCode::ok;
  }
  CHECK_OK(store::replace_file(output, bytes, readable_by_all));
  say_written(context, output);
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb
