#include "proto/version.hpp"

namespace essaimage {

std::string_view version_text() { return ESSAIMAGE_VERSION; }

}  // namespace essaimage
