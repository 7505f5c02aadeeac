#pragma once
// What several files of a feed hold, and is read and written in one way. Errors as of toml_form.hpp. Pure; any thread.

#include <map>
#include <set>

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
/// Tables `name` of `feed`, `order` and `commit`: the last valid heads of a key of that centre.
Result<std::map<FeedId, Head>> read_heads(const TomlTable& table, std::string_view name, const std::string& centre);
std::string encode_heads(const std::map<FeedId, Head>& heads, std::string_view name);
/// `signing` and `transport` of a key.
std::string encode_key_pair(const SigningKey& signing, const TransportKey& transport);
Status read_key_pair(const TomlTable& table, SigningKey& signing, TransportKey& transport);
/// `vouched`: SHA-256 of successions; not there if there are none.
std::string encode_vouched(const std::set<Sha256>& vouched);
Result<std::set<Sha256>> read_vouched(const TomlTable& table);

}  // namespace essaimage::store
