#include "store/git/indexed_pack.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "proto/limits.hpp"
#include "store/disk/files.hpp"
#include "store/git/handle.hpp"
#include "store/git/pack_parser.hpp"

namespace essaimage::store {
namespace {

constexpr std::size_t read_bytes = limits::MiB;
/// The indexer writes one byte at the end of what it is given, and copies the rest through a map of the file. In slices of
/// a page no page of that map is a hole, so that a full disk is an error of the write, and not the end of the process.
constexpr std::size_t slice_bytes = 4096;

Result<PackFiles> run_indexer(const Path& file, const Path& folder) {
  git::runtime();
  git_indexer_options options{};
  git_indexer_options_init(&options, GIT_INDEXER_OPTIONS_VERSION);
  options.verify = 0;
  TRY(const git::Indexer indexer,
      git::acquire<git::Indexer>("indexing", Errc::io, git_indexer_new, folder.c_str(), 0444U, nullptr, &options));
  TRY(const Fd fd, open_file(file, O_RDONLY));
  git_indexer_progress progress{};
  for (std::uint64_t offset = 0;;) {
    TRY(const Bytes part, read_at(fd.get(), offset, read_bytes, file));
    if (part.empty()) break;
    for (std::size_t at = 0; at < part.size(); at += slice_bytes) {
      const std::size_t size = std::min(slice_bytes, part.size() - at);
      CHECK_OK(git::check(git_indexer_append(indexer.get(), part.data() + at, size, &progress), "indexing", Errc::malformed));
    }
    offset += part.size();
  }
  CHECK_OK(git::check(git_indexer_commit(indexer.get(), &progress), "indexing", Errc::malformed));
  const std::string name = std::string("pack-") + git_indexer_name(indexer.get());
  return PackFiles{folder / (name + ".pack"), folder / (name + ".idx")};
}

}  // namespace

Result<PackFiles> index_pack_file(const Path& file, const Path& folder) {
  auto files = run_indexer(file, folder);
  if (!files && files.error().code == Errc::corrupt) files = run_indexer(file, folder);  // a disk may fail to read, once
  const int reason = errno;
  if (files || files.error().code != Errc::malformed) return files;
  // It says the same where it found no memory, or could not link. Packs of ours are of whole objects, which is easily looked at.
  const auto parsed = parse_pack(file);
  if (!parsed && parsed.error().code != Errc::io) return files;
  errno = reason;
  auto error = system_error(file, "indexing");
  if (error.code == Errc::corrupt) error.code = Errc::io;
  return tl::unexpected(std::move(error));
}

Status install_pack(const PackFiles& files, const Path& packs) {
  CHECK_OK(move_durably(files.pack, packs / files.pack.filename()));
  return move_durably(files.index, packs / files.index.filename());
}

}  // namespace essaimage::store
