#pragma once
// The site's style and script: site.css and site.js beside this file, which the build puts into the program. Constants.

#include <string_view>

namespace essaimage::ctl::site {

extern const std::string_view site_css;
extern const std::string_view site_js;

}  // namespace essaimage::ctl::site
