// What peers send: parcels of feeds, which are checked whole before anything of them is seen, and
// runs of chunks.
#include "store/feed/receive.hpp"

#include <algorithm>
#include <numeric>

#include "store/federation/paths.hpp"
#include "store/library/library_impl.hpp"
#include "store/transfer/run_code.hpp"

namespace essaimage::store {

class FeedReceptionImpl final : public FeedReception {
 public:
  FeedReceptionImpl(LibraryImpl& library, std::unique_ptr<IncomingParcel> incoming) : library_(library), incoming_(std::move(incoming)) {}

  Status append(ByteView bytes) override { return incoming_->append(bytes); }

  Status accept(const FeedId& feed, ByteView commit) override {
    auto accepted = accept_checked(feed, commit);
    if (!accepted) library_.mender_.suspect(feed, accepted.error());
    return accepted;
  }

 private:
  Status accept_checked(const FeedId& feed, ByteView commit) {
    TRY(const auto parsed, parse_commit(commit));
    CHECK_OK(may_receive(feed));
    CHECK_OK(library_.check_room_for_texts());            // the pack takes as much again as the parcel
    const std::shared_lock packs(library_.packs_mutex_);  // the pack is judged against all that is here
    auto indexed = index_pack(*incoming_, feed, commit, *library_.objects_);
    if (!indexed) return tl::unexpected(damage_of(feed).value_or(indexed.error()));
    IndexedPack& pack = *indexed;

    const std::lock_guard changing(library_.changing_);
    const auto picture = library_.picture();
    LibraryImpl::Advance advance;
    if (is_federations(feed)) {
      TRY(advance.word, read_word(pack, parsed.tree, *picture));
    }
    if (feed.centre == library_.identity_.federation_slug && feed.audience.kind == Audience::Kind::territory)
      CHECK_OK(library_.check_recommended(*pack.objects, feed, parsed.tree, *picture));
    const Roster* roster = advance.word ? &advance.word->roster : picture->roster.get();
    if (roster == nullptr) return fail(Errc::feed_unknown_author, feed.str());
    TRY(const auto context, context_of(pack, feed, *roster, *picture));
    Bytes proof;
    if (context.held && object_id(ObjectType::commit, commit) == context.held->commit && !picture->lacking.contains(feed))
      return fail(Errc::conflict, feed.str() + ": it is here already");
    const auto checked = check_pack(pack, feed, commit, context, &proof);
    if (!checked) {
      if (checked.error().code == Errc::feed_fork) {
        // The fork is either the head that was offered or below it.
        const ByteView claimed = proof.empty() ? commit : ByteView(proof);
        if (const auto kept = library_.keep_fork_locked(feed, {}, claimed); !kept) library_.note(kept.error(), feed.str());
      }
      return tl::unexpected(checked.error());
    }
    CHECK_OK(move_in(pack, library_.layout_));
    CHECK_OK(library_.objects_->reload());
    advance.steps.push_back({parsed, checked->head.commit, checked->commit});
    if (checked->whole && picture->lacking.contains(feed)) advance.anew = feed;
    return library_.advance(advance);
  }

  /// What keeps us from reading what we said we have: then nothing that builds on it can be read.
  std::optional<Error> damage_of(const FeedId& feed) const {
    const auto held = library_.picture()->head(feed);
    if (!held) return std::nullopt;
    const auto raw = library_.objects_->read(held->commit, ObjectType::commit);
    return raw ? std::nullopt : std::optional(raw.error());
  }

  bool is_federations(const FeedId& feed) const { return feed == FeedId{library_.identity_.federation_slug, Audience{}}; }

  /// The federation's region feed always: it alone tells who we are. Others as our membership goes.
  Status may_receive(const FeedId& feed) const {
    if (is_federations(feed)) return {};
    const auto roster = library_.picture()->roster;
    if (!roster) return fail(Errc::feed_unknown_author, feed.str());
    if (!roster->may_hold(library_.identity_.slug, feed.audience)) return fail(Errc::audience_not_ours, feed.str());
    return {};
  }

