#pragma once
// The secret keys of a node, by libsodium: Ed25519 for signatures, Curve25519 for the transport. Secrets live in
// guarded memory (sodium_malloc), are never copied into ordinary strings and never printed. libsodium is initialised
// by whatever is called first here.

#include <memory>
#include <span>

#include "proto/ids.hpp"
#include "store/disk/layout.hpp"

namespace essaimage::store {

/// An Ed25519 key pair. Immutable; safe to use from several threads.
class SigningSecret {
 public:
  static SigningSecret generate();
  static SigningSecret from_seed(ByteView seed32);
  /// OpenSSH's private key file ("openssh-key-v1", unencrypted), so that ssh-keygen can read it.
  /// `on_stick`: its file system may know no modes; else Errc::key_exposed if others can read it.
  static Result<SigningSecret> load(const Path& file, bool on_stick = false);
  Status save(const Path& file, std::string_view comment) const;  ///< 0600, durable; refuses to overwrite

  const SigningKey& public_key() const { return public_; }
  Signature sign(ByteView message) const;

 private:
  SigningSecret() = default;
  std::shared_ptr<const std::uint8_t> secret_;  ///< 64 bytes, sodium_free'd
  SigningKey public_{};
};

bool verify(const SigningKey& key, ByteView message, const Signature& signature);

/// A CURVE key pair (ZeroMQ RFC 26).
class TransportSecret {
 public:
  static TransportSecret generate();
  static Result<TransportSecret> load(const Path& file);
  Status save(const Path& file) const;
  const TransportKey& public_key() const { return public_; }
  const std::uint8_t* secret32() const { return secret_.get(); }  ///< as libzmq wants it; lives as long as this

 private:
  TransportSecret() = default;
  std::shared_ptr<const std::uint8_t> secret_;
  TransportKey public_{};
};

void random_bytes(std::span<std::uint8_t> out);

}  // namespace essaimage::store
