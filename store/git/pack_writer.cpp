#include "store/git/pack_writer.hpp"

#include <fcntl.h>
#include <libdeflate.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include "proto/limits.hpp"
#include "store/disk/scratch_folder.hpp"
#include "store/git/handle.hpp"
#include "store/git/indexed_pack.hpp"
#include "store/git/pack_format.hpp"
#include "store/git/pack_index.hpp"

namespace essaimage::store {
namespace {

constexpr int deflate_level = 1;                           // on the way it is zstd's; on the disk texts are few
constexpr std::size_t buffer_bytes_max = 4 * limits::MiB;  // written when it is full

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const noexcept { libdeflate_free_compressor(compressor); }
};
struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

/// The SHA-1 that ends a pack. The header with the number of objects is only known at the end, so it is read again.
Result<ObjectId> hash_file(int fd, std::uint64_t size, const Path& path) {
  const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
  ESSAIMAGE_ASSERT(EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr) == 1);
  for (std::uint64_t offset = 0; offset < size;) {
    TRY(const Bytes slice, read_at(fd, offset, limits::MiB, path));
    if (slice.empty()) return fail(Errc::io, path.string() + ": shorter than written");
    ESSAIMAGE_ASSERT(EVP_DigestUpdate(context.get(), slice.data(), slice.size()) == 1);
    offset += slice.size();
  }
  ObjectId hash;
  ESSAIMAGE_ASSERT(EVP_DigestFinal_ex(context.get(), hash.bytes.data(), nullptr) == 1);
  return hash;
}

}  // namespace

struct PackWriter::Impl {
  ScratchFolder folder;
  Path file;  ///< in it
  Fd fd;
  std::unordered_set<ObjectId, IdHash> ids;
  std::vector<pack::IndexEntry> entries;
  ObjectId trailer;  ///< once it is complete
  Bytes buffer;
  std::uint64_t written = 0;  ///< without the buffer
  std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor{libdeflate_alloc_compressor(deflate_level)};
  std::optional<PackFiles> indexed;

  Status flush() {
    CHECK_OK(write_all(fd.get(), buffer, file));
    written += buffer.size();
    buffer.clear();
    return {};
  }
  /// What was added to the buffer from `start` on is this object.
  Status added(const ObjectId& id, std::size_t start) {
    const std::uint64_t offset = written + start;
    if (offset > limits::pack_bytes_max - 1) return fail(Errc::too_large, "pack");
    const ByteView object = ByteView(buffer).subspan(start);
    entries.push_back({id, static_cast<std::uint32_t>(offset), libdeflate_crc32(0, object.data(), object.size())});
    return flush_if_full();
  }
  Status flush_if_full() { return buffer.size() >= buffer_bytes_max ? flush() : Status{}; }

  /// Number of objects and trailer.
  Status complete() {
    CHECK_OK(flush());
    CHECK_OK(write_at(fd.get(), 0, pack::header(static_cast<std::uint32_t>(ids.size())), file));
    TRY(trailer, hash_file(fd.get(), written, file));
    CHECK_OK(write_all(fd.get(), trailer.view(), file));
    written += trailer.size;
    return {};
  }
};

PackWriter::PackWriter() : impl_(std::make_unique<Impl>()) {}
PackWriter::~PackWriter() = default;

Result<std::unique_ptr<PackWriter>> PackWriter::create(const Path& scratch) {
  git::runtime();
  std::unique_ptr<PackWriter> writer(new PackWriter);
  Impl& impl = *writer->impl_;
  ESSAIMAGE_ASSERT(impl.compressor != nullptr);
  TRY(impl.folder, ScratchFolder::create(scratch));
  impl.file = impl.folder.path() / "objects";
  TRY(impl.fd, open_file(impl.file, O_RDWR | O_CREAT | O_EXCL, 0444));
  const auto header = pack::header(0);
  impl.buffer.assign(header.begin(), header.end());
  return writer;
}

Result<ObjectId> PackWriter::add(ObjectType type, ByteView content) {
  if (content.size() > limits::object_bytes_max) return fail(Errc::too_large, "an object of the library");
  TRY(const ObjectId id, git::checked_object_id(type, content));
  if (!impl_->ids.insert(id).second) return id;
  Bytes& buffer = impl_->buffer;
  const std::size_t start = buffer.size();
  pack::put_object_header(buffer, type, content.size());
  const std::size_t stream = buffer.size();
  const std::size_t bound = libdeflate_zlib_compress_bound(impl_->compressor.get(), content.size());
  buffer.resize(stream + bound);
  const std::size_t size = libdeflate_zlib_compress(impl_->compressor.get(), content.data(), content.size(), buffer.data() + stream, bound);
  ESSAIMAGE_ASSERT(size > 0);
  buffer.resize(stream + size);
  CHECK_OK(impl_->added(id, start));
  return id;
}

Status PackWriter::add_packed(const ObjectId& id, ByteView packed) {
  if (!impl_->ids.insert(id).second) return {};
  const std::size_t start = impl_->buffer.size();
  append_bytes(impl_->buffer, packed);
  return impl_->added(id, start);
}

std::size_t PackWriter::object_count() const { return impl_->ids.size(); }
const std::unordered_set<ObjectId, IdHash>& PackWriter::ids() const { return impl_->ids; }
std::uint64_t PackWriter::bytes() const { return impl_->written + impl_->buffer.size(); }

Status PackWriter::index() {
  if (impl_->indexed) return {};
  CHECK_OK(impl_->complete());
  const Path folder = impl_->folder.path() / "pack";
  if (::mkdir(folder.c_str(), 0700) != 0) return tl::unexpected(system_error(folder, "creating"));
  const std::string name = std::string("pack-") + impl_->trailer.hex();
  PackFiles files{folder / (name + ".pack"), folder / (name + ".idx")};
  CHECK_OK(sync_file(impl_->fd.get(), impl_->file));
  if (::rename(impl_->file.c_str(), files.pack.c_str()) != 0) return tl::unexpected(system_error(files.pack, "renaming"));
  TRY(const Fd index, open_file(files.index, O_WRONLY | O_CREAT | O_EXCL, 0444));
  CHECK_OK(write_all(index.get(), pack::encode_index(impl_->entries, impl_->trailer), files.index));
  CHECK_OK(sync_file(index.get(), files.index));
  impl_->indexed = std::move(files);
  return {};
}

const Path& PackWriter::folder() const { return impl_->folder.path(); }

Result<Path> PackWriter::install(const Path& packs) {
  ESSAIMAGE_ASSERT(impl_->indexed.has_value());
  CHECK_OK(install_pack(*impl_->indexed, packs));
  return packs / impl_->indexed->pack.filename();
}

Status PackWriter::finish_into(const Path& packs) {
  if (impl_->ids.empty()) return {};
  if (!impl_->indexed) CHECK_OK(index());
  CHECK_OK(install(packs));
  return {};
}

}  // namespace essaimage::store
