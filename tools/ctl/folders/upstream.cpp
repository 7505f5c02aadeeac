#include "tools/ctl/folders/upstream.hpp"

#include <fcntl.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "store/disk/files.hpp"
#include "store/kit/names.hpp"

namespace essaimage::ctl {

namespace {

constexpr std::uintmax_t record_bytes_max = 8 * 1024 * 1024;  // all names of the largest kit

const kit::FileId* lookup(const std::vector<kit::FileId>& files, const std::string& path) {
  const auto at = std::ranges::lower_bound(files, path, {}, &kit::FileId::path);
  return at == files.end() || at->path != path ? nullptr : &*at;
}

bool alike(const kit::FileId* one, const kit::FileId* other) {
  if (one == nullptr || other == nullptr) return one == other;
  return *one == *other;
}

}  // namespace

std::vector<UpstreamFile> compare_upstream(const std::vector<kit::FileId>& base, const std::vector<kit::FileId>& theirs,
                                           const std::vector<kit::FileId>& ours) {
  using Kind = kit::FileChange::Kind;
  using Here = UpstreamFile::Here;
  std::set<std::string> paths;
  for (const auto* const list : {&base, &theirs}) {
    for (const auto& file : *list) paths.insert(file.path);
  }
  std::vector<UpstreamFile> files;
  for (const auto& path : paths) {
    const auto *const was = lookup(base, path), *const is = lookup(theirs, path), *const here = lookup(ours, path);
    if (alike(was, is)) continue;
    UpstreamFile file;
    file.path = path;
    file.change = was == nullptr ? Kind::added : is == nullptr ? Kind::removed : Kind::changed;
    if (alike(here, is)) {
      file.here = Here::same;
    } else if (alike(here, was)) {
      file.here = Here::as_adapted;
    } else {
      file.here = here == nullptr ? Here::removed : Here::edited;
    }
    files.push_back(std::move(file));
  }
  return files;
}

Settled Settled::read(const std::filesystem::path& folder, const std::string& target) {
  Settled settled;
  settled.target_ = target;
  const auto path = folder / file_name;
  std::error_code error;
  if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(path, error)) ||
      std::filesystem::file_size(path, error) > record_bytes_max || error)
    return settled;
  std::ifstream stream(path);
  std::string line;
  if (!std::getline(stream, line) || line != target) return settled;
  while (std::getline(stream, line)) {
    if (!stream.eof() && kit::check_path(line)) settled.paths_.insert(line);
  }
  return settled;
}

Status Settled::write(const std::filesystem::path& folder) const {
  std::string text = target_ + "\n";
  for (const auto& path : paths_) text += path + "\n";
  return store::replace_file(folder / file_name, bytes_of(text));
}

Status Settled::settle(const std::filesystem::path& folder, const std::string& path) {
  paths_.insert(path);
  if (written_) {
    // A line more, and not all of them anew: a kit has thousands of files.
    auto file = store::open_file(folder / file_name, O_WRONLY | O_APPEND | O_NOFOLLOW);
    if (file) return store::write_all(file->get(), bytes_of(path + "\n"), folder / file_name);
  }
  CHECK_OK(write(folder));
  written_ = true;
  return {};
}

Status Settled::forget(const std::filesystem::path& folder) { return store::remove_file(folder / file_name); }

void Settled::sweep(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::directory_iterator at(folder, error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    const auto name = at->path().filename().string();
    if (name.starts_with(file_name + std::string(".")) && name.ends_with(".essaimage-tmp")) (void)store::remove_file(at->path());
  }
}

}  // namespace essaimage::ctl
