#include "store/git/repository.hpp"

#include <set>

namespace essaimage::store {
namespace {

// gc and maintenance would write loose objects and deltas, and delete packs under our feet.
constexpr std::string_view config =
    "[core]\n"
    "\trepositoryformatversion = 0\n"
    "\tfilemode = true\n"
    "\tbare = true\n"
    "[gc]\n"
    "\tauto = 0\n"
    "[maintenance]\n"
    "\tauto = false\n"
    "[receive]\n"
    "\tautogc = false\n";

constexpr std::string_view description = "essaimage library: its feeds are signed branches; only essaimaged writes here\n";

Status make_all_folders(const Layout& layout) {
  for (const Path& folder : {layout.packs(), layout.library() / "refs" / "heads", layout.media_root(),
                             layout.quarantine(), layout.partials(), layout.forks()}) {
    CHECK_OK(make_folders(folder));
  }
  return {};
}

bool is_temporary(const std::string& name) {
  return name.starts_with("pack_git2_") || name.starts_with("tmp_") || name.ends_with(".lock") || name.ends_with(".tmp");
}

Status sweep_packs(const Path& packs) {
  std::set<Path> present;
  std::error_code error;
  for (std::filesystem::directory_iterator it(packs, error), end; !error && it != end; it.increment(error)) {
    present.insert(it->path());
  }
  if (error) return fail(Errc::io, packs.string() + ": " + error.message());
  // It only saves time, is made anew soon, and would hide objects if it named a pack that is gone.
  CHECK_OK(remove_file(packs / "multi-pack-index"));
  for (const Path& path : present) {
    Path other = path;
    if (path.extension() == ".pack") other.replace_extension(".idx");
    if (path.extension() == ".idx") other.replace_extension(".pack");
    if (is_temporary(path.filename().string()) || !present.contains(other)) CHECK_OK(remove_file(path));
  }
  return {};
}

}  // namespace

Status create_repository(const Layout& layout, const FeedId& head) {
  std::error_code ignored;
  if (std::filesystem::exists(layout.library(), ignored)) return fail(Errc::conflict, layout.library().string());
  CHECK_OK(make_all_folders(layout));
  CHECK_OK(replace_file(layout.library() / "config", bytes_of(config)));
  CHECK_OK(replace_file(layout.library() / "description", bytes_of(description)));
  return replace_file(layout.library() / "HEAD", bytes_of("ref: " + head.ref() + "\n"));
}

Status sweep_repository(const Layout& layout) {
  CHECK_OK(remove_folder_tree(layout.scratch()));
  CHECK_OK(make_all_folders(layout));
  CHECK_OK(sweep_temporaries(layout.library()));
  CHECK_OK(sweep_temporaries(layout.allowed_signers().parent_path()));
  return sweep_packs(layout.packs());
}

}  // namespace essaimage::store
