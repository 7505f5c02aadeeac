// Heads that the list of refs lost, or tells as they were before, while their objects lie here: the witness knows them. Of
// what a centre published last there may be no other copy anywhere.
#include <algorithm>

#include "store/feed/commit_rules.hpp"
#include "store/library/library_impl.hpp"

namespace essaimage::store {

/// Only what is signed, is whole, and still counts comes back; peers bring the rest, as far as they have it.
Status LibraryImpl::bring_back_heads(Picture& picture) {
  TRY(auto witnessed, state_->witnessed());
  const FeedId federations{identity_.federation_slug, Audience{}};
  // Its word judges all the others. If it comes back, what it says of suspended members is done by settle_word().
  std::stable_partition(witnessed.begin(), witnessed.end(), [&](const Head& head) { return head.feed == federations; });
  const auto refs = refs_->snapshot();
  std::vector<Refs::Change> changes;
  for (const Head& witness : witnessed) {
    const auto held = picture.head(witness.feed);
    const auto ref = refs->find(witness.feed);
    // Of a head that is named and cannot be read nobody knows the order: it may be newer than its witness.
    if (held ? held->order >= witness.order : ref != refs->end()) continue;
    const auto raw = objects_->read(witness.commit, ObjectType::commit);
    const auto commit = raw ? parse_commit(*raw) : tl::unexpected(raw.error());
    if (!commit || head_of(*commit, witness.commit) != witness) continue;
    auto word = picture.word;
    if (witness.feed == federations) {
      auto told = read_federation_word(*objects_, commit->tree, identity_.federation);
      if (!told) continue;
      word = std::make_shared<const FederationWord>(std::move(*told));
    }
    if (!word || !witness_counts(word->roster, witness) || is_let_go(word->roster, identity_.slug, witness.feed)) continue;
    if (!is_whole(witness, word->roster)) continue;
    changes.push_back({witness.feed, ref == refs->end() ? ObjectId{} : ref->second, witness.commit});
    picture.heads[witness.feed] = witness;
    word_is_back_ = word_is_back_ || witness.feed == federations;
    picture.word = std::move(word);
  }
  if (changes.empty()) return {};
  CHECK_OK(refs_->update(changes));
  note({Errc::corrupt, "the newest heads of feeds were not in it any more, and are again: " + std::to_string(changes.size())},
       layout_.packed_refs().string());
  return {};
}

/// Under the same names: a pack of which the index was made anew, a disk that reads again.
Status LibraryImpl::read_again() {
  Picture now = *picture();
  Advance advance;
  const auto refs = refs_->snapshot();
  for (const auto& [feed, id] : *refs) {
    if (now.heads.contains(feed)) continue;
    auto raw = objects_->read(id, ObjectType::commit);
    auto commit = raw ? parse_commit(*raw) : tl::unexpected(raw.error());
    if (!commit || commit->feed != feed) continue;
    now.heads[feed] = head_of(*commit, id);
    advance.steps.push_back({std::move(*commit), id, std::move(*raw)});
  }
  if (!now.word) {
    read_word(now);
    advance.word = now.word;
  }
  return advance.steps.empty() && !advance.word ? Status{} : this->advance(std::move(advance));
}

/// A word of the federation that came back without passing through advance(): who holds more of a suspended member's feeds
/// than counts falls back now.
Status LibraryImpl::settle_word() {
  if (!std::exchange(word_is_back_, false)) return {};
  Advance advance;
  advance.word = picture()->word;
  return this->advance(std::move(advance));
}

}  // namespace essaimage::store
