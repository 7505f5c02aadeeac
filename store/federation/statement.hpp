#pragma once
// The federation's word: TOML files in its feed that take effect by detached SSHSIGs (namespace "essaimage") of a role.
// Signed is not the file alone but federation id, path, version, hash of the previous version, and hash of the content
// (FORMAT.md, "Statements"), so that a signature can be replayed neither elsewhere nor later. The signatures lie beside
// the file as `<file>.sigs`: armoured, one after the other, by rising key.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "proto/error.hpp"
#include "proto/ids.hpp"
#include "proto/time.hpp"
#include "store/crypto/sshsig.hpp"

namespace essaimage::store {

/// Who may sign what: a role of federation.toml.
struct Role {
  std::vector<SigningKey> keys;
  std::uint32_t threshold = 1;
  std::optional<Timestamp> expires;
  std::map<SigningKey, std::string> notes = {};  ///< whose key it is, for people; of some of `keys`

  bool has(const SigningKey& key) const;
  /// At its expiry it is over.
  bool is_over(Timestamp at) const { return expires && *expires <= at; }
};

struct StatementName {
  FederationId federation;
  std::string path;  ///< in the feed's tree
  std::uint64_t version = 1;
  Sha256 previous;  ///< SHA-256 of the previous version's content; zero: the first
};

/// The exact bytes that are signed.
Bytes signed_bytes(const StatementName& name, ByteView content);
std::string sign_statement(const StatementName& name, ByteView content, const std::vector<const SigningSecret*>& keys);
/// Both, each key once, in their one order; where both have a key, the former's signature. Errc::malformed, also if they are more
/// than a reader takes.
Result<std::string> merge_signatures(std::string_view some, std::string_view others);
/// The keys of the role that have signed it, each once. Errc::malformed: these are no signatures.
Result<std::vector<SigningKey>> signers_of(const StatementName& name, ByteView content, std::string_view signatures, const Role& role);
/// Whose right signatures these are, whoever may sign it.
Result<std::vector<SigningKey>> all_signers_of(const StatementName& name, ByteView content, std::string_view signatures);
/// Those by these keys alone. What is handed on is pruned by it: signatures that count for nothing, by keys that a role has no more
/// or never had, would add up until no reader takes the file. Errc::malformed.
Result<std::string> only_by(const std::set<SigningKey>& keys, std::string_view signatures);
/// Errc::role_threshold unless distinct keys of the role, as many as its threshold, have signed.
Status verify_statement(const StatementName& name, ByteView content, std::string_view signatures, const Role& role);

/// A file of the federation's feed that took effect.
template <class File>
struct Stated {
  File file;
  Sha256 content;             ///< SHA-256 of the file: the `previous` of its next version
  ObjectId blob, signatures;  ///< in the tree
};

/// The version that is held stays, or is followed by one that names its hash, or by a later one. Errc::role_threshold else.
template <class File>
Status check_follows(const std::string& what, const Stated<File>& held, const Stated<File>& next) {
  const auto before = held.file.version, after = next.file.version;
  const bool follows = after == before       ? next.content == held.content
                       : after == before + 1 ? next.file.previous == held.content
                                             : after > before;
  if (follows) return {};
  return fail(Errc::role_threshold,
              what + " version " + std::to_string(after) + " does not follow the held version " + std::to_string(before));
}

}  // namespace essaimage::store
