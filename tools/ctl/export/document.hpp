#pragma once
// The document of one kit in an export (packaging/docs/catalogue-export.md): which keys it has, which files of the kit go along,
// and where they lie in the site. Pure functions, any thread.

#include <map>

#include "store/kit/manifest.hpp"
#include "tools/ctl/client.hpp"
#include "tools/ctl/export/wish.hpp"

namespace essaimage::ctl::site {

struct Facts {
  const Json& shown;     ///< `kit.show`
  const Json& decision;  ///< an entry of `catalogue.list`
  const kit::Manifest& manifest;
  const Json& files;  ///< `kit.files`
  Json adoptions;
  Json outcomes;
  const Wish& wish;
};

/// A statement of a territory was said to that territory: it is for an export to its members alone.
bool is_recommended_to(const Json& statement, const Wish& wish);
/// Whether the kit is of this export: accepted by the federation, and of the territory that was asked for or recommended by it.
/// `member`: its centre, as in `member.list`.
bool is_wanted(const Json& decision, const Json& member, const Wish& wish);
/// Adds all keys to a document that has `id`, `version`, `centre` and what is known of the centre.
void fill_document(Json& document, const Facts& facts);
/// README.md, LISEZMOI.md and the like.
bool is_readme(std::string_view path);
/// Sets `picture` (of the card): the first that the first text shows, else the first there is; and the `alt` of each picture, which
/// is what the texts call it, or its name.
void choose_picture(Json& document, const std::map<std::string, std::string>& texts);
/// "kits/wazemmes/lampe/", where a kit's page and files lie in the site.
std::string folder_of(const std::string& id);
/// What lacks of those files that were asked for, and what was left out with reasons: {path, why}, without `not-asked`.
Json left_out_of(const Json& document);
/// An entry of `files` that a page shows as a picture.
bool is_shown_picture(const Json& file);

}  // namespace essaimage::ctl::site
