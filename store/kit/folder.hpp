#pragma once
// A person's folder looked at as a kit: what would be published, what would be left out, and everything that publishing
// would refuse or warn about. It never writes into the folder (fixes.hpp does). Not for several threads at once.
//
// Left out, with a note: litter (names.hpp) and empty folders. Refused: names (names.hpp), symbolic links, repositories
// inside, special files, unreadable files, twins, more than limits::files_per_kit_max files.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "proto/ids.hpp"
#include "proto/time.hpp"
#include "store/kit/file_reader.hpp"
#include "store/kit/finding.hpp"
#include "store/kit/manifest.hpp"

namespace essaimage::kit {

struct Scan {
  std::vector<ScannedFile> files;          ///< sorted by the bytes of the path
  std::vector<std::string> litter;         ///< left out; a folder of litter ends in '/'
  std::vector<std::string> empty_folders;  ///< left out; each ends in '/'
  std::uint64_t bytes = 0;                 ///< of all files
  Findings findings;                       ///< refusals and notes about names and kinds of files

  const ScannedFile* find(std::string_view path) const;
};

/// Fails only if the folder itself cannot be read; everything else is a finding.
Result<Scan> scan_folder(const FolderHandle& folder);

struct CheckOptions {
  Timestamp today;                   ///< files whose consent ended before are refused
  std::optional<Audience> audience;  ///< consent narrower than it is warned of
};

struct FolderCheck {
  Scan scan;
  std::optional<Manifest> manifest;
  std::string slug;   ///< under which it would be published; empty if there is none
  Findings findings;  ///< those of the scan, of kit.toml, of licence and consent; refusals first, then by path
};

/// scan_folder, kit.toml, licence, consent.
Result<FolderCheck> check_folder(const std::filesystem::path& folder, const CheckOptions& options);

/// The folder's own name, also of "." or "kit/": from it comes the slug where kit.toml gives none.
std::string folder_name(const std::filesystem::path& folder);

/// True for the file name of a picture or film, by its extension.
bool shows_people_perhaps(std::string_view path);

}  // namespace essaimage::kit
