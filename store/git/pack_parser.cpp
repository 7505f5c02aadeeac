#include "store/git/pack_parser.hpp"

#include <libdeflate.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <unordered_set>

#include "proto/limits.hpp"
#include "store/disk/mapped_file.hpp"
#include "store/git/id_hash.hpp"
#include "store/git/pack_format.hpp"

namespace essaimage::store {
namespace {

constexpr std::uint64_t deflate_ratio_max = 1032;  // no deflate stream expands more
constexpr std::uint64_t object_bytes_min = 9;      // header 1, empty zlib stream 8

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const noexcept { libdeflate_free_decompressor(decompressor); }
};

tl::unexpected<Error> malformed(std::string_view what) { return fail(Errc::malformed, "pack: " + std::string(what)); }

class Parser {
 public:
  explicit Parser(ByteView pack) : pack_(pack), decompressor_(libdeflate_alloc_decompressor()) {
    ESSAIMAGE_ASSERT(decompressor_ != nullptr);
  }

  /// All of them.
  Result<std::vector<PackedObject>> run() {
    TRY(const std::uint32_t count, check_frame());
    const std::uint64_t end = pack_.size() - pack::trailer_bytes;
    std::vector<PackedObject> objects;
    objects.reserve(count);
    std::unordered_set<ObjectId, IdHash> ids;
    ids.reserve(count);
    for (std::uint64_t at = pack::header_bytes; objects.size() < count; at += objects.back().packed_bytes) {
      TRY(const PackedObject object, parse_object(at, end));
      if (!ids.insert(object.id).second) return malformed("an object twice");
      objects.push_back(object);
    }
    const std::uint64_t used = objects.empty() ? pack::header_bytes : objects.back().offset + objects.back().packed_bytes;
    if (used != end) return malformed("more than its objects");
    return objects;
  }

  Result<PackedObject> parse_object(std::uint64_t at, std::uint64_t end) {
    const ByteView left = pack_.subspan(at, end - at);
    const auto header = pack::get_object_header(left);
    if (!header) return malformed("cut off");
    TRY(const ObjectType type, type_of(header->type));
    const std::size_t bytes_max = type == ObjectType::commit ? limits::commit_bytes_max : limits::object_bytes_max;
    if (header->size > bytes_max) return fail(Errc::too_large, "pack: an object");
    const ByteView stream = left.subspan(header->header_size);
    // Before the memory is taken: a short rest of a pack cannot hold so much.
    if (header->size > stream.size() * deflate_ratio_max) return malformed("size of an object");
    if (buffer_.size() < header->size + 1) buffer_.resize(header->size + 1);
    std::size_t used = 0;
    std::size_t size = 0;
    const auto result =
        libdeflate_zlib_decompress_ex(decompressor_.get(), stream.data(), stream.size(), buffer_.data(), header->size, &used, &size);
    if (result != LIBDEFLATE_SUCCESS || size != header->size) return malformed("an object does not inflate");
    return PackedObject{object_id(type, ByteView(buffer_).first(size)), type, at, header->header_size + used, size};
  }

 private:
  /// Header, number of objects and trailer.
  Result<std::uint32_t> check_frame() const {
    if (pack_.size() < pack::header_bytes + pack::trailer_bytes) return malformed("too short");
    if (pack_.size() > limits::pack_bytes_max) return fail(Errc::too_large, "pack");
    const auto count = pack::get_u32(pack_.subspan(8));
    if (!std::ranges::equal(pack_.first(pack::header_bytes), pack::header(count))) return malformed("header");
    if (count > limits::pack_objects_max) return fail(Errc::too_large, "pack: number of objects");
    if (count * object_bytes_min > pack_.size()) return malformed("number of objects");
    const ByteView content = pack_.first(pack_.size() - pack::trailer_bytes);
    ObjectId hash;
    ESSAIMAGE_ASSERT(EVP_Digest(content.data(), content.size(), hash.bytes.data(), nullptr, EVP_sha1(), nullptr) == 1);
    if (!std::ranges::equal(hash.view(), pack_.last(pack::trailer_bytes))) return malformed("trailer");
    return count;
  }

  static Result<ObjectType> type_of(std::uint8_t type) {
    switch (type) {
      case 1: return ObjectType::commit;
      case 2: return ObjectType::tree;
      case 3: return ObjectType::blob;
      case 6:
      case 7: return malformed("a delta");
      default: return malformed("type " + std::to_string(type));
    }
  }

  ByteView pack_;
  std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor_;
  Bytes buffer_;
};

}  // namespace

Result<PackedObject> parse_packed_object(ByteView bytes) { return Parser(bytes).parse_object(0, bytes.size()); }

Result<std::vector<PackedObject>> parse_pack(const Path& file) {
  TRY(const MappedFile mapped, MappedFile::open(file));
  return Parser(mapped.bytes()).run();
}

}  // namespace essaimage::store
