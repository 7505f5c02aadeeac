#include "store/media/media_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/media/have_file.hpp"
#include "store/media/staging.hpp"

namespace essaimage::store {
namespace {

constexpr std::size_t read_bytes = limits::MiB;
constexpr std::string_view have_suffix = ".have";

using Entries = std::filesystem::directory_iterator;

/// The names in a folder; none if it cannot be read.
std::vector<std::string> names_in(const Path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (Entries it(folder, error); !error && it != Entries(); it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Hands out the file in pieces.
Status read_through(const Path& path, const std::function<void(ByteView)>& sink, const std::function<bool(std::uint64_t)>& pace = {}) {
  TRY(const Fd fd, open_file(path, O_RDONLY));
  for (std::uint64_t at = 0;;) {
    TRY(const Bytes bytes, read_at(fd.get(), at, read_bytes, path));
    sink(bytes);
    at += bytes.size();
    if (pace && !pace(bytes.size())) return fail(Errc::cancelled, path.string());
    if (bytes.size() < read_bytes) return {};
  }
}

/// A partial file and its record are useless without each other.
Status sweep_partials(const Layout& layout) {
  const auto names = names_in(layout.partials());
  for (const std::string& name : names) {
    const bool is_record = name.ends_with(have_suffix);
    const std::string other = is_record ? name.substr(0, name.size() - have_suffix.size()) : name + std::string(have_suffix);
    if (!std::binary_search(names.begin(), names.end(), other)) CHECK_OK(remove_file(layout.partials() / name));
  }
  return {};
}

}  // namespace

struct MediaStore::Impl {
  Layout layout;
};

MediaStore::MediaStore() : impl_(std::make_unique<Impl>()) {}
MediaStore::~MediaStore() = default;

Result<std::unique_ptr<MediaStore>> MediaStore::open(const Layout& layout) {
  std::unique_ptr<MediaStore> store(new MediaStore);
  store->impl_->layout = layout;
  CHECK_OK(make_folders(layout.media_root()));
  CHECK_OK(make_folders(layout.partials()));
  CHECK_OK(remove_folder_tree(media_staging(layout)));
  CHECK_OK(make_folders(media_staging(layout)));
  CHECK_OK(sweep_partials(layout));
  return store;
}

std::vector<FeedId> MediaStore::partial_through(const Sha256& media) const {
  Path record = impl_->layout.partial(media);
  record += have_suffix;
  auto content = HaveFile::read(record, 0);
  return content ? std::move(content->through) : std::vector<FeedId>();
}

bool MediaStore::has(const Sha256& media) const { return ::access(impl_->layout.media(media).c_str(), F_OK) == 0; }

Result<std::uint64_t> MediaStore::bytes(const Sha256& media) const { return store::file_size(impl_->layout.media(media)); }

Result<Bytes> MediaStore::read(const Sha256& media, std::uint64_t offset, std::size_t bytes_max) const {
  TRY(const auto file, open(media));
  return file.read(offset, bytes_max);
}

Result<MediaReader> MediaStore::open(const Sha256& media) const {
  Path path = impl_->layout.media(media);
  TRY(Fd fd, open_file(path, O_RDONLY));
  return MediaReader(std::move(fd), std::move(path));
}

Result<std::unique_ptr<MediaBatch>> MediaStore::begin() { return MediaBatch::begin(impl_->layout); }

Result<std::unique_ptr<PartialMedia>> MediaStore::open_partial(const Sha256& media, const ChunkList& chunks) {
  return PartialMedia::open(impl_->layout, media, chunks);
}

Status MediaStore::drop_partial(const Sha256& media) {
  Path have = impl_->layout.partial(media);
  have += have_suffix;
  CHECK_OK(remove_file(have));
  return remove_file(impl_->layout.partial(media));
}

Status MediaStore::remove(const Sha256& media) {
  const Path path = impl_->layout.media(media);
  if (!has(media)) return {};
  CHECK_OK(remove_file(path));
  return sync_folder(path.parent_path());
}

std::vector<Sha256> MediaStore::all() const {
  std::vector<Sha256> found;
  const Path root = impl_->layout.media_root();
  for (const std::string& outer : names_in(root)) {
    for (const std::string& inner : names_in(root / outer)) {
      for (const std::string& name : names_in(root / outer / inner)) {
        const auto media = Sha256::parse(name);
        if (media && name.starts_with(outer + inner)) found.push_back(*media);
      }
    }
  }
  return found;
}

std::vector<Sha256> MediaStore::partials() const {
  std::vector<Sha256> found;
  for (const std::string& name : names_in(impl_->layout.partials())) {
    if (const auto media = Sha256::parse(name)) found.push_back(*media);
  }
  return found;
}

Status MediaStore::verify(const Sha256& media, const std::function<bool(std::uint64_t)>& pace) const {
  const Path path = impl_->layout.media(media);
  Sha256Stream hash;
  const auto read = read_through(
      path, [&](ByteView bytes) { hash.update(bytes); }, pace);
  if (!read && read.error().code == Errc::corrupt) return fail(Errc::media_bad, read.error().detail);
  CHECK_OK(read);
  if (hash.finish() == media) return {};
  return fail(Errc::media_bad, path.string());
}

Status MediaStore::verify(const Sha256& media, const ChunkList& chunks) const {
  const Path path = impl_->layout.media(media);
  TRY(const Fd fd, open_file(path, O_RDONLY));
  TRY(const std::uint64_t size, store::file_size(path));
  if (size != chunks.bytes) return fail(Errc::chunk_bad, path.string() + ": the chunk list is of another length");
  std::uint64_t at = 0;
  for (const Chunk& chunk : chunks.chunks) {
    TRY(const Bytes bytes, read_at(fd.get(), at, chunk.bytes, path));
    if (sha256(bytes) != chunk.id) return fail(Errc::chunk_bad, path.string() + " at " + std::to_string(at));
    at += chunk.bytes;
  }
  return {};
}

}  // namespace essaimage::store
