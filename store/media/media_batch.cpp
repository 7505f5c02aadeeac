#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <map>
#include <optional>
#include <set>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/media/chunker.hpp"
#include "store/media/staging.hpp"

namespace essaimage::store {
namespace {

/// One file is synced by itself: syncfs would wait for whatever else is being written on the file
/// system. From two on it is the cheaper way. Files that are in their places already are nearly always durable: a batch that
/// failed may have moved them, so they are synced too, which costs next to nothing if they are.
constexpr std::size_t synced_singly_max = 1, in_place_synced_singly_max = 64;

bool is_here(const Path& path, std::uint64_t bytes) {
  const auto size = store::file_size(path);
  return size && *size == bytes;
}

Status make_folder(const Path& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return tl::unexpected(system_error(folder, "creating"));
}

using FileId = std::pair<dev_t, ino_t>;

FileId id_of(const struct stat& info) { return {info.st_dev, info.st_ino}; }

/// Nothing if there is no file.
Result<std::optional<FileId>> file_at(const Path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return std::optional(id_of(info));
  if (errno == ENOENT) return std::optional<FileId>();
  return tl::unexpected(system_error(path, "looking at"));
}

/// A media file on its way into its place.
struct Move {
  std::uint64_t bytes = 0;
  Path from;       ///< empty: it was in its place already
  Path have_file;  ///< of a partial one, removed behind it
  FileId file{};   ///< of a partial one: what was checked
};

}  // namespace

struct MediaBatch::Impl {
  Layout layout;
  Path staging;
  Fd file_system;  ///< opened before anything is written: syncfs tells errors since then
  std::map<Sha256, Move> moves;
  std::uint64_t files = 0;

  Status find_sources();
  bool is_large() const;
  Status sync_contents() const;
  Status make_places(std::set<Path>& folders) const;
  Status sync_places(const std::set<Path>& folders) const;
  Status sync_file_system() const;
};

struct MediaWriter::Impl {
  MediaBatch::Impl& batch;
  Path path;
  Fd fd;
  Done done;
  Sha256Stream hash;
  Chunker chunker;
  std::uint64_t handed_over = 0;  ///< to the disk, by sync_file_range
  Status status;                  ///< the first error; the file is not whole then

