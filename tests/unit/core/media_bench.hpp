#pragma once
// Media of a bench's peer: files by number, with as many chunks as a test needs.

#include "daemon/core/settings.hpp"
#include "tests/unit/core/harness.hpp"

namespace essaimage::core {

inline const FeedId media_feed = Bench::region(2);

inline Sha256 media(std::uint8_t n) {
  Sha256 id;
  id.bytes.fill(n);
  return id;
}

inline ObjectId list(std::uint8_t n) {
  ObjectId id;
  id.bytes.fill(n);
  return id;
}

inline MediaNeed need(std::uint8_t n, std::size_t chunks, std::uint32_t chunk_bytes, FeedId of = media_feed) {
  MediaNeed result;
  result.media = media(n);
  result.chunk_list = list(n);
  result.chunk_bytes.assign(chunks, chunk_bytes);
  result.bytes = chunks * chunk_bytes;
  result.held.assign(chunks, false);
  result.feeds = {std::move(of)};
  return result;
}

inline SharedBytes bytes_of_size(std::size_t size) { return std::make_shared<const Bytes>(size, 1); }

inline void tell_complete(Bench& bench, LinkId link, std::uint8_t n) {
  bench.receive(link, message::MediaHave{media_feed, {{media(n), true, {}, {}}}});
}

/// The bench needs media 1, and a peer (2) is linked and holds it whole.
inline LinkId start_with_holder(Bench& bench, const MediaNeed& lacking) {
  bench.start();
  const LinkId holder = bench.open(2);
  bench.on(input::MediaNeeded{lacking});
  tell_complete(bench, holder, 1);
  return holder;
}

}  // namespace essaimage::core
