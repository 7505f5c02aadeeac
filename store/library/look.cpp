// Looking into the library: which kits there are, their files and versions, and the bytes of a
// file.

#include <algorithm>
#include <tuple>

#include "store/library/kit_tree.hpp"
#include "store/library/library_impl.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {
namespace {

/// The widest first; a mirror that is over tells nobody anything new.
int narrowness(const Audience& audience, const Roster* roster) {
  switch (audience.kind) {
    case Audience::Kind::region: return 0;
    case Audience::Kind::mirror: return roster != nullptr && roster->mirrors.contains(audience.slug) ? 1 : 3;
    case Audience::Kind::territory: return 2;
  }
  ESSAIMAGE_ASSERT(false);
}

KitSummary summary_of(std::vector<KitRow>&& rows, const Picture& picture) {
  // Newer first; where versions are equal, the wider audience.
  std::sort(rows.begin(), rows.end(), [&](const KitRow& a, const KitRow& b) {
    const auto narrow_a = narrowness(a.audience, picture.roster.get()), narrow_b = narrowness(b.audience, picture.roster.get());
    return std::tie(b.version, narrow_a, a.audience) < std::tie(a.version, narrow_b, b.audience);
  });
  KitSummary kit;
  for (const KitRow& row : rows) kit.audiences.push_back(row.audience);
  std::sort(kit.audiences.begin(), kit.audiences.end());
  kit.row = std::move(rows.front());
  if (const auto head = picture.head({kit.row.id.centre, kit.row.audience})) kit.commit = head->commit;
  kit.media_total = static_cast<std::uint32_t>(kit.row.media.size());
  kit.media_here = kit.row.media_here;
  std::uint64_t media_bytes = 0;
  for (const NamedMedia& named : kit.row.media) media_bytes += named.bytes;
  // A media file may stand at several paths: what is not whole here counts once.
  const std::uint64_t lacking = media_bytes - std::min(media_bytes, kit.row.media_bytes_here);
  kit.bytes_here = kit.row.bytes - std::min(kit.row.bytes, lacking);
  return kit;
}

/// The versions of a kit in one feed, newest first, without what their entries say.
Status add_history(const ObjectDb& objects, const FeedId& feed, const ObjectId& head, const KitId& id, std::vector<KitVersion>& versions) {
  const std::string path = kit_path(id.slug);
  std::optional<ObjectId> at = head;
  std::optional<KitVersion> current;  // the oldest commit seen so far that has this tree
  while (at) {
    TRY(const Bytes raw, objects.read(*at, ObjectType::commit));
    TRY(const Commit commit, parse_commit(raw));
    TRY(const auto tree, id_at(objects, commit.tree, path));
    if (current && (!tree || *tree != current->kit_tree)) {
      versions.push_back(*current);
      current.reset();
    }
    if (tree) current = KitVersion{0, feed.audience, {}, commit.time, *tree, *at};
    at = commit.parent;
  }
  if (current) versions.push_back(*current);
  return {};
}

}  // namespace

Result<std::vector<KitSummary>> LibraryImpl::kits() const {
  TRY(auto rows, state_->kits());
  const PicturePtr now = picture();
  std::vector<KitSummary> kits;
  for (auto at = rows.begin(); at != rows.end();) {
    const auto end = std::find_if(at, rows.end(), [&](const KitRow& row) { return row.id != at->id; });
    kits.push_back(summary_of({std::make_move_iterator(at), std::make_move_iterator(end)}, *now));
    add_holding(kits.back());
    at = end;
  }
  return kits;
}

Result<std::vector<KitId>> LibraryImpl::kits_naming(const Sha256& media) const {
  TRY(const auto places, state_->kits_naming(media));
  std::vector<KitId> kits;
  for (const auto& place : places) kits.push_back(place.id);
  std::sort(kits.begin(), kits.end());
  kits.erase(std::unique(kits.begin(), kits.end()), kits.end());
  return kits;
}

