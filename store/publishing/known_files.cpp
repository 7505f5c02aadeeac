// Files that need not be read when a kit is published again: the home remembers what each file of a folder held, and in
// which state it was. Whether the state is still the same, the publishing side says; whether what the file held is still
// held here, is looked up: the text among the objects, the media in its place. It is a cache: without it, all is read.
#include "store/publishing/publication_impl.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {

void PublicationImpl::set_place(const std::string& place) {
  if (kit_) kit_->place = place;
}

void PublicationImpl::remember(const std::string& state) {
  if (file_) file_->state = state;
}

std::optional<State::Hint> PublicationImpl::hint() const {
  if (kit_->place.empty() || file_->state.empty()) return std::nullopt;
  return State::Hint{kit_->place + "/" + file_->path, file_->state, {}, std::nullopt, file_->bytes};
}

Result<bool> PublicationImpl::take_known(const std::string& path, bool executable, const std::string& state) {
  if (!kit_ || file_) return fail(Errc::usage, "a file outside of a kit, or within a file: " + path);
  if (kit_->place.empty() || state.empty()) return false;
  TRY(const auto hint, library_.state_->hint(kit_->place + "/" + path));
  if (!hint || hint->state != state) return false;
  return hint->media ? take_known_media(*hint, path, executable) : take_known_text(*hint, path, executable);
}

Result<bool> PublicationImpl::take_known_text(const State::Hint& hint, const std::string& path, bool executable) {
  if (!library_.objects_->contains(hint.blob)) return false;
  TRY(const auto stored, new_path(path));
  if (stored == kit::manifest_name) {
    TRY(const auto content, library_.objects_->read(hint.blob, ObjectType::blob));
    kit_->manifest = std::string(text_of(content));
  }
  kit_->text_bytes += hint.bytes;
  relied_on_.push_back(hint.blob);
  add_file({stored, executable, hint.blob, std::nullopt}, hint.bytes);
  return true;
}

Result<bool> PublicationImpl::take_known_media(const State::Hint& hint, const std::string& path, bool executable) {
  CHECK_OK(library_.withdrawals_->may_publish(*hint.media, path));
  const auto bytes = library_.media_->bytes(*hint.media);
  auto chunks = library_.read_chunk_list(hint.blob);
  if (!bytes || !chunks || *bytes != hint.bytes || chunks->bytes != hint.bytes) return false;
  TRY(const auto stored, new_path(path));
  TRY(const auto pointer, add_pointer(*hint.media, hint.bytes));
  line_->keep(*hint.media, hint.bytes);
  kit_->media.insert_or_assign(*hint.media, std::move(*chunks));
  add_file({stored, executable, pointer, hint.media}, hint.bytes);
  return true;
}

/// After all has taken effect. What is not remembered is read again, and is no error of the publication.
void PublicationImpl::remember_files() {
  std::vector<State::Hint> hints;
  for (auto& kit : kits_) std::move(kit.hints.begin(), kit.hints.end(), std::back_inserter(hints));
  if (const auto kept = library_.state_->remember(hints); !kept) library_.note(kept.error(), "hints");
}

}  // namespace essaimage::store
