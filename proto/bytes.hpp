#pragma once
// Byte strings, and their hexadecimal form. Nothing here knows what the bytes mean.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace essaimage {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The bytes of a text, without copying; lives as long as the text.
inline ByteView bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

/// The text made of the bytes, without copying; lives as long as the bytes. No check of encoding.
inline std::string_view text_of(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// Adds the bytes behind `out`. `bytes` must not lie within `out`.
void append_bytes(Bytes& out, ByteView bytes);

/// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);

/// Lower-case hexadecimal back to bytes; nothing for any other text (upper case and odd lengths too).
std::optional<Bytes> from_hex(std::string_view hex);

}  // namespace essaimage
