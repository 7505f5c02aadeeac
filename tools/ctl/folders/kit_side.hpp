#pragma once
// One of two things that are compared: a version of a kit that the daemon knows, or a person's folder. One thread.
// Errors: those of the daemon, of store/kit/folder.hpp; a folder with names that would not publish is refused.

#include <filesystem>
#include <map>
#include <set>

#include "store/kit/compare_files.hpp"
#include "store/kit/folder.hpp"
#include "tools/ctl/kit_ref.hpp"

namespace essaimage::ctl {

struct KitSide {
  std::string name;  ///< "wazemmes/lampe@2", or the folder as it was typed
  KitId id;          ///< of a kit
  std::uint64_t version = 0;
  std::filesystem::path folder;                      ///< empty: it is a kit
  std::vector<kit::FileId> files;                    ///< by path
  std::set<std::string> texts;                       ///< paths of those that are no media
  std::map<std::string, std::uint64_t> small_files;  ///< of a kit: those that are here and no longer than a text may be; their bytes
  std::vector<kit::ScannedFile> scanned;             ///< of a folder, by path; as they were when they were read

  bool is_folder() const { return !folder.empty(); }
  const kit::FileId* find(const std::string& path) const;
};

/// True if it is a folder with a kit.toml, or is written as a path and no kit can be: "./x", "/x", "x".
bool names_folder(const std::string& typed);

Result<KitSide> side_of_kit(const Context& context, Client& client, const KitRef& ref);
Result<KitSide> side_of_folder(const std::string& folder);

/// Of a file that `texts` has: limits::text_file_bytes_max at most. Errc::kit_file_changed in a folder that was touched since.
Result<std::string> read_text(const KitSide& side, Client& client, const std::string& path);
/// Any file of a kit, in pieces.
Status read_file(const KitSide& side, Client& client, const std::string& path, const std::function<Status(ByteView)>& sink);
/// The id by which a text is compared.
std::string id_of_text(std::string_view text);

/// What its kit.toml says. Errc::lineage_none unless it names a version of a kit.
Result<KitRef> parent_of(const KitSide& side, Client& client);

}  // namespace essaimage::ctl
