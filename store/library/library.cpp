#include "store/library.hpp"

#include <algorithm>
#include <set>

#include "store/disk/files.hpp"
#include "store/federation/paths.hpp"
#include "store/feed/allowed_signers.hpp"
#include "store/git/consolidate.hpp"
#include "store/git/repository.hpp"
#include "store/library/kit_tree.hpp"
#include "store/library/library_impl.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {
namespace {

using Namers = std::map<Sha256, FeedList>;

/// Adds the feed to each of these media that any version of it names, back to its first commit.
Status add_namers(const ObjectDb& objects, const Head& head, Namers& media) {
  std::set<ObjectId> seen;  // of folders of chunk lists: most versions have those of the one before
  std::optional<ObjectId> newer;
  for (std::optional<ObjectId> at = head.commit; at;) {
    TRY(const auto raw, objects.read(*at, ObjectType::commit));
    TRY(const auto commit, parse_commit(raw));
    TRY(const auto difference, compare_kits(objects, newer, commit.tree));
    for (const auto& kit : difference.put) {
      TRY(const auto chunks, id_at(objects, kit.tree, feed_path::kit_chunks));
      if (!chunks || !seen.insert(*chunks).second) continue;
      TRY(const auto lists, objects.read_tree(*chunks));
      for (const auto& list : lists) {
        const auto id = Sha256::parse(list.name);
        const auto it = id ? media.find(*id) : media.end();
        if (it == media.end()) continue;
        if (it->second.empty() || it->second.back() != head.feed) it->second.push_back(head.feed);
      }
    }
    newer = commit.tree;
    at = commit.parent;
  }
  return {};
}

}  // namespace

std::optional<Head> Picture::head(const FeedId& feed) const {
  const auto it = heads.find(feed);
  return it == heads.end() ? std::nullopt : std::optional(it->second);
}

Result<std::unique_ptr<Library>> Library::open(const Layout& layout, Now now, HoldPolicy policy) {
  TRY(const auto identity, load_identity(layout));
  TRY(const auto signing, SigningSecret::load(layout.signing_key()));
  TRY(const auto transport, TransportSecret::load(layout.transport_key()));
  Status started;
  // An index that turns out to be damaged while it is read is set aside by the next opening.
  for (int attempt = 0; attempt < 2; ++attempt) {
    TRY(auto lock, lock_home(layout.lock()));
    auto library = std::make_unique<LibraryImpl>(layout, now, identity, signing, transport, policy);
    started = library->start(std::move(lock));
    if (started) return std::unique_ptr<Library>(std::move(library));
    if (started.error().code != Errc::corrupt || !State::is_suspect(layout.state())) break;
  }
  return tl::unexpected(started.error());
}

LibraryImpl::LibraryImpl(Layout layout, Now now, Identity identity, SigningSecret signing, TransportSecret transport, HoldPolicy policy)
    : layout_(std::move(layout)),
      now_(std::move(now)),
      identity_(std::move(identity)),
      signing_(std::move(signing)),
      transport_(std::move(transport)),
      holding_(std::move(policy)),
      picture_(std::make_shared<const Picture>()),
      withdrawals_(std::make_shared<WithdrawalsImpl>(*this)) {}

