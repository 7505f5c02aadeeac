#pragma once
// What many files of a feed begin with, and is read in one way. Errors as of toml_form.hpp. Pure; any thread.

#include "proto/ids.hpp"
#include "store/federation/toml_form.hpp"

namespace essaimage::store {

Status read_format(const TomlTable& table);  ///< 1
/// Of a statement: format, version, and the hash of the version before, zero for version 1 alone.
Status read_version(const TomlTable& table, std::uint64_t& version, Sha256& previous);
/// `centre` and `slug`.
Status read_kit(const TomlTable& table, KitId& kit);
/// `kit_version` and `tree`.
Status read_kit_version(const TomlTable& table, std::uint64_t& version, ObjectId& tree);

}  // namespace essaimage::store
