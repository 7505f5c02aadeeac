#include "store/crypto/armour.hpp"

#include <sodium.h>

#include <algorithm>

namespace essaimage::store {
namespace {

constexpr std::size_t columns = 70;
constexpr int variant = sodium_base64_VARIANT_ORIGINAL;

std::string line(std::string_view begin_or_end, std::string_view label) {
  return "-----" + std::string(begin_or_end) + " " + std::string(label) + "-----\n";
}

}  // namespace

std::string to_base64(ByteView bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
  text.pop_back();  // sodium counts the terminating zero
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  // libsodium 1.0.18 takes every byte above ASCII for a '/', where char is signed.
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) return std::nullopt;
  Bytes bytes(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, &end, variant) != 0 ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

std::string to_armour(ByteView bytes, std::string_view label) {
  std::string base64 = to_base64(bytes);
  std::string text = line("BEGIN", label);
  text.reserve(2 * text.size() + base64.size() + base64.size() / columns + 2);
  for (std::size_t at = 0; at < base64.size(); at += columns) {
    text.append(base64, at, columns);
    text.push_back('\n');
  }
  text += line("END", label);
  sodium_memzero(base64.data(), base64.size());
  return text;
}

std::optional<Bytes> from_armour(std::string_view text, std::string_view label) {
  const std::string begin = line("BEGIN", label);
  const std::string end = line("END", label);
  if (!text.starts_with(begin) || !text.ends_with(end) || text.size() < begin.size() + end.size()) return std::nullopt;
  const auto body = text.substr(begin.size(), text.size() - begin.size() - end.size());
  std::string base64;
  base64.reserve(body.size());
  for (const char c : body) {
    if (c != '\n') base64.push_back(c);
  }
  auto bytes = from_base64(base64);
  sodium_memzero(base64.data(), base64.size());
  if (!bytes) return std::nullopt;
  // Other line breaks and the like decode to the same bytes; only the one form is accepted.
  std::string canonical = to_armour(*bytes, label);
  const bool same = canonical == text;
  sodium_memzero(canonical.data(), canonical.size());
  if (!same) {
    sodium_memzero(bytes->data(), bytes->size());
    return std::nullopt;
  }
  return bytes;
}

}  // namespace essaimage::store
