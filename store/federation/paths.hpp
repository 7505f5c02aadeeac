#pragma once
// Where things lie in the tree of a feed, beside the kits. FORMAT.md gives the same list. Names only.

#include <string>
#include <string_view>

#include "proto/ids.hpp"

namespace essaimage::store::feed_path {

// --- a centre's region feed --------------------------------------------------------------------------------------------
inline constexpr std::string_view centre = "centre.toml";

// --- the federation's region feed alone ---------------------------------------------------------------------------------
inline constexpr std::string_view federation = "federation.toml";    ///< the newest version, and its signatures
inline constexpr std::string_view federation_folder = "federation";  ///< <n>.toml: all versions; each with its .sigs
inline constexpr std::string_view members_folder = "members";        ///< <slug>.toml, <slug>.toml.sigs
inline constexpr std::string_view successions_folder =
    "successions";  ///< <slug>/<generation>.toml, with .sigs: new keys that neighbours gave
inline constexpr std::string_view invitations_folder = "invitations";  ///< <key in hex>.toml, <key in hex>.toml.sigs
inline constexpr std::string_view catalogue_folder = "catalogue";  ///< <centre>/<slug>.toml, with .sigs; in its feeds of territories too
inline constexpr std::string_view mirrors_folder = "mirrors";      ///< <slug>.toml, <slug>.toml.sigs
inline constexpr std::string_view heartbeat = "heartbeat.toml";    ///< the newest signed time, and its signatures

// --- every feed -----------------------------------------------------------------------------------------------------------
inline constexpr std::string_view kits_folder = "kits";  ///< <2 hex of SHA-256 of the slug>/<slug>/
inline constexpr std::string_view attributes = ".gitattributes";
inline constexpr std::string_view lfsconfig = ".lfsconfig";
inline constexpr std::string_view adoptions_folder = "adoptions";      ///< <centre>/<slug>.toml
inline constexpr std::string_view outcomes_folder = "outcomes";        ///< <centre>/<slug>/<number>.toml
inline constexpr std::string_view proposals_folder = "proposals";      ///< <slug>.toml
inline constexpr std::string_view withdrawals_folder = "withdrawals";  ///< <number>.toml; the federation's: <sha256>.toml too, signed
inline constexpr std::string_view receipts_folder = "receipts";        ///< <centre>/<number or sha256>.toml
// Within a kit:
inline constexpr std::string_view kit_files = "files";
inline constexpr std::string_view kit_chunks = "chunks";  ///< <sha256 of the media>: its chunk list

inline constexpr std::string_view file_suffix = ".toml";
inline constexpr std::string_view signatures_suffix = ".sigs";

/// Of a kit in a folder that is ordered by centres.
inline std::string of_kit(std::string_view folder, const KitId& kit) {
  return std::string(folder) + "/" + kit.str() + std::string(file_suffix);
}
/// The kit that a file of such a folder is of.
inline KitId kit_of(const std::string& slug, std::string_view file) {
  return {slug, std::string(file.substr(0, file.size() - file_suffix.size()))};
}
inline bool lies_in(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}
inline bool is_member(std::string_view path) { return lies_in(path, members_folder); }
inline bool is_succession(std::string_view path) { return lies_in(path, successions_folder); }
inline std::string signatures_of(std::string_view file) { return std::string(file) + std::string(signatures_suffix); }

}  // namespace essaimage::store::feed_path
