// Packs and their indexes. What a disk may have done to them has the right sums here, so that more than the sums is tried.

#include <openssl/evp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "proto/limits.hpp"
#include "store/git/pack_format.hpp"
#include "store/git/pack_index.hpp"
#include "store/git/pack_parser.hpp"
#include "store/git/pack_writer.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/test_feed.hpp"

namespace essaimage::fuzz::packs_target {
namespace {

using namespace store;

/// The same bytes with the SHA-1 that they should end with.
Bytes with_sum(ByteView bytes) {
  Bytes all(bytes.begin(), bytes.end());
  if (all.size() < pack::trailer_bytes) return all;
  const ByteView content = ByteView(all).first(all.size() - pack::trailer_bytes);
  ObjectId sum;
  ESSAIMAGE_ASSERT(EVP_Digest(content.data(), content.size(), sum.bytes.data(), nullptr, EVP_sha1(), nullptr) == 1);
  std::ranges::copy(sum.bytes, all.end() - static_cast<std::ptrdiff_t>(pack::trailer_bytes));
  return all;
}

/// A file that is in memory alone.
class MemoryFile {
 public:
  explicit MemoryFile(ByteView bytes) : fd_(::memfd_create("pack", 0)) {
    ESSAIMAGE_ASSERT(fd_ >= 0 && ::write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  Path path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

bool run_pack(ByteView bytes) {
  (void)parse_packed_object(bytes);
  const Bytes all = with_sum(bytes);
  const auto objects = parse_pack(MemoryFile(all).path());
  if (!objects) return false;
  std::uint64_t at = pack::header_bytes;
  for (const PackedObject& object : *objects) {
    ESSAIMAGE_ASSERT(object.offset == at && object.bytes <= limits::object_bytes_max);
    at += object.packed_bytes;
    const auto alone = parse_packed_object(ByteView(all).subspan(object.offset));
    ESSAIMAGE_ASSERT(alone && alone->id == object.id && alone->packed_bytes == object.packed_bytes);
  }
  ESSAIMAGE_ASSERT(at == all.size() - pack::trailer_bytes);
  return true;
}

/// A pack of three objects, or its index.
Bytes written(std::string_view suffix) {
  test::TempFolder folder;
  const auto writer = PackWriter::create(folder.path()).value();
  const ObjectId blob = writer->add(ObjectType::blob, bytes_of("# Robot\n")).value();
  ESSAIMAGE_ASSERT(writer->add(ObjectType::blob, bytes_of(std::string(3'000, 'x'))));
  ESSAIMAGE_ASSERT(writer->add(ObjectType::tree, encode_tree({{TreeEntry::Mode::file, "README.md", blob}})));
  ESSAIMAGE_ASSERT(writer->index());
  for (const auto& entry : std::filesystem::recursive_directory_iterator(writer->folder())) {
    if (entry.path().extension() != suffix) continue;
    const std::string text = test::read_text(entry.path());
    return {text.begin(), text.end()};
  }
  ESSAIMAGE_ASSERT(false);
}

std::vector<Seed> pack_seeds() {
  const Bytes good = written(".pack");
  Bytes count = good, delta = good, ofs = good;
  Bytes many{'P', 'A', 'C', 'K', 0, 0, 0, 2, 0, 0x10, 0, 0};
  many.resize(pack::header_bytes + pack::trailer_bytes);
  count[11] = 4;
  delta[12] = static_cast<std::uint8_t>((delta[12] & 0x8F) | 7 << 4);
  ofs[12] = static_cast<std::uint8_t>((ofs[12] & 0x8F) | 6 << 4);
  return {seed("valid-three", good), seed("hostile-count", count), seed("hostile-delta", delta), seed("hostile-delta-by-offset", ofs),
          seed("hostile-many", with_sum(many))};
}

bool run_index(ByteView bytes) {
  const Bytes all = with_sum(bytes);
  auto entries = pack::read_index(all);
  if (!entries) return false;
  const auto trailer = ObjectId::from(ByteView(all).last(2 * pack::trailer_bytes).first(pack::trailer_bytes));
  ESSAIMAGE_ASSERT(pack::encode_index(*entries, *trailer) == all);
  return true;
}

std::vector<Seed> index_seeds() {
  const Bytes good = written(".idx");
  Bytes count = good, huge = good, fan = good, order = good, more = good;
  count[8 + 255 * 4 + 2] = 0x40;
  std::fill_n(huge.begin() + 8 + 255 * 4, 4, std::uint8_t{0xFF});
  fan[8 + 3] ^= 1;
  std::swap_ranges(order.begin() + 1032, order.begin() + 1052, order.begin() + 1052);
  more.insert(more.begin() + 1032, 28, 0);
  return {seed("valid-three", good),
          seed("hostile-count", count),
          seed("hostile-huge-count", huge),
          seed("hostile-fan", fan),
          seed("hostile-order", order),
          seed("hostile-more", more),
          seed("hostile-cut-off", ByteView(good).first(good.size() - 28))};
}

const Registered packs{{"pack", run_pack, pack_seeds}};
const Registered indexes{{"pack_index", run_index, index_seeds}};

}  // namespace
}  // namespace essaimage::fuzz::packs_target
