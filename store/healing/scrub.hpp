#pragma once
// A slow reading of all that is held, once in a while, so that what a disk forgets is found as long as peers have it: feeds
// first, then media, each in the order of their names. Where it has come to outlives a restart. Internal to the library, whose
// part it is. Thread rule: any thread; one reads at a time, and who looks does not wait for it.

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage::store {

class LibraryImpl;
struct ScrubView;

class Scrub {
 public:
  using Pace = std::function<bool(std::uint64_t)>;

  explicit Scrub(LibraryImpl& library) : library_(library) {}
  Result<bool> next(const Pace& pace);  ///< Library::scrub_next()
  Result<ScrubView> look(bool begin);   ///< Library::scrub()

 private:
  /// Where it is. What is written down of it may lag behind by some bytes, never by what was not read.
  struct Place {
    Timestamp begun;   ///< zero: never
    std::string last;  ///< what was read last; empty: all was
    std::uint64_t bytes = 0, damaged = 0;
  };
  Result<Place> place();
  Status record(const Place& place);
  Status begin(Place& place);
  Result<bool> is_due(Place& place);  ///< whether there is something to read now
  std::optional<Head> feed_after(const std::string& last) const;
  Result<bool> read_feed(const Head& head, const Pace& pace);
  Result<bool> read_media(const Sha256& media, const Pace& pace);
  Result<bool> done(std::string what, bool damaged);

  LibraryImpl& library_;
  std::mutex reading_;            ///< before all others
  bool damaged_ = false;          ///< of what is being read
  std::mutex mutex_;              ///< before those of the index; the rest is behind it
  std::optional<Place> place_;    ///< once it was looked up
  std::uint64_t unrecorded_ = 0;  ///< bytes, since that was written down
};

}  // namespace essaimage::store
