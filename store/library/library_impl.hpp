#pragma once
// The library's inside, shared by the files that implement it: each in the folder of its topic (publishing, receiving, serving,
// healing, holding, federation, curation, mirrors, life, search, withdrawal), and what belongs to all of them in this one.
//
// Locks, in this order: `packs_mutex_` (shared: whoever opens the packs of the library a second time; alone: who removes
// packs), `changing_` (whoever changes feeds or the index), then one of the leaf locks. What readers need of feeds and
// roster is an immutable Picture behind `picture_mutex_`; a change makes a new one.

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>
#include <shared_mutex>
#include <span>

#include "store/curation/curation_impl.hpp"
#include "store/disk/files.hpp"
#include "store/feed/receive.hpp"
#include "store/feed/refs.hpp"
#include "store/feed/tree_editor.hpp"
#include "store/git/object_db.hpp"
#include "store/healing/mend_texts.hpp"
#include "store/healing/scrub.hpp"
#include "store/holding/deadline_book.hpp"
#include "store/library.hpp"
#include "store/library/kit_tree.hpp"
#include "store/library/on_their_way.hpp"
#include "store/library/picture.hpp"
#include "store/life/life.hpp"
#include "store/media/reuse.hpp"
#include "store/mirrors/mirrors_impl.hpp"
#include "store/search/library_search.hpp"
#include "store/serving/served_bases.hpp"

namespace essaimage::store {

inline bool contains(const FeedList& feeds, const FeedId& feed) { return std::find(feeds.begin(), feeds.end(), feed) != feeds.end(); }

class LibraryImpl final : public Library {
 public:
  LibraryImpl(Layout layout, Now now, Identity identity, SigningSecret signing, TransportSecret transport, HoldPolicy policy);
  Status start(Fd lock);

  const Identity& identity() const override { return identity_; }
  const SigningSecret& signing() const override { return signing_; }
  const TransportSecret& transport() const override { return transport_; }
  const MediaStore& media() const override { return *media_; }
  void listen(Listener listener) override { listener_ = std::move(listener); }
  void settle_by(std::function<void()> ask) override { ask_to_settle_ = std::move(ask); }
  void settle_media() override;

  std::shared_ptr<const Roster> roster() const override { return picture()->roster; }
  std::vector<Head> heads() const override;
  Result<std::vector<Head>> witnessed() const override;
  Result<std::vector<Fork>> frozen() const override;
  Result<std::vector<MediaNeed>> needs() const override;
  Result<Bytes> commit_of(const Head& head) const override;
  Status name_changes(const Commit& commit, FeedVersion& version) const;                                    ///< (fallback.cpp)
  Result<std::vector<FeedVersion>> feed_history(const FeedId& feed, std::size_t count_max) const override;  ///< (fallback.cpp)
  std::vector<Problem> problems() const override;

  Result<std::unique_ptr<Publication>> publish(const PublishOptions& options) override;
  Status publish_centre(const std::vector<std::string>& endpoints) override;

  Result<Invitation> invite(const Invite& invite, Lacking lacking) override;
  Status admit(const message::Join& join) override;
  Result<std::map<std::string, Timestamp>> suspended_since() const override;
  Status suspend(const std::string& slug, const std::string& why, const std::map<FeedId, Order>& last, Lacking lacking,
                 bool anyway) override;
  Status name_neighbours(const std::string& slug, const std::set<std::string>& neighbours, std::uint32_t needed, Lacking lacking) override;
  Status change_role(const RoleChange& wish, Lacking lacking) override;
  Status apply(const SigningRequest& request) override;
  Result<std::map<std::string, SigningRequest>> requests() const override;
  Status beat(bool confirmed) override;
  Result<FederationView> federation() const override;

  std::shared_ptr<const Catalogue> catalogue() const override;
  Curation& curation() override { return curation_; }
  const Curation& curation() const override { return curation_; }
  Result<AdoptionRow> adopt(const KitId& id, const std::string& note, bool anyway) override;
  Status unadopt(const KitId& id) override;
  Result<std::vector<AdoptionRow>> adoptions(const KitId& id) const override { return state_->adoptions_of(id); }
  Result<OutcomeRow> report(const Report& report) override;
  Result<OutcomeRow> retract(std::uint64_t number) override;
  Result<std::vector<OutcomeRow>> outcomes(const OutcomeQuery& query) const override { return state_->outcomes(query); }
  Result<Stages> stages() const override;
  Result<std::vector<KitSummary>> adaptations(const KitId& id) const override;
  Mirrors& mirrors() override { return mirrors_; }
  Result<std::shared_ptr<const Activity>> activity() const override;  ///< (activity.cpp)
  Withdrawals& withdrawals() const override;

