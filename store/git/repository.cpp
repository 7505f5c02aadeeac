#include "store/git/repository.hpp"

#include <set>

#include "proto/limits.hpp"
#include "store/disk/mapped_file.hpp"
#include "store/disk/scratch_folder.hpp"
#include "store/git/indexed_pack.hpp"
#include "store/git/pack_index.hpp"

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

constexpr std::size_t config_bytes_max = 64 * limits::KiB;

constexpr std::string_view description = "essaimage library: its feeds are signed branches; only essaimaged writes here\n";

Status make_all_folders(const Layout& layout) {
  for (const Path& folder :
       {layout.packs(), layout.library() / "refs" / "heads", layout.media_root(), layout.quarantine(), layout.partials(), layout.forks()}) {
    CHECK_OK(make_folders(folder));
  }
  return {};
}

bool is_temporary(const std::string& name) {
  return name.starts_with("pack_git2_") || name.starts_with("tmp_") || name.ends_with(".lock") || name.ends_with(".tmp");
}

/// A pack that lost its index gets it back; one that is damaged is kept out of the way. What fails for another reason (a full
/// disk, no memory) says nothing of the pack.
Status index_again(const Layout& layout, const Path& pack) {
  TRY(const auto folder, ScratchFolder::create(layout.scratch()));
  const auto files = index_pack_file(pack, folder.path());
  if (files && files->pack.filename() == pack.filename()) {
    return move_durably(files->index, layout.packs() / files->index.filename());
  }
  if (!files && files.error().code != Errc::malformed && files.error().code != Errc::corrupt) return tl::unexpected(files.error());
  CHECK_OK(make_folders(layout.damaged()));
  return move_durably(pack, layout.damaged() / pack.filename());
}

/// libgit2 believes an index, wherever it leads.
Result<bool> is_right_index(const Path& path) {
  TRY(const MappedFile index, MappedFile::open(path));
  return pack::has_right_sum(index.bytes());
}

Status sweep_packs(const Layout& layout) {
  const Path packs = layout.packs();
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
    if (is_temporary(path.filename().string())) {
      CHECK_OK(remove_file(path));
    } else if (!present.contains(other)) {
      CHECK_OK(path.extension() == ".pack" ? index_again(layout, path) : remove_file(path));
    } else if (path.extension() == ".idx") {
      TRY(const bool right, is_right_index(path));
      if (!right) CHECK_OK(index_again(layout, other));
    }
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
  for (const Path& folder : {layout.library(), layout.allowed_signers().parent_path(), layout.forks()}) {
    CHECK_OK(sweep_temporaries(folder));
  }
  // Without it stock git does not read the library as it should. What a person added behind it stays.
  const Path file = layout.library() / "config";
  const auto present = read_file(file, config_bytes_max);
  if (!present || !text_of(*present).starts_with(config)) CHECK_OK(replace_file(file, bytes_of(config)));
  return sweep_packs(layout);
}

}  // namespace essaimage::store
