#pragma once
// A state of its own, and rows to put into it.

#include <algorithm>

#include "store/crypto/hash.hpp"
#include "store/state/state.hpp"
#include "tests/support/temp_folder.hpp"

namespace essaimage::store::state_test {

inline const FeedId region{"bois-blancs", Audience{}};
inline const FeedId lille{"bois-blancs", Audience{Audience::Kind::territory, "lille"}};
inline const FeedId other{"wazemmes", Audience{}};

inline Sha256 media_id(const std::string& name) { return sha256(bytes_of(name)); }
inline ObjectId object(const std::string& name) { return object_id(ObjectType::blob, bytes_of(name)); }
inline Head head(const FeedId& feed, std::uint64_t seq) { return {feed, {1, 1, seq}, object(feed.str() + std::to_string(seq))}; }

inline NamedMedia named(const std::string& name, const std::string& list = "list") {
  return {media_id(name), 1000 + name.size(), object(list + name)};
}

inline KitRow kit(const FeedId& feed, const std::string& slug, std::vector<NamedMedia> media = {}) {
  std::sort(media.begin(), media.end());
  KitRow row;
  row.id = {feed.centre, slug};
  row.audience = feed.audience;
  row.kit_tree = object(slug);
  row.version = 3;
  row.published_at = {1'700'000'000};
  row.title = "Café numérique « " + slug + " »";
  row.summary = "Une ligne\net une autre";
  row.kind = "prototype";
  row.stage = "workshop";
  row.licence = "CC-BY-SA-4.0";
  row.languages = {"fr", "en"};
  row.themes = {"parentalité"};
  row.files = 7;
  row.bytes = 123'456'789'012;
  row.media = std::move(media);
  return row;
}

struct StateHome {
  test::TempFolder folder;
  Path file{folder / "state.sqlite"};
  std::unique_ptr<State> state = State::open(file).value();

  void reopen() {
    state.reset();
    state = State::open(file).value();
  }
  std::vector<Sha256> apply(const FeedId& feed, std::uint64_t seq, std::vector<KitRow> put, std::vector<std::string> removed = {}) {
    const State::FeedChange change{head(feed, seq), std::move(put), std::move(removed)};
    return state->apply({&change, 1}).value();
  }
  bool hold(const Sha256& media, std::vector<FeedId> feeds) { return state->hold(media, feeds).has_value(); }
};

inline std::vector<std::string> ids(const std::vector<KitRow>& kits) {
  std::vector<std::string> result;
  for (const KitRow& row : kits) result.push_back(row.id.str() + " " + row.audience.str());
  return result;
}

}  // namespace essaimage::store::state_test
