#pragma once
// The text of a new, commented kit.toml for a folder that has none: what `kit new` writes. Guesses what the folder tells
// (title, licence, languages, kind, pictures that need a consent record) and leaves the rest as commented examples. What
// it writes passes read_manifest. Only reads; the caller writes the file.

#include <filesystem>
#include <string>

#include "proto/error.hpp"

namespace essaimage::kit {

/// Fails if the folder cannot be read.
Result<std::string> new_manifest(const std::filesystem::path& folder, Language language);

}  // namespace essaimage::kit
