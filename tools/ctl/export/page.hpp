#pragma once
// What all pages of the site share: the frame around them, the words of both languages, and the only way in which text of others
// comes into HTML. A Page belongs to one thread.
//
// Each page exists twice, "index.html" in French and "index.en.html" in English, and each names the other. A page loads the site's
// own style and script and the kits' pictures, and nothing else: its Content-Security-Policy says so to the browser. There are no
// inline styles, scripts or handlers. `file:` stands beside 'self' because a page on a stick has no origin.

#include <string>
#include <string_view>

#include "proto/counted.hpp"
#include "proto/language.hpp"

namespace essaimage::ctl::site {

/// HTML that is being written.
class Html {
 public:
  /// Markup of ours, or of html() and markdown_html().
  Html& raw(std::string_view markup) {
    out_ += markup;
    return *this;
  }
  Html& text(std::string_view untrusted);
  /// `name` with that text in it; nothing if the text is empty.
  Html& element(std::string_view name, std::string_view untrusted);
  const std::string& str() const { return out_; }

 private:
  std::string out_;
};

struct Page {
  Language language = Language::french;
  std::string root;   ///< the way to the site's folder: "" or "../../../"
  std::string title;  ///< of others, perhaps
  std::string description;
  std::string federation;  ///< its name
  std::string address;     ///< of this page on the web; empty on a stick
  bool searches = false;   ///< it loads the search

  std::string_view say(std::string_view en, std::string_view fr) const { return language == Language::french ? fr : en; }
  std::string put(std::string_view en, std::string_view fr) const { return typeset(say(en, fr), language); }
};

std::string_view page_name(Language language);  ///< "index.html", "index.en.html"
/// The whole page around its main part.
std::string framed(const Page& page, const Html& main);

}  // namespace essaimage::ctl::site
