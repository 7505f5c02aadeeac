#include "store/git/pack_writer.hpp"

#include <fcntl.h>
#include <libdeflate.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <unordered_set>

#include "proto/limits.hpp"
#include "store/disk/files.hpp"
#include "store/git/id_hash.hpp"
#include "store/git/indexed_pack.hpp"
#include "store/git/pack_format.hpp"

namespace essaimage::store {
namespace {

constexpr int deflate_level = 6;                          // as git's default
constexpr std::size_t buffer_bytes_max = 4 * limits::MiB; // written when it is full

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
  Path folder;  ///< our own, below scratch
  Path file;
  Fd fd;
  std::unordered_set<ObjectId, IdHash> ids;
  Bytes buffer;
  std::uint64_t written = 0;  ///< without the buffer
  std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor{libdeflate_alloc_compressor(deflate_level)};
  bool finished = false;  ///< the file belongs to the caller
  std::optional<PackFiles> indexed;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (!finished && !file.empty()) (void)remove_file(file);
    if (!folder.empty()) (void)remove_folder_tree(folder);
  }

  Status flush() {
    CHECK_OK(write_all(fd.get(), buffer, file));
    written += buffer.size();
    buffer.clear();
    return {};
  }
  Status flush_if_full() { return buffer.size() >= buffer_bytes_max ? flush() : Status{}; }

  /// Number of objects and trailer.
  Status complete() {
    CHECK_OK(flush());
    CHECK_OK(write_at(fd.get(), 0, pack::header(static_cast<std::uint32_t>(ids.size())), file));
    TRY(const ObjectId trailer, hash_file(fd.get(), written, file));
    CHECK_OK(write_all(fd.get(), trailer.view(), file));
    written += trailer.size;
    return {};
  }
};

PackWriter::PackWriter() : impl_(std::make_unique<Impl>()) {}
PackWriter::~PackWriter() = default;

Result<std::unique_ptr<PackWriter>> PackWriter::create(const Path& scratch) {
  std::unique_ptr<PackWriter> writer(new PackWriter);
  Impl& impl = *writer->impl_;
  ESSAIMAGE_ASSERT(impl.compressor != nullptr);
  TRY(impl.folder, make_scratch_folder(scratch));
  impl.file = impl.folder;
  impl.file += ".pack";
  TRY(impl.fd, open_file(impl.file, O_RDWR | O_CREAT | O_EXCL));
  const auto header = pack::header(0);
  impl.buffer.assign(header.begin(), header.end());
  return writer;
}

Result<ObjectId> PackWriter::add(ObjectType type, ByteView content) {
  if (content.size() > limits::object_bytes_max) return fail(Errc::too_large, "an object of the library");
  const ObjectId id = object_id(type, content);
  if (!impl_->ids.insert(id).second) return id;
  Bytes& buffer = impl_->buffer;
  pack::put_object_header(buffer, type, content.size());
  const std::size_t start = buffer.size();
  const std::size_t bound = libdeflate_zlib_compress_bound(impl_->compressor.get(), content.size());
  buffer.resize(start + bound);
  const std::size_t size = libdeflate_zlib_compress(impl_->compressor.get(), content.data(), content.size(),
                                                    buffer.data() + start, bound);
  ESSAIMAGE_ASSERT(size > 0);
  buffer.resize(start + size);
  CHECK_OK(impl_->flush_if_full());
  return id;
}

Status PackWriter::add_packed(const ObjectId& id, ByteView packed) {
  if (!impl_->ids.insert(id).second) return {};
  impl_->buffer.insert(impl_->buffer.end(), packed.begin(), packed.end());
  return impl_->flush_if_full();
}

std::size_t PackWriter::object_count() const { return impl_->ids.size(); }
std::uint64_t PackWriter::bytes() const { return impl_->written + impl_->buffer.size(); }

Result<Path> PackWriter::finish_file() {
  CHECK_OK(impl_->complete());
  impl_->finished = true;
  return impl_->file;
}

Status PackWriter::index() {
  if (impl_->indexed) return {};
  CHECK_OK(impl_->complete());
  const Path folder = impl_->folder / "pack";
  if (::mkdir(folder.c_str(), 0700) != 0) return tl::unexpected(system_error(folder, "creating"));
  TRY(impl_->indexed, index_pack_file(impl_->file, folder));
  return remove_file(impl_->file);  // the indexer has written it anew
}

const Path& PackWriter::folder() const { return impl_->folder; }

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