Status LibraryImpl::start(Fd lock) {
  lock_ = std::move(lock);
  for (const Path& folder : {layout_.home, layout_.keys()}) CHECK_OK(sweep_temporaries(folder));
  if (std::error_code ignored; std::filesystem::exists(layout_.requests(), ignored)) CHECK_OK(sweep_temporaries(layout_.requests()));
  CHECK_OK(sweep_repository(layout_));
  TRY(objects_, ObjectDb::open(layout_.library() / "objects"));
  CHECK_OK(open_refs());
  TRY(media_, MediaStore::open(layout_));
  TRY(state_, State::open(layout_.state()));
  if (state_->was_lost())
    note({Errc::corrupt, "the index was lost or damaged, and with it what it knew of media on their way; it is made anew"},
         layout_.state().string());
  TRY(auto choices, state_->choices());
  holding_.set_choices(std::move(choices));
  CHECK_OK(deadlines_.load());

  const std::lock_guard changing(changing_);
  auto picture = std::make_shared<Picture>();
  CHECK_OK(read_heads(*picture));
  read_word(*picture);
  CHECK_OK(bring_back_heads(*picture));
  CHECK_OK(read_witnessed_time(*picture));
  for (const auto& [feed, head] : picture->heads) {
    if (feed.audience.kind != Audience::Kind::region) continue;
    auto tree = tree_of(head.commit);
    auto endpoints = tree ? read_endpoints(*tree) : Result<std::vector<std::string>>(std::vector<std::string>());
    if (endpoints && !endpoints->empty()) picture->endpoints[feed.centre] = std::move(*endpoints);
  }
  compose_roster(*picture);
  read_recommended({}, *picture);
  CHECK_OK(check_keys(*picture));
  CHECK_OK(mender_.start(*picture));
  CHECK_OK(read_forks(*picture));
  // The word may have come while this was not done yet, or by a crash before it was.
  for (const auto& [feed, head] : picture->heads) {
    word_is_back_ = word_is_back_ || (picture->roster && is_let_go(*picture->roster, identity_.slug, feed));
  }
  set_picture(picture);
  if (picture->roster) CHECK_OK(roster_seen(*picture->roster));

  TRY(auto changed, withdrawals_->see(*picture));
  TRY(const auto indexed, catch_up_index(*picture));
  changed.insert(changed.end(), indexed.begin(), indexed.end());
  CHECK_OK(witness_heads(*picture));
  CHECK_OK(witness_time(*picture));
  settle_naming(changed);
  CHECK_OK(settle_word());
  finish_drops();
  if (lacked_any_ || !changed.empty() || !holding_.choices().empty()) CHECK_OK(plan_holding({}));
  return resume_partials();
}

/// Nobody would take what is signed by, or comes over, a key that the federation never admitted for this centre. One that
/// it has replaced since is not foreign: the peers say so.
Status LibraryImpl::check_keys(const Picture& picture) const {
  if (!picture.roster) return {};
  const auto signs = [&](const MemberKeys& keys) { return keys.signing == signing_.public_key(); };
  const Member* own = picture.roster->find(identity_.slug);
  const bool is_others = std::ranges::any_of(picture.roster->members, [&](const auto& member) {
    return member.first != identity_.slug && std::ranges::any_of(member.second.keys, signs);
  });
  if (is_others) return fail(Errc::home_damaged, layout_.identity().string());
  if (own == nullptr) return {};
  const auto knows = [&](const auto& is_same) { return std::any_of(own->keys.begin(), own->keys.end(), is_same); };
  if (!knows(signs)) return fail(Errc::key_foreign, layout_.signing_key().string());
  if (!knows([&](const MemberKeys& keys) { return keys.transport == transport_.public_key(); }))
    return fail(Errc::key_foreign, layout_.transport_key().string());
  return {};
}

/// A centre's peers bring its feeds again, and the witnessed heads keep anything older out. The federation's own word is
/// what all the others are judged by: its node does not go on without it.
Status LibraryImpl::open_refs() {
  auto refs = Refs::open(layout_);
  if (!refs && refs.error().code == Errc::corrupt && !identity_.is_federation()) {
    note(refs.error(), layout_.packed_refs().string());
    CHECK_OK(make_folders(layout_.damaged()));
    CHECK_OK(move_durably(layout_.packed_refs(), layout_.damaged() / layout_.packed_refs().filename()));
    refs = Refs::open(layout_);
  }
  if (!refs) return tl::unexpected(refs.error());
  refs_ = std::move(*refs);
  return {};
}

