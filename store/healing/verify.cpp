// Re-reads and re-checks everything held: commits with their signatures and order, every object they reach, the federation's
// statements, kits, chunk lists, media whole and partial, proofs of forks.

#include <algorithm>
#include <unordered_set>

#include "store/feed/commit_rules.hpp"
#include "store/feed/forks.hpp"
#include "store/git/id_hash.hpp"
#include "store/library/kit_tree.hpp"
#include "store/library/library_impl.hpp"

namespace essaimage::store {

/// One run. What is damaged is named and passed over, so that one damage does not hide the next.
class Verification {
 public:
  using Progress = std::function<bool(std::uint64_t, std::uint64_t)>;

  explicit Verification(LibraryImpl& library, Progress progress = {}, Library::Pace pace = {})
      : library_(library), progress_(std::move(progress)), pace_(std::move(pace)) {}

  /// A feed by itself: its commits, and all that they reach.
  bool is_whole(const Head& head, const Roster& roster) {
    first_only_ = true;
    check_feed(head, &roster);
    return problems_.empty();
  }

  /// Of a feed by itself, the first object that is lost or damaged.
  std::optional<Error> damage_of(const Head& head, const Roster* roster) {
    first_damage_only_ = true;
    check_feed(head, roster);
    const auto it = std::ranges::find_if(problems_, is_damage);
    return it == problems_.end() ? std::nullopt : std::optional(it->error);
  }

  Result<std::vector<Problem>> run() {
    const PicturePtr picture = library_.picture();
    CHECK_OK(check_heads(*picture));
    TRY(const auto rows, library_.state_->all_media());
    total_ = feed_weight * picture->heads.size();
    for (const MediaRow& row : rows) {
      if (!row.held.empty() && !row.named.empty()) total_ += row.named.front().bytes;
    }
    check_words(*picture);
    for (const auto& [feed, head] : picture->heads) {
      const std::size_t before = problems_.size();
      check_feed(head, picture->roster.get());
      for (std::size_t i = before; i < problems_.size(); ++i) library_.mender_.suspect(feed, problems_[i].error);
      CHECK_OK(advance(feed_weight));
    }
    for (const MediaRow& row : rows) CHECK_OK(check_media(row));
    check_partials();
    check_strays();
    done_ = total_ = read_bytes_;  // the last word is what was really read
    CHECK_OK(advance(0));
    return std::move(problems_);
  }

 private:
  /// What a feed counts as while progress is told, in bytes: text is little, and its size is not known before.
  static constexpr std::uint64_t feed_weight = 1'000'000;

  static bool is_damage(const Problem& problem) {
    return problem.error.code == Errc::object_missing || problem.error.code == Errc::corrupt;
  }
  bool is_over() const {
    return stopped_ || (first_only_ && !problems_.empty()) || (first_damage_only_ && std::ranges::any_of(problems_, is_damage));
  }
  void found(Error error, std::string where) { problems_.push_back({std::move(error), std::move(where)}); }

  Status advance(std::uint64_t bytes) {
    done_ = std::min(done_ + bytes, total_);
    return !progress_ || progress_(done_, total_) ? Status{} : fail(Errc::cancelled);
  }

  /// Heads that the refs name and that cannot be read, and feeds that are older than they once were.
  Status check_heads(const Picture& picture) {
    for (const auto& [feed, id] : *library_.refs_->snapshot()) {
      if (!picture.head(feed)) found({Errc::object_missing, id.hex()}, feed.str());
    }
    TRY(auto rollbacks, library_.rollbacks(picture));
    for (Problem& problem : rollbacks) problems_.push_back(std::move(problem));
    return {};
  }

  void check_words(const Picture& picture) {
    const auto head = picture.head({library_.identity_.federation_slug, Audience{}});
    if (!head) return;
    const auto tree = library_.tree_of(head->commit);
    if (!tree) return;  // said by check_feed
    const auto word = read_federation_word(*library_.objects_, *tree, library_.identity_.federation);
    if (!word) found(word.error(), head->feed.str());
    std::vector<Path> damaged;
    if (const auto forks = load_forks(library_.layout_, damaged); !forks) found(forks.error(), "forks");
    for (const Path& path : damaged) found({Errc::corrupt, "a proof of a fork is damaged"}, path.string());
  }

