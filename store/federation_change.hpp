#pragma once
// One commit of the federation's region feed in the making, with statements that are signed by the key of a role that lies in
// this home. `changing_` of the library is held all the time. For the federation's acts alone.

#include "store/library_impl.hpp"

namespace essaimage::store {

/// invitations/<key>.toml
std::string invitation_path(const SigningKey& key);

class FederationChange {
 public:
  /// Errc::not_federation on another node.
  static Result<FederationChange> begin(LibraryImpl& library, std::string_view role);

  const FederationWord& word() const { return *picture_->word; }
  const Picture& picture() const { return *picture_; }

  /// What lies there before this change, in force or not.
  Result<std::optional<Bytes>> read(const std::string& path) const;
  /// Errc::role_threshold if the role needs more keys than that one.
  Status put(const std::string& path, std::uint64_t version, const Sha256& previous, const std::string& content);
  Status remove(const std::string& path);
  Status commit();

 private:
  FederationChange(LibraryImpl& library, std::string_view role);
  Status put_blob(const std::string& path, std::string_view content);
  Status prune();

  LibraryImpl& library_;
  PicturePtr picture_;
  FeedId feed_;
  const std::string role_;
  std::optional<SigningSecret> key_;
  std::unique_ptr<PackWriter> pack_;
  std::optional<TreeEditor> editor_;
};

}  // namespace essaimage::store
