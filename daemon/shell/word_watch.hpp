#pragma once
// Looks at the federation's word now and then, and says in the log, once each time that it begins, what `status` says of it as well:
// that it is old, that no signed time counts, that the clock is not believed, that a role has run out; and that all of it is over.
// Thread rule: one thread at a time.

#include <set>
#include <string>
#include <utility>

#include "daemon/shell/log.hpp"
#include "store/library.hpp"

namespace essaimage::shell {

class WordWatch {
 public:
  /// Both must outlive it.
  WordWatch(const store::Library& library, Log& log) : library_(library), log_(log) {}

  Status look();

 private:
  const store::Library& library_;
  Log& log_;
  std::set<std::pair<std::string, std::string>> told_;  ///< codes, and what is to be done: of several roles each has its own
};

}  // namespace essaimage::shell
