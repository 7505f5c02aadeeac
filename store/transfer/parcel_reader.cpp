#include <algorithm>
#include <optional>

#include "store/disk/mapped_file.hpp"
#include "store/feed/commit.hpp"
#include "store/transfer/old_objects.hpp"
#include "store/transfer/parcel_format.hpp"
#include "store/transfer/zstd.hpp"

namespace essaimage::store {
namespace {

tl::unexpected<Error> malformed(std::string_view what) { return fail(Errc::malformed, "parcel: " + std::string(what)); }

/// Reads numbers from the front of some bytes.
class Cursor {
 public:
  explicit Cursor(ByteView bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }

  Result<ByteView> take(std::size_t bytes) {
    if (bytes > rest_.size()) return malformed("cut off");
    const ByteView taken = rest_.first(bytes);
    rest_ = rest_.subspan(bytes);
    return taken;
  }
  Result<std::uint32_t> u32() {
    TRY(const ByteView taken, take(4));
    return pack::get_u32(taken);
  }
  Result<std::uint32_t> number() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      TRY(const ByteView byte, take(1));
      value |= (byte[0] & 127U) << shift;
      if (byte[0] < 128) return value;
    }
    return malformed("a number");
  }

 private:
  ByteView rest_;
};

class Reader {
 public:
  Reader(ByteView parcel, ByteView head, const ObjectDb& objects, PackWriter& pack)
      : rest_(parcel), commits_(head.begin(), head.end()), objects_(objects), pack_(pack) {}

  Status run(const FeedId& feed) {
    TRY(const ByteView magic, rest_.take(parcel::magic.size()));
    if (!std::ranges::equal(magic, parcel::magic)) return malformed("header");
    TRY(const ByteView have, rest_.take(ObjectId::size));
    ObjectId base;
    std::ranges::copy(have, base.bytes.begin());
    if (!base.is_zero()) CHECK_OK(begin_at(base, feed));
    while (!rest_.at_end()) CHECK_OK(frame());
    return {};
  }

 private:
  Status begin_at(const ObjectId& base, const FeedId& feed) {
    const auto raw = objects_.read(base, ObjectType::commit);
    if (!raw) {
      const bool nothing_such = raw.error().code == Errc::object_missing || raw.error().code == Errc::malformed;
      // What else keeps us from reading it is no fault of the sender's.
      return nothing_such ? fail(Errc::feed_gap, "builds on " + base.hex()) : tl::unexpected(raw.error());
    }
    TRY(const Commit commit, parse_commit(*raw));
    // Of another feed it is not to be asked for what it holds.
    if (commit.feed != feed) return fail(Errc::feed_gap, "builds on " + base.hex());
    append_bytes(commits_, *raw);
    olds_.emplace(objects_, commit.tree);
    return {};
  }

  Status frame() {
    TRY(const std::uint32_t bytes, rest_.u32());
    TRY(const std::uint32_t packed_bytes, rest_.u32());
    TRY(const std::uint32_t places_bytes, rest_.u32());
    if (bytes > parcel::frame_bytes_max || places_bytes > parcel::places_bytes_max) return malformed("a frame");
    TRY(const ByteView places, rest_.take(places_bytes));
    TRY(const ByteView packed, rest_.take(packed_bytes));
    const bool as_it_is = packed_bytes == bytes;
    if (bytes == 0 || (as_it_is && places_bytes != 0)) return malformed("a frame");
    if (as_it_is) {
      CHECK_OK(budget_.check(bytes, packed_bytes, 0));
      budget_.take(bytes, packed_bytes, 0);
      return objects(packed);
    }
    TRY(const Bytes prefix, prefix_of(places));
    const std::size_t old_bytes = prefix.size() - commits_.size();
    // Before the memory is taken.
    CHECK_OK(budget_.check(bytes, packed_bytes, old_bytes));
    budget_.take(bytes, packed_bytes, old_bytes);
    TRY(const Bytes content, decompressor_.decompress(packed, prefix, bytes));
    return objects(content);
  }

  Result<Bytes> prefix_of(ByteView places) {
    Bytes prefix = commits_;
    if (!places.empty() && !olds_) return malformed("refers to nothing");
    for (Cursor cursor(places); !cursor.at_end();) {
      TRY(const TreePlace place, place_at(cursor));
      const auto old = olds_->read(place, parcel::frame_old_bytes_max - (prefix.size() - commits_.size()));
      // Who sends it keeps to the bounds, and knows what lies there.
      if (!old && old.error().code == Errc::too_large) return malformed("refers to too much");
      if (!old) return tl::unexpected(old.error());
      append_bytes(prefix, *old);
    }
    return prefix;
  }

  static Result<TreePlace> place_at(Cursor& cursor) {
    TRY(const std::uint32_t depth, cursor.number());
    if (depth > parcel::place_depth_max) return malformed("a place");
    TreePlace place(depth);
    for (std::uint32_t& index : place) {
      TRY(index, cursor.number());
    }
    return place;
  }

  Status objects(ByteView content) {
    while (!content.empty()) {
      const auto header = pack::get_object_header(content);
      if (!header) return malformed("an object is cut off");
      if (header->type < 1 || header->type > 3) return malformed("type " + std::to_string(header->type));
      content = content.subspan(header->header_size);
      if (header->size > content.size()) return malformed("an object is cut off");
      const auto type = static_cast<ObjectType>(header->type);
      if (type == ObjectType::commit && header->size > limits::commit_bytes_max) return fail(Errc::too_large, "a commit");
      const std::size_t before = pack_.object_count();
      TRY(const ObjectId id, pack_.add(type, content.first(header->size)));
      if (pack_.object_count() == before) return malformed("an object twice: " + id.hex());
      if (before >= limits::pack_objects_max) return fail(Errc::too_large, "parcel: number of objects");
      if (pack_.bytes() > limits::pack_bytes_max) return fail(Errc::too_large, "pack");
      content = content.subspan(header->size);
    }
    return {};
  }

  Cursor rest_;
  Bytes commits_;
  const ObjectDb& objects_;
  PackWriter& pack_;
  std::optional<OldObjects> olds_;
  ParcelBudget budget_;
  Decompressor decompressor_;
};

}  // namespace

Status read_parcel(const Path& file, const FeedId& feed, ByteView head, const ObjectDb& objects, PackWriter& pack) {
  TRY(const MappedFile mapped, MappedFile::open(file));
  return Reader(mapped.bytes(), head, objects, pack).run(feed);
}

}  // namespace essaimage::store
