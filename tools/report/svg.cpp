#include <algorithm>

#include "tools/report/formats.hpp"

namespace essaimage::report {
namespace {

constexpr int panel_width = 340, panel_height = 150, left = 10, top = 34, plot_width = 270, plot_height = 84;

std::string at(std::size_t index, std::size_t count) {
  const auto steps = std::max<std::size_t>(count - 1, 1);
  return std::to_string(left + static_cast<int>(index * plot_width / steps));
}

int height_of(std::uint64_t value, std::uint64_t most) {
  return top + plot_height - static_cast<int>(most == 0 ? 0 : value * plot_height / most);
}

std::string panel(const Curve& curve, std::size_t which, Language language) {
  const auto& values = curve.values[which];
  const auto most = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  const auto x = static_cast<int>(which % 2) * panel_width, y = static_cast<int>(which / 2) * panel_height;
  std::string points;
  for (std::size_t i = 0; i < values.size(); ++i)
    points += (i == 0 ? "" : " ") + at(i, values.size()) + "," + std::to_string(height_of(values[i], most));
  const auto last = values.empty() ? 0 : values.back();
  std::string svg = "<g transform=\"translate(" + std::to_string(x) + " " + std::to_string(y) + ")\">";
  svg += "<text class=\"n\" x=\"" + std::to_string(left) + "\" y=\"20\">" + escaped(curve.names[which]) + "</text>";
  const auto base = std::to_string(top + plot_height);
  svg += "<path class=\"a\" d=\"M" + std::to_string(left) + " " + base + "H" + std::to_string(left + plot_width) + "\"/>";
  svg += "<polyline class=\"c\" points=\"" + points + "\"/>";
  if (!values.empty()) {
    const auto end_y = height_of(last, most);
    svg += "<circle class=\"e\" r=\"3\" cx=\"" + at(values.size() == 1 ? 0 : values.size() - 1, values.size()) + "\" cy=\"" +
           std::to_string(end_y) + "\"/>";
    svg += "<text class=\"v\" x=\"" + std::to_string(left + plot_width + 8) + "\" y=\"" + std::to_string(end_y + 4) + "\">" +
           escaped(shown(Cell::number(last), language)) + "</text>";
    svg += "<text class=\"l\" x=\"" + std::to_string(left) + "\" y=\"" + std::to_string(top + plot_height + 16) + "\">" +
           escaped(curve.labels.front()) + "</text>";
    svg += "<text class=\"l r\" x=\"" + std::to_string(left + plot_width) + "\" y=\"" + std::to_string(top + plot_height + 16) + "\">" +
           escaped(curve.labels.back()) + "</text>";
  }
  return svg + "</g>";
}

}  // namespace

std::string svg_of(const Curve& curve, Language language) {
  const bool french = language == Language::french;
  const auto rows = static_cast<int>((curve.names.size() + 1) / 2);
  std::string said;
  for (std::size_t i = 0; i < curve.names.size(); ++i)
    said += (i == 0 ? "" : ", ") + curve.names[i] + (french ? " : " : ": ") +
            (curve.values[i].empty() ? "0" : std::to_string(curve.values[i].back()));
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"courbe-titre courbe-texte\" viewBox=\"0 0 " +
                    std::to_string(panel_width * 2) + " " + std::to_string(panel_height * rows) + "\">";
  svg += "<title id=\"courbe-titre\">" +
         std::string(french ? "Cumuls depuis le début de la période" : "Running totals since the period began") + "</title>";
  svg += "<desc id=\"courbe-texte\">" + escaped(said) + "</desc>";
  for (std::size_t i = 0; i < curve.names.size(); ++i) svg += panel(curve, i, language);
  return svg + "</svg>";
}

}  // namespace essaimage::report
