#pragma once
// Markdown of strangers as HTML: the only includer of cmark-gfm. Raw HTML is left out, every address is looked at here, and a
// picture from elsewhere becomes a link, so that a page loads nothing but what the export wrote. Pure functions; any thread, once
// the first call has ended (it registers the extensions). Input: at most limits::text_file_bytes_max.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace essaimage::ctl::site {

/// The address within the page's folder of a file of the kit, by its path; nothing if it is not exported. `picture`: it is to be
/// shown, not followed.
using Resolve = std::function<std::optional<std::string>(const std::string& path, bool picture)>;

/// The path in the kit that an address in a text of `folder` ("" or "guide") means; nothing if it leads elsewhere.
std::optional<std::string> path_in_kit(std::string_view folder, std::string_view address);
/// Headings begin at h3 (the page has its own h1 and h2).
std::string markdown_html(std::string_view text, std::string_view folder, const Resolve& resolve);
/// What the text calls the pictures of the kit that it shows, by their paths.
std::map<std::string, std::string> picture_texts(std::string_view text, std::string_view folder);
/// Its words alone, for searching.
std::string markdown_words(std::string_view text);

}  // namespace essaimage::ctl::site
