#pragma once
// The site's style, script, and picture of a kit that shows none: site.css, site.js and kit.png beside this file, which the build
// puts into the program. Constants.

#include <string_view>

namespace essaimage::ctl::site {

extern const std::string_view site_css;
extern const std::string_view site_js;
extern const std::string_view kit_png;
inline constexpr std::string_view kit_png_place = "assets/kit.png";

}  // namespace essaimage::ctl::site
