#include "store/git/forget_objects.hpp"

#include <algorithm>

#include "store/disk/files.hpp"
#include "store/disk/mapped_file.hpp"
#include "store/disk/unreadable_pages.hpp"
#include "store/git/consolidate.hpp"
#include "store/git/pack_format.hpp"
#include "store/git/pack_index.hpp"
#include "store/git/pack_parser.hpp"

namespace essaimage::store {
namespace {

Path index_of(Path pack) { return pack.replace_extension(".idx"); }

Result<std::vector<pack::IndexEntry>> entries_of(const Path& file) {
  TRY(const MappedFile index, MappedFile::open(index_of(file)));
  auto entries = pack::read_index(index.bytes());
  if (!entries) return fail(Errc::corrupt, index_of(file).string() + ": " + entries.error().detail);
  return entries;
}

/// All objects of a pack but these, as they stand in it: from the place of each to that of the next.
Status copy_others(const Path& file, std::vector<pack::IndexEntry> entries, const IdSet& dead, PackWriter& writer) {
  TRY(const MappedFile mapped, MappedFile::open(file));
  const ByteView bytes = mapped.bytes();
  if (bytes.size() < pack::trailer_bytes) return fail(Errc::corrupt, file.string());
  const std::size_t end_of_objects = bytes.size() - pack::trailer_bytes;
  std::ranges::sort(entries, {}, &pack::IndexEntry::offset);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::size_t from = entries[i].offset, to = i + 1 < entries.size() ? entries[i + 1].offset : end_of_objects;
    if (from >= to || to > end_of_objects) return fail(Errc::corrupt, file.string());
    if (!dead.contains(entries[i].id)) CHECK_OK(writer.add_packed(entries[i].id, bytes.subspan(from, to - from)));
  }
  return {};
}

Result<std::vector<Path>> packs_with(const Path& folder, const IdSet& dead) {
  std::vector<Path> found;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code absent;
    if (it->path().extension() != ".pack" || !std::filesystem::exists(index_of(it->path()), absent)) continue;
    TRY(const auto entries, entries_of(it->path()));
    if (std::ranges::any_of(entries, [&](const auto& entry) { return dead.contains(entry.id); })) found.push_back(it->path());
  }
  if (error) return fail(Errc::io, folder.string() + ": " + error.message());
  return found;
}

/// Packs without an index: what an earlier run could not remove wholly. The next start would index them again. What they hold
/// besides is in others; else something is damaged, and nobody removes it.
Status remove_halves(const Path& folder, const ObjectDb& objects, const IdSet& dead) {
  std::vector<Path> halves;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code absent;
    if (it->path().extension() == ".pack" && !std::filesystem::exists(index_of(it->path()), absent)) halves.push_back(it->path());
  }
  if (error) return fail(Errc::io, folder.string() + ": " + error.message());
  for (const Path& half : halves) {
    TRY(const auto held, parse_pack(half));
    const auto is_dead = [&](const PackedObject& object) { return dead.contains(object.id); };
    if (std::ranges::none_of(held, is_dead)) continue;
    const bool elsewhere = std::ranges::all_of(held, [&](const auto& object) { return is_dead(object) || objects.contains(object.id); });
    if (!elsewhere) return fail(Errc::corrupt, half.string() + ": it has no index");
    CHECK_OK(remove_file(half));
  }
  return halves.empty() ? Status{} : sync_folder(folder);
}

}  // namespace

Result<std::size_t> forget_objects(const Layout& layout, ObjectDb& objects, const IdSet& dead) {
  CHECK_OK(remove_halves(layout.packs(), objects, dead));
  TRY(const auto sources, packs_with(layout.packs(), dead));
  if (sources.empty()) return sources.size();
  const auto unreadable = unreadable_pages();
  for (const Path& source : sources) {
    TRY(auto entries, entries_of(source));
    TRY(const auto writer, PackWriter::create(layout.scratch()));
    CHECK_OK(copy_others(source, std::move(entries), dead, *writer));
    if (unreadable != unreadable_pages()) return fail(Errc::corrupt, source.string() + ": it could not be read");
    CHECK_OK(writer->finish_into(layout.packs()));
  }
  Status indexed;  // the next consolidation makes it
  CHECK_OK(remove_packs(layout.packs(), sources, objects, indexed));
  return sources.size();
}

}  // namespace essaimage::store