  /// From the head down to the root.
  void check_feed(const Head& head, const Roster* roster) {
    std::optional<KnownCommit> child;
    std::optional<ObjectId> at = head.commit;
    bool is_head = true;
    while (at && !is_over()) {
      const auto where = head.feed.str() + " " + at->hex();
      const auto raw = read(*at, ObjectType::commit, where);
      if (!raw) return;
      const auto as_it_is = [&] { return parse_commit(*raw).map([&](Commit commit) { return KnownCommit{*at, std::move(commit)}; }); };
      auto known = roster != nullptr ? read_commit(*raw, *roster) : as_it_is();
      const bool beside_the_point = first_damage_only_ || (!known && known.error().code == Errc::feed_beyond && stays(head, *roster));
      if (!known && beside_the_point) known = as_it_is();
      if (!known) return found(known.error(), where);
      if (known->commit.feed != head.feed) return found({Errc::corrupt, "a commit of another feed"}, where);
      if (child && roster != nullptr) {
        if (const auto follows = check_succession(*known, *child, *roster); !follows) found(follows.error(), where);
      }
      check_tree(known->commit.tree, where);
      if (is_head && !is_over()) check_kits(head.feed, known->commit.tree);
      is_head = false;
      at = known->commit.parent;
      child = std::move(*known);
    }
  }

  /// A suspension, or the end of a mirror, that does not name a feed leaves what is held of it where it is, and the end of a mirror a
  /// later epoch (LibraryImpl::add_fallbacks). That it counts no more is the last that read_commit() asks of a commit.
  static bool stays(const Head& head, const Roster& roster) {
    const Member* author = roster.find(head.feed.centre);
    if (author == nullptr) return false;
    const auto end = roster.mirror_ends.find(head.feed);
    const bool later = end == roster.mirror_ends.end() || head.order.epoch > end->second.epoch;
    if (head.feed.audience.kind == Audience::Kind::mirror && !roster.may_hold(*author, head.feed.audience) && later) return true;
    return author->suspended && !author->last_accepted.contains(head.feed);
  }

  std::optional<Bytes> read(const ObjectId& id, ObjectType type, const std::string& where) {
    auto content = library_.objects_->read(id, type);
    if (!content) {
      found(content.error(), where);
      return std::nullopt;
    }
    read_bytes_ += content->size();
    stopped_ = stopped_ || (pace_ && !pace_(content->size()));
    if (object_id(type, *content) != id) {
      found({Errc::corrupt, "object " + id.hex() + " is not what its name says"}, where);
      return std::nullopt;
    }
    return std::move(*content);
  }

  void check_tree(const ObjectId& root, const std::string& where) {
    std::vector<ObjectId> waiting{root};
    while (!waiting.empty() && !is_over()) {
      const ObjectId id = waiting.back();
      waiting.pop_back();
      if (!seen_.insert(id).second) continue;
      const auto content = read(id, ObjectType::tree, where);
      if (!content) {
        seen_.erase(id);  // said of each feed that comes to it
        continue;
      }
      const auto tree = parse_tree(*content);
      if (!tree) {
        found(tree.error(), where);
        continue;
      }
      for (const TreeEntry& entry : *tree) {
        if (entry.mode == TreeEntry::Mode::tree) waiting.push_back(entry.id);
        else if (seen_.insert(entry.id).second && !read(entry.id, ObjectType::blob, where + " " + entry.name)) seen_.erase(entry.id);
      }
    }
  }

  void check_kits(const FeedId& feed, const ObjectId& tree) {
    const auto kits = compare_kits(*library_.objects_, std::nullopt, tree);
    if (!kits) return found(kits.error(), feed.str());
    for (const auto& put : kits->put) {
      const std::string where = feed.str() + " " + put.slug;
      const auto kit = read_kit_tree(*library_.objects_, put.tree, KitDepth::names);
      if (!kit) {
        found(kit.error(), where);
        continue;
      }
      for (const NamedMedia& named : kit->media) {
        if (const auto list = library_.read_chunk_list(named.chunk_list); !list) found(list.error(), where);
      }
    }
  }

