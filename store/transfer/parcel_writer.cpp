#include <fcntl.h>

#include <algorithm>
#include <optional>

#include "store/disk/scratch_folder.hpp"
#include "store/feed/commit.hpp"
#include "store/transfer/old_objects.hpp"
#include "store/transfer/parcel_format.hpp"
#include "store/transfer/zstd.hpp"

namespace essaimage::store {

Status ParcelBudget::check(std::uint64_t content_bytes, std::uint64_t packed_bytes, std::uint64_t old_bytes) const {
  const std::uint64_t content = content_ + content_bytes, packed = packed_ + packed_bytes, old = old_ + old_bytes;
  if (content > limits::pack_inflated_bytes_max) return fail(Errc::too_large, "parcel");
  const bool fits =
      old <= parcel::old_bytes_max && content <= limits::pack_inflation_slack + limits::pack_inflation_ratio_max * packed + 2 * old;
  return fits ? Status{} : fail(Errc::malformed, "parcel: unfolds too much");
}

void ParcelBudget::take(std::uint64_t content_bytes, std::uint64_t packed_bytes, std::uint64_t old_bytes) {
  content_ += content_bytes;
  packed_ += packed_bytes;
  old_ += old_bytes;
}

struct ParcelWriter::Impl {
  ScratchFolder folder;
  Path file;  ///< in it, until it is finished
  Fd fd;
  Bytes commits;  ///< with which each frame's prefix begins
  std::unordered_set<ObjectId, IdHash> ids;
  Compressor compressor;
  ParcelBudget budget;
  std::optional<OldObjects> olds;  ///< nothing: no more of them
  // Of the open frame:
  Bytes content, prefix, places;
  std::unordered_set<ObjectId, IdHash> frame_olds;

  /// Unless it would be too much.
  void refer(const OldObject& old) {
    if (!olds || frame_olds.contains(old.id) || places.size() > parcel::places_bytes_max - limits::KiB) return;
    const std::uint64_t left = parcel::old_bytes_max - budget.old_bytes() - prefix.size();
    const auto old_content = olds->read(old.place, std::min<std::uint64_t>(parcel::frame_old_bytes_max - prefix.size(), left));
    if (!old_content && !olds->is_exhausted() && old_content.error().code == Errc::too_large) return;
    if (!old_content) return olds.reset();  // the parcel does without, from here on
    frame_olds.insert(old.id);
    append_bytes(prefix, *old_content);
    parcel::put_number(places, static_cast<std::uint32_t>(old.place.size()));
    for (const std::uint32_t each : old.place) parcel::put_number(places, each);
  }

  Status close_frame() {
    if (content.empty()) return {};
    Bytes whole_prefix = commits;
    append_bytes(whole_prefix, prefix);
    Bytes packed = compressor.compress(content, whole_prefix);
    auto allowed = budget.check(content.size(), packed.size(), prefix.size());
    if (!allowed && allowed.error().code == Errc::too_large) return allowed;
    const bool as_it_is = packed.size() >= content.size() || !allowed;
    if (as_it_is) {
      packed.swap(content);
      prefix.clear();
      places.clear();
    }
    const std::size_t bytes = as_it_is ? packed.size() : content.size();
    budget.take(bytes, packed.size(), prefix.size());
    Bytes head;
    parcel::put_u32(head, bytes);
    parcel::put_u32(head, packed.size());
    parcel::put_u32(head, places.size());
    append_bytes(head, places);
    CHECK_OK(write_all(fd.get(), head, file));
    CHECK_OK(write_all(fd.get(), packed, file));
    content.clear();
    prefix.clear();
    places.clear();
    frame_olds.clear();
    return {};
  }
};

ParcelWriter::ParcelWriter() = default;
ParcelWriter::~ParcelWriter() = default;

Result<std::unique_ptr<ParcelWriter>> ParcelWriter::create(const Path& scratch, const ObjectDb& objects, const ObjectId& head,
                                                           const ObjectId& have) {
  std::unique_ptr<ParcelWriter> writer(new ParcelWriter);
  writer->impl_ = std::make_unique<Impl>();
  Impl& impl = *writer->impl_;
  TRY(impl.commits, objects.read(head, ObjectType::commit));
  if (!have.is_zero()) {
    TRY(const Bytes before, objects.read(have, ObjectType::commit));
    append_bytes(impl.commits, before);
    TRY(const Commit commit, parse_commit(before));
    impl.olds.emplace(objects, commit.tree);
  }
  TRY(impl.folder, ScratchFolder::create(scratch));
  impl.file = impl.folder.path() / "parcel";
  TRY(impl.fd, open_file(impl.file, O_RDWR | O_CREAT | O_EXCL));
  Bytes begin(parcel::magic.begin(), parcel::magic.end());
  append_bytes(begin, have.view());
  CHECK_OK(write_all(impl.fd.get(), begin, impl.file));
  return writer;
}

Status ParcelWriter::add(ObjectType type, const ObjectId& id, ByteView content, const std::vector<OldObject>& olds) {
  if (!impl_->ids.insert(id).second) return {};
  for (const OldObject& old : olds) impl_->refer(old);
  pack::put_object_header(impl_->content, type, content.size());
  append_bytes(impl_->content, content);
  return impl_->content.size() >= parcel::frame_bytes ? impl_->close_frame() : Status{};
}

Result<Path> ParcelWriter::finish() {
  CHECK_OK(impl_->close_frame());
  Path finished = impl_->folder.path();
  finished += ".parcel";
  if (::rename(impl_->file.c_str(), finished.c_str()) != 0) return tl::unexpected(system_error(finished, "renaming"));
  return finished;
}

}  // namespace essaimage::store