  Result<PackSource> open_pack(const FeedId& feed, const ObjectId& have, bool plain) override;
  Result<std::unique_ptr<Source>> open_run(const FeedId& feed, const Sha256& media, const ObjectId& list, std::uint32_t first,
                                           std::uint32_t count, const Sha256& base) override;
  Result<std::unique_ptr<FeedReception>> receive_feed() override;
  Result<std::unique_ptr<RunReception>> receive_run(const FeedId& feed, const Sha256& media, std::uint32_t first, std::uint32_t count,
                                                    const Sha256& base) override;
  Result<std::vector<Sha256>> find_media(const FeedId& feed, const std::vector<Sha256>& media) const override;
  Status keep_fork(const FeedId& feed, ByteView held, ByteView claimed) override;
  Result<std::vector<ResolvedFork>> resolve_forks() override;

  Result<std::vector<KitSummary>> kits() const override;
  Result<KitSummary> kit(const KitId& id) const override;
  Result<std::vector<KitId>> kits_naming(const Sha256& media) const override;
  Result<std::vector<KitVersion>> history(const KitId& id) const override;
  Result<std::vector<KitFile>> files(const KitId& id, std::optional<std::uint64_t> version) const override;
  Result<Bytes> read_file(const KitFile& file, std::uint64_t offset, std::size_t bytes_max) const override;

  Result<HoldingView> holding(bool measured) const override;
  Status choose(const KitId& id, KitChoice::Kind kind) override;
  Status choose_as(const KitId& id, KitChoice choice);  ///< version 0: the newest
  Result<std::vector<FeedMedia>> removable(const KitId& id) const override;
  std::set<Sha256> fetched_before(const KitId& but) const;
  Status put_choice(const KitId& id, const KitChoice& choice);
  Status check_room() override;
  const KitSearch& search() const override { return search_; }
  Deadlines& deadlines() override { return deadlines_; }

  Result<bool> scrub_next(const Pace& pace) override { return scrub_.next(pace); }
  Result<ScrubView> scrub(bool begin) override { return scrub_.look(begin); }
  Result<std::vector<Problem>> verify(const std::function<bool(std::uint64_t, std::uint64_t)>& progress) override;
  Status consolidate() override;
  Status release_memory() override;
  bool is_behind() const override;
  Status catch_up() override;
  void tell_media(const Sha256& media) override;
  Status recheck(const Sha256& media) override;

 private:
  friend class PublicationImpl;
  friend class FeedReceptionImpl;
  friend class RunReceptionImpl;
  friend class PartialRunSource;
  friend class FederationChange;
  friend class NeighbourSuccessions;
  friend class WordChange;
  friend class CurationImpl;
  friend class Verification;
  friend class TextMender;
  friend class Scrub;
  friend class LibrarySearch;
  friend class DeadlineBook;
  friend class MirrorsImpl;
  friend class WithdrawalsImpl;

  /// New heads, whose objects are in the library already, on their way to being seen.
  struct Advance {
    struct Step {
      Commit commit;
      ObjectId id;
      Bytes raw;
    };
    std::vector<Step> steps;                     ///< one for each feed
    std::vector<FeedId> left;                    ///< held no longer: to be fetched anew
    std::shared_ptr<const FederationWord> word;  ///< if the federation's feed is among them
    std::optional<FeedId> anew;                  ///< of `steps`, one that came whole, whatever was lacking of it before
    bool published_here = false;
    std::vector<State::Whole> published_media;  ///< that came into their places with it; their lists are the publication's
  };

