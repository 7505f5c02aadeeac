#include "store/crypto/sshsig.hpp"

#include <sodium.h>

#include <array>

#include "store/crypto/armour.hpp"
#include "store/crypto/hash.hpp"
#include "store/crypto/ssh_wire.hpp"

namespace essaimage::store {
namespace {

constexpr std::string_view magic = "SSHSIG";
constexpr std::string_view hash_name = "sha512";
constexpr std::string_view label = "SSH SIGNATURE";
constexpr std::uint32_t version = 1;
constexpr std::size_t armoured_bytes_max = 1024;  // ours are about 300; namespaces are short

/// What the key signs: never the message itself, so that a signature for one namespace is none for another.
Bytes signed_data(std::string_view name_space, ByteView message) {
  std::array<std::uint8_t, crypto_hash_sha512_BYTES> digest{};
  crypto_hash_sha512(digest.data(), message.data(), message.size());
  Bytes data;
  append_bytes(data, bytes_of(magic));
  ssh::put_string(data, name_space);
  ssh::put_string(data, std::string_view());  // reserved
  ssh::put_string(data, hash_name);
  ssh::put_string(data, ByteView(digest));
  return data;
}

}  // namespace

std::string sign_ssh(const SigningSecret& secret, std::string_view name_space, ByteView message) {
  return armour({secret.public_key(), std::string(name_space), secret.sign(signed_data(name_space, message))});
}

std::string armour(const SshSignature& signature) {
  Bytes inner;
  ssh::put_string(inner, ssh::ed25519);
  ssh::put_string(inner, signature.signature.view());
  Bytes blob;
  append_bytes(blob, bytes_of(magic));
  ssh::put_u32(blob, version);
  ssh::put_string(blob, ssh::public_blob(signature.key.view()));
  ssh::put_string(blob, signature.name_space);
  ssh::put_string(blob, std::string_view());  // reserved
  ssh::put_string(blob, hash_name);
  ssh::put_string(blob, inner);
  return to_armour(blob, label);
}

Result<SshSignature> parse_ssh_signature(std::string_view armoured) {
  if (armoured.size() > armoured_bytes_max) return fail(Errc::malformed, "signature too long");
  const auto blob = from_armour(armoured, label);
  if (!blob) return fail(Errc::malformed, "signature not armoured as OpenSSH does");
  ssh::Reader reader(*blob);
  reader.raw(magic.size() + 4);
  ssh::Reader key(reader.string());
  SshSignature signature;
  signature.name_space = std::string(reader.text());
  reader.string();  // reserved
  reader.string();  // hash
  ssh::Reader inner(reader.string());
  key.string();    // algorithm
  inner.string();  // algorithm
  TRY(signature.key, SigningKey::from(key.string()));
  TRY(signature.signature, Signature::from(inner.string()));
  // Whatever was skipped above is judged here: there is one byte form.
  if (armour(signature) != armoured) return fail(Errc::malformed, "signature not in its one byte form");
  return signature;
}

bool verify(const SshSignature& signature, std::string_view name_space, ByteView message) {
  return signature.name_space == name_space && verify(signature.key, signed_data(name_space, message), signature.signature);
}

std::string to_openssh(const SigningKey& key) { return std::string(ssh::ed25519) + " " + to_base64(ssh::public_blob(key.view())); }

std::string fingerprint(const SigningKey& key) {
  auto text = to_base64(sha256(ssh::public_blob(key.view())).view());
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

Result<SigningKey> from_openssh(std::string_view text) {
  const auto space = text.find(' ');
  const auto blob = space == std::string_view::npos ? std::nullopt : from_base64(text.substr(space + 1));
  if (!blob) return fail(Errc::malformed, "not an ssh-ed25519 key");
  ssh::Reader reader(*blob);
  reader.string();
  TRY(const SigningKey key, SigningKey::from(reader.string()));
  if (to_openssh(key) != text) return fail(Errc::malformed, "not an ssh-ed25519 key");
  return key;
}

}  // namespace essaimage::store
