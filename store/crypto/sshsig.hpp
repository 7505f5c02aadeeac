#pragma once
// SSHSIG, the signature format of OpenSSH (PROTOCOL.sshsig) that git uses: Ed25519, hash sha512, empty reserved field,
// armoured at 70 columns. One byte form: parse accepts only what armour would write.

#include <string>

#include "store/crypto/keys.hpp"

namespace essaimage::store {

inline constexpr std::string_view git_namespace = "git";
inline constexpr std::string_view statement_namespace = "essaimage";

struct SshSignature {
  SigningKey key;
  std::string name_space;
  Signature signature;
};

/// "-----BEGIN SSH SIGNATURE-----\n…\n-----END SSH SIGNATURE-----\n".
std::string sign_ssh(const SigningSecret& secret, std::string_view name_space, ByteView message);
std::string armour(const SshSignature& signature);
Result<SshSignature> parse_ssh_signature(std::string_view armoured);
bool verify(const SshSignature& signature, std::string_view name_space, ByteView message);

/// "ssh-ed25519 AAAA…", and back.
std::string to_openssh(const SigningKey& key);
Result<SigningKey> from_openssh(std::string_view text);
/// "SHA256:…", as `ssh-keygen -l` shows it.
std::string fingerprint(const SigningKey& key);

}  // namespace essaimage::store