  Impl(MediaBatch::Impl& its_batch, std::uint8_t step)
      : batch(its_batch), chunker(step, [this](ByteView chunk) {
          done.chunks.chunks.push_back({sha256(chunk), static_cast<std::uint32_t>(chunk.size())});
        }) {
    done.chunks.step = step;
  }
  Status append(ByteView bytes);
};

Path media_staging(const Layout& layout) { return layout.scratch() / "media"; }

void write_behind(int fd, std::uint64_t offset, std::uint64_t bytes) {
  const auto from = static_cast<off64_t>(offset);
  ::sync_file_range(fd, from, static_cast<off64_t>(bytes), SYNC_FILE_RANGE_WRITE);
}

// --- writer
// -----------------------------------------------------------------------------------------------------------

MediaWriter::MediaWriter() = default;

MediaWriter::~MediaWriter() {
  if (impl_ && !impl_->path.empty()) ::unlink(impl_->path.c_str());
}

Status MediaWriter::write(ByteView bytes) {
  ESSAIMAGE_ASSERT(!impl_->path.empty());
  if (impl_->status) impl_->status = impl_->append(bytes);
  return impl_->status;
}

Status MediaWriter::Impl::append(ByteView bytes) {
  if (bytes.size() > limits::media_bytes_max - done.bytes) return fail(Errc::too_large, "media file");
  CHECK_OK(write_all(fd.get(), bytes, path));
  hash.update(bytes);
  chunker.update(bytes);
  if (done.chunks.chunks.size() > limits::chunks_per_media_max) {
    return fail(Errc::too_large, "media file: far longer than was said when it began");
  }
  done.bytes += bytes.size();
  if (done.bytes - handed_over >= write_behind_bytes) {
    write_behind(fd.get(), handed_over, done.bytes - handed_over);
    handed_over = done.bytes;
  }
  return {};
}

Result<MediaWriter::Done> MediaWriter::finish() {
  Impl& impl = *impl_;
  ESSAIMAGE_ASSERT(!impl.path.empty());
  CHECK_OK(impl.status);
  if (impl.done.bytes == 0) return fail(Errc::malformed, "an empty file is no media");
  impl.chunker.finish();
  impl.done.media = impl.hash.finish();
  impl.done.chunks.bytes = impl.done.bytes;
  impl.fd.reset();
  const bool in_batch = impl.batch.moves.contains(impl.done.media);
  const bool in_place = is_here(impl.batch.layout.media(impl.done.media), impl.done.bytes);
  if (in_batch || in_place) CHECK_OK(remove_file(impl.path));
  const Path from = std::exchange(impl.path, Path());
  if (!in_batch) {
    impl.batch.moves[impl.done.media] = {impl.done.bytes, in_place ? Path() : from, {}};
  }
  return std::move(impl.done);
}

// --- batch
// ------------------------------------------------------------------------------------------------------------

MediaBatch::MediaBatch() : impl_(std::make_unique<Impl>()) {}

MediaBatch::~MediaBatch() {
  if (impl_->files > 0) static_cast<void>(remove_folder_tree(impl_->staging));
}

Result<std::unique_ptr<MediaBatch>> MediaBatch::begin(const Layout& layout) {
  static std::atomic<unsigned> counter{0};
  std::unique_ptr<MediaBatch> batch(new MediaBatch);
  Impl& impl = *batch->impl_;
  impl.layout = layout;
  impl.staging = media_staging(layout) / std::to_string(counter++);
  TRY(impl.file_system, open_file(media_staging(layout), O_RDONLY | O_DIRECTORY));
  return batch;
}

Result<std::unique_ptr<MediaWriter>> MediaBatch::create(std::uint64_t bytes_hint) {
  std::unique_ptr<MediaWriter> writer(new MediaWriter);
  writer->impl_ = std::make_unique<MediaWriter::Impl>(*impl_, chunk_step_for(bytes_hint));
  if (impl_->files == 0) CHECK_OK(make_folder(impl_->staging));
  const Path path = impl_->staging / std::to_string(impl_->files++);
  TRY(writer->impl_->fd, open_file(path, O_WRONLY | O_CREAT | O_EXCL));
  writer->impl_->path = path;
  return writer;
}

void MediaBatch::keep(const Sha256& media, std::uint64_t bytes) { impl_->moves.try_emplace(media, Move{bytes, {}, {}, {}}); }

Status MediaBatch::add(PartialMedia& partial) {
  CHECK_OK(partial.check_whole());
  const Path from = impl_->layout.partial(partial.media());
  Path have_file = from;
  have_file += ".have";
  struct stat info {};
  if (::fstat(partial.descriptor(), &info) != 0) return tl::unexpected(system_error(from, "looking at"));
  impl_->moves[partial.media()] = {partial.chunks().bytes, from, std::move(have_file), id_of(info)};
  return {};
}

/// A partial file may have been moved by a batch that failed later: that is done. What lies in its place else is not
/// what was checked, and must not be taken for it.
Status MediaBatch::Impl::find_sources() {
  for (auto& [media, move] : moves) {
    if (move.have_file.empty()) continue;
    TRY(const auto present, file_at(move.from));
    if (present == move.file) continue;
    if (present) return fail(Errc::conflict, move.from.string() + ": another one lies there now");
    if (!is_here(layout.media(media), move.bytes)) return fail(Errc::not_found, move.from.string());
    move.from.clear();
  }
  return {};
}

Status MediaBatch::Impl::sync_file_system() const {
  if (::syncfs(file_system.get()) != 0) return tl::unexpected(system_error(staging, "syncing"));
  return {};
}

bool MediaBatch::Impl::is_large() const {
  const auto moving = std::count_if(moves.begin(), moves.end(), [](const auto& each) { return !each.second.from.empty(); });
  return static_cast<std::size_t>(moving) > synced_singly_max || moves.size() > in_place_synced_singly_max;
}

Status MediaBatch::Impl::sync_contents() const {
  if (is_large()) return sync_file_system();
  for (const auto& [media, move] : moves) {
    const Path path = move.from.empty() ? layout.media(media) : move.from;
    if (move.from.empty() && !is_here(path, move.bytes)) continue;  // settle() tells, when all others are in place
    TRY(const Fd fd, open_file(path, O_RDONLY));
    CHECK_OK(sync_file(fd.get(), path));
  }
  return {};
}

// Notes the folders whose entries change or may have changed, so that they are synced once each.
Status MediaBatch::Impl::make_places(std::set<Path>& folders) const {
  for (const auto& [media, move] : moves) {
    const Path inner = layout.media(media).parent_path();
    const Path outer = inner.parent_path();
    if (::access(inner.c_str(), F_OK) != 0) {
      CHECK_OK(make_folder(outer));
      CHECK_OK(make_folder(inner));
    }
    // All of them: an earlier batch may have made the folders and failed before it synced them.
    folders.insert({inner, outer, outer.parent_path()});
  }
  return {};
}

Status MediaBatch::Impl::sync_places(const std::set<Path>& folders) const {
  if (is_large()) return sync_file_system();
  for (const Path& folder : folders) CHECK_OK(store::sync_folder(folder));
  return {};
}

Status MediaBatch::settle() {
  Impl& impl = *impl_;
  std::set<Path> folders;
  CHECK_OK(impl.find_sources());
  CHECK_OK(impl.sync_contents());
  CHECK_OK(impl.make_places(folders));
  for (const auto& [media, move] : impl.moves) {
    const Path to = impl.layout.media(media);
    if (move.from.empty()) {
      if (!is_here(to, move.bytes)) return fail(Errc::conflict, to.string() + ": was removed meanwhile");
    } else if (::rename(move.from.c_str(), to.c_str()) != 0) {
      return tl::unexpected(system_error(to, "moving to"));
    }
  }
  CHECK_OK(impl.sync_places(folders));
  for (const auto& [media, move] : impl.moves) {
    if (!move.have_file.empty()) CHECK_OK(remove_file(move.have_file));
  }
  impl.moves.clear();
  return {};
}

}  // namespace essaimage::store