/// A head that cannot be read is left out, and said: peers bring it again.
Status LibraryImpl::read_heads(Picture& picture) {
  for (const auto& [feed, id] : *refs_->snapshot()) {
    const auto raw = objects_->read(id, ObjectType::commit);
    if (!raw) {
      note(raw.error(), feed.str());
      mender_.look_again(feed);
      continue;
    }
    const auto commit = parse_commit(*raw);
    if (!commit || commit->feed != feed) {
      note(commit ? Error{Errc::corrupt, "the head is another feed's"} : commit.error(), feed.str());
      continue;
    }
    // Nothing of another federation was ever accepted: it is the home that says the wrong one.
    if (commit->federation != identity_.federation) return fail(Errc::home_damaged, layout_.identity().string());
    picture.heads[feed] = head_of(*commit, id);
  }
  return {};
}

void LibraryImpl::read_word(Picture& picture) {
  const auto head = picture.head(FeedId{identity_.federation_slug, Audience{}});
  if (!head) return;
  const auto tree = tree_of(head->commit);
  auto word = tree ? read_federation_word(*objects_, *tree, identity_.federation) : Result<FederationWord>(tl::unexpected(tree.error()));
  if (word) {
    picture.word = std::make_shared<const FederationWord>(std::move(*word));
  } else {
    note(word.error(), head->feed.str());
    mender_.suspect(head->feed, word.error());
  }
}

/// Indexes what the refs are ahead of; returns the media whose naming changed.
Result<std::vector<Sha256>> LibraryImpl::catch_up_index(const Picture& picture) {
  TRY(const auto indexed, state_->indexed());
  std::vector<Sha256> touched;
  for (const auto& [feed, head] : picture.heads) {
    const auto it = indexed.find(feed);
    if (it != indexed.end() && it->second == head) continue;
    const auto tree = tree_of(head.commit);
    const auto more = tree ? index_feed(head, *tree) : tl::unexpected(tree.error());
    if (more) {
      touched.insert(touched.end(), more->begin(), more->end());
    } else if (more.error().code == Errc::object_missing || more.error().code == Errc::corrupt) {
      mender_.suspect(feed, more.error());  // indexed when it has come anew
    } else {
      return tl::unexpected(more.error());
    }
  }
  // Feeds without a head any more. They may come back, and their media lie here.
  for (const auto& [feed, head] : indexed) {
    if (picture.heads.contains(feed)) continue;
    TRY(const auto more, leave_feed(feed));
    touched.insert(touched.end(), more.begin(), more.end());
  }
  // The record of what is held is younger than the index, and a power cut may have taken it alone.
  std::vector<Sha256> unsure = state_->rebuilt() ? media_->all() : touched;
  TRY(const auto wants, state_->wants());
  lacked_any_ = !wants.empty();
  for (const auto& want : wants) unsure.push_back(want.front().media);
  // What was indexed before the failure is not found to differ again, and was told to nobody.
  if (behind_)
    for (const auto& want : wants) touched.push_back(want.front().media);
  TRY(const auto lost, hold_after_loss(picture, unsure));
  touched.insert(touched.end(), lost.begin(), lost.end());
  return touched;
}

/// What lies on the disk and is named, but held for nobody: the record of it was lost. Through which feed it came is lost
/// too; it may be one that does not name it any more, so the history of all feeds is asked.
Result<std::vector<Sha256>> LibraryImpl::hold_after_loss(const Picture& picture, const std::vector<Sha256>& media) {
  std::vector<Sha256> found;
  if (!picture.roster) return found;
  Namers namers;
  std::vector<MediaRow> lost;
  for (const auto& id : media) {
    if (!media_->has(id) || namers.contains(id)) continue;
    TRY(auto row, state_->media(id));
    if (!row || !row->held.empty() || row->named.empty()) continue;
    namers.try_emplace(id);
    lost.push_back(std::move(*row));
  }
  if (lost.empty()) return found;
  bool knows_all = !lacks_feeds();
  for (const auto& [feed, head] : picture.heads) {
    const auto added = add_namers(*objects_, head, namers);
    if (added) continue;
    note(added.error(), feed.str());
    knows_all = false;
  }
  for (const auto& row : lost) {
    FeedList feeds = held_after_loss(*picture.roster, identity_.slug, row.named_feeds(), namers[row.media]);
    // Where some of the history cannot be read: what we published ourselves, and the rest is fetched again.
    if (!knows_all) std::erase_if(feeds, [&](const FeedId& feed) { return feed.centre != identity_.slug; });
    if (!feeds.empty()) CHECK_OK(state_->hold(row.media, feeds));
    const auto list = read_chunk_list(row.named.front().chunk_list);
    if (list) CHECK_OK(state_->index_chunks(row.media, *list));
    found.push_back(row.media);
  }
  return found;
}

