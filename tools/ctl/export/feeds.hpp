#pragma once
// The catalogue for reading programs and spreadsheets: OPDS 1.2 (Atom) and 2.0 (JSON), the JSON export, and CSV. Pure functions of
// an export's documents, any thread.
//
// Addresses in a feed begin with the export's base_url, or are relative to the site's folder, where the feed then lies. An entry
// names its documents (PDF, EPUB, office) to be had; a kit without any, its page. Up to `one_feed_max` kits a feed is whole; beyond,
// it leads to a feed of all kits and one for each theme.

#include <string>
#include <vector>

#include "tools/ctl/client.hpp"

namespace essaimage::ctl::site {

inline constexpr std::size_t one_feed_max = 100;

struct Output {
  std::string name;  ///< of the file, beside the first one
  std::string content;
  std::size_t kits = 0;  ///< in it, or in what it leads to
};
/// The first is the one that was asked for. `name`: of that file, "catalogue.xml" or "catalogue.json".
std::vector<Output> opds_atom(const Json& about, const std::vector<Json>& kits, const std::string& name);
std::vector<Output> opds_json(const Json& about, const std::vector<Json>& kits, const std::string& name);
std::string json_export(const Json& about, const std::vector<Json>& kits, const Json& left_out);
std::string csv_export(const std::vector<Json>& kits);

/// What the first bytes of each of these have, and hardly any other file: by it an export knows what it may replace.
inline constexpr std::string_view atom_mark = "<generator>essaimage</generator>";
inline constexpr std::string_view opds_json_mark = "\"identifier\": \"urn:uuid:";
inline constexpr std::string_view json_mark = "\"format\": \"essaimage-catalogue\"";
inline constexpr std::string_view csv_mark = "\xEF\xBB\xBFid;title;centre;";

/// "urn:uuid:…", the same for the same kit of the same federation, whoever exports it.
std::string urn_of(const Json& about, const std::string& what);

}  // namespace essaimage::ctl::site
