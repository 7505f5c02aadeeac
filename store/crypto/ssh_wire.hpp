#pragma once
// The field encoding that OpenSSH's formats share (RFC 4251, section 5): 32-bit big-endian numbers, and strings with
// such a number before them as their length. Internal to store/crypto. Reading is bounded by what is there: a reader
// that ran over the end yields empty fields and says so with failed().

#include "proto/bytes.hpp"

namespace essaimage::store::ssh {

inline constexpr std::string_view ed25519 = "ssh-ed25519";

inline void put_u32(Bytes& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

inline void put_string(Bytes& out, ByteView bytes) {
  put_u32(out, static_cast<std::uint32_t>(bytes.size()));
  append_bytes(out, bytes);
}

inline void put_string(Bytes& out, std::string_view text) { put_string(out, bytes_of(text)); }

/// The public key blob of an Ed25519 key.
inline Bytes public_blob(ByteView key32) {
  Bytes blob;
  put_string(blob, ed25519);
  put_string(blob, key32);
  return blob;
}

class Reader {
 public:
  explicit Reader(ByteView bytes) : left_(bytes) {}

  ByteView raw(std::size_t size) {
    if (size > left_.size()) {
      failed_ = true;
      left_ = {};
      return {};
    }
    const ByteView field = left_.first(size);
    left_ = left_.subspan(size);
    return field;
  }
  std::uint32_t u32() {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : raw(4)) value = value << 8 | byte;
    return value;
  }
  ByteView string() { return raw(u32()); }
  std::string_view text() { return text_of(string()); }
  ByteView rest() const { return left_; }
  bool failed() const { return failed_; }

 private:
  ByteView left_;
  bool failed_ = false;
};

}  // namespace essaimage::store::ssh
