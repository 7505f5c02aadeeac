#pragma once
// The words by which the site's search finds a kit: without case, accents and plural endings, so that "clés" finds "cle" and
// "journal" finds "journaux". site.js folds what is typed by the same rules. Pure, any thread.

#include <string>
#include <string_view>

namespace essaimage::ctl::site {

/// " cle journal souri ": each word once, in the order in which it came, between blanks; behind the parts of one that some write
/// without its apostrophe or dots ("aujourd'hui", "F.A.L.C.") that one, too. Empty if there is none.
std::string search_words(std::string_view text);
/// One word that is lower-case ASCII already, without its plural ending.
std::string singular(std::string_view word);

}  // namespace essaimage::ctl::site
