// From new heads, whose objects are in the library already, to a library that shows them.
#include <algorithm>

#include "store/disk/files.hpp"
#include "store/federation/paths.hpp"
#include "store/feed/allowed_signers.hpp"
#include "store/library/kit_tree.hpp"
#include "store/library/library_impl.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {

Status LibraryImpl::advance(Advance advance) {
  const auto before = picture();
  add_fallbacks(*before, advance);
  CHECK_OK(remember_epochs(*before, advance));
  const auto refs = refs_->snapshot();
  std::vector<Refs::Change> changes;
  for (const auto& step : advance.steps) {
    const auto it = refs->find(step.commit.feed);
    changes.push_back({step.commit.feed, it == refs->end() ? ObjectId{} : it->second, step.id});
  }
  for (const auto& feed : advance.left) changes.push_back({feed, refs->at(feed), ObjectId{}});
  CHECK_OK(refs_->update(changes));

  // Durable from here on: whatever fails below is made up for later, and is no error of this
  // change.
  const auto after = next_picture(advance, *before);
  set_picture(after);
  withdrawals_->heads_changed();
  std::vector<Sha256> touched;
  if (auto indexed = index_advance(advance)) {
    touched = std::move(*indexed);
  } else {
    behind_ = true;
    note(indexed.error(), "index");
  }
  if (after->roster != before->roster && after->roster) {
    if (auto seen = roster_seen(*after->roster); !seen) {
      behind_ = true;
      note(seen.error(), "roster");
    }
    tell(change::RosterChanged{after->roster});
  }
  for (const auto& step : advance.steps) {
    const Head head = head_of(step.commit, step.id);
    tell(change::HeadChanged{head, std::make_shared<const Bytes>(step.raw), advance.published_here});
    if (after->lacking.contains(head.feed)) tell(change::ObjectsLost{head.feed});  // still: it builds on what lacks
  }
  for (const auto& feed : advance.left) tell(change::FeedLeft{feed});
  for (const auto& [feed, freeze] : before->frozen) {
    if (after->frozen.contains(feed)) continue;
    if (auto thawed = thaw(feed); !thawed) note(thawed.error(), feed.str());
    tell(change::FeedFrozen{Fork{feed, nullptr, nullptr}, false});
  }
  if (advance.word) {
    for (const auto& more : {touched_by_word(*before, *advance.word), withdrawals_->see(*after)}) {
      if (more) {
        touched.insert(touched.end(), more->begin(), more->end());
      } else {
        behind_ = true;
        note(more.error(), "index");
      }
    }
  }
  if (auto more = touched_by_recommended(*before, *after)) {
    touched.insert(touched.end(), more->begin(), more->end());
  } else {
    behind_ = true;
    note(more.error(), "index");
  }
  settle_naming(touched);
  return {};
}

/// Who may hold what may have changed with the members: then every want is looked at again. Else what the catalogue lists
/// now, or does not any more.
Result<std::vector<Sha256>> LibraryImpl::touched_by_word(const Picture& before, const FederationWord& word) const {
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first && a.second.blob == b.second.blob; };
  if (!before.word || !std::ranges::equal(before.word->members, word.members, same) ||
      !std::ranges::equal(before.word->mirrors, word.mirrors, same)) {
    std::vector<Sha256> media;
    TRY(const auto wants, state_->wants());
    for (const auto& lists : wants) media.push_back(lists.front().media);
    return media;
  }
  std::vector<KitId> kits;
  if (holding_.policy().media == HoldPolicy::Media::catalogue && before.word->catalogue != word.catalogue) {
    for (const auto& [kit, stated] : word.catalogue->decisions) {
      if (word.catalogue->lists(kit) != before.word->catalogue->lists(kit)) kits.push_back(kit);
    }
    for (const auto& [kit, stated] : before.word->catalogue->decisions) {
      if (word.catalogue->find(kit) == nullptr) kits.push_back(kit);
    }
  }
  return media_of(kits);
}

