#include "store/kit/fixes.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <set>

#include "proto/limits.hpp"
#include "proto/text.hpp"
#include "store/kit/folder_handle.hpp"
#include "store/kit/manifest.hpp"
#include "store/kit/names.hpp"

namespace essaimage::kit {
namespace {

/// "photo.jpg", 2 -> "photo (2).jpg"; keeps within the limit of a name.
std::string numbered(const std::string& name, int number) {
  auto dot = name.rfind('.');
  if (dot == std::string::npos || dot == 0 || name.size() - dot > 16) dot = name.size();
  auto stem = name.substr(0, dot);
  const auto end = " (" + std::to_string(number) + ")" + name.substr(dot);
  while (!stem.empty() && stem.size() + end.size() > limits::file_name_bytes_max) {
    bool inside = true;  // a code point: its last byte goes first
    while (inside) {
      inside = (static_cast<unsigned char>(stem.back()) & 0xC0) == 0x80 && stem.size() > 1;
      stem.pop_back();
    }
  }
  return mend_name(stem + end);
}

class Planner {
 public:
  Status plan(const FolderHandle& folder, const std::string& path, std::size_t depth) {
    TRY(const auto items, folder.list(2 * limits::files_per_kit_max));
    for (const auto& item : items) {
      if (!S_ISDIR(item.status.st_mode) || is_litter(item.name) || depth > limits::kit_path_depth_max) continue;
      const auto below = folder.open_folder(item.name);
      // A folder that cannot be opened is a finding of the check, not a reason to mend nothing
      // else.
      if (below) CHECK_OK(plan(*below, path.empty() ? item.name : path + "/" + item.name, depth + 1));
    }
    plan_names(items, path);
    return {};
  }

  std::vector<Fix> take() { return std::move(fixes_); }

 private:
  /// Names that are right keep their form; the others get one that no name of the folder folds to,
  /// in the order of bytes.
  void plan_names(const std::vector<FolderHandle::Item>& items, const std::string& path) {
    TwinFinder taken;
    std::vector<std::string> to_mend;
    const auto keeps = [&](const std::string& name) { return path.empty() && name == manifest_name; };
    for (const auto& item : items) {
      // Litter stays where it is, and "KIT.TOML" must not take the name of kit.toml.
      if (is_litter(item.name) || keeps(item.name)) taken.add(item.name);
    }
    for (const auto& item : items) {
      if (is_litter(item.name) || keeps(item.name)) continue;
      if (!check_name(item.name) || !taken.add(item.name)) to_mend.push_back(item.name);
    }
    for (const auto& name : to_mend) {
      auto wanted = mend_name(name);
      const auto base = wanted;
      for (int number = 2; is_litter(wanted) || !taken.add(wanted); ++number) wanted = numbered(base, number);
      fixes_.push_back({path, name, wanted});
    }
  }

  std::vector<Fix> fixes_;
};

/// Never over another name. RENAME_NOREPLACE is refused by a few file systems (EINVAL); there a
/// look before has to do.
Status rename_within(const FolderHandle& folder, const Fix& fix) {
  const auto shown = (fix.folder.empty() ? "" : fix.folder + "/") + fix.from;
  if (::renameat2(folder.fd(), fix.from.c_str(), folder.fd(), fix.to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno == EINVAL || errno == ENOSYS) {
    struct stat status {};
    if (::fstatat(folder.fd(), fix.to.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) errno = EEXIST;
    else if (::renameat(folder.fd(), fix.from.c_str(), folder.fd(), fix.to.c_str()) == 0) return {};
  }
  return fail(Errc::kit_fix_blocked, shown + " -> " + fix.to + ": " + std::strerror(errno));
}

Status apply(const FolderHandle& root, const Fix& fix) {
  CHECK_OK(check_name(fix.to));
  if (fix.from.empty() || fix.from == "." || fix.from == ".." || fix.from.find('/') != std::string::npos) {
    return fail(Errc::kit_fix_blocked, fix.from);
  }
  TRY(const auto folder, root.open_folder(fix.folder));
  return rename_within(folder, fix);
}

}  // namespace

Result<std::vector<Fix>> plan_fixes(const std::filesystem::path& folder) {
  TRY(const auto root, FolderHandle::open(folder));
  Planner planner;
  CHECK_OK(planner.plan(root, "", 1));
  return planner.take();
}

Result<FixReport> apply_fixes(const std::filesystem::path& folder, const std::vector<Fix>& fixes) {
  TRY(const auto root, FolderHandle::open(folder));
  FixReport report;
  for (const auto& fix : fixes) {
    auto status = apply(root, fix);
    if (status) report.done.push_back(fix);
    else report.failed.push_back(std::move(status).error());
  }
  return report;
}

}  // namespace essaimage::kit
