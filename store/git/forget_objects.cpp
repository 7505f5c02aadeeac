#include "store/git/forget_objects.hpp"

#include <algorithm>

#include "store/disk/files.hpp"
#include "store/disk/mapped_file.hpp"
#include "store/disk/unreadable_pages.hpp"
#include "store/git/consolidate.hpp"
#include "store/git/pack_format.hpp"
#include "store/git/pack_index.hpp"
#include "store/git/pack_writer.hpp"

namespace essaimage::store {
namespace {

Result<std::vector<pack::IndexEntry>> entries_of(const Path& file) {
  TRY(const MappedFile index, MappedFile::open(pack::index_of(file)));
  auto entries = pack::read_index(index.bytes());
  if (!entries) return fail(Errc::corrupt, pack::index_of(file).string() + ": " + entries.error().detail);
  return entries;
}

/// What stays of a pack, as it stands in it: from the place of each to that of the next.
Status copy_what_stays(const Path& file, std::vector<pack::IndexEntry> entries, const PackedObjects& packed, PackWriter& writer) {
  TRY(const MappedFile mapped, MappedFile::open(file));
  const ByteView bytes = mapped.bytes();
  if (bytes.size() < pack::trailer_bytes) return fail(Errc::corrupt, file.string());
  const std::size_t end_of_objects = bytes.size() - pack::trailer_bytes;
  std::ranges::sort(entries, {}, &pack::IndexEntry::offset);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::size_t from = entries[i].offset, to = i + 1 < entries.size() ? entries[i + 1].offset : end_of_objects;
    if (from >= to || to > end_of_objects) return fail(Errc::corrupt, file.string());
    if (packed.stays(entries[i].id)) CHECK_OK(writer.add_packed(entries[i].id, bytes.subspan(from, to - from)));
  }
  return {};
}

struct PacksHere {
  std::vector<Path> indexed, halves;
};
Result<PacksHere> packs_in(const Path& folder) {
  PacksHere packs;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() != ".pack") continue;
    std::error_code unknown;
    const bool has_index = std::filesystem::exists(pack::index_of(it->path()), unknown);
    if (unknown) return fail(Errc::io, pack::index_of(it->path()).string() + ": " + unknown.message());
    (has_index ? packs.indexed : packs.halves).push_back(it->path());
  }
  if (error) return fail(Errc::io, folder.string() + ": " + error.message());
  return packs;
}

}  // namespace

Result<PackedObjects> PackedObjects::read(const Layout& layout) {
  PackedObjects packed;
  TRY(const auto packs, packs_in(layout.packs()));
  for (const Path& pack : packs.indexed) {
    TRY(const auto entries, entries_of(pack));
    for (const auto& entry : entries) packed.ids_.push_back(entry.id);
  }
  std::ranges::sort(packed.ids_);
  packed.ids_.erase(std::unique(packed.ids_.begin(), packed.ids_.end()), packed.ids_.end());
  packed.stays_.resize(packed.ids_.size(), false);
  return packed;
}

std::size_t PackedObjects::place_of(const ObjectId& id) const {
  const auto it = std::ranges::lower_bound(ids_, id);
  return it != ids_.end() && *it == id ? static_cast<std::size_t>(it - ids_.begin()) : SIZE_MAX;
}

bool PackedObjects::contains(const ObjectId& id) const { return place_of(id) != SIZE_MAX; }

bool PackedObjects::keep(const ObjectId& id) {
  const auto at = place_of(id);
  if (at == SIZE_MAX) return true;
  const bool is_new = !stays_[at];
  stays_[at] = true;
  return is_new;
}

bool PackedObjects::stays(const ObjectId& id) const {
  const auto at = place_of(id);
  return at != SIZE_MAX && stays_[at];
}

bool PackedObjects::all_stay() const { return std::ranges::find(stays_, false) == stays_.end(); }

Result<std::size_t> forget_others(const Layout& layout, ObjectDb& objects, const PackedObjects& packed) {
  TRY(auto packs, packs_in(layout.packs()));
  // What an earlier run could not remove wholly: the next start would index it again.
  for (const Path& half : packs.halves) CHECK_OK(remove_file(half));
  if (!packs.halves.empty()) CHECK_OK(sync_folder(layout.packs()));
  std::vector<Path> sources;
  const auto unreadable = unreadable_pages();
  for (const Path& source : packs.indexed) {
    TRY(auto entries, entries_of(source));
    if (std::ranges::all_of(entries, [&](const auto& entry) { return packed.stays(entry.id); })) continue;
    sources.push_back(source);
    TRY(const auto writer, PackWriter::create(layout.scratch()));
    CHECK_OK(copy_what_stays(source, std::move(entries), packed, *writer));
    if (unreadable != unreadable_pages()) return fail(Errc::corrupt, source.string() + ": it could not be read");
    CHECK_OK(writer->finish_into(layout.packs()));
  }
  if (sources.empty()) return sources.size();
  Status indexed;  // the next consolidation makes it
  CHECK_OK(remove_packs(layout.packs(), sources, objects, indexed));
  return sources.size();
}

}  // namespace essaimage::store
