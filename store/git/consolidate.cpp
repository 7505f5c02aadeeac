#include "store/git/consolidate.hpp"

#include <algorithm>
#include <tuple>

#include "proto/limits.hpp"
#include "store/disk/files.hpp"
#include "store/disk/mapped_file.hpp"
#include "store/disk/unreadable_pages.hpp"
#include "store/git/handle.hpp"
#include "store/git/indexed_pack.hpp"
#include "store/git/pack_index.hpp"
#include "store/git/pack_parser.hpp"

namespace essaimage::store {
namespace {

struct Tier {
  Path pack;
  std::uint64_t bytes = 0;
};

/// Every pack that has an index, the smallest first.
Result<std::vector<Tier>> list_tiers(const Path& packs) {
  std::vector<Tier> tiers;
  std::error_code error;
  for (std::filesystem::directory_iterator it(packs, error), end; !error && it != end; it.increment(error)) {
    std::error_code absent;
    if (it->path().extension() != ".pack" || !std::filesystem::exists(pack::index_of(it->path()), absent)) continue;
    TRY(const auto bytes, store::file_size(it->path()));
    tiers.push_back(Tier{it->path(), bytes});
  }
  if (error) return fail(Errc::io, packs.string() + ": " + error.message());
  std::ranges::sort(tiers, [](const Tier& a, const Tier& b) { return std::tie(a.bytes, a.pack) < std::tie(b.bytes, b.pack); });
  return tiers;
}

/// How many of the smallest to merge: up to the largest that is smaller than twice all below it together. What is as large
/// as half a pack may be stays as it is.
std::size_t count_to_merge(const std::vector<Tier>& tiers) {
  std::size_t count = 0;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < tiers.size() && tiers[i].bytes <= limits::pack_bytes_max / 2; ++i) {
    if (below + tiers[i].bytes > limits::pack_bytes_max) break;
    if (i > 0 && tiers[i].bytes < 2 * below) count = i + 1;
    below += tiers[i].bytes;
  }
  return count;
}

enum class Copied { all, none_too_large, none_damaged };

/// Adds all objects of a pack as they are packed. A pack beyond the caps of what travels is none the worse for it (texts
/// that inflate much come together in ours): it stays as it is.
Result<Copied> copy_objects(const Path& pack, PackWriter& writer) {
  const auto objects = parse_pack(pack);
  if (!objects) {
    if (objects.error().code == Errc::too_large) return Copied::none_too_large;
    if (objects.error().code == Errc::malformed) return Copied::none_damaged;
    return tl::unexpected(objects.error());
  }
  TRY(const MappedFile file, MappedFile::open(pack));
  for (const PackedObject& object : *objects) {
    CHECK_OK(writer.add_packed(object.id, file.bytes().subspan(object.offset, object.packed_bytes)));
  }
  return Copied::all;
}

/// A multi-pack index over these packs, in place of the one that is there.
Status write_multi_pack_index(const Path& folder, const std::vector<Path>& packs) {
  git::runtime();
  const auto doing = "writing the multi-pack index";
  TRY(const auto writer, git::acquire<git::MidxWriter>(doing, Errc::io, git_midx_writer_new, folder.c_str()));
  for (const Path& pack : packs) {
    CHECK_OK(git::check(git_midx_writer_add(writer.get(), pack::index_of(pack).c_str()), doing, Errc::io));
  }
  CHECK_OK(git::check(git_midx_writer_commit(writer.get()), doing, Errc::io));
  return sync_folder(folder);
}

}  // namespace

Result<Consolidation> Consolidation::prepare(const Layout& layout) {
  Consolidation consolidation(layout.packs());
  TRY(const auto tiers, list_tiers(layout.packs()));
  const std::size_t count = count_to_merge(tiers);
  for (std::size_t i = 0; i < count; ++i) consolidation.sources_.push_back(tiers[i].pack);
  if (count > 0) CHECK_OK(consolidation.write_merged(layout.scratch()));
  return consolidation;
}

Status Consolidation::write_merged(const Path& scratch) {
  const auto unreadable = unreadable_pages();
  TRY(writer_, PackWriter::create(scratch));
  std::vector<Path> good;
  for (const Path& pack : sources_) {
    if (writer_->object_count() >= limits::pack_objects_max / 2) break;  // the rest has its turn the next time
    TRY(const Copied copied, copy_objects(pack, *writer_));
    if (copied == Copied::all) good.push_back(pack);
    if (copied == Copied::none_damaged) damaged_.push_back(pack);
  }
  sources_ = std::move(good);
  if (sources_.size() < 2) {
    sources_.clear();
    writer_.reset();
    return {};
  }
  CHECK_OK(writer_->index());
  return unreadable == unreadable_pages() ? Status{} : fail(Errc::corrupt, "a pack could not be read while it was merged");
}

Status Consolidation::finish(ObjectDb& objects) {
  std::vector<Path> leaving = std::move(sources_);
  sources_.clear();
  if (!leaving.empty()) {
    TRY(const Path merged, writer_->install(packs_));
    std::erase(leaving, merged);  // one of them may have held all that the others did
  }
  Status indexed;
  CHECK_OK(remove_packs(packs_, leaving, objects, indexed));
  return indexed;
}

Status remove_packs(const Path& packs, const std::vector<Path>& leaving, ObjectDb& objects, Status& indexed) {
  TRY(const auto tiers, list_tiers(packs));
  std::vector<Path> staying;
  for (const Tier& tier : tiers) {
    if (std::ranges::find(leaving, tier.pack) == leaving.end()) staying.push_back(tier.pack);
  }
  // One pack has an index already, and git takes one over no packs for damage.
  const bool useful = staying.size() > 1;
  indexed = useful ? write_multi_pack_index(packs, staying) : Status{};
  // Without one, every pack is found by its own index; one that names packs which are gone would hide objects.
  if (!useful || !indexed) CHECK_OK(remove_file(packs / "multi-pack-index"));
  CHECK_OK(objects.reload());
  if (leaving.empty()) return {};
  Status removed;
  for (const Path& pack : leaving) {
    for (const Path& file : {pack::index_of(pack), pack}) {
      if (removed) removed = remove_file(file);
    }
  }
  if (removed) removed = sync_folder(packs);  // else a power cut undoes what was said to be done
  // Who read meanwhile may have opened what is gone: its descriptors and its room on the disk are given back now.
  // Where that fails, the next reader tries it again: what is loaded may look for objects in packs that are gone.
  if (!objects.reload()) static_cast<void>(objects.release_memory());
  return removed;
}

}  // namespace essaimage::store