Status LibraryImpl::witness_heads(const Picture& picture) {
  std::vector<Head> heads;
  for (const auto& [feed, head] : picture.heads) heads.push_back(head);
  CHECK_OK(state_->witness(heads));
  TRY(const auto found, rollbacks(picture));
  for (const auto& problem : found) note(problem.error, problem.where);
  return {};
}

Result<std::vector<Problem>> LibraryImpl::rollbacks(const Picture& picture) const {
  std::vector<Problem> found;
  TRY(const auto witnessed, state_->witnessed());
  for (const auto& witness : witnessed) {
    const auto head = picture.head(witness.feed);
    if (head && head->order >= witness.order) continue;
    const Member* author = picture.roster ? picture.roster->find(witness.feed.centre) : nullptr;
    if (author != nullptr && (author->suspended || !witness_counts(*picture.roster, witness))) continue;  // we fell back, as was said
    if (picture.roster && is_let_go(*picture.roster, identity_.slug, witness.feed)) continue;
    found.push_back({Error{Errc::feed_rollback,
                           "held " + (head ? head->order.str() : std::string("nothing")) + ", accepted before " + witness.order.str()},
                     witness.feed.str()});
  }
  return found;
}

void LibraryImpl::note(Error error, std::string where) {
  const std::lock_guard lock(problems_mutex_);
  const bool known = std::any_of(problems_.begin(), problems_.end(), [&](const Problem& problem) {
    return problem.where == where && problem.error.code == error.code && problem.error.detail == error.detail;
  });
  if (known) return;  // what is tried again fails again
  constexpr std::size_t problems_max = 1'000;
  if (problems_.size() < problems_max) problems_.push_back({std::move(error), std::move(where)});
}

std::vector<Problem> LibraryImpl::problems() const {
  const std::lock_guard lock(problems_mutex_);
  return problems_;
}

std::vector<Head> LibraryImpl::heads() const {
  std::vector<Head> heads;
  const auto now = picture();
  for (const auto& [feed, head] : now->heads) heads.push_back(head);
  return heads;
}

Result<std::vector<Head>> LibraryImpl::witnessed() const {
  TRY(auto witnessed, state_->witnessed());
  if (const auto roster = picture()->roster)
    std::erase_if(witnessed,
                  [&](const Head& head) { return !witness_counts(*roster, head) || is_let_go(*roster, identity_.slug, head.feed); });
  return witnessed;
}

Result<Bytes> LibraryImpl::commit_of(const Head& head) const { return objects_->read(head.commit, ObjectType::commit); }

PicturePtr LibraryImpl::picture() const {
  const std::lock_guard lock(picture_mutex_);
  return picture_;
}

void LibraryImpl::set_picture(PicturePtr picture) {
  const std::lock_guard lock(picture_mutex_);
  picture_ = std::move(picture);
}

Status LibraryImpl::release_memory() {
  state_->release_memory();
  CHECK_OK(mender_.packs_changed({}));
  return objects_->release_memory();
}

Status LibraryImpl::consolidate() {
  const auto before = mender_.packs();
  TRY(auto consolidation, Consolidation::prepare(layout_));
  {
    const std::unique_lock packs(packs_mutex_);
    const std::lock_guard changing(changing_);
    CHECK_OK(consolidation.finish(*objects_));
  }
  CHECK_OK(mender_.packs_changed(before));
  return consolidation.damaged().empty() ? Status{} : mender_.packs_damaged();
}

}  // namespace essaimage::store
