#pragma once
// members/<slug>.toml and invitations/<key>.toml of the federation's feed, and centre.toml of a centre's region feed.

#include "proto/roster.hpp"
#include "store/federation/statement.hpp"

namespace essaimage::store {

inline constexpr std::size_t generations_max = 64;  ///< keys of one member, one after the other

inline constexpr std::size_t why_bytes_max = 500;  ///< of a reason, in bytes of UTF-8

struct MemberFile {
  std::uint64_t version = 1;
  Sha256 previous;
  Member member;                         ///< without endpoints, which are its own word
  std::optional<SigningKey> invitation;  ///< that it came by
  Timestamp since;
};
std::string encode(const MemberFile& file);
Result<MemberFile> parse_member_file(std::string_view toml);

struct InvitationFile {
  std::uint64_t version = 1;
  SigningKey key;
  std::string slug;
  std::string name;
  std::set<std::string> territories;
  Timestamp expires;
};
std::string encode(const InvitationFile& file);
Result<InvitationFile> parse_invitation_file(std::string_view toml);

/// A centre's own word about itself: no statement, its commit's signature is enough.
struct CentreFile {
  std::string name;
  std::string contact;
  std::vector<std::string> endpoints;
};
std::string encode(const CentreFile& file);
Result<CentreFile> parse_centre_file(std::string_view toml);

}  // namespace essaimage::store
