#pragma once
// Two versions of a kit's files, compared by what they hold. Pure functions; any thread.

#include <string>
#include <vector>

namespace essaimage::kit {

/// A file as it is compared: its content by id (git's of a text, SHA-256 of media), which tells files that are the same.
struct FileId {
  std::string path;
  std::string id;
  bool executable = false;
  bool operator==(const FileId&) const = default;
};

struct FileChange {
  enum class Kind { added, changed, removed, renamed };
  Kind kind = Kind::added;
  std::string path;    ///< as it is called after; of what is removed, before
  std::string before;  ///< renamed: as it was called
  bool operator==(const FileChange&) const = default;
};

struct FileComparison {
  std::vector<FileChange> changes;  ///< by path
  std::size_t same = 0;
};
/// A file that is gone and one that came with the same content are one that was renamed; of several alike, in the order of
/// their paths. What is executable now and was not, or the other way, is changed.
FileComparison compare_files(std::vector<FileId> before, std::vector<FileId> after);

}  // namespace essaimage::kit
