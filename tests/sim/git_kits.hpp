#pragma once
// What is published in a simulation on the real store, and the record of it: which kits, with which files, each genuine
// commit carries. Files are made from numbers, so the record knows their bytes without keeping them.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/core/random.hpp"
#include "proto/ids.hpp"

namespace essaimage::sim {

/// A file that follows from its number and size; `patch`: 64 bytes somewhere in it are others, so that most chunks are
/// those of the unpatched one.
struct SimFile {
  std::uint64_t number = 0;
  std::size_t size = 0;
  std::uint64_t patch = 0;
  bool is_media = false;
  Sha256 sha256;
  Bytes content() const;
};

struct KitDraft {
  std::string slug;
  std::map<std::string, SimFile> files;  ///< by path; kit.toml besides
  std::string manifest() const;
};

class KitRecord {
 public:
  using Kits = std::map<std::string, KitDraft>;  ///< by slug

  /// A commit that its author made here; its kits are those of the parent until put() says more.
  void add(const ObjectId& commit, const std::optional<ObjectId>& parent);
  void put(const ObjectId& commit, const KitDraft& kit) { commits_.at(commit)[kit.slug] = kit; }
  /// A commit that says once more what that one said.
  void repeat(const ObjectId& commit, const ObjectId& said) { commits_[commit] = at(said); }
  bool knows(const ObjectId& commit) const { return commits_.contains(commit); }
  /// Empty if the commit is not known.
  const Kits& at(const ObjectId& commit) const;
  std::vector<Sha256> media_at(const ObjectId& commit) const;

  /// The next version of a kit: another text, as many new media; the oldest go after a while. Sometimes a media file is
  /// one that was published elsewhere already, or nearly the same.
  KitDraft next(const std::string& slug, const Kits& held, std::size_t media, core::Random& random);

 private:
  SimFile new_media(core::Random& random);

  std::map<ObjectId, Kits> commits_;
  std::vector<SimFile> media_;  ///< ever published
};

}  // namespace essaimage::sim
