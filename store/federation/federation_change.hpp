#pragma once
// One commit of the federation's region feed in the making, or of its feeds of territories, or both in one step: statements, signed
// by those keys of their roles that lie in this home or that came with a request. `changing_` of the library is held all the time.
// For the federation's acts alone. What lacks signatures is not written: commit() then gives it back as a request.

#include "store/federation/request.hpp"
#include "store/library/library_impl.hpp"

namespace essaimage::store {

/// invitations/<key>.toml
std::string invitation_path(const SigningKey& key);
/// members/<slug>.toml
std::string member_path(const std::string& slug);
/// mirrors/<slug>.toml
std::string mirror_path(const std::string& slug);
/// The next version of a member's file, with the keys that neighbours have given it since: the members role takes them up.
MemberFile next_version_of(const FederationWord& word, const std::string& slug);
/// At most, in bytes, once all have signed that have to: nobody is asked for signatures that will not fit.
std::size_t size_when_signed(const SigningRequest& request, const std::vector<Demand>& demands);

class FederationChange {
 public:
  /// Errc::not_federation on another node.
  static Result<FederationChange> begin(LibraryImpl& library);

  const FederationWord& word() const { return *picture_->word; }
  const Picture& picture() const { return *picture_; }

  /// The time by which a change to these roles is judged.
  JudgedTime judged_under(const FederationFile& next) const;
  Timestamp now() const { return judged_under(word().federation.file).time; }  ///< by the roles in force

  /// What lies there before this change, in force or not.
  Result<std::optional<Bytes>> read(const std::string& path, const Audience& audience = {}) const;
  /// That time, as the next version of what lies there. (heartbeat_ops.cpp)
  Result<HeartbeatFile> next_heartbeat(Timestamp time) const;
  void put(const std::string& path, std::uint64_t version, const Sha256& previous, const std::string& content,
           const Audience& audience = {});
  /// A new key that its neighbours are to give it; the request is about nothing else.
  void put_succession(const SuccessionFile& file);
  /// A member as it is: the request is about nobody else.
  Status put_held_member(const Stated<MemberFile>& member);
  /// federation.toml as it shall be, and with it every statement in force that its roles have to sign anew.
  Status put_roles(const FederationFile& next);
  /// What others have signed. Errc::request_wrong_federation, Errc::request_superseded, Errc::request_in_force.
  Status take(const SigningRequest& request);
  /// Signs with the keys of this home that may.
  Status sign_here();
  /// True and durable, or false and nothing is done: then request() is what lacks signatures. Errc::role_expired.
  Result<bool> commit();
  /// As commit(), where a request goes to `lacking`; null: Errc::role_threshold.
  Status commit_or(std::optional<SigningRequest>* lacking);
  const SigningRequest& request() const { return request_; }

 private:
  explicit FederationChange(LibraryImpl& library);
  Status add_signed_anew(const FederationFile& next, const std::string& path, std::uint64_t version, const Sha256& previous,
                         const ObjectId& blob, const ObjectId& signatures, const Audience& audience = {});
  Status add_decisions_anew(const FederationFile& next, const Catalogue& catalogue, const Audience& audience);
  Status check_invites_who_is_held(const SigningRequest& request, const RequestedStatement& statement) const;
  Status check_consent(const RequestedStatement& statement) const;  ///< (catalogue_ops.cpp)
  Status check_neighbours(const RequestedStatement& statement, bool& is_new);
  Status check_follows_held(const RequestedStatement& statement, bool& is_new) const;
  Status check_covers_all() const;
  Status check_not_over() const;
  Status write();
  Status write_all();
  Result<TreeEditor*> editor_of(const Audience& audience);
  Result<std::vector<std::pair<Audience, ObjectId>>> write_trees();
  /// What we say is read back as everybody else will read it, before it is said.
  Result<std::shared_ptr<const FederationWord>> check_trees(const std::vector<std::pair<Audience, ObjectId>>& trees) const;
  Status write_statement(const RequestedStatement& statement);
  Status remove_used(const RequestedStatement& member);
  Status remove_invitations(const std::string& slug);
  Status sign_time_anew();  ///< (heartbeat_ops.cpp)
  Status remove(const std::string& path);
  Status put_blob(const std::string& path, std::string_view content, const Audience& audience = {});

  LibraryImpl& library_;
  PicturePtr picture_;
  SigningRequest request_;
  std::unique_ptr<PackWriter> pack_;
  std::map<Audience, TreeEditor> editors_;  ///< of the feeds that change
  std::set<std::string> removed_;           ///< from the region's
};

}  // namespace essaimage::store