Result<std::vector<Sha256>> LibraryImpl::index_advance(const Advance& advance) {
  std::vector<Head> heads;
  for (const auto& step : advance.steps) heads.push_back(head_of(step.commit, step.id));
  CHECK_OK(state_->witness(heads));  // first: should the refs be lost, it alone knows of them
  if (advance.word) CHECK_OK(witness_time(*picture()));
  if (advance.anew) CHECK_OK(mender_.came_anew(*advance.anew));
  std::vector<Sha256> touched;
  if (behind_) {
    TRY(touched, catch_up_index(*picture()));
  } else {
    for (const auto& step : advance.steps) {
      TRY(const auto more, index_feed(head_of(step.commit, step.id), step.commit.tree));
      touched.insert(touched.end(), more.begin(), more.end());
    }
  }
  for (const auto& feed : advance.left) {
    TRY(const auto more, leave_feed(feed));
    touched.insert(touched.end(), more.begin(), more.end());
  }
  CHECK_OK(state_->hold(advance.published_media));
  for (const auto& whole : advance.published_media) touched.push_back(whole.media);  // peers may have been asked for it
  return touched;
}

bool LibraryImpl::is_behind() const {
  if (behind_ || refs_->is_head_due() || mender_.has_suspects()) return true;
  const std::lock_guard lock(complete_mutex_);
  return !complete_.empty() && (runs_open_ == 0 || no_room_);
}

Status LibraryImpl::catch_up() {
  Status status;
  {
    const std::lock_guard changing(changing_);
    if (behind_) status = catch_up_locked();
  }
  no_room_ = false;
  settle_if_due(false);
  CHECK_OK(status);
  CHECK_OK(mender_.look());
  return refs_->is_head_due() ? refs_->mend_head() : Status();
}

/// As at the start: what the refs say is indexed, witnessed, and known to a stock git.
Status LibraryImpl::catch_up_locked() {
  const auto now = picture();
  TRY(auto touched, withdrawals_->see(*now));
  TRY(const auto indexed, catch_up_index(*now));
  touched.insert(touched.end(), indexed.begin(), indexed.end());
  std::vector<Head> heads;
  for (const auto& [feed, head] : now->heads) heads.push_back(head);
  CHECK_OK(state_->witness(heads));
  CHECK_OK(witness_time(*now));
  if (now->roster) CHECK_OK(roster_seen(*now->roster));
  behind_ = false;
  settle_naming(touched);
  return {};
}

PicturePtr LibraryImpl::next_picture(const Advance& advance, const Picture& before) {
  auto next = std::make_shared<Picture>(before);
  bool roster_changes = advance.word != nullptr;
  if (advance.word) {
    next->word = advance.word;
    next->heartbeat = newest_heartbeat(*advance.word, identity_.federation, before.heartbeat);
  }
  for (const auto& feed : advance.left) next->heads.erase(feed);
  for (const auto& feed : advance.left) next->lacking.erase(feed);
  if (advance.anew) next->lacking.erase(*advance.anew);
  if (advance.word) free_succeeded(*advance.word, before, *next);
  for (const auto& step : advance.steps) {
    const FeedId& feed = step.commit.feed;
    next->heads[feed] = head_of(step.commit, step.id);
    const auto frozen = next->frozen.find(feed);
    if (frozen != next->frozen.end() && is_freed(frozen->second, before.head(feed), step.commit.order)) next->frozen.erase(frozen);
    if (feed.audience.kind != Audience::Kind::region) continue;
    const auto endpoints = read_endpoints(step.commit.tree);
    if (endpoints && *endpoints != next->endpoints[feed.centre]) {
      next->endpoints[feed.centre] = *endpoints;
      roster_changes = true;
    }
  }
  if (roster_changes) compose_roster(*next);
  read_recommended(before, *next);
  return next;
}

/// A centre.toml that cannot be read says nothing: it is its author's word alone, and nobody else's
/// harm.
Result<std::vector<std::string>> LibraryImpl::read_endpoints(const ObjectId& tree) const {
  TRY(const auto id, id_at(*objects_, tree, feed_path::centre));
  if (!id) return std::vector<std::string>();
  TRY(const auto text, objects_->read(*id, ObjectType::blob));
  const auto file = parse_centre_file(text_of(text));
  return file ? file->endpoints : std::vector<std::string>();
}

void LibraryImpl::compose_roster(Picture& picture) const {
  if (!picture.word) return;
  auto roster = std::make_shared<Roster>(picture.word->roster);
  for (auto& [slug, member] : roster->members) {
    const auto it = picture.endpoints.find(slug);
    if (it != picture.endpoints.end()) member.endpoints = it->second;
  }
  roster->index();
  picture.roster = std::move(roster);
}

/// What a new roster means for the home: the signers of a stock git.
Status LibraryImpl::roster_seen(const Roster& roster) { return replace_file(layout_.allowed_signers(), bytes_of(allowed_signers(roster))); }

void LibraryImpl::tell(Change change) {
  if (listener_) listener_(change);
}

}  // namespace essaimage::store
