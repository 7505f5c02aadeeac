// What the curators recommend in territories: in the federation's feed of each, by the roles of its region feed.
#include <algorithm>

#include "store/federation/catalogue_reader.hpp"
#include "store/federation/paths.hpp"
#include "store/library/library_impl.hpp"

namespace essaimage::store {
namespace {

using Read = Result<std::shared_ptr<const Catalogue>>;

const Role& curators_of(const FederationWord& word) { return word.federation.file.roles.at(std::string(role_curators)); }

/// `known`: read by the same curators, or null.
Read read_tree(const ObjectDb& objects, const FederationWord& word, const ObjectId& tree, const std::string& territory,
               const Catalogue* known) {
  TRY(const auto folder, id_at(objects, tree, feed_path::catalogue_folder));
  return read_catalogue(objects, folder.value_or(ObjectId{}), word.roster.federation, curators_of(word), known, territory);
}

/// What is new must be said by curators that are not over. `held`: the tree that is held of that feed. What lies there at its place in
/// the same bytes is not new, in force or not: others may have signed it anew since.
Status check_not_over(const ObjectDb& objects, const ObjectId& held, const Catalogue& next, const Role& curators, Timestamp now) {
  if (!curators.is_over(now)) return {};
  for (const auto& [kit, stated] : next.decisions) {
    const auto path = feed_path::of_kit(feed_path::catalogue_folder, kit);
    const auto lies = id_at(objects, held, path);
    if (!lies) return {};  // who cannot read what it holds takes the tree as it is
    if (*lies != stated.blob) return fail(Errc::role_expired, std::string(role_curators) + ": " + to_utc(*curators.expires) + "; " + path);
  }
  return {};
}

std::shared_ptr<const Catalogue> known_in(const Picture& picture, const FederationWord& word, const std::string& territory) {
  if (picture.recommended_by != word.federation.blob) return nullptr;
  const auto it = picture.recommended.find(territory);
  return it == picture.recommended.end() ? nullptr : it->second;
}

}  // namespace

bool Picture::lists(const KitId& kit, const std::string& self) const {
  if (!word || !roster) return false;
  if (word->catalogue->lists(kit)) return true;
  return std::ranges::any_of(recommended, [&](const auto& each) {
    return each.second->lists(kit) && roster->may_hold(self, {Audience::Kind::territory, each.first});
  });
}

/// From the heads of the new picture, by its word. What cannot be read says nothing until it has come anew.
void LibraryImpl::read_recommended(const Picture& before, Picture& next) {
  std::map<std::string, std::shared_ptr<const Catalogue>> recommended;
  if (next.word) {
    const auto first = next.heads.lower_bound(FeedId{identity_.federation_slug, Audience{}});
    for (auto at = first; at != next.heads.end() && at->first.centre == identity_.federation_slug; ++at) {
      const auto& [feed, head] = *at;
      if (feed.audience.kind != Audience::Kind::territory) continue;
      const auto known = known_in(before, *next.word, feed.audience.slug);
      const auto tree = known && before.head(feed) == head ? Result<ObjectId>(ObjectId{}) : tree_of(head.commit);
      const auto read = !tree             ? Read(tl::unexpected(tree.error()))
                        : tree->is_zero() ? Read(known)
                                          : read_tree(*objects_, *next.word, *tree, feed.audience.slug, known.get());
      if (read) {
        recommended[feed.audience.slug] = *read;
      } else {
        note(read.error(), feed.str());
        mender_.suspect(feed, read.error());
      }
    }
    next.recommended_by = next.word->federation.blob;
  }
  next.recommended = std::move(recommended);
}

/// As the catalogue of the region is judged: what is in force is followed by versions in force, and what is new is not said by a
/// role that is over. Who holds nothing of the feed yet, or cannot read it, takes the tree as it is.
Status LibraryImpl::check_recommended(const ObjectDb& objects, const FeedId& feed, const ObjectId& tree, const Picture& held) const {
  if (!held.word) return {};
  const auto& territory = feed.audience.slug;
  auto before = known_in(held, *held.word, territory);
  const auto head = held.head(feed);
  const auto was = head ? tree_of(head->commit) : Result<ObjectId>(fail(Errc::not_found));
  if (was && !before) {
    const auto read = read_tree(objects, *held.word, *was, territory, nullptr);
    if (read) before = *read;
  }
  TRY(const auto next, read_tree(objects, *held.word, tree, territory, before.get()));
  if (!before) before = std::make_shared<const Catalogue>();
  CHECK_OK(check_succession(*before, *next, true));
  if (!was) return {};
  return check_not_over(objects, *was, *next, curators_of(*held.word), judged_with(held, *held.word).time);
}

/// Kits that the policy may judge otherwise now.
Result<std::vector<Sha256>> LibraryImpl::touched_by_recommended(const Picture& before, const Picture& after) const {
  if (holding_.policy().media != HoldPolicy::Media::catalogue || before.recommended == after.recommended) return std::vector<Sha256>();
  std::set<KitId> named;
  for (const auto* picture : {&before, &after}) {
    for (const auto& [territory, catalogue] : picture->recommended) {
      for (const auto& [kit, stated] : catalogue->decisions) named.insert(kit);
    }
  }
  std::vector<KitId> kits;
  for (const auto& kit : named) {
    if (before.lists(kit, identity_.slug) != after.lists(kit, identity_.slug)) kits.push_back(kit);
  }
  return media_of(kits);
}

}  // namespace essaimage::store
