#include "store/federation_change.hpp"

#include "store/federation/paths.hpp"

namespace essaimage::store {

std::string invitation_path(const SigningKey& key) {
  return std::string(feed_path::invitations_folder) + "/" + key.hex() + std::string(feed_path::file_suffix);
}

FederationChange::FederationChange(LibraryImpl& library, std::string_view role)
    : library_(library), picture_(library.picture()), feed_{library.identity_.slug, Audience{}}, role_(role) {}

Result<FederationChange> FederationChange::begin(LibraryImpl& library, std::string_view role) {
  if (!library.identity_.is_federation()) return fail(Errc::not_federation);
  FederationChange change(library, role);
  if (!change.picture_->word) return fail(Errc::corrupt, "the federation's feed cannot be read");
  CHECK_OK(library.may_publish(*change.picture_, Audience{}));
  TRY(change.key_, SigningSecret::load(library.layout_.role_key(change.role_)));
  TRY(change.pack_, PackWriter::create(library.layout_.scratch()));
  TRY(auto editor, library.edit_feed(*change.picture_, change.feed_, *change.pack_));
  change.editor_.emplace(std::move(editor));
  CHECK_OK(change.prune());
  return change;
}

Result<std::optional<Bytes>> FederationChange::read(const std::string& path) const {
  const auto head = picture_->head(feed_);
  if (!head) return std::nullopt;
  TRY(const auto tree, library_.tree_of(head->commit));
  TRY(const auto blob, id_at(*library_.objects_, tree, path));
  if (!blob) return std::nullopt;
  TRY(auto content, library_.objects_->read(*blob, ObjectType::blob));
  return std::optional(std::move(content));
}

Status FederationChange::put(const std::string& path, std::uint64_t version, const Sha256& previous, const std::string& content) {
  const StatementName name{library_.identity_.federation, path, version, previous};
  const auto signatures = sign_statement(name, bytes_of(content), {&*key_});
  CHECK_OK(verify_statement(name, bytes_of(content), signatures, word().federation.file.roles.at(role_)));
  CHECK_OK(put_blob(path, content));
  return put_blob(feed_path::signatures_of(path), signatures);
}

Status FederationChange::remove(const std::string& path) {
  CHECK_OK(editor_->remove(path));
  return editor_->remove(feed_path::signatures_of(path));
}

Status FederationChange::commit() {
  TRY(const auto tree, editor_->write(*pack_));
  LibraryImpl::Advance advance;
  advance.published_here = true;
  TRY(auto step, library_.sign_step(*picture_, feed_, tree, *pack_));
  advance.steps.push_back(std::move(step));
  CHECK_OK(pack_->finish_into(library_.layout_.packs()));
  CHECK_OK(library_.objects_->reload());
  // What we say is read back as everybody else will read it, before it is said.
  TRY(auto word, read_federation_word(*library_.objects_, tree, library_.identity_.federation, picture_->word.get()));
  CHECK_OK(check_succession(*picture_->word, word));
  advance.word = std::make_shared<const FederationWord>(std::move(word));
  return library_.advance(advance);
}

Status FederationChange::put_blob(const std::string& path, std::string_view content) {
  TRY(const auto blob, pack_->add(ObjectType::blob, bytes_of(content)));
  return editor_->set(path, TreeEntry::Mode::file, blob);
}

/// Invitations that ran out go with the next commit, whatever it is for.
Status FederationChange::prune() {
  const Timestamp now = library_.now_();
  for (const auto& [key, stated] : word().invitations) {
    if (stated.file.expires <= now) CHECK_OK(remove(invitation_path(key)));
  }
  return {};
}

}  // namespace essaimage::store
