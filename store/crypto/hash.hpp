#pragma once
// SHA-256 and git's SHA-1, by OpenSSL's libcrypto (which uses the processor's SHA instructions where there are some).

#include <memory>

#include "proto/ids.hpp"

namespace essaimage::store {

/// SHA-256 of bytes that come in pieces. One thread at a time.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;
  void update(ByteView bytes);
  Sha256 finish();  ///< and starts anew

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Sha256 sha256(ByteView bytes);

enum class ObjectType : std::uint8_t { commit = 1, tree = 2, blob = 3 };  ///< numbers as in a pack
std::string_view name_of(ObjectType type);

/// The id that git gives to an object.
ObjectId object_id(ObjectType type, ByteView content);

}  // namespace essaimage::store
