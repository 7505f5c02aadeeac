#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/media/have_file.hpp"
#include "store/media/media_store.hpp"
#include "store/media/staging.hpp"

namespace essaimage::store {
namespace {

/// What kill -9 may take of one file. A fast line brings a small file whole within that time, and it needs no record; what
/// a slow one has brought by then is soon fetched again.
constexpr std::uint64_t unrecorded_bytes_max = limits::MiB;
constexpr std::chrono::milliseconds unrecorded_time_max{250};

}  // namespace

struct PartialMedia::Impl {
  Sha256 media;
  ChunkList chunks;
  std::vector<std::uint64_t> offsets;
  Path file, have_path;
  Fd data;
  HaveFile have;
  bool have_written = false;     ///< there is a sidecar on the disk, open for marks
  std::uint64_t unrecorded = 0;  ///< bytes put before there is one
  std::chrono::steady_clock::time_point unrecorded_since;
  HaveFile::Content content;  ///< what the sidecar says, and `held`
  std::size_t missing = 0;
  std::uint64_t unwritten = 0;  ///< bytes put since write_behind()
  std::size_t hashed = 0;       ///< the first so many chunks went through `hash`, in order
  Sha256Stream hash;

  Status remove_files();
  Status resume();
  Status find_chunks(const std::vector<bool>& claimed);
  Status note_through(const FeedId& through);
  Status store(std::uint32_t first, std::uint32_t count, ByteView bytes, const FeedId& through);
  Status mark(std::uint32_t first, std::uint32_t count);
  Status record();
  Status lose(std::uint32_t index);
  Result<Bytes> read_chunk(std::uint32_t index) const;
  bool is_right(std::uint32_t index, ByteView bytes) const;
  Result<Sha256> hash_rest();
  Status lose_bad_chunks();
};

PartialMedia::PartialMedia() : impl_(std::make_unique<Impl>()) {}
PartialMedia::~PartialMedia() = default;

const Sha256& PartialMedia::media() const { return impl_->media; }
const ChunkList& PartialMedia::chunks() const { return impl_->chunks; }
const std::vector<bool>& PartialMedia::held() const { return impl_->content.held; }
const std::vector<FeedId>& PartialMedia::through() const { return impl_->content.through; }
int PartialMedia::descriptor() const { return impl_->data.get(); }
bool PartialMedia::complete() const { return impl_->missing == 0; }

Result<std::unique_ptr<PartialMedia>> PartialMedia::open(const Layout& layout, const Sha256& media, const ChunkList& chunks) {
  std::unique_ptr<PartialMedia> partial(new PartialMedia);
  Impl& impl = *partial->impl_;
  impl.media = media;
  impl.chunks = chunks;
  impl.offsets = chunk_offsets(chunks);
  impl.file = layout.partial(media);
  impl.have_path = impl.file;
  impl.have_path += ".have";
  CHECK_OK(impl.resume());
  return partial;
}

Status PartialMedia::Impl::remove_files() {
  CHECK_OK(remove_file(have_path));
  return remove_file(file);
}

Status PartialMedia::Impl::resume() {
  const Sha256 list = sha256(encode(chunks));
  auto found = HaveFile::read(have_path, chunks.chunks.size());
  const bool usable = found && store::file_size(file).has_value();
  // Without its record nobody knows through which feeds the bytes came: they may be held for none.
  if (!usable) CHECK_OK(remove_files());
  TRY(data, open_file(file, O_RDWR | O_CREAT));
  const bool same_list = usable && found->list == list;
  if (usable) content = std::move(*found);
  std::vector<bool> claimed = std::exchange(content.held, std::vector<bool>(chunks.chunks.size()));
  missing = chunks.chunks.size();
  content.list = list;
  if (same_list && content.boot == current_boot()) {
    content.held = std::move(claimed);
    missing = static_cast<std::size_t>(std::count(content.held.begin(), content.held.end(), false));
    have_written = true;
    return have.open(have_path, content);
  }
  content.boot = current_boot();
  if (!usable) return {};
  if (!same_list) claimed.assign(chunks.chunks.size(), true);
  CHECK_OK(find_chunks(claimed));
  if (missing == chunks.chunks.size()) content.through.clear();
  have_written = true;
  return have.write(have_path, content, true);
}

Status PartialMedia::Impl::find_chunks(const std::vector<bool>& claimed) {
  off_t data_at = -1;  // where bytes lie from here on; a hole holds no chunk
  for (std::uint32_t i = 0; i < claimed.size(); ++i) {
    if (!claimed[i]) continue;
    const auto end = static_cast<off_t>(offsets[i + 1]);
    if (data_at < end) data_at = ::lseek(data.get(), static_cast<off_t>(offsets[i]), SEEK_DATA);
    if (data_at < 0) return {};  // ENXIO: nothing but a hole from here on
    if (data_at >= end) continue;
    TRY(const Bytes bytes, read_chunk(i));
    if (!is_right(i, bytes)) continue;
    content.held[i] = true;
    --missing;
  }
  return {};
}

Result<Bytes> PartialMedia::Impl::read_chunk(std::uint32_t index) const {
  return read_at(data.get(), offsets[index], chunks.chunks[index].bytes, file);
}

bool PartialMedia::Impl::is_right(std::uint32_t index, ByteView bytes) const {
  const Chunk& chunk = chunks.chunks[index];
  return bytes.size() == chunk.bytes && sha256(bytes) == chunk.id;
}

// Before the first byte through a further feed is written, the disk must know of that feed.
Status PartialMedia::Impl::note_through(const FeedId& through) {
  const auto place = std::lower_bound(content.through.begin(), content.through.end(), through);
  const bool known = place != content.through.end() && *place == through;
  if (known) return {};
  HaveFile::Content next = content;
  next.through.insert(next.through.begin() + (place - content.through.begin()), through);
  if (have_written) CHECK_OK(have.write(have_path, next, true));
  content = std::move(next);  // not before: what the disk does not know, it must be told with the next chunk
  return {};
}

Status PartialMedia::Impl::record() {
  CHECK_OK(have.write(have_path, content, false));
  have_written = true;
  return {};
}

Status PartialMedia::Impl::mark(std::uint32_t first, std::uint32_t count) {
  if (have_written) return have.mark(first, count, content.held);
  const auto passed = std::chrono::steady_clock::now() - unrecorded_since;
  return unrecorded >= unrecorded_bytes_max || passed >= unrecorded_time_max ? record() : Status{};
}

Status PartialMedia::keep() {
  Impl& impl = *impl_;
  return impl.have_written || impl.unrecorded == 0 ? Status{} : impl.record();
}

Status PartialMedia::put(std::uint32_t first, ByteView bytes, const FeedId& through) {
  Impl& impl = *impl_;
  const auto& list = impl.chunks.chunks;
  std::uint32_t next = first, begin = first;  // right and not here yet: from `begin` to `next`
  std::size_t length = 0;
  const auto store_them = [&]() -> Status {
    if (next != begin) CHECK_OK(impl.store(begin, next - begin, bytes.first(length), through));
    bytes = bytes.subspan(length);
    begin = next;
    length = 0;
    return {};
  };
  do {
    const ByteView rest = bytes.subspan(length);
    const std::size_t size = next < list.size() ? std::min<std::size_t>(list[next].bytes, rest.size()) : 0;
    const bool held = next < list.size() && impl.content.held[next];
    if (!held && (size == 0 || !impl.is_right(next, rest.first(size)))) {
      CHECK_OK(store_them());
      return fail(Errc::chunk_bad, impl.media.hex() + " chunk " + std::to_string(next));
    }
    if (held) {
      CHECK_OK(store_them());
      bytes = bytes.subspan(size);
      begin = ++next;
    } else {
      length += size;
      ++next;
    }
  } while (length < bytes.size());
  return store_them();
}

/// Chunks that are right, by one write: at 8 KiB a chunk, a call for each costs more than their hashes.
Status PartialMedia::Impl::store(std::uint32_t first, std::uint32_t count, ByteView bytes, const FeedId& through) {
  CHECK_OK(note_through(through));
  CHECK_OK(write_at(data.get(), offsets[first], bytes, file));
  std::fill_n(content.held.begin() + first, count, true);
  missing -= count;
  if (unrecorded == 0) unrecorded_since = std::chrono::steady_clock::now();
  if (!have_written) unrecorded += bytes.size();
  unwritten += bytes.size();
  if (unwritten >= write_behind_bytes) {
    write_behind(data.get(), 0, chunks.bytes);
    unwritten = 0;
  }
  if (first == hashed) {
    hash.update(bytes);
    hashed += count;
  }
  return mark(first, count);
}

Status PartialMedia::Impl::lose(std::uint32_t index) {
  content.held[index] = false;
  ++missing;
  // What went through the hash may have lain differently on the disk: nothing of it is believed any
  // more.
  if (index < hashed) {
    static_cast<void>(hash.finish());
    hashed = 0;
  }
  return mark(index, 1);
}

Result<Bytes> PartialMedia::get(std::uint32_t index) {
  Impl& impl = *impl_;
  if (index >= impl.chunks.chunks.size() || !impl.content.held[index]) {
    return fail(Errc::not_found, impl.media.hex() + " chunk " + std::to_string(index));
  }
  TRY(Bytes bytes, impl.read_chunk(index));
  if (impl.is_right(index, bytes)) return bytes;
  CHECK_OK(impl.lose(index));
  return fail(Errc::chunk_bad, impl.file.string() + " chunk " + std::to_string(index));
}

Result<Sha256> PartialMedia::Impl::hash_rest() {
  for (; hashed < chunks.chunks.size(); ++hashed) {
    TRY(const Bytes bytes, read_chunk(static_cast<std::uint32_t>(hashed)));
    hash.update(bytes);
  }
  hashed = 0;
  return hash.finish();
}

Status PartialMedia::Impl::lose_bad_chunks() {
  for (std::uint32_t i = 0; i < chunks.chunks.size(); ++i) {
    TRY(const Bytes bytes, read_chunk(i));
    if (!is_right(i, bytes)) CHECK_OK(lose(i));
  }
  return {};
}

Status PartialMedia::check_whole() {
  Impl& impl = *impl_;
  ESSAIMAGE_ASSERT(complete());
  TRY(const Sha256 found, impl.hash_rest());
  if (found == impl.media) return {};
  CHECK_OK(impl.lose_bad_chunks());
  if (impl.missing != 0) return fail(Errc::chunk_bad, impl.file.string() + ": damaged on the disk");
  impl.missing = impl.chunks.chunks.size();
  impl.content.held.assign(impl.missing, false);
  CHECK_OK(impl.remove_files());
  return fail(Errc::media_bad, impl.media.hex() + ": its chunk list is of another file");
}

}  // namespace essaimage::store