  Status check_media(const MediaRow& row) {
    if (row.held.empty()) return {};
    if (const auto checked = library_.check_held(row.media, {}); !checked) found(checked.error(), "media " + row.media.hex());
    const std::uint64_t bytes = row.named.empty() ? 0 : row.named.front().bytes;
    read_bytes_ += bytes;
    return advance(bytes);
  }

  /// Chunks that are here of media on their way. PartialMedia::get checks what it reads, and forgets what is bad.
  void check_partials() {
    for (const Sha256& media : library_.media_->partials()) {
      const auto want = library_.want_of(media);
      if (!want || !*want) continue;
      const auto open = library_.open_partial(media, (*want)->chunk_list);
      if (!open) {
        found(open.error(), "partial media " + media.hex());
        continue;
      }
      const std::lock_guard lock((*open)->mutex);
      const auto held = (*open)->partial->held();
      for (std::uint32_t i = 0; i < held.size(); ++i) {
        if (!held[i]) continue;
        if (const auto chunk = (*open)->partial->get(i); !chunk) found(chunk.error(), "partial media " + media.hex());
      }
    }
  }

  /// Loose objects and refs are never ours: somebody wrote into the repository with another tool.
  void check_strays() {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(library_.layout_.library() / "objects", error)) {
      const std::string name = entry.path().filename().string();
      if (name.size() == 2) found({Errc::corrupt, "loose objects; nothing of ours is stored so"}, entry.path().string());
    }
    const Path refs = library_.layout_.library() / "refs" / "heads" / "essaimage";
    if (std::filesystem::exists(refs, error)) found({Errc::corrupt, "loose refs; ours are in packed-refs"}, refs.string());
  }

  LibraryImpl& library_;
  const Progress progress_;
  const Library::Pace pace_;
  bool stopped_ = false;  ///< by pace_
  std::vector<Problem> problems_;
  bool first_only_ = false, first_damage_only_ = false;  ///< one is enough to know
  std::unordered_set<ObjectId, IdHash> seen_;            ///< trees and blobs that were read, of all feeds
  std::uint64_t done_ = 0, total_ = 0, read_bytes_ = 0;
};

Result<std::vector<Problem>> LibraryImpl::verify(const std::function<bool(std::uint64_t, std::uint64_t)>& progress) {
  TRY(auto found, Verification(*this, progress).run());
  // Everything was looked at: what was noted before is either among it, or mended.
  const std::lock_guard lock(problems_mutex_);
  problems_ = found;
  return found;
}

bool LibraryImpl::is_whole(const Head& head, const Roster& roster) { return Verification(*this).is_whole(head, roster); }

std::optional<Error> LibraryImpl::damage_of(const Head& head, const Roster* roster, const Pace& pace) {
  return Verification(*this, {}, pace).damage_of(head, roster);
}

/// A damaged media file is kept, in case no peer has it, but it is held no longer: it is fetched again.
Status LibraryImpl::recheck(const Sha256& media) {
  auto checked = media_->verify(media);
  if (checked || checked.error().code != Errc::media_bad) return checked;
  CHECK_OK(set_aside(media));
  return checked;
}

Status LibraryImpl::check_held(const Sha256& media, const Pace& pace) {
  auto checked = media_->verify(media, pace);
  if (checked || (checked.error().code != Errc::media_bad && checked.error().code != Errc::not_found)) return checked;
  if (checked.error().code == Errc::not_found && media_->has(media)) return {};  // it was dropped, and came anew
  CHECK_OK(set_aside(media));
  return checked;
}

Status LibraryImpl::set_aside(const Sha256& media) {
  const std::lock_guard changing(changing_);
  CHECK_OK(state_->forget_media(media));
  if (media_->has(media)) {
    CHECK_OK(make_folders(layout_.damaged()));
    CHECK_OK(move_durably(layout_.media(media), layout_.damaged() / media.hex()));
  }
  CHECK_OK(settle_one(media));
  tell_need(media);
  return {};
}

}  // namespace essaimage::store