  /// The federation's new word judges the commits that bring it.
  Result<std::shared_ptr<const FederationWord>> read_word(const IndexedPack& pack, const ObjectId& tree, const Picture& picture) const {
    TRY(auto word, read_federation_word(*pack.objects, tree, library_.identity_.federation, picture.word.get()));
    if (picture.word) {
      CHECK_OK(check_succession(*picture.word, word));
      CHECK_OK(check_expiry(*picture.word, word, library_.judged_with(picture, word).time));
    }
    return std::make_shared<const FederationWord>(std::move(word));
  }

  Result<ReceiveContext> context_of(const IndexedPack& pack, const FeedId& feed, const Roster& roster, const Picture& picture) const {
    ReceiveContext context{roster, picture.head(feed), std::nullopt, false, std::nullopt};
    // Whoever lacks objects asks for all of it; it may not lack them any more when it comes.
    context.held_comes = context.held && pack.pack->ids().contains(context.held->commit);
    TRY(const auto witnessed, library_.state_->witnessed());
    const auto it = std::find_if(witnessed.begin(), witnessed.end(), [&](const Head& head) { return head.feed == feed; });
    if (it != witnessed.end() && witness_counts(roster, *it)) context.witnessed = *it;
    const auto frozen = picture.frozen.find(feed);
    if (frozen != picture.frozen.end()) context.fork = frozen->second.order;
    return context;
  }

  LibraryImpl& library_;
  std::unique_ptr<IncomingParcel> incoming_;
};

class RunReceptionImpl final : public RunReception {
 public:
  /// `alone`: it comes for the first time, and through no other feed.
  RunReceptionImpl(LibraryImpl& library, FeedId through, bool alone, OpenPartialPtr open, std::uint32_t first, std::uint32_t count,
                   const Sha256& base)
      : library_(library),
        through_(std::move(through)),
        alone_(alone),
        open_(std::move(open)),
        next_(first),
        end_(first + count),
        reader_(bytes_of_run(*open_, first, count), base_of(base)) {
    library_.run_begins();
  }
  ~RunReceptionImpl() override {
    library_.keep_partial(*open_);
    library_.settle_if_due(true);
  }

  Result<Stored> append(ByteView arrived) override {
    const auto& chunks = open_->partial->chunks().chunks;
    TRY(const Bytes told, reader_.append(arrived));
    ByteView bytes = told;
    if (!pending_.empty()) {
      append_bytes(pending_, bytes);
      bytes = pending_;
    }
    Stored stored{next_, 0};
    std::size_t length = 0;
    for (auto at = next_; at < end_ && length + chunks[at].bytes <= bytes.size(); ++at) {
      length += chunks[at].bytes;
      ++stored.count;
    }
    if (stored.count > 0) CHECK_OK(put(bytes.first(length)));
    next_ += stored.count;
    pending_ = Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(length), bytes.end());
    if (stored.count > 0) library_.settle_if_due(false);
    return stored;
  }

 private:
  static std::uint64_t bytes_of_run(const OpenPartial& open, std::uint32_t first, std::uint32_t count) {
    const auto& chunks = open.partial->chunks().chunks;
    return std::accumulate(chunks.begin() + first, chunks.begin() + first + count, std::uint64_t{0},
                           [](std::uint64_t sum, const Chunk& chunk) { return sum + chunk.bytes; });
  }

  std::optional<RunReader::Base> base_of(const Sha256& base) {
    if (base.is_zero()) return std::nullopt;
    std::vector<std::uint32_t> lengths;
    for (auto at = next_; at < end_; ++at) lengths.push_back(open_->partial->chunks().chunks[at].bytes);
    return RunReader::Base{base, std::move(lengths),
                           [this, base](std::uint64_t offset, std::size_t bytes) { return read_base(base, offset, bytes); }};
  }

  /// What is asked for beyond its end is the sender's fault; that it is damaged, or gone meanwhile, is not, and then the rest
  /// is asked for without it.
  Result<Bytes> read_base(const Sha256& base, std::uint64_t offset, std::size_t count) {
    const auto opened = open_base(base);
    Result<Bytes> bytes = opened ? (*opened)->read(offset, count) : tl::unexpected<Error>(opened.error());
    if (bytes || bytes.error().code == Errc::malformed) return bytes;
    library_.lose_base(through_, open_->partial->media(), base, bytes.error());
    return fail(Errc::conflict, base.hex() + ": " + bytes.error().detail);
  }