  // --- opening (library.cpp)
  Status open_refs();
  Status read_heads(Picture& picture);
  void read_word(Picture& picture);
  Status bring_back_heads(Picture& picture);  ///< (lost_heads.cpp)
  Status settle_word();                       ///< likewise
  Status read_again();                        ///< likewise; what could not be read before. `changing_` is held
  Status check_keys(const Picture& picture) const;
  Result<std::vector<Sha256>> catch_up_index(const Picture& picture);
  /// Returns those of `media` of which the record was lost.
  Result<std::vector<Sha256>> hold_after_loss(const Picture& picture, const std::vector<Sha256>& media);
  Status resume_partials();
  Status witness_heads(const Picture& picture);
  /// Feeds of which something newer was accepted once than what is held.
  Result<std::vector<Problem>> rollbacks(const Picture& picture) const;
  void note(Error error, std::string where);

  // --- changing (advance.cpp); `changing_` is held
  /// All refs in one step; then the index, the picture, and the listener. The refs are what makes
  /// it durable: an index that could not be written is caught up with later.
  Status advance(Advance advance);
  void add_fallbacks(const Picture& before, Advance& advance);  ///< this and what follows: fallback.cpp
  Status remember_epochs(const Picture& before, const Advance& advance);
  /// The index knows it no more; what is let go leaves the disk as well. Returns the media of which that may change something.
  Result<std::vector<Sha256>> leave_feed(const FeedId& feed);  ///< (let_go.cpp)
  static void free_succeeded(const FederationWord& word, const Picture& before, Picture& next);
  Result<Advance::Step> own_step(const FeedId& feed, const Order& order) const;
  Result<Bytes> own_commit(const FeedId& feed, const Order& order) const;
  Result<Bytes> commit_before(ObjectId id, const Order& order) const;
  Result<std::vector<Sha256>> index_advance(const Advance& advance);
  /// Media that a new word of the federation concerns.
  Result<std::vector<Sha256>> touched_by_word(const Picture& before, const FederationWord& word) const;
  // recommendations.cpp: of the federation's feeds of territories
  void read_recommended(const Picture& before, Picture& next);
  Status check_recommended(const ObjectDb& objects, const FeedId& feed, const ObjectId& tree, const Picture& held) const;
  Result<std::vector<Sha256>> touched_by_recommended(const Picture& before, const Picture& after) const;
  Status catch_up_locked();
  PicturePtr next_picture(const Advance& advance, const Picture& before);
  /// Media whose naming changed: held for more feeds, copied from local chunks, or needed.
  void settle_naming(const std::vector<Sha256>& touched);
  Status settle_one(const Sha256& media);
  Status hold_more(const Roster& roster, const MediaRow& row);
  void tell_need(const Sha256& media);
  Status set_aside(const Sha256& media);  ///< (verify.cpp)
  /// All of it is here, and right: each object that it reaches is read and hashed.
  bool is_whole(const Head& head, const Roster& roster);  ///< (verify.cpp)
  /// The first of its objects that is lost or damaged. `roster`: null while joining.
  std::optional<Error> damage_of(const Head& head, const Roster* roster, const Pace& pace = {});  ///< (verify.cpp)
  /// Reads a media file that is held. A damaged one, or one that is gone, is set aside. Errc::cancelled by `pace`.
  Status check_held(const Sha256& media, const Pace& pace);  ///< (verify.cpp)
  Result<std::vector<std::string>> read_endpoints(const ObjectId& tree) const;
  void compose_roster(Picture& picture) const;
  void set_picture(PicturePtr picture);
  PicturePtr picture() const;
  void tell(Change change);
  Status roster_seen(const Roster& roster);

  // --- feeds that forked (forks.cpp); `changing_` is held
  Status read_forks(Picture& picture);
  Status keep_fork_locked(const FeedId& feed, ByteView held, ByteView claimed);
  Status freeze(Fork fork);
  Result<Advance::Step> step_to_resolve(const Picture& thawed, const FeedId& feed, const Freeze& freeze, PackWriter& pack) const;
  Status thaw(const FeedId& feed);
  static bool is_freed(const Freeze& freeze, const std::optional<Head>& held, const Order& now);
  /// The highest that is held of this feed, or was.
  Result<std::optional<Head>> highest_of(const FeedId& feed, const Picture& picture) const;

  // --- the index (index_feed.cpp)
  Result<std::vector<Sha256>> index_feed(const Head& head, const ObjectId& tree);
  Result<std::vector<Sha256>> index_from(const std::optional<ObjectId>& before, const Head& head, const ObjectId& tree);
  /// Adoptions and outcomes.
  Status add_opinions(State::FeedChange& change, const std::optional<ObjectId>& before, const ObjectId& tree) const;
  Status add_to_change(State::FeedChange& change, const FeedId& feed, const KitDifference::Put& kit, std::size_t& comparisons) const;
  Result<ObjectId> tree_of(const ObjectId& commit) const;
  Result<std::optional<ObjectId>> indexed_tree(const FeedId& feed) const;

