// What is published once more as it was: nothing is new then. But where objects of our own feeds are lost that nobody else may have,
// it brings them back. And what was withdrawn, which comes back only if that is meant.
#include <algorithm>

#include "store/federation/paths.hpp"
#include "store/library/kit_tree.hpp"
#include "store/publishing/publication_impl.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {

/// Somebody may have asked for it to go: it does not come back because a folder still has it.
Status PublicationImpl::check_withdrawn() const {
  if (options_.again) return {};
  constexpr std::size_t named_max = 3;
  std::string detail;
  std::size_t count = 0;
  for (const auto& kit : kits_) {
    std::vector<KitTreeFile> files;
    for (const auto& file : kit.files) {
      TRY(auto path, kit::from_stored_path(file.stored_path));
      files.push_back({std::move(path), file.executable, file.blob, file.media, 0});
    }
    TRY(const auto back, library_.withdrawals_->coming_back({library_.identity_.slug, kit.slug}, files));
    for (const auto& each : back)
      if (++count <= named_max) detail += (detail.empty() ? "" : "; ") + each;
  }
  if (count == 0) return {};
  if (count > named_max) detail += "; and " + std::to_string(count - named_max) + " more";
  return fail(Errc::publish_withdrawn, detail);
}

/// The folder holds just the files of that version. Of a feed that lacks objects the version may be unreadable: then its tree is made once
/// more, which has the same id if the folder is as it was.
Result<bool> PublicationImpl::is_version(const Kit& kit, const ObjectId& files, const KitRow& version, const Picture& picture) {
  if (picture.lacking.contains({version.id.centre, version.audience})) {
    TRY(const auto tree, write_kit(kit, files, {version.id, version.version, version.published_at, ""}));
    if (tree == version.kit_tree) return true;
  }
  TRY(const auto old_files, id_at(*library_.objects_, version.kit_tree, feed_path::kit_files));
  return old_files == files;
}

/// `published`: the pack is in the library already.
Status PublicationImpl::bring_back_texts(const Picture& picture, bool published) {
  const auto is_own = [&](const FeedId& feed) { return feed.centre == library_.identity_.slug; };
  if (std::ranges::none_of(picture.lacking, is_own)) return {};
  if (!published && pack_->object_count() > 0) {
    CHECK_OK(settle());
    CHECK_OK(pack_->finish_into(library_.layout_.packs()));
    CHECK_OK(library_.objects_->reload());
  }
  for (const auto& feed : picture.lacking)
    if (is_own(feed)) library_.mender_.look_again(feed);
  return {};
}

/// Of kits that are just as they were, what does not lie here: a disk lost it, or the federation took a withdrawal back.
Status PublicationImpl::bring_back_media(const std::vector<Plan>& plans) {
  std::map<Sha256, State::Whole> lacking;
  for (const auto& plan : plans) {
    if (!plan.result.unchanged) continue;
    const FeedId feed{plan.result.id.centre, plan.result.audience};
    for (const auto& [media, chunks] : plan.kit->media) {
      TRY(const bool held, library_.state_->holds(feed, media));
      if (held && library_.media_->has(media)) continue;
      lacking.try_emplace(media, State::Whole{media, {}, &chunks}).first->second.feeds.push_back(feed);
    }
  }
  if (lacking.empty()) return {};
  if (!settled_) CHECK_OK(batch_->settle());
  std::vector<State::Whole> whole;
  std::vector<Sha256> media;
  for (auto& [each, held] : lacking) {
    media.push_back(each);
    whole.push_back(std::move(held));
  }
  CHECK_OK(library_.state_->hold(whole));
  library_.withdrawals_->heads_changed();  // what was erased may be here again
  library_.settle_naming(media);
  return {};
}

}  // namespace essaimage::store
