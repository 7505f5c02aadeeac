#include "tools/ctl/words/findings.hpp"

#include <fmt/format.h>

#include <map>

#include "proto/counted.hpp"
#include "proto/detail.hpp"

namespace essaimage::ctl {

namespace {

std::string label(kit::Severity severity, Language language, const Style& style) {
  const bool fr = language == Language::french;
  switch (severity) {
    case kit::Severity::refusal: return style.paint(Colour::red, fr ? "refusé" : "refused");
    case kit::Severity::warning: return style.paint(Colour::yellow, fr ? "attention" : "warning");
    case kit::Severity::note: return style.paint(Colour::dim, "note");
  }
  return {};
}

std::string_view id_of(kit::Severity severity) {
  switch (severity) {
    case kit::Severity::refusal: return "refusal";
    case kit::Severity::warning: return "warning";
    case kit::Severity::note: return "note";
  }
  return "note";
}

std::string place_of(const PlacedFinding& placed, Language language) {
  const auto& finding = placed.finding;
  auto where = finding.path;
  if (!placed.folder.empty()) where = where.empty() ? placed.folder : placed.folder + "/" + where;
  // Details of kit.toml begin with the file and the line: the path need not be said twice.
  if (finding.detail.empty() || finding.detail == finding.path) return where;
  const auto detail = detail_in(finding.detail, language);
  const bool names_it = !finding.path.empty() && finding.detail.starts_with(finding.path);
  if (names_it) return placed.folder.empty() ? detail : placed.folder + "/" + detail;
  return where.empty() ? detail : where + (language == Language::french ? "\u00A0: " : ": ") + detail;
}

}  // namespace

std::string findings_text(const std::vector<PlacedFinding>& findings, Language language, const Style& style, std::size_t places_max) {
  // By severity (refusals first), then by code.
  std::map<std::pair<int, Errc>, std::vector<const PlacedFinding*>> blocks;
  for (const auto& placed : findings) blocks[{-static_cast<int>(placed.finding.severity), placed.finding.code}].push_back(&placed);
  std::string out;
  for (const auto& [key, block] : blocks) {
    const auto text = describe(key.second, language);
    const bool fr = language == Language::french;
    out += fmt::format("{}{} {}", label(block.front()->finding.severity, language, style), fr ? "\u00A0:" : ":", text.cause);
    if (block.size() > 1) out += fmt::format(" ({})", block.size());
    out += "\n";
    for (std::size_t i = 0; i < block.size() && i < places_max; ++i) {
      const auto place = place_of(*block[i], language);
      if (!place.empty()) out += "    " + printable(place) + "\n";
    }
    if (block.size() > places_max)
      out += fmt::format(fmt::runtime(fr ? "    … et {} {}\n" : "    … and {} more\n"), block.size() - places_max,
                         by_number(block.size() - places_max, {{"", "autre"}, {"", "autres"}}, language));
    if (block.front()->finding.severity != kit::Severity::note) out += fmt::format("  → {}\n", text.next_step);
  }
  return out;
}

Json findings_json(const std::vector<PlacedFinding>& findings, Language language) {
  auto out = Json::array();
  for (const auto& placed : findings) {
    const auto text = describe(placed.finding.code, language);
    Json entry{{"severity", id_of(placed.finding.severity)},
               {"code", text.code},
               {"path", placed.finding.path},
               {"detail", placed.finding.detail},
               {"cause", text.cause},
               {"next_step", text.next_step},
               {"mendable", placed.finding.mendable}};
    if (!placed.folder.empty()) entry["folder"] = placed.folder;
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace essaimage::ctl
