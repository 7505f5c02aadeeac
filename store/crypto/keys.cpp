#include "store/crypto/keys.hpp"

#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>

#include "store/crypto/armour.hpp"
#include "store/crypto/ssh_wire.hpp"
#include "store/disk/files.hpp"

namespace essaimage::store {
namespace {

constexpr std::string_view key_magic{"openssh-key-v1\0", 15};
constexpr std::string_view key_label = "OPENSSH PRIVATE KEY";
constexpr std::string_view transport_label = "ESSAIMAGE TRANSPORT KEY";
constexpr std::size_t key_file_bytes_max = 4096;
constexpr std::size_t cipher_block = 8;  // of "none": the private section is padded to it

void ensure_sodium() {
  static const int state = sodium_init();
  ESSAIMAGE_ASSERT(state >= 0);
}

/// Guarded memory; wiped when freed.
std::shared_ptr<std::uint8_t> secret_memory(std::size_t size) {
  ensure_sodium();
  auto* memory = static_cast<std::uint8_t*>(sodium_malloc(size));
  ESSAIMAGE_ASSERT(memory != nullptr);
  return {memory, [](std::uint8_t* at) { sodium_free(at); }};
}

/// Wipes bytes or text that held a secret, whichever way the function ends.
template <class Buffer>
class Wiped {
 public:
  explicit Wiped(Buffer& buffer) : buffer_(buffer) {}
  ~Wiped() { sodium_memzero(buffer_.data(), buffer_.size()); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;

 private:
  Buffer& buffer_;
};

Result<Bytes> read_secret_file(const Path& file, bool on_stick = false) {
  ensure_sodium();
  struct stat info {};
  if (!on_stick && ::stat(file.c_str(), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(Errc::key_exposed, file.string());
  }
  auto text = read_file(file, key_file_bytes_max);
  if (!text && text.error().code == Errc::not_found) return fail(Errc::key_unusable, file.string() + ": missing");
  return text;
}

}  // namespace

SigningSecret SigningSecret::generate() {
  const auto seed = secret_memory(crypto_sign_SEEDBYTES);
  randombytes_buf(seed.get(), crypto_sign_SEEDBYTES);
  return from_seed({seed.get(), crypto_sign_SEEDBYTES});
}

SigningSecret SigningSecret::from_seed(ByteView seed32) {
  ESSAIMAGE_ASSERT(seed32.size() == crypto_sign_SEEDBYTES);
  SigningSecret secret;
  auto memory = secret_memory(crypto_sign_SECRETKEYBYTES);
  crypto_sign_seed_keypair(secret.public_.bytes.data(), memory.get(), seed32.data());
  secret.secret_ = std::move(memory);
  return secret;
}

// PROTOCOL.key of OpenSSH: magic, cipher, kdf, kdf options, number of keys, public key, private section.
Result<SigningSecret> SigningSecret::load(const Path& file, bool on_stick) {
  TRY(auto text, read_secret_file(file, on_stick));
  const Wiped wipe_text(text);
  auto blob = from_armour(text_of(text), key_label);
  if (!blob) return fail(Errc::key_unusable, file.string());
  const Wiped wipe_blob(*blob);
  ssh::Reader reader(*blob);
  const bool plain = text_of(reader.raw(key_magic.size())) == key_magic && reader.text() == "none" && reader.text() == "none" &&
                     reader.text().empty() && reader.u32() == 1;
  const ByteView public_blob = reader.string();
  ssh::Reader section(reader.string());
  const auto check = section.u32();
  const bool same = check == section.u32() && section.text() == ssh::ed25519;
  const ByteView public_key = section.string();
  const ByteView secret_key = section.string();
  section.string();  // comment
  if (!plain || !same || section.failed() || secret_key.size() != crypto_sign_SECRETKEYBYTES) {
    return fail(Errc::key_unusable, file.string() + ": not an unencrypted ssh-ed25519 key");
  }
  SigningSecret secret = from_seed(secret_key.first(crypto_sign_SEEDBYTES));
  const bool consistent = std::ranges::equal(secret.public_.view(), public_key) &&
                          std::ranges::equal(ssh::public_blob(public_key), public_blob) &&
                          std::ranges::equal(secret.public_.view(), secret_key.last(32));
  if (!consistent) return fail(Errc::key_unusable, file.string() + ": its parts do not match");
  return secret;
}

Status SigningSecret::save(const Path& file, std::string_view comment) const {
  Bytes section;
  section.reserve(256 + comment.size());  // never moved, so that no copy of the secret is left behind
  const Wiped wipe_section(section);
  std::uint32_t check = randombytes_random();
  ssh::put_u32(section, check);
  ssh::put_u32(section, check);
  ssh::put_string(section, ssh::ed25519);
  ssh::put_string(section, public_.view());
  ssh::put_string(section, ByteView{secret_.get(), crypto_sign_SECRETKEYBYTES});
  ssh::put_string(section, comment);
  for (std::uint8_t pad = 1; section.size() % cipher_block != 0; ++pad) section.push_back(pad);

  Bytes blob;
  blob.reserve(512 + comment.size());
  const Wiped wipe_blob(blob);
  append_bytes(blob, bytes_of(key_magic));
  ssh::put_string(blob, std::string_view("none"));
  ssh::put_string(blob, std::string_view("none"));
  ssh::put_string(blob, std::string_view());
  ssh::put_u32(blob, 1);
  ssh::put_string(blob, ssh::public_blob(public_.view()));
  ssh::put_string(blob, section);
  std::string text = to_armour(blob, key_label);
  const Wiped wipe_text(text);
  return create_file(file, bytes_of(text), 0600);
}

Signature SigningSecret::sign(ByteView message) const {
  Signature signature;
  crypto_sign_detached(signature.bytes.data(), nullptr, message.data(), message.size(), secret_.get());
  return signature;
}

bool verify(const SigningKey& key, ByteView message, const Signature& signature) {
  ensure_sodium();
  return crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(), key.bytes.data()) == 0;
}

TransportSecret TransportSecret::generate() {
  TransportSecret secret;
  auto memory = secret_memory(crypto_box_SECRETKEYBYTES);
  crypto_box_keypair(secret.public_.bytes.data(), memory.get());
  secret.secret_ = std::move(memory);
  return secret;
}

Result<TransportSecret> TransportSecret::load(const Path& file) {
  TRY(auto text, read_secret_file(file));
  const Wiped wipe_text(text);
  auto raw = from_armour(text_of(text), transport_label);
  if (!raw) return fail(Errc::key_unusable, file.string());
  const Wiped wipe_raw(*raw);
  if (raw->size() != crypto_box_SECRETKEYBYTES) return fail(Errc::key_unusable, file.string());
  TransportSecret secret;
  auto memory = secret_memory(crypto_box_SECRETKEYBYTES);
  std::copy(raw->begin(), raw->end(), memory.get());
  crypto_scalarmult_base(secret.public_.bytes.data(), memory.get());
  secret.secret_ = std::move(memory);
  return secret;
}

Status TransportSecret::save(const Path& file) const {
  std::string text = to_armour({secret_.get(), crypto_box_SECRETKEYBYTES}, transport_label);
  const Wiped wipe_text(text);
  return create_file(file, bytes_of(text), 0600);
}

void random_bytes(std::span<std::uint8_t> out) {
  ensure_sodium();
  randombytes_buf(out.data(), out.size());
}

}  // namespace essaimage::store
