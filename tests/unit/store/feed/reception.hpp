#pragma once
// One node that receives, for the tests of reception: parcels go in as bytes, as from the wire.

#include <fstream>

#include "store/feed/receive.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/raw_parcel.hpp"
#include "tests/support/test_feed.hpp"

namespace essaimage::test {

inline const KitId robot{"mdq-wazemmes", "robot"};
inline const FeedId region{"mdq-wazemmes", {}};
inline const FeedId lille{"mdq-wazemmes", {Audience::Kind::territory, "lille"}};

inline std::string take_text(const store::Path& file) {
  std::string bytes = read_text(file);
  std::filesystem::remove(file);
  return bytes;
}

class Receiver {
 public:
  Roster roster = roster_of({"federation", "mdq-wazemmes", "csc-fives"});
  std::optional<Order> fork;
  std::optional<Head> witnessed;
  Bytes proof;
  TestLibrary library;

  /// All of reception; the head that is held then.
  Result<Head> receive(const FeedId& feed, ByteView commit, ByteView parcel) {
    TRY(const auto incoming, store::IncomingParcel::create(library.layout()));
    CHECK_OK(incoming->append(parcel));
    TRY(auto indexed, store::index_pack(*incoming, feed, commit, library.objects()));
    const Head before = library.head(feed);
    store::ReceiveContext context{roster, {}, witnessed, false, fork};
    if (!before.commit.is_zero()) context.held = before;
    TRY(const auto checked, store::check_pack(indexed, feed, commit, context, &proof));
    CHECK_OK(store::move_in(indexed, library.layout()));
    CHECK_OK(library.objects().reload());
    CHECK_OK(library.refs().update({{feed, before.commit, checked.head.commit}}));
    return checked.head;
  }

  /// What `from` has beyond what we hold, or beyond `have`.
  Result<Head> fetch(const TestLibrary& from, const FeedId& feed, std::optional<ObjectId> have = {}) {
    const Head head = from.head(feed);
    const ObjectId known = have.value_or(library.head(feed).commit);
    TRY(const auto file, store::export_parcel(from.objects(), from.layout().scratch(), head.commit, known, known));
    return receive(feed, from.raw(head.commit), bytes_of(take_text(file)));
  }

  /// True if nothing of a refused pack remained.
  bool is_clean() const { return std::filesystem::is_empty(library.layout().quarantine()); }
};

/// What a refusal says; fails the test if it was none.
template <class T>
Errc refusal(const Result<T>& result) {
  REQUIRE_FALSE(result);
  INFO(to_line(result.error()));
  return result.error().code;
}

}  // namespace essaimage::test