  // --- the federation's acts
  /// Those of this home; none where they lie elsewhere.
  Result<std::vector<SigningSecret>> role_secrets(const std::string& role) const;
  /// The one that a rotation begins to use: made, and kept in this home until it is of the role.
  Result<SigningSecret> next_secret(const std::string& role, const Role& now);
  Status replace_own_key(const std::string& name, Role& role);
  void take_next_keys();  ///< of each role that has the key by now
  Status keep_request(const std::string& slug, const SigningRequest& request);
  /// What is pending for that member, if it would still do.
  std::optional<MemberFile> pending_member(const MemberFile& as) const;
  void drop_old_requests();
  JudgedTime judged_now(const Picture& picture) const;
  JudgedTime judged_with(const Picture& picture, const FederationWord& word) const;
  Status read_witnessed_time(Picture& picture);
  Status witness_time(const Picture& picture);
  Result<std::optional<Timestamp>> last_witnessed() const;

  // --- publishing
  Status publish_endpoints(const std::vector<std::string>& endpoints);
  Status may_publish(const Picture& picture, const Audience& audience) const;
  Status may_replace_key(const Invite& invite, const Member& member) const;  ///< (federation_ops.cpp)
  Order next_order(const Picture& picture, const FeedId& feed) const;
  Status newer_than_witnessed(const Commit& commit) const;
  Status follows_old_key(const Picture& picture, const Commit& commit) const;
  Result<TreeEditor> edit_feed(const Picture& picture, const FeedId& feed, PackWriter& pack) const;
  /// Signs the commit of an edited tree and adds it to the pack.
  Result<Advance::Step> sign_step(const Picture& picture, const FeedId& feed, const ObjectId& tree, PackWriter& pack) const;
  Status publish_pack(PackWriter& pack, Advance advance);

  // --- holding (holding_ops.cpp); `changing_` is held, but by what is const
  /// The strongest claim on a media file.
  struct Claim {
    HoldReason reason = HoldReason::policy;
    Timestamp published_at;
    KitId kit;
  };
  Result<HoldReason> judge_place(const State::KitPlace& place) const;
  /// That these kits name, in any feed.
  Result<std::vector<Sha256>> media_of(const std::vector<KitId>& kits) const;
  struct Judged {
    MediaWant want;  ///< by the first list by which it may come; of its feeds, those that name it for a kit that is wanted
    Claim claim;
  };
  /// `ranked`: all of the claim, not only whether it is wanted. `lists` is not empty.
  Result<Judged> judge_want(const MediaWants& lists, bool ranked) const;
  /// As judge_want(); nothing if nobody wants it.
  Result<std::optional<MediaWant>> want_of(const Sha256& media) const;
  /// Grants it, or keeps it back: the want, if it is needed now.
  Result<std::optional<MediaWant>> admit(const MediaWants& lists);
  /// All wants anew, in order of claim. Tells of what changed, and of `touched`.
  Status plan_holding(std::vector<Sha256> touched);
  Status remove_media(const std::vector<FeedMedia>& list);
  bool knows_all_feeds() const;
  /// Unreadable, or older than one that was held: what nobody names now may be named again when peers have brought them.
  Result<FeedList> lost_feeds() const;
  bool lacks_feeds() const;
  /// A partial file of which something came through a feed that is lost.
  bool may_be_named_again(const Sha256& media) const;
  /// Those that a crash cut short, or that the loss of the index undid.
  void finish_drops();
  void add_holding(KitSummary& kit) const;

  // --- looking (look.cpp)
  Result<std::vector<KitVersion>> history_of(const KitId& id) const;
  Result<std::vector<KitFile>> files_of(const KitId& id, std::optional<std::uint64_t> version) const;

  Status check_room_for_texts() const;  ///< (receive.cpp)

