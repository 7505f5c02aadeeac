#include "store/crypto/hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <charconv>

namespace essaimage::store {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using ContextPtr = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// Fetched once: an implicit fetch at each hash takes a lock of OpenSSL's and costs more than hashing a small object.
const EVP_MD* sha256_method() {
  static EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return method;
}
const EVP_MD* sha1_method() {
  static EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  return method;
}

// libcrypto's digests fail only when memory runs out or the library is broken: nothing that a caller could handle.
void start(EVP_MD_CTX* context, const EVP_MD* method) {
  ESSAIMAGE_ASSERT(method != nullptr && EVP_DigestInit_ex2(context, method, nullptr) == 1);
}

template <class Digest>
Digest digest(const EVP_MD* method, std::initializer_list<ByteView> pieces) {
  thread_local const ContextPtr context(EVP_MD_CTX_new());
  start(context.get(), method);
  for (const ByteView piece : pieces) {
    ESSAIMAGE_ASSERT(EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1);
  }
  Digest result;
  ESSAIMAGE_ASSERT(EVP_DigestFinal_ex(context.get(), result.bytes.data(), nullptr) == 1);
  return result;
}

}  // namespace

struct Sha256Stream::Context {
  ContextPtr evp{EVP_MD_CTX_new()};
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) { start(context_->evp.get(), sha256_method()); }
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::update(ByteView bytes) { ESSAIMAGE_ASSERT(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) == 1); }

Sha256 Sha256Stream::finish() {
  Sha256 result;
  ESSAIMAGE_ASSERT(EVP_DigestFinal_ex(context_->evp.get(), result.bytes.data(), nullptr) == 1);
  start(context_->evp.get(), sha256_method());
  return result;
}

Sha256 sha256(ByteView bytes) { return digest<Sha256>(sha256_method(), {bytes}); }

std::string_view name_of(ObjectType type) {
  switch (type) {
    case ObjectType::commit: return "commit";
    case ObjectType::tree: return "tree";
    case ObjectType::blob: return "blob";
  }
  ESSAIMAGE_ASSERT(false);
}

ObjectId object_id(ObjectType type, ByteView content) {
  // git hashes "<type> <length>\0" before the content.
  std::array<char, 32> header{};
  const std::string_view name = name_of(type);
  char* at = std::copy(name.begin(), name.end(), header.data());
  *at++ = ' ';
  at = std::to_chars(at, header.data() + header.size() - 1, content.size()).ptr;
  *at++ = '\0';
  const std::string_view text(header.data(), static_cast<std::size_t>(at - header.data()));
  return digest<ObjectId>(sha1_method(), {bytes_of(text), content});
}

}  // namespace essaimage::store
