#include "store/publishing/publication_impl.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

#include "proto/limits.hpp"
#include "store/kit/classify.hpp"
#include "store/kit/pointer.hpp"
#include "store/library/kit_tree.hpp"
#include "store/media/chunker.hpp"

namespace essaimage::store {

Result<std::unique_ptr<Publication>> PublicationImpl::begin(LibraryImpl& library, const PublishOptions& options) {
  const auto picture = library.picture();
  CHECK_OK(library.may_publish(*picture, options.audience.value_or(Audience{})));
  std::unique_ptr<PublicationImpl> publication(new PublicationImpl(library, options));
  TRY(publication->pack_, PackWriter::create(library.layout_.scratch()));
  TRY(publication->batch_, library.media_->begin());
  publication->line_.emplace(*publication->batch_);
  return std::unique_ptr<Publication>(std::move(publication));
}

Status PublicationImpl::begin_kit(const std::string& folder) {
  if (kit_ || committed_ || failed_) return fail(Errc::usage, "a kit within a kit, or after a failure");
  if (kits_.size() == limits::kits_per_publish_max) return fail(Errc::publish_too_many, folder);
  kit_ = Kit{};
  kit_->folder = folder;
  return {};
}

Status PublicationImpl::begin_file(const std::string& path, bool executable, std::uint64_t bytes_hint) {
  TRY(const auto stored, new_path(path));
  file_ = CurrentFile{};
  file_->path = path;
  file_->stored_path = stored;
  file_->executable = executable;
  file_->hint = bytes_hint;
  return kit::is_media_by_size(bytes_hint) ? begin_media() : Status{};
}

Result<std::string> PublicationImpl::new_path(const std::string& path) {
  if (!kit_ || file_) return fail(Errc::usage, "a file outside of a kit, or within a file: " + path);
  CHECK_OK(kit::check_path(path));
  if (kit_->files.size() == limits::files_per_kit_max) return fail(Errc::kit_too_many_files, kit_->folder);
  std::string stored = kit::to_stored_path(path);
  // A file that was given up may be begun again: its path was found good then, and is its own twin by now.
  if (kit_->given_up.erase(path) == 0) CHECK_OK(check_new_path(path, stored));
  return stored;
}

/// Not there yet, neither as a file nor as a folder, and no twin in its folder; its folders
/// likewise.
Status PublicationImpl::check_new_path(const std::string& path, const std::string& stored) {
  if (kit_->names.contains(stored) || kit_->names.contains(stored + "/")) return fail(Errc::name_twin, path);
  std::size_t at = 0;
  std::string folder;
  while (true) {
    const auto slash = path.find('/', at);
    const std::string name = path.substr(at, slash == std::string::npos ? slash : slash - at);
    const std::string below = folder + name + "/";
    auto& twins = kit_->twins[folder];
    const bool known_folder = slash != std::string::npos && kit_->twins.contains(below);
    if (!known_folder && !twins.add(name)) return fail(Errc::name_twin, path + ": " + twins.other());
    if (slash == std::string::npos) return {};
    if (kit_->names.contains(kit::to_stored_path(below.substr(0, below.size() - 1)))) return fail(Errc::name_twin, path);
    kit_->twins.try_emplace(below);
    folder = below;
    at = slash + 1;
  }
}

Status PublicationImpl::begin_media() {
  const auto bytes = std::max<std::uint64_t>(file_->hint, file_->pending.size());
  file_->is_media = true;
  file_->step = chunk_step_for(bytes);
  line_->begin(bytes, kit_->folder + "/" + file_->path);
  return line_->write(std::exchange(file_->pending, {}));
}

Status PublicationImpl::write(Bytes bytes) {
  if (!file_) return fail(Errc::usage, "bytes outside of a file");
  file_->bytes += bytes.size();
  if (file_->bytes > limits::media_bytes_max) return fail(Errc::kit_file_too_large, file_->path);
  if (file_->is_media) return line_->write(std::move(bytes));
  if (file_->pending.empty()) file_->pending = std::move(bytes);
  else append_bytes(file_->pending, bytes);
  return kit::is_media_by_size(file_->pending.size()) ? begin_media() : Status{};
}

Status PublicationImpl::end_file() {
  if (!file_) return fail(Errc::usage, "no file to end");
  // A file that was expected to be long and is short may be a text after all; then its bytes are
  // needed once more.
  if (!file_->is_media && kit::classify(text_of(file_->pending)) == kit::Content::media) CHECK_OK(begin_media());
  const auto status = file_->is_media ? end_media() : end_text();
  CHECK_OK(status);
  file_.reset();
  return {};
}

void PublicationImpl::add_file(File file, std::uint64_t bytes) {
  kit_->names.insert(file.stored_path);
  kit_->bytes += bytes;
  kit_->files.push_back(std::move(file));
}

Status PublicationImpl::end_text() {
  if (file_->stored_path == kit::manifest_name) kit_->manifest = std::string(text_of(file_->pending));
  kit_->text_bytes += file_->pending.size();
  TRY(const auto blob, add_blob(file_->pending));
  if (auto known = hint()) {
    known->blob = blob;
    kit_->hints.push_back(std::move(*known));
  }
  add_file({file_->stored_path, file_->executable, blob, std::nullopt}, file_->bytes);
  return {};
}

Status PublicationImpl::end_media() {
  if (!kit::is_media_by_size(file_->bytes) && kit::is_media_by_size(file_->hint)) {
    // Announced as long, and short when it came: whether it is a text or not could not be looked
    // at.
    return fail(Errc::kit_file_changed, file_->path);
  }
  // The step was chosen by the announced length; a list of another step than the file's would be refused by everybody.
  if (file_->step != chunk_step_for(file_->bytes)) return fail(Errc::kit_file_changed, file_->path);
  line_->end();
  arriving_.push_back({kits_.size(), kit_->files.size(), hint()});
  add_file({file_->stored_path, file_->executable, {}, std::nullopt}, file_->bytes);
  return {};
}

Status PublicationImpl::take_arrived(bool all) {
  failed_ = true;  // until all of it went well: which file is which is lost else
  TRY(auto files, line_->take(all));
  for (auto& done : files) {
    CHECK_OK(arrived(arriving_.front(), std::move(done)));
    arriving_.pop_front();
  }
  failed_ = false;
  return {};
}

Status PublicationImpl::arrived(Arriving& file, MediaWriter::Done done) {
  Kit& kit = file.kit < kits_.size() ? kits_[file.kit] : *kit_;
  CHECK_OK(library_.withdrawals_->may_publish(done.media, kit.folder + "/" + kit.files[file.file].stored_path));
  TRY(kit.files[file.file].blob, add_pointer(done.media, done.bytes));
  kit.files[file.file].media = done.media;
  if (file.hint) {
    file.hint->blob = object_id(ObjectType::blob, encode(done.chunks));
    file.hint->media = done.media;
    kit.hints.push_back(std::move(*file.hint));
  }
  kit.media.insert_or_assign(done.media, std::move(done.chunks));
  return {};
}

/// An object that the library has is not written again.
Result<ObjectId> PublicationImpl::add_blob(ByteView content) {
  const ObjectId id = object_id(ObjectType::blob, content);
  if (!library_.objects_->contains(id)) return pack_->add(ObjectType::blob, content);
  relied_on_.push_back(id);
  return id;
}

Result<ObjectId> PublicationImpl::add_pointer(const Sha256& media, std::uint64_t bytes) {
  return add_blob(bytes_of(kit::encode_pointer({media, bytes})));
}

void PublicationImpl::abort_file() {
  if (kit_ && file_) kit_->given_up.insert(file_->path);
  if (file_ && file_->is_media) line_->abort();
  file_.reset();
}

Status PublicationImpl::end_kit() {
  if (!kit_ || file_) return fail(Errc::usage, "no kit to end");
  CHECK_OK(take_arrived(false));
  failed_ = true;  // media of a kit that is refused have no place to come to
  Kit kit = std::move(*kit_);
  kit_.reset();
  if (!kit.manifest) return fail(Errc::kit_manifest_missing, kit.folder);
  const auto reading = kit::read_manifest(*kit.manifest);
  CHECK_OK(kit::first_refusal(reading.findings));
  if (!reading.manifest) return fail(Errc::kit_manifest_wrong, kit.folder);
  CHECK_OK(check_consents(kit, *reading.manifest));
  kit.slug = kit::slug_of(*reading.manifest, kit.folder);
  kit.themes = reading.manifest->themes;
  if (const auto& from = reading.manifest->adapted_from) kit.parent = from->kit;
  if (kit.slug.empty()) return fail(Errc::kit_slug_missing, kit.folder);
  for (const auto& other : kits_) {
    if (other.slug == kit.slug) return fail(Errc::publish_twice, other.folder + ", " + kit.folder + ": " + kit.slug);
  }
  kit.entries = kit.files.size() + kit.twins.size();
  kit.twins.clear();
  kit.names.clear();
  kits_.push_back(std::move(kit));
  failed_ = false;
  return {};
}

Status PublicationImpl::check_consents(const Kit& kit, const kit::Manifest& manifest) const {
  if (manifest.consent.empty()) return {};
  const auto now = library_.judged_now(*library_.picture()).time;
  for (const auto& file : kit.files) {
    TRY(const auto path, kit::from_stored_path(file.stored_path));
    const auto end = consent_end(manifest, path);
    // The end is that of the day which was named.
    if (end && *end <= now)
      return fail(Errc::kit_consent_over, kit.folder + "/" + path + ": until " + to_utc({end->seconds - 1}).substr(0, 10));
  }
  return {};
}

/// Of all kits, once their media are here.
Status PublicationImpl::count_media() {
  for (auto& kit : kits_) {
    for (const auto& [media, chunks] : kit.media) kit.chunks += chunks.chunks.size();
    if (kit.chunks > limits::chunks_per_kit_max) return fail(Errc::too_large, kit.folder + ": more media than one kit may hold");
    kit.entries += kit.media.size();
  }
  return {};
}

}  // namespace essaimage::store