Result<KitSummary> LibraryImpl::kit(const KitId& id) const {
  TRY(auto rows, state_->kits_of(id));
  if (rows.empty()) return fail(Errc::not_found, id.str());
  auto kit = summary_of(std::move(rows), *picture());
  add_holding(kit);
  return kit;
}

// What cannot be read here is mended.

Result<std::vector<KitVersion>> LibraryImpl::history(const KitId& id) const {
  auto versions = history_of(id);
  if (!versions) mender_.suspect_centre(id.centre, versions.error());
  return versions;
}

Result<std::vector<KitFile>> LibraryImpl::files(const KitId& id, std::optional<std::uint64_t> version) const {
  auto files = files_of(id, version);
  if (!files) mender_.suspect_centre(id.centre, files.error());
  return files;
}

Result<std::vector<KitVersion>> LibraryImpl::history_of(const KitId& id) const {
  std::vector<KitVersion> versions;
  const PicturePtr now = picture();
  for (const auto& [feed, head] : now->heads) {
    if (feed.centre == id.centre) CHECK_OK(add_history(*objects_, feed, head.commit, id, versions));
  }
  if (versions.empty()) return fail(Errc::not_found, id.str());
  for (KitVersion& version : versions) {
    TRY(const kit::Entry entry, read_kit_entry(*objects_, version.kit_tree));
    version.version = entry.version;
    version.published_at = entry.published;
  }
  std::stable_sort(versions.begin(), versions.end(), [](const KitVersion& a, const KitVersion& b) {
    return a.version != b.version ? a.version > b.version : a.audience < b.audience;
  });
  return versions;
}

Result<std::vector<KitFile>> LibraryImpl::files_of(const KitId& id, std::optional<std::uint64_t> version) const {
  TRY(const KitSummary newest, kit(id));
  ObjectId tree = newest.row.kit_tree;
  if (version && *version != newest.row.version) {
    TRY(const auto versions, history(id));
    const auto it = std::find_if(versions.begin(), versions.end(), [&](const auto& each) { return each.version == *version; });
    if (it == versions.end()) return fail(Errc::not_found, id.str() + "@" + std::to_string(*version));
    tree = it->kit_tree;
  }
  TRY(KitTree kit, read_kit_tree(*objects_, tree, KitDepth::sizes));
  std::optional<KitTree> newest_kit;
  if (tree != newest.row.kit_tree) {
    TRY(newest_kit, read_kit_tree(*objects_, newest.row.kit_tree, KitDepth::names));
  }
  std::vector<KitFile> files;
  for (KitTreeFile& each : kit.files) {
    KitFile file;
    TRY(file.withdrawn, withdrawals_->judge(id, each, kit.manifest, newest_kit ? &newest_kit->manifest : nullptr));
    file.path = std::move(each.path);
    file.bytes = each.bytes;
    file.executable = each.executable;
    file.is_media = each.media.has_value();
    file.media = each.media.value_or(Sha256{});
    file.here = !file.is_media || media_->has(file.media);
    file.blob = each.blob;
    files.push_back(std::move(file));
  }
  return files;
}

Result<Bytes> LibraryImpl::read_file(const KitFile& file, std::uint64_t offset, std::size_t bytes_max) const {
  if (file.withdrawn) return fail(Errc::media_withdrawn, file.path);
  if (file.is_media) {
    if (!media_->has(file.media)) return fail(Errc::media_not_here, file.path);
    return media_->read(file.media, offset, bytes_max);
  }
  const auto read = objects_->read(file.blob, ObjectType::blob);
  if (!read) mender_.suspect_any(read.error());
  TRY(const Bytes text, read);
  const std::size_t begin = static_cast<std::size_t>(std::min<std::uint64_t>(offset, text.size()));
  const std::size_t end = begin + std::min(bytes_max, text.size() - begin);
  return Bytes(text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end));
}

}  // namespace essaimage::store
