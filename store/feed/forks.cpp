#include "store/feed/forks.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/disk/files.hpp"
#include "store/feed/commit.hpp"

namespace essaimage::store {
namespace {

constexpr std::string_view magic = "ESSFORK1";
constexpr std::string_view fork_suffix = ".fork";
constexpr std::size_t file_bytes_max = 2 * limits::commit_bytes_max + 64;

/// '+' stands in no slug, so that a feed has one name here and a name is of one feed.
Path file_of(const Layout& layout, const FeedId& feed) {
  std::string name = feed.str();
  std::replace(name.begin(), name.end(), '/', '+');
  return layout.forks() / (name + std::string(fork_suffix));
}

ObjectId id_of(const SharedBytes& commit) { return object_id(ObjectType::commit, *commit); }

Bytes encode(const Fork& fork) {
  Bytes bytes(magic.begin(), magic.end());
  auto first = fork.first, second = fork.second;
  if (id_of(second) < id_of(first)) std::swap(first, second);
  for (const auto& commit : {first, second}) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(commit->size() >> shift));
    append_bytes(bytes, *commit);
  }
  return bytes;
}

SharedBytes take_commit(ByteView& rest) {
  if (rest.size() < 4) return nullptr;
  std::size_t size = 0;
  for (const auto byte : rest.first(4)) size = size << 8 | byte;
  if (size > rest.size() - 4) return nullptr;
  auto commit = std::make_shared<const Bytes>(rest.begin() + 4, rest.begin() + 4 + static_cast<std::ptrdiff_t>(size));
  rest = rest.subspan(4 + size);
  return commit;
}

Result<Fork> parse(ByteView bytes) {
  if (!text_of(bytes).starts_with(magic)) return fail(Errc::corrupt, "not a proof of a fork");
  ByteView rest = bytes.subspan(magic.size());
  Fork fork;
  fork.first = take_commit(rest);
  fork.second = take_commit(rest);
  if (!fork.first || !fork.second || !rest.empty()) return fail(Errc::corrupt, "a proof of a fork is cut");
  TRY(const auto commit, parse_commit(*fork.first));
  fork.feed = commit.feed;
  CHECK_OK(check_fork(fork));
  return fork;
}

}  // namespace

std::pair<ObjectId, ObjectId> ids_of(const Fork& fork) { return std::minmax({id_of(fork.first), id_of(fork.second)}); }

Order order_of(const Fork& fork) {
  const auto commit = parse_commit(*fork.first);
  return commit ? commit->order : Order{};
}

Status check_fork(const Fork& fork) {
  TRY(const auto first, parse_commit(*fork.first));
  TRY(const auto second, parse_commit(*fork.second));
  if (first.feed != fork.feed || second.feed != fork.feed || first.order != second.order || first.key != second.key ||
      id_of(fork.first) == id_of(fork.second)) {
    return fail(Errc::malformed, "no fork of " + fork.feed.str());
  }
  if (!signature_holds(first) || !signature_holds(second)) return fail(Errc::signature_bad, fork.feed.str());
  return {};
}

Status save_fork(const Layout& layout, const Fork& fork) { return replace_file(file_of(layout, fork.feed), encode(fork)); }

Status resolve_fork(const Layout& layout, const FeedId& feed) {
  const Path file = file_of(layout, feed);
  Path resolved = file;
  resolved += ".resolved";
  std::error_code absent;
  if (!std::filesystem::exists(file, absent)) return {};
  return move_durably(file, resolved);
}

Result<std::vector<Fork>> load_forks(const Layout& layout, std::vector<Path>& damaged) {
  std::vector<Fork> forks;
  std::error_code error;
  for (std::filesystem::directory_iterator it(layout.forks(), error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() != fork_suffix) continue;
    auto content = read_file(it->path(), file_bytes_max);
    if (!content && content.error().code == Errc::io) return tl::unexpected(content.error());
    auto fork = content ? parse(*content) : Result<Fork>(tl::unexpected(content.error()));
    if (fork && file_of(layout, fork->feed) == it->path()) {
      forks.push_back(std::move(*fork));
    } else {
      damaged.push_back(it->path());
    }
  }
  if (error) return fail(Errc::io, layout.forks().string() + ": " + error.message());
  return forks;
}

}  // namespace essaimage::store