  // --- media on their way
  Result<MediaNeed> need_of(const MediaWant& want) const;
  Result<ChunkList> read_chunk_list(const ObjectId& blob) const;
  /// The one PartialMedia of that media file, opened by this chunk list.
  Result<OpenPartialPtr> open_partial(const Sha256& media, const ObjectId& chunk_list) const;
  void close_partial(const Sha256& media) const;
  /// Removes its files, if there are any; whoever still has it open can do no more with it.
  Status drop_partial(const Sha256& media);
  std::vector<bool> held_of(const MediaWant& want) const;
  /// Of a want's feeds, those through which (more of) it may come now.
  Result<FeedList> askable(const MediaWant& want) const;
  /// Errc::conflict if bytes through this feed cannot be joined with those that are here.
  Status may_join_partial(OpenPartial& open, const FeedId& through) const;
  /// More came, through a further feed: what may be asked for through others has changed.
  void joined(const Sha256& media);
  /// What it was made from cannot be read: it is needed as it is.
  void lose_base(const FeedId& through, const Sha256& media, const Sha256& base, const Error& why);
  Status reuse(const MediaWant& want);
  Status complete_if_whole(const MediaWant& want);
  void complete_later(const OpenPartialPtr& partial);
  /// Settles what is complete, in one batch; `changing_` is held.
  void complete_media();
  Status settle_together(std::span<const OpenPartialPtr> list);
  void give_up(const OpenPartialPtr& open, const Error& why);
  struct Completed;
  /// Records them, and tells.
  void complete_all(std::span<const Completed> list);
  Result<std::optional<State::Whole>> whole_of(const Completed& completed);
  Status hold_more(const Sha256& media);
  bool may_serve(const FeedId& feed) const;
  Result<std::shared_ptr<SpooledPack>> spooled(const Head& head, const ObjectId& have, bool plain);
  struct AskedRun {
    FeedId feed;
    ObjectId list;
    std::uint32_t first = 0, count = 0;
    Sha256 base;
  };
  Result<std::unique_ptr<Source>> open_whole_run(const MediaRow& row, const AskedRun& run);
  /// If all that came may pass to that feed.
  Result<std::unique_ptr<Source>> open_partial_run(const MediaRow& row, const AskedRun& run);
  std::shared_ptr<ServedBase> base_of(const MediaRow& row, const AskedRun& run);
  /// Nothing more comes of it for now.
  void keep_partial(OpenPartial& open);
  void run_begins();
  void settle_if_due(bool run_ended);

  const Layout layout_;
  const Now now_;
  const Identity identity_;
  const SigningSecret signing_;
  const TransportSecret transport_;
  Fd lock_;
  std::unique_ptr<ObjectDb> objects_;
  std::unique_ptr<Refs> refs_;
  std::unique_ptr<MediaStore> media_;
  std::unique_ptr<State> state_;
  Listener listener_;
  Holding holding_;
  bool word_is_back_ = false;   ///< while opening
  bool lacked_any_ = false;     ///< when the index was caught up with; under changing_
  bool short_of_room_ = false;  ///< something was kept back for lack of room since the last plan; under changing_

  std::shared_mutex packs_mutex_;
  std::mutex changing_;
  std::atomic<bool> behind_ = false;  ///< index, witness or signers lag behind the refs; written under changing_

  mutable std::mutex picture_mutex_;
  PicturePtr picture_;

  mutable std::mutex problems_mutex_;
  std::vector<Problem> problems_;

  mutable std::mutex partials_mutex_;
  mutable std::list<OpenPartialPtr> partials_;  ///< newest first, bounded

  std::atomic<bool> no_room_ = false;  ///< whole media wait for a disk that was full
  mutable std::mutex complete_mutex_;
  std::vector<OpenPartialPtr> complete_;  ///< whole, not settled yet
  std::function<void()> ask_to_settle_;   ///< set before other threads start
  std::uint32_t runs_open_ = 0;

  std::mutex spool_mutex_;
  std::list<std::shared_ptr<SpooledPack>> spool_;  ///< newest first, bounded
  ServedBases served_bases_;
  mutable TextMender mender_{*this};  ///< what cannot be read is suspected also by who only looks
  Scrub scrub_{*this};
  LibrarySearch search_{*this};
  DeadlineBook deadlines_{*this};
  CurationImpl curation_{*this};
  MirrorsImpl mirrors_{*this};
  std::shared_ptr<class WithdrawalsImpl> withdrawals_;
  std::atomic<std::uint64_t> packed_run_bytes_{0};  ///< of compressed runs that are being served
};

}  // namespace essaimage::store
