#pragma once
// What both forms of OPDS share: which kits stand in which feed, and what an entry leads to. Pure functions, any thread.

#include <string>
#include <vector>

#include "tools/ctl/client.hpp"

namespace essaimage::ctl::site {

/// A feed: all kits, or those of one theme.
struct FeedPart {
  std::string name;   ///< of its file
  std::string title;  ///< of the theme; empty: all kits
  std::vector<const Json*> kits;
};
/// One feed; or, where there are many kits, that of all and those of the themes (their names by that of the first).
std::vector<FeedPart> feed_parts(const std::vector<Json>& kits, const std::string& name);

struct FeedLink {
  std::string address, type, title;
};
/// What can be had of the kit: its documents, 20 at most; its page if it has none.
std::vector<FeedLink> acquisitions_of(const Json& about, const Json& kit);
/// Its picture; no address if it has none of a kind that every reader shows.
FeedLink picture_of(const Json& about, const Json& kit);
/// The address of a place of the site.
std::string address_of(const Json& about, const std::string& place);
/// The newest of when it was published and when it was reviewed; the newest of all kits, or when the export was made without any.
std::string updated_of(const Json& kit);
std::string updated_of(const Json& about, const std::vector<const Json*>& kits);

}  // namespace essaimage::ctl::site
