#pragma once
// KitSearch over the library's index. Internal to the library, whose part it is. Thread rule: any thread.

#include "store/search.hpp"

namespace essaimage::store {

class LibraryImpl;

class LibrarySearch final : public KitSearch {
 public:
  explicit LibrarySearch(LibraryImpl& library) : library_(library) {}
  Result<KitsFound> find(const KitQuery& query) const override;

 private:
  Result<KitsFound> summaries(SearchFound found) const;

  LibraryImpl& library_;
};

}  // namespace essaimage::store
