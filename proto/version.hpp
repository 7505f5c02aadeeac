#pragma once
// The versions that programs tell each other.

#include <cstdint>
#include <string_view>

namespace essaimage {

/// Of this program, such as "0.1.0": the build gives it.
std::string_view version_text();

/// Of the control socket's frames and verbs: raised when a client of the old one would misread the
/// new one.
inline constexpr std::uint32_t control_version = 1;

}  // namespace essaimage
