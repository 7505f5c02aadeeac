#pragma once
// Base64 between "-----BEGIN X-----" and "-----END X-----", as OpenSSH writes it: lines of 70 columns, LF. Internal to
// store/crypto. The text may be a secret: nothing here leaves a copy behind except what it returns.

#include <optional>
#include <string>

#include "proto/bytes.hpp"

namespace essaimage::store {

std::string to_base64(ByteView bytes);
/// Nothing unless it is canonical base64 with padding.
std::optional<Bytes> from_base64(std::string_view text);

std::string to_armour(ByteView bytes, std::string_view label);
/// Nothing unless the text is exactly what to_armour writes for some bytes.
std::optional<Bytes> from_armour(std::string_view text, std::string_view label);

}  // namespace essaimage::store
