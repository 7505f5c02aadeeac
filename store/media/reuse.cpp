#include "store/media/reuse.hpp"

#include <algorithm>
#include <map>

namespace essaimage::store {
namespace {

/// Where chunks may be copied from: local media files, looked up once each.
class Places {
 public:
  /// `named`: the feeds that name the file which is wanted. What comes to it must pass for all of them, too, or could not
  /// be joined with the rest (may_join).
  Places(const Roster& roster, const State& state, std::span<const FeedId> wanted, FeedList named)
      : roster_(roster), state_(state), wanted_(wanted), named_(std::move(named)) {}

  /// The feed from which bytes of that media file may pass to all that are wanted, or nothing.
  Result<std::optional<FeedId>> source_in(const Sha256& media) {
    const auto known = sources_.find(media);
    if (known != sources_.end()) return known->second;
    TRY(const auto row, state_.media(media));
    std::optional<FeedId> source;
    if (row) source = source_of(*row);
    sources_[media] = source;
    return source;
  }

 private:
  std::optional<FeedId> source_of(const MediaRow& row) const {
    FeedList named = row.named_feeds();
    named.insert(named.end(), named_.begin(), named_.end());
    named.insert(named.end(), row.held.begin(), row.held.end());
    for (const FeedId& from : row.held) {
      const auto passes = [&](const FeedId& to) { return may_pass(roster_, from, to, named); };
      if (std::all_of(wanted_.begin(), wanted_.end(), passes)) return from;
    }
    return std::nullopt;
  }

  const Roster& roster_;
  const State& state_;
  std::span<const FeedId> wanted_;
  const FeedList named_;
  std::map<Sha256, std::optional<FeedId>> sources_;
};

/// True if the chunk is here now.
Result<bool> copy_chunk(const State& state, const MediaStore& store, Places& places, PartialMedia& partial, std::uint32_t index) {
  const Chunk& chunk = partial.chunks().chunks[index];
  TRY(const auto found, state.find_chunk(chunk.id));
  for (const auto& place : found) {
    TRY(const auto source, places.source_in(place.media));
    if (!source) continue;
    const auto bytes = store.read(place.media, place.offset, chunk.bytes);
    if (!bytes) continue;
    const Status put = partial.put(index, *bytes, *source);
    if (put) return true;
    // Another chunk with the same first bytes of its id, or a damaged file, which the scrub finds.
    if (put.error().code != Errc::chunk_bad) return tl::unexpected(put.error());
  }
  return false;
}

FeedList joined(std::span<const FeedId> some, std::span<const FeedId> others) {
  FeedList all(some.begin(), some.end());
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

}  // namespace

bool may_pass(const Roster& roster, const FeedId& from, const FeedId& to, std::span<const FeedId> named) {
  if (includes(roster, from.audience, to.audience)) return true;
  if (from.centre != to.centre) return false;
  return std::all_of(named.begin(), named.end(),
                     [&](const FeedId& feed) { return feed.centre == to.centre || includes(roster, feed.audience, to.audience); });
}

namespace {

/// Those of `named` to which it may pass from what it is held for, and on from there.
FeedList spread(const Roster& roster, std::span<const FeedId> named, std::span<const FeedId> held, std::span<const FeedId> who_forbids) {
  FeedList all(held.begin(), held.end());
  // What it is newly held for may let it pass further: from an author's territory feed to its region feed, and on.
  for (bool again = true; again;) {
    again = false;
    for (const FeedId& to : named) {
      if (std::find(all.begin(), all.end(), to) != all.end()) continue;
      const auto passes = [&](const FeedId& from) { return may_pass(roster, from, to, who_forbids); };
      if (!std::any_of(all.begin(), all.end(), passes)) continue;
      all.push_back(to);
      again = true;
    }
  }
  FeedList result(all.begin() + static_cast<std::ptrdiff_t>(held.size()), all.end());
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace

FeedList newly_held(const Roster& roster, std::span<const FeedId> named, std::span<const FeedId> held) {
  return spread(roster, named, held, joined(named, held));
}

FeedList held_after_transfer(const Roster& roster, std::span<const FeedId> named, std::span<const FeedId> through,
                             std::span<const FeedId> held) {
  FeedList result;
  if (through.empty()) return result;
  const FeedList who_forbids = joined(named, held);
  for (const FeedId& to : named) {
    const auto passes = [&](const FeedId& from) { return from == to || may_pass(roster, from, to, who_forbids); };
    if (std::all_of(through.begin(), through.end(), passes)) result.push_back(to);
  }
  const FeedList more = spread(roster, named, result, who_forbids);
  result.insert(result.end(), more.begin(), more.end());
  std::sort(result.begin(), result.end());
  return result;
}

FeedList may_join(const Roster& roster, std::span<const FeedId> named, std::span<const FeedId> through, std::span<const FeedId> wanted,
                  std::span<const FeedId> held) {
  FeedList result;
  FeedList with(through.begin(), through.end());
  for (const FeedId& feed : wanted) {
    with.push_back(feed);
    const FeedList then = held_after_transfer(roster, named, with, held);
    with.pop_back();
    const auto is_wanted = [&](const FeedId& to) { return std::ranges::find(wanted, to) != wanted.end(); };
    if (std::any_of(then.begin(), then.end(), is_wanted)) result.push_back(feed);
  }
  return result;
}

FeedList held_after_loss(const Roster& roster, const std::string& self, std::span<const FeedId> named, std::span<const FeedId> before) {
  FeedList result;
  FeedList all(named.begin(), named.end());
  all.insert(all.end(), before.begin(), before.end());
  for (const FeedId& to : named) {
    const auto passes = [&](const FeedId& from) { return from == to || may_pass(roster, from, to, all); };
    if (to.centre == self || std::all_of(all.begin(), all.end(), passes)) result.push_back(to);
  }
  return result;
}

Result<std::uint64_t> reuse_chunks(const Roster& roster, const State& state, const MediaStore& store, PartialMedia& partial,
                                   std::span<const FeedId> wanted) {
  TRY(const auto row, state.media(partial.media()));
  Places places(roster, state, wanted, row ? row->named_feeds() : FeedList{});
  std::uint64_t copied = 0;
  for (std::uint32_t i = 0; i < partial.chunks().chunks.size(); ++i) {
    if (partial.held()[i]) continue;
    TRY(const bool here, copy_chunk(state, store, places, partial, i));
    if (here) copied += partial.chunks().chunks[i].bytes;
  }
  return copied;
}

}  // namespace essaimage::store
