#include <algorithm>
#include <array>

#include "store/kit/names.hpp"

namespace essaimage::kit {
namespace {

/// Compared in lower case. Folders and files alike: none of them is a name that a person gives.
constexpr std::array<std::string_view, 32> litter_names = {
    // macOS
    ".ds_store", ".localized", "__macosx", ".appledouble", ".lsoverride", ".spotlight-v100", ".trashes", ".fseventsd", ".temporaryitems",
    ".documentrevisions-v100", ".apdisk", "icon\r",
    // Windows
    "thumbs.db", "thumbs.db:encryptable", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "$recycle.bin", "system volume information",
    // Linux
    ".directory", "lost+found",
    // working copies
    ".git", ".svn", ".hg", ".bzr", "_darcs",
    // synchronisers
    ".stfolder", ".stversions", ".dropbox", ".dropbox.cache", ".dropbox.attr",
    // what `kit upstream` has settled so far
    ".essaimage-upstream"};

/// ".name.swp" and its successors ".swo", ".swn": what vim keeps beside an open file.
bool is_vim_swap(std::string_view name) {
  if (name.size() < 5 || name[name.size() - 4] != '.') return false;
  const auto extension = name.substr(name.size() - 3);
  return extension == "swp" || (name[0] == '.' && extension >= "swk" && extension <= "swo");
}

}  // namespace

bool is_litter(std::string_view name) {
  const auto plain = ascii_lower(name);
  if (std::find(litter_names.begin(), litter_names.end(), plain) != litter_names.end()) return true;
  if (plain.starts_with("._") || plain.starts_with("~$") || plain.starts_with(".trash-")) return true;
  if (plain.starts_with(".~lock.") && plain.ends_with("#")) return true;                                          // LibreOffice
  if (plain.starts_with(".#") || (plain.size() > 1 && plain.front() == '#' && plain.back() == '#')) return true;  // Emacs
  if (plain.size() > 1 && plain.ends_with("~")) return true;                                  // copies that editors keep
  if (plain.starts_with("~wrl") && plain.ends_with(".tmp")) return true;                      // Word
  if (plain.starts_with(".nfs") && plain.size() > 12) return true;                            // a removed file still open over NFS
  if (plain.starts_with(".") && plain.find(".essaimage-") != std::string::npos) return true;  // of `checkout` and `upstream`, cut off
  if (plain.starts_with(".fuse_hidden") || plain.starts_with(".goutputstream-")) return true;
  return is_vim_swap(plain) || plain.ends_with(".crdownload");
}

}  // namespace essaimage::kit
