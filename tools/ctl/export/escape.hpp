#pragma once
// Text of others, made harmless for the place where an export puts it. Every one of these takes any bytes: what is not UTF-8 is
// read as Latin-1, and control characters and direction controls are left out. Pure functions, any thread.

#include <string>
#include <string_view>

namespace essaimage::ctl::site {

/// UTF-8 without what XML, a terminal or a page would choke on or be turned around by; line ends (LF) and tabs stay.
std::string clean(std::string_view text);
/// For element content and quoted attribute values, in HTML as in XML.
std::string html(std::string_view text);
/// For one or several segments of a URL's path: everything but letters, digits and `-._~/` as %XX.
std::string url(std::string_view path);
/// A quoted string for a .js file: JSON in which nothing can end a script or a line.
std::string js(std::string_view text);
/// One cell of a CSV file with `;`: quoted where it has to be. A spreadsheet does not take it for a formula: what begins like one
/// gets an apostrophe in front (OWASP, "CSV Injection").
std::string csv(std::string_view text);
/// The scheme and host of an address that a person may be sent to: http, https or mailto. Anything else, also relative: false.
bool is_web_address(std::string_view address);

}  // namespace essaimage::ctl::site
