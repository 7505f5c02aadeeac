#pragma once
// A slow reading of all that is held, once in a while, so that what a disk forgets is found as long as peers have it: feeds
// first, then media, each in the order of their names. Where it has come to outlives a restart. Internal to the library, whose
// part it is. Thread rule: any thread; one reads at a time.

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage::store {

class LibraryImpl;

class Scrub {
 public:
  using Pace = std::function<bool(std::uint64_t)>;

  explicit Scrub(LibraryImpl& library) : library_(library) {}
  Result<bool> next(const Pace& pace);  ///< Library::scrub_next()

 private:
  Result<bool> is_due();
  std::optional<Head> feed_after_last() const;
  Result<bool> read_feed(const Head& head, const Pace& pace);
  Result<bool> done(std::string what);

  LibraryImpl& library_;
  std::mutex mutex_;              ///< before all others
  bool known_ = false;            ///< the next two were looked up
  Timestamp begun_;
  std::string last_;              ///< what was read last; empty: all was
  std::uint64_t unrecorded_ = 0;  ///< bytes, since that was written down
};

}  // namespace essaimage::store
