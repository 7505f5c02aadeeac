#include "store/kit/compare_files.hpp"

#include <algorithm>
#include <deque>
#include <map>

namespace essaimage::kit {

FileComparison compare_files(std::vector<FileId> before, std::vector<FileId> after) {
  using Change = FileChange::Kind;
  std::ranges::sort(before, {}, &FileId::path);
  std::ranges::sort(after, {}, &FileId::path);
  FileComparison comparison;
  std::map<std::string, std::deque<const FileId*>> gone;  // by content
  std::vector<const FileId*> came;
  auto old = before.begin();
  for (const auto& file : after) {
    for (; old != before.end() && old->path < file.path; ++old) gone[old->id].push_back(&*old);
    if (old == before.end() || old->path != file.path) {
      came.push_back(&file);
      continue;
    }
    if (*old == file) {
      ++comparison.same;
    } else {
      comparison.changes.push_back({Change::changed, file.path, {}});
    }
    ++old;
  }
  for (; old != before.end(); ++old) gone[old->id].push_back(&*old);
  for (const auto* const file : came) {
    const auto at = gone.find(file->id);
    if (at == gone.end() || at->second.empty()) {
      comparison.changes.push_back({Change::added, file->path, {}});
      continue;
    }
    comparison.changes.push_back({Change::renamed, file->path, at->second.front()->path});
    at->second.pop_front();
  }
  for (const auto& [id, files] : gone) {
    for (const auto* const file : files) comparison.changes.push_back({Change::removed, file->path, {}});
  }
  std::ranges::sort(comparison.changes, {}, &FileChange::path);
  return comparison;
}

}  // namespace essaimage::kit
