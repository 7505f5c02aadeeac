#pragma once
// Searching the kits that are known here: by words of their titles, themes, texts and file names, and by what they are. Of each
// kit its newest version that is known. Thread rule: any thread. Errors: those of the index, and what find() says.

#include "store/library.hpp"
#include "store/search/query.hpp"

namespace essaimage::store {

struct KitQuery {
  std::string words;
  KitFilter filter;        ///< as a person gives it
  std::string territory;   ///< kits of its centres, and those that are told to it alone
  bool catalogue = false;  ///< those that the federation's catalogue lists
  std::size_t limit = 20;  ///< at most limits::search_hits_max
};

struct KitsFound {
  struct Hit {
    KitSummary kit;
    std::vector<Piece> title, snippet;
  };
  std::vector<Hit> hits;  ///< best first; without words the newest first
  bool more = false;      ///< there are more than were asked for
  bool any_word = false;  ///< no kit has all of the words: these have some of them
  struct Instead {
    std::string word, known;  ///< as typed, without accents; and as a kit writes it
  };
  std::vector<Instead> instead;  ///< of words that no kit has, where nothing at all was found
};

class KitSearch {
 public:
  virtual ~KitSearch() = default;
  /// Errc::search_empty if there is neither a word nor a filter; Errc::too_large.
  virtual Result<KitsFound> find(const KitQuery& query) const = 0;
};

}  // namespace essaimage::store
