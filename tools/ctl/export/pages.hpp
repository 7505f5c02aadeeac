#pragma once
// The pages of the site, from the documents of an export. Pure functions, any thread: what comes out is the same for the same
// documents, so that a page that did not change is not written again. Only the entrance says when the export was made.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tools/ctl/client.hpp"

namespace essaimage::ctl::site {

/// The entrance: a card for each kit, with the search.
std::string index_page(const Json& about, const std::vector<Json>& kits, Language language);

struct KitPage {
  const Json& about;
  const Json& kit;
  const std::map<std::string, std::string>& texts;        ///< as ExportKit has them
  const std::function<bool(const std::string& id)>& has;  ///< whether a kit is in the site, too
};
std::string kit_page(const KitPage& what, Language language);

/// search.js: the words of each kit, by its id.
std::string search_script(const std::map<std::string, std::string>& words);
/// The words under which a kit is found.
std::string words_of(const Json& kit, const std::map<std::string, std::string>& texts);

}  // namespace essaimage::ctl::site
