#include "store/git/salvage.hpp"

#include <fcntl.h>
#include <openssl/evp.h>

#include <algorithm>

#include "proto/limits.hpp"
#include "store/disk/files.hpp"
#include "store/disk/scratch_folder.hpp"
#include "store/git/indexed_pack.hpp"
#include "store/git/pack_index.hpp"
#include "store/git/pack_parser.hpp"

namespace essaimage::store {
namespace {

constexpr std::size_t summed_at_once = limits::MiB;

/// What a file says of itself.
struct Sums {
  bool right = false;  ///< it ends with the sum of all before
  ObjectId last;       ///< the 20 bytes that it ends with
  ObjectId before_last;
};

Result<Sums> sums_of(const Path& path) {
  TRY(const Fd file, open_file(path, O_RDONLY));
  TRY(const std::uint64_t size, store::file_size(path));
  Sums sums;
  if (size < 2 * ObjectId::size) return sums;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  ESSAIMAGE_ASSERT(context && EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr) == 1);
  const std::uint64_t end = size - ObjectId::size;
  Bytes tail;
  for (std::uint64_t at = 0; at < size;) {
    const auto part = read_at(file.get(), at, summed_at_once, path);
    if (!part && part.error().code != Errc::corrupt) return tl::unexpected(part.error());
    if (!part || part->empty()) return Sums{};
    const std::uint64_t summed = at < end ? std::min<std::uint64_t>(part->size(), end - at) : 0;
    ESSAIMAGE_ASSERT(EVP_DigestUpdate(context.get(), part->data(), summed) == 1);
    append_bytes(tail, *part);
    if (tail.size() > 2 * ObjectId::size) tail.erase(tail.begin(), tail.end() - 2 * ObjectId::size);
    at += part->size();
  }
  std::copy_n(tail.begin(), ObjectId::size, sums.before_last.bytes.begin());
  std::copy_n(tail.begin() + ObjectId::size, ObjectId::size, sums.last.bytes.begin());
  ObjectId sum;
  ESSAIMAGE_ASSERT(EVP_DigestFinal_ex(context.get(), sum.bytes.data(), nullptr) == 1);
  sums.right = sum == sums.last;
  return sums;
}

/// None at all if there is no such file.
Result<Sums> sums_of_index(const Path& index) {
  std::error_code absent;
  return std::filesystem::exists(index, absent) ? sums_of(index) : Result<Sums>(Sums{});
}

/// Adds what the pack still has of what its index names; each object is inflated and hashed.
Status add_readable(const Path& pack, const Path& index, PackWriter& writer) {
  TRY(const Bytes bytes, read_file(index, limits::pack_bytes_max));
  auto entries = pack::read_index(bytes);
  if (!entries) return {};  // it would lead anywhere
  std::ranges::sort(*entries, {}, &pack::IndexEntry::offset);
  TRY(const Fd file, open_file(pack, O_RDONLY));
  TRY(const std::uint64_t size, store::file_size(pack));
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const auto& entry = (*entries)[i];
    const std::uint64_t end = i + 1 < entries->size() ? std::min<std::uint64_t>((*entries)[i + 1].offset, size) : size;
    if (entry.offset >= end) continue;
    const auto packed = read_at(file.get(), entry.offset, end - entry.offset, pack);
    if (!packed && packed.error().code != Errc::corrupt) return tl::unexpected(packed.error());
    const auto object = packed ? parse_packed_object(*packed) : tl::unexpected(packed.error());
    if (object && object->id == entry.id) CHECK_OK(writer.add_packed(entry.id, ByteView(*packed).first(object->packed_bytes)));
  }
  return {};
}

Status set_aside(const Path& file, const Layout& layout) {
  std::error_code absent;
  if (!std::filesystem::exists(file, absent)) return {};
  return move_durably(file, layout.damaged() / file.filename());
}

}  // namespace

Result<Salvage> Salvage::prepare(const Layout& layout) {
  Salvage salvage(layout);
  std::error_code error;
  std::vector<Path> packs;
  for (std::filesystem::directory_iterator it(layout.packs(), error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".pack") packs.push_back(it->path());
  }
  if (error) return fail(Errc::io, layout.packs().string() + ": " + error.message());
  for (const Path& pack : packs) CHECK_OK(salvage.look_at(pack));
  return salvage;
}

Status Salvage::look_at(const Path& pack) {
  const Path index = pack::index_of(pack);
  TRY(const Sums sums, sums_of(pack));
  std::error_code absent;
  const bool is_new = sums.right && !std::filesystem::exists(index, absent);  // of one that is being added, the index comes last
  TRY(const Sums index_sums, sums_of_index(index));
  // An index names the pack that it is of, before its own sum.
  if (sums.right && index_sums.right && index_sums.before_last == sums.last) return {};
  if (!is_new) damaged_.push_back(sums.right ? index : pack);
  if (sums.right) {
    TRY(const auto folder, ScratchFolder::create(layout_.scratch()));
    const auto files = index_pack_file(pack, folder.path());
    if (files) {
      changed_ = true;
      return move_durably(files->index, index);
    }
    if (files.error().code != Errc::malformed) return tl::unexpected(files.error());
  }
  changed_ = true;
  leaving_.push_back(pack);
  if (!index_sums.right) return {};
  TRY(auto writer, PackWriter::create(layout_.scratch()));
  CHECK_OK(add_readable(pack, index, *writer));
  if (writer->object_count() == 0) return {};
  CHECK_OK(writer->index());
  kept_.push_back(std::move(writer));
  return {};
}

Status Salvage::finish(ObjectDb& objects) {
  if (!changed_) return {};
  for (const auto& writer : kept_) {
    TRY(const Path kept, writer->install(layout_.packs()));
    std::erase(leaving_, kept);
  }
  // It only saves time, and would go on naming what leaves.
  CHECK_OK(remove_file(layout_.packs() / "multi-pack-index"));
  CHECK_OK(objects.release_memory());
  CHECK_OK(make_folders(layout_.damaged()));
  for (const Path& pack : leaving_) {
    CHECK_OK(set_aside(pack, layout_));  // first: an index without its pack is removed at the next start
    CHECK_OK(set_aside(pack::index_of(pack), layout_));
  }
  // And no handle that still has what was there before.
  return objects.release_memory();
}

}  // namespace essaimage::store
