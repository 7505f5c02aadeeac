#pragma once
// What a file or folder of a kit may be called, so that the same tree checks out on Linux, Windows and macOS, and means
// nothing to git. The person who publishes and every receiver apply the same rules (store/FORMAT.md, "Names").
//
// A name is the real one, as a person sees it. A stored name is what stands in the git tree: the same, but for the names
// that git would act upon. Pure functions, any thread. Limits: proto/limits.hpp, in bytes of UTF-8.
//
// Unicode: forms are those of utf8proc. NFC and case folding never change for assigned code points, so a name with an
// unassigned one is refused: two nodes with different tables can then not judge a name differently.
// Sources: Microsoft "Naming Files, Paths, and Namespaces"; git's rules for NTFS and HFS+ spellings of ".git".

#include <set>
#include <string>
#include <string_view>

#include "proto/error.hpp"

namespace essaimage::kit {

/// One name. Fails with a code name.*, the detail says which character or form is the matter.
Status check_name(std::string_view name);

/// A path inside a kit: names joined by '/', neither absolute nor ending in '/'. Checks each name, bytes and depth.
Status check_path(std::string_view path);

/// What `--fix` would call it: passes check_name, keeps the extension, equals the name if nothing is wrong. Any bytes are
/// accepted (what is not UTF-8 is read as Latin-1). Says nothing about twins in the folder.
std::string mend_name(std::string_view name);

/// Of the letters A to Z alone: enough for the endings and names that programs make.
std::string ascii_lower(std::string_view text);

/// Names that programs leave behind and that no kit needs: .DS_Store, Thumbs.db, ~$report.docx, .svn, a working copy's
/// .git ... They are left out when publishing (and said so); a receiver does not refuse them.
bool is_litter(std::string_view name);

/// The name in the git tree: a leading '%' becomes "%25"; the leading '.' of a name that folds to .gitattributes or
/// .gitmodules becomes "%2E". Any other name is itself. For names that pass check_name.
std::string to_stored_name(std::string_view name);
std::string to_stored_path(std::string_view path);

/// The exact inverse. Fails on a stored form that to_stored_name does not write, and on names that check_name refuses: a
/// receiver needs no other check of one name.
Result<std::string> from_stored_name(std::string_view stored);
/// As above for each name, then the limits of check_path.
Result<std::string> from_stored_path(std::string_view stored);

/// Finds names that one folder of Windows or macOS would confuse (case, accents, width, invisible characters).
class TwinFinder {
 public:
  /// False if an added name folds to the same form; that name is then other().
  bool add(std::string_view name);
  const std::string& other() const { return other_; }

 private:
  std::set<std::pair<std::string, std::string>> seen_;  ///< (folded, name)
  std::string other_;
};

}  // namespace essaimage::kit