  /// One for all runs that come against it.
  Result<std::shared_ptr<const BaseMedia>> open_base(const Sha256& base) {
    const std::lock_guard lock(open_->mutex);
    if (!open_->base || open_->base->media() != base || open_->base->feed() != through_) {
      TRY(auto opened, BaseMedia::open(*library_.state_, *library_.media_, through_, base, open_->partial->chunks().bytes));
      open_->base = std::make_shared<const BaseMedia>(std::move(opened));
    }
    return open_->base;
  }

  /// Whole chunks, from the next one on.
  Status put(ByteView bytes) {
    bool further = false;
    Status put;
    {
      const std::lock_guard lock(open_->mutex);
      const auto feeds_before = open_->partial->through().size();
      put = put_locked(bytes);  // what came before a bad chunk is here all the same
      further = open_->partial->through().size() != feeds_before;
      if (!open_->dropped && open_->partial->complete()) library_.complete_later(open_);
    }
    // What is here, and through which others the rest may come. It waits for whatever changes the library, so not for nothing.
    if (further && !alone_) library_.joined(open_->partial->media());
    return put;
  }
  Status put_locked(ByteView bytes) {
    if (open_->dropped) return fail(Errc::not_found, open_->partial->media().hex() + ": needed no longer");
    CHECK_OK(library_.may_join_partial(*open_, through_));
    return open_->partial->put(next_, bytes, through_);
  }

  LibraryImpl& library_;
  const FeedId through_;
  const bool alone_;
  const OpenPartialPtr open_;
  std::uint32_t next_;
  const std::uint32_t end_;
  RunReader reader_;
  Bytes pending_;
};

/// News of kits and members are small and come before media, whatever the admin keeps free of those: they may use half of what is
/// always left. The rest is for what the index needs, and for other programs.
Status LibraryImpl::check_room_for_texts() const {
  TRY(const auto disk, disk_space(layout_.home));
  const auto least = floor_bytes(HoldPolicy{}, disk) / 2;
  if (disk.all_bytes == 0 || disk.free_bytes >= least) return {};
  return fail(Errc::disk_full, std::to_string(disk.free_bytes) + " bytes are free; " + std::to_string(least) + " are left to others");
}

Result<std::unique_ptr<FeedReception>> LibraryImpl::receive_feed() {
  CHECK_OK(check_room_for_texts());
  TRY(auto incoming, IncomingParcel::create(layout_));
  return std::unique_ptr<FeedReception>(std::make_unique<FeedReceptionImpl>(*this, std::move(incoming)));
}

Result<std::unique_ptr<RunReception>> LibraryImpl::receive_run(const FeedId& through, const Sha256& media, std::uint32_t first,
                                                               std::uint32_t count, const Sha256& base) {
  TRY(const auto want, want_of(media));
  if (!want || std::find(want->feeds.begin(), want->feeds.end(), through) == want->feeds.end()) {
    return fail(Errc::not_found, through.str() + " " + media.hex());
  }
  if (!holding_.is_granted(media)) return fail(Errc::not_found, media.hex() + ": needed no longer");
  TRY(auto open, open_partial(media, want->chunk_list));
  const auto chunks = open->partial->chunks().chunks.size();
  if (count == 0 || first >= chunks || count > chunks - first) return fail(Errc::malformed, "run beyond the media");
  // One that is here already comes once more for a further feed. A run of the first time may still be under way then, and what it
  // brought counts for the first time only: what is here for the further feed has to be told.
  const bool alone = want->feeds.size() == 1 && !media_->has(media);
  return std::unique_ptr<RunReception>(std::make_unique<RunReceptionImpl>(*this, through, alone, std::move(open), first, count, base));
}

void LibraryImpl::lose_base(const FeedId& through, const Sha256& media, const Sha256& base, const Error& why) {
  if (why.code == Errc::media_bad) {
    note(why, base.hex());
    static_cast<void>(recheck(base));  // damaged as a whole, it is set aside, and told
  }
  const std::lock_guard changing(changing_);
  if (const auto forgotten = state_->forget_older(through, media, base); !forgotten) return note(forgotten.error(), media.hex());
  tell_need(media);
}

}  // namespace essaimage::store
