#include "store/activity.hpp"

#include <algorithm>

#include "store/crypto/hash.hpp"
#include "store/curation/adoption_tree.hpp"
#include "store/federation/federation_file.hpp"
#include "store/federation/paths.hpp"
#include "store/library/library_impl.hpp"
#include "store/life/outcome_tree.hpp"

namespace essaimage::store {
namespace {

struct OneCommit {
  ObjectId id, tree;
  Timestamp time;
};

/// Oldest first.
Result<std::vector<OneCommit>> commits_of(const ObjectDb& objects, const ObjectId& head) {
  std::vector<OneCommit> commits;
  for (std::optional<ObjectId> at = head; at;) {
    TRY(const auto raw, objects.read(*at, ObjectType::commit));
    TRY(const auto commit, parse_commit(raw));
    commits.push_back({*at, commit.tree, commit.time});
    at = commit.parent;
  }
  std::ranges::reverse(commits);
  return commits;
}

/// One feed, commit by commit.
class FeedReader {
 public:
  FeedReader(const ObjectDb& objects, const FeedId& feed, const FederationWord& word, const FederationId& federation, Activity& activity)
      : objects_(objects), feed_(feed), word_(word), federation_(federation), all_(activity) {}

  Status read(const ObjectId& head) {
    TRY(const auto commits, commits_of(objects_, head));
    std::optional<ObjectId> before;
    for (const auto& commit : commits) {
      at_ = commit;
      CHECK_OK(read_kits(before));
      CHECK_OK(read_outcomes(before));
      CHECK_OK(read_adoptions(before));
      if (feed_ == word_.roster.federation_feed()) CHECK_OK(read_decisions(before));
      before = commit.tree;
    }
    for (auto& [key, outcome] : outcomes_) all_.outcomes.push_back(std::move(outcome));
    return {};
  }

 private:
  SignedEntry entry(std::string path) const { return {feed_, std::move(path), at_.id, at_.time}; }

  Status read_kits(const std::optional<ObjectId>& before) {
    TRY(const auto changed, compare_kits(objects_, before, at_.tree));
    for (const auto& put : changed.put) {
      TRY(const auto kit, read_kit_tree(objects_, put.tree, KitDepth::names));
      const auto row = row_of(kit, feed_.audience, put.tree);
      all_.versions.push_back(
          {row.id, row.version, row.published_at, row.title, row.stage, row.themes, row.adapted_from, entry(kit_path(put.slug))});
    }
    return {};
  }

  Status read_outcomes(const std::optional<ObjectId>& before) {
    TRY(const auto changed, compare_outcomes(objects_, before, at_.tree));
    for (const auto& key : changed.removed) outcomes_.erase(key);
    for (const auto& outcome : changed.put) {
      const OutcomeKey key{outcome.kit, outcome.number};
      outcomes_[key] = {outcome, entry(path_of(key))};
    }
    return {};
  }

  Status read_adoptions(const std::optional<ObjectId>& before) {
    TRY(const auto changed, compare_adoptions(objects_, before, at_.tree));
    for (const auto& kit : changed.removed) {
      const auto it = adopted_.find(kit);
      if (it == adopted_.end()) continue;
      for (const auto index : it->second) all_.adoptions[index].removed = at_.time;
      adopted_.erase(it);
    }
    for (const auto& adoption : changed.put) {
      adopted_[adoption.kit].push_back(all_.adoptions.size());
      all_.adoptions.push_back({adoption, entry(feed_path::of_kit(feed_path::adoptions_folder, adoption.kit)), std::nullopt});
    }
    return {};
  }

  /// By the roles of that time, if they are a federation.toml that the federation has: which of them counted then nothing else tells.
  Status read_decisions(const std::optional<ObjectId>& before) {
    TRY(const auto folder, id_at(objects_, at_.tree, feed_path::catalogue_folder));
    std::optional<ObjectId> old_folder;
    if (before) {
      TRY(old_folder, id_at(objects_, *before, feed_path::catalogue_folder));
    }
    if (!folder || folder == old_folder) return {};
    TRY(const auto role, curators());
    TRY(const auto centres, objects_.read_tree(*folder));
    for (const auto& centre : centres) {
      TRY(const auto old_centre, old_folder ? id_at(objects_, *old_folder, centre.name) : Result<std::optional<ObjectId>>(std::nullopt));
      if (centre.mode == TreeEntry::Mode::tree && old_centre != centre.id) CHECK_OK(read_decisions_of(centre, old_centre, role));
    }
    return {};
  }

  Status read_decisions_of(const TreeEntry& centre, const std::optional<ObjectId>& before, const std::optional<Role>& role) {
    TRY(const auto files, objects_.read_tree(centre.id));
    for (const auto& file : files) {
      if (file.mode != TreeEntry::Mode::file || !file.name.ends_with(feed_path::file_suffix)) continue;
      TRY(const auto old, before ? id_at(objects_, *before, file.name) : Result<std::optional<ObjectId>>(std::nullopt));
      if (old == file.id || !role) continue;
      const auto path = std::string(feed_path::catalogue_folder) + "/" + centre.name + "/" + file.name;
      TRY(const auto content, objects_.read(file.id, ObjectType::blob));
      TRY(const auto signatures, id_at(objects_, centre.id, feed_path::signatures_of(file.name)));
      const auto decision = parse_catalogue_file(text_of(content));
      if (!decision || !signatures || feed_path::of_kit(feed_path::catalogue_folder, decision->kit) != path) continue;
      TRY(const auto signed_by, objects_.read(*signatures, ObjectType::blob));
      const StatementName name{federation_, path, decision->version, decision->previous};
      if (verify_statement(name, content, text_of(signed_by), *role)) all_.decisions.push_back({*decision, entry(path)});
    }
    return {};
  }

  Result<std::optional<Role>> curators() const {
    TRY(const auto blob, id_at(objects_, at_.tree, feed_path::federation));
    if (!blob) return std::nullopt;
    TRY(const auto content, objects_.read(*blob, ObjectType::blob));
    if (!std::ranges::count(word_.versions, sha256(content))) return std::nullopt;
    TRY(const auto file, parse_federation_file(text_of(content)));
    return file.roles.at(std::string(role_curators));
  }

  const ObjectDb& objects_;
  const FeedId& feed_;
  const FederationWord& word_;
  const FederationId& federation_;
  Activity& all_;
  OneCommit at_;
  std::map<OutcomeKey, OutcomeActivity> outcomes_;     ///< that stand at this commit
  std::map<KitId, std::vector<std::size_t>> adopted_;  ///< likewise: places in all_.adoptions
};

}  // namespace

Result<std::shared_ptr<const Activity>> LibraryImpl::activity() const {
  const auto now = picture();
  if (!now->word || !now->roster) return fail(Errc::not_joined);
  auto activity = std::make_shared<Activity>();
  activity->roster = now->roster;
  for (const auto& [feed, head] : now->heads) {
    const auto read = FeedReader(*objects_, feed, *now->word, identity_.federation, *activity).read(head.commit);
    if (read) continue;
    mender_.suspect(feed, read.error());
    return fail(read.error().code, feed.str() + ": " + read.error().detail);
  }
  return std::shared_ptr<const Activity>(std::move(activity));
}

}  // namespace essaimage::store
