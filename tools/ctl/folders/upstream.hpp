#pragma once
// What changed in the kit that a folder was adapted from, seen from that folder; and what its owner settled about it so far. Pure,
// but for the reading and writing of that record in the folder; one thread.

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "proto/error.hpp"
#include "store/kit/compare_files.hpp"

namespace essaimage::ctl {

struct UpstreamFile {
  /// What became here of the file since the version that was adapted.
  enum class Here {
    as_adapted,  ///< nothing (of one that is new upstream: it is not here)
    edited,      ///< it is another one
    same,        ///< it is as upstream has it now: nothing is left to do
    removed,     ///< it is not here any more
  };
  kit::FileChange::Kind change = kit::FileChange::Kind::changed;  ///< upstream; what was renamed is one added and one removed
  std::string path;
  Here here = Here::as_adapted;
  bool operator==(const UpstreamFile&) const = default;
};

/// By path. All three by their content; the lists are sorted by path.
std::vector<UpstreamFile> compare_upstream(const std::vector<kit::FileId>& base, const std::vector<kit::FileId>& theirs,
                                           const std::vector<kit::FileId>& ours);

/// Files about which the owner of a folder has decided, for one newer version of the parent: taken or left. In the folder, as a file
/// that publishing leaves out, until all are settled. What cannot be read counts for nothing, and no
/// more does a line that was not written to its end: it is asked again.
class Settled {
 public:
  static constexpr const char* file_name = ".essaimage-upstream";
  /// `target`: "wazemmes/lampe@4". A record of another target is none.
  static Settled read(const std::filesystem::path& folder, const std::string& target);

  bool has(const std::string& path) const { return paths_.contains(path); }
  bool empty() const { return paths_.empty(); }
  /// All of it, durably.
  Status write(const std::filesystem::path& folder) const;
  /// Adds one, and to the record too: whoever is killed after this is not asked again.
  Status settle(const std::filesystem::path& folder, const std::string& path);
  static Status forget(const std::filesystem::path& folder);
  /// Removes what writing it left when the process was killed.
  static void sweep(const std::filesystem::path& folder);

 private:
  std::string target_;
  std::set<std::string> paths_;
  bool written_ = false;  ///< the record is of this target, and whole
};

}  // namespace essaimage::ctl
