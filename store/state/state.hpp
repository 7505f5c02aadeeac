#pragma once
// state.sqlite: an index of what the library holds, rebuildable from it, and five things that are not: the witnessed
// heads that stop a rollback, the frozen feeds, the admin's choices and deadlines for kits, what was erased by a withdrawal, and small
// values (what is known of peers).
//
// The only user of SQLite. WAL; synchronous=NORMAL for the index (a power cut may take the last changes, never mix
// them: compare indexed() with the refs at start), FULL for witness(), set_frozen(), put_choice(), put_deadline(), erase() and put().
// A damaged file is set aside (state.sqlite.damaged) and a new one made; rebuilt() tells. What is not rebuildable is carried
// over as far as it can still be read; the caller then witnesses the library's own heads as well.
// Bounded: 8 MiB of page cache whatever the size.
// Thread rule: every function from any thread (one connection behind a mutex; every call is short).
// Errors: Errc::io, Errc::disk_full, Errc::corrupt. After Errc::corrupt the next open() checks the whole file.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "proto/ids.hpp"
#include "proto/time.hpp"
#include "store/disk/layout.hpp"
#include "store/federation/adoption_file.hpp"
#include "store/federation/proposal_file.hpp"
#include "store/holding/policy.hpp"
#include "store/life/outcome_file.hpp"
#include "store/media/chunk_list.hpp"
#include "store/withdrawal/receipt_file.hpp"
#include "store/withdrawal/record_file.hpp"

namespace essaimage::store {

/// A media file as a kit names it.
struct NamedMedia {
  Sha256 media;
  std::uint64_t bytes = 0;
  ObjectId chunk_list;  ///< blob

  auto operator<=>(const NamedMedia&) const = default;
};

/// What a kit says in its kit.toml that it was adapted from.
struct Lineage {
  std::optional<KitId> kit;   ///< nothing: of no member
  std::uint64_t version = 0;  ///< of that kit; 0: not said
  std::string url;            ///< if it is of no member
};

/// What a search looks through beside what the row says; bounded by store/search/kit_text.hpp.
struct KitText {
  std::string participants;  ///< whom it is for, a line each
  std::string names;         ///< of its files, a line each
  std::string text;          ///< of its text files

  std::size_t bytes() const { return participants.size() + names.size() + text.size(); }
};

/// A consent of a kit that ends.
struct EndingConsent {
  std::string file;  ///< as kit.toml names it
  Timestamp until;   ///< the first second at which it does not hold any more
};

/// A kit as a feed's current tree has it.
struct KitRow {
  KitId id;
  Audience audience;
  ObjectId kit_tree;  ///< of kits/<hh>/<slug>
  std::uint64_t version = 0;
  Timestamp published_at;
  std::string title, summary, kind, stage, licence;
  std::vector<std::string> languages, themes, equipment;
  std::uint32_t duration_minutes = 0;  ///< of one session; 0: not said
  std::optional<Lineage> adapted_from;
  std::uint32_t files = 0;
  std::uint64_t bytes = 0;                  ///< of all files, media included
  std::vector<NamedMedia> media;            ///< each once; sorted when it comes out, then without those that are withdrawn
  std::vector<EndingConsent> consents;      ///< does not come out
  std::map<Sha256, Timestamp> media_until;  ///< likewise: of `media`, those that the kit names with consents that end alone

  KitText searched;  ///< of what goes in alone

  /// Of what comes out; not looked at by apply(). Here: the bytes are on this node's disk, whole.
  std::uint32_t media_here = 0;
  std::uint64_t media_bytes_here = 0;
};

/// What is known of one media file.
struct MediaRow {
  struct Naming {
    FeedId feed;
    std::uint64_t bytes = 0;
    ObjectId chunk_list;
    bool refused = false;  ///< refuse_list()
  };
  Sha256 media;
  std::vector<Naming> named;  ///< by current trees; by feed, then list
  std::vector<FeedId> held;   ///< for which feeds it is held (reuse.hpp); some of them may not name it at present

  std::vector<FeedId> named_feeds() const;  ///< each once, sorted
};

/// A media file that is named by feeds for which it is not held, by one of its chunk lists.
struct MediaWant {
  Sha256 media;
  std::uint64_t bytes = 0;
  ObjectId chunk_list;
  std::vector<FeedId> feeds;  ///< that name it by this list and for which it is not held; widest audience first
};
/// One media file by all its lists that are not refused, first seen first: of those that serve, the first counts, so that a
/// later one cannot hinder it.
using MediaWants = std::vector<MediaWant>;

/// The first 8 bytes of a chunk's id, by which the index knows it.
std::uint64_t chunk_prefix(const Sha256& chunk);

/// An adoption, and the feed that says it: its centre, and to whom.
struct AdoptionRow {
  FeedId feed;
  Adoption adoption;
};

/// A proposal, and the feed that says it.
struct ProposalRow {
  FeedId feed;
  Proposal proposal;
};

/// An outcome, and the feed that says it.
struct OutcomeRow {
  FeedId feed;
  Outcome outcome;
};
/// Where an outcome stands among all: by its first day, then feed, number and kit.
struct OutcomePlace {
  Timestamp first_day;
  FeedId feed;
  std::uint64_t number = 0;
  KitId kit;
};
/// Which outcomes; what is not said counts for nothing.
struct OutcomeQuery {
  std::optional<KitId> kit;
  std::string centre;  ///< that reported it
  std::optional<std::uint64_t> number;
  // A page of them, so that nobody needs all at once.
  std::optional<OutcomePlace> after;  ///< those that stand behind it
  std::size_t limit = 0;              ///< no more than so many; 0: all
};

struct SearchPlan;
struct SearchFound;
/// A withdrawal as its author's feed says it, and that feed; without its list of media.
struct WithdrawalRow {
  FeedId feed;
  Withdrawal withdrawal;
  Sha256 record;            ///< SHA-256 of its file
  std::uint32_t media = 0;  ///< how many it names

  WithdrawalKey key() const { return {feed.centre, withdrawal.number, {}}; }
};
/// Which withdrawals; what is not said counts for nothing.
struct WithdrawalQuery {
  std::optional<KitId> kit;
  std::string centre;
  std::optional<std::uint64_t> number;
};
/// A receipt, and the feed that says it.
struct ReceiptRow {
  FeedId feed;
  Receipt receipt;
};

class State {
 public:
  static Result<std::unique_ptr<State>> open(const Path& file);
  ~State();
  /// True if open() found no index or had to set one aside: index every feed, and hold media by held_after_loss().
  bool rebuilt() const;
  /// True if that was because it is lost or damaged, and not only of another version of essaimage.
  bool was_lost() const;
  void release_memory();  ///< of pages that are not in use
  /// True if something in it turned out to be damaged: the next open() looks at the whole file.
  static bool is_suspect(const Path& file);
  /// Of a damaged one that was set aside: it has the words of that time still.
  static std::vector<Path> set_aside(const Path& file);

  // --- the index of feeds -------------------------------------------------------------------------------------------
  struct FeedChange {
    Head head;
    std::vector<KitRow> put;           ///< new or changed kits of this feed
    std::vector<std::string> removed;  ///< slugs
    struct Renewal {
      std::string slug;
      ObjectId kit_tree;
      std::uint64_t version = 0;
      Timestamp published_at;
    };
    std::vector<Renewal> renewed = {};                  ///< indexed kits of which nothing else changed
    std::vector<std::pair<Sha256, Sha256>> older = {};  ///< media that `put` names, and what each was made from (older_of)
    std::vector<Adoption> adopted = {};                 ///< new or changed adoptions of this feed
    std::vector<KitId> unadopted = {};                  ///< that it does not say any more
    std::vector<Outcome> reported = {};                 ///< new or changed outcomes of this feed
    std::vector<OutcomeKey> retracted = {};
    std::vector<Proposal> proposed = {};  ///< new or changed proposals of this feed
    std::vector<KitId> unproposed = {};
    struct NewWithdrawal {
      Withdrawal withdrawal;
      Sha256 record;
    };
    std::vector<NewWithdrawal> withdrawn = {};    ///< new or changed withdrawals of this feed
    std::vector<std::uint64_t> unwithdrawn = {};  ///< numbers that it does not say any more
    std::vector<Receipt> signed_receipts = {};
    std::vector<WithdrawalKey> unsigned_receipts = {};
  };
  /// All changes in one transaction. Returns the media whose naming changed, sorted: look at each of them again.
  Result<std::vector<Sha256>> apply(std::span<const FeedChange> changes);
  /// The head up to which each feed is indexed; of order zero while it is indexed in parts, and when it was lost.
  Result<std::map<FeedId, Head>> indexed() const;
  /// What it says cannot be read any more, and may come back: its kits and what they name go. What media are held for it
  /// stays, and its witness. Returns the media that it named.
  Result<std::vector<Sha256>> lose_feed(const FeedId& feed);
  /// Likewise, and it does not come back: nothing is held for it any more.
  Result<std::vector<Sha256>> let_go(const FeedId& feed);
  /// Media that are held for that feed and for no other.
  Result<std::vector<Sha256>> held_alone(const FeedId& feed) const;

  Result<std::vector<std::string>> kits_in(const FeedId& feed) const;  ///< slugs, sorted
  Result<std::vector<KitRow>> kits() const;                            ///< of all feeds, by id then audience
  Result<std::vector<KitRow>> kits_of(const KitId& id) const;          ///< one per audience

  Result<std::vector<AdoptionRow>> adoptions_of(const KitId& kit) const;  ///< by feed
  Result<std::vector<KitId>> adoptions_in(const FeedId& feed) const;      ///< sorted
  /// Whether this centre has adopted the kit, in any feed; empty: whether any centre has.
  Result<bool> is_adopted(const KitId& kit, const std::string& centre) const;

  Result<std::vector<ProposalRow>> proposals(const std::optional<KitId>& kit) const;  ///< by feed, then kit; nothing: all
  Result<std::vector<ProposalRow>> proposals_of(const std::string& centre) const;     ///< likewise
  Result<std::vector<KitId>> proposals_in(const FeedId& feed) const;

  Result<std::vector<OutcomeRow>> outcomes(const OutcomeQuery& query) const;  ///< by first day, then feed and number
  Result<std::vector<OutcomeKey>> outcomes_in(const FeedId& feed) const;
  // What moves kits on from the stage that their authors claim (store/life):
  Result<std::vector<KitId>> kits_with_outcomes() const;                ///< sorted, each once
  Result<std::vector<std::pair<KitId, std::string>>> adopters() const;  ///< each kit with each centre that uses it; sorted
  Result<std::vector<KitId>> adapted_from(const KitId& kit) const;      ///< in any feed's current tree; each once, sorted

  // --- searching (store/search) ---------------------------------------------------------------------------------------
  Result<SearchFound> search(const SearchPlan& plan) const;
  /// What was deleted of the words leaves the file, and the log of it.
  Status forget_words();
  /// For a word that no kit has: one that is nearly the same, as a kit writes it; empty if there is none.
  Result<std::string> similar_word(const std::string& word) const;

  // --- withdrawal (state_withdrawals.cpp) ----------------------------------------------------------------------------
  /// What no kit names but by consents that are over at this time, and what the federation has withdrawn, is named by nobody as
  /// far as media are wanted, served, or told of. Both return the media of which that has changed.
  /// `sure`, not later than `now`: what is over at that time too is to go for good.
  Result<std::vector<Sha256>> set_time(Timestamp now, Timestamp sure);
  Result<std::vector<Sha256>> set_blocked(const std::set<Sha256>& media);
  Result<std::vector<WithdrawalRow>> withdrawals(const WithdrawalQuery& query) const;           ///< by time, then feed and number
  Result<std::vector<Sha256>> withdrawn_media(const FeedId& feed, std::uint64_t number) const;  ///< sorted
  /// The kits of any feed that name any of that media now; each once, sorted.
  Result<std::vector<KitId>> still_naming(const FeedId& feed, std::uint64_t number) const;
  /// The kits of any feed that name that media now, withdrawn or not; each once, sorted.
  Result<std::vector<KitId>> naming(const Sha256& media) const;
  Result<std::vector<std::uint64_t>> withdrawals_in(const FeedId& feed) const;
  Result<std::vector<WithdrawalKey>> receipts_in(const FeedId& feed) const;
  Result<std::vector<ReceiptRow>> receipts(const WithdrawalKey& about) const;  ///< by feed
  /// Who says of a media file that it is to go; a kit that names it keeps it from that, unless the federation says it.
  struct WithdrawnMedia {
    std::vector<WithdrawalKey> by;  ///< authors' withdrawals that name it
    bool blocked = false;           ///< by the federation
    bool over = false;              ///< the consents are for sure, by which it is named
    bool named = false;             ///< by a kit whose consent is not over for sure, so that it stays
    bool is_to_go() const { return !named && (blocked || over || !by.empty()); }
  };
  Result<WithdrawnMedia> withdrawn(const Sha256& media) const;
  /// The newest withdrawal by that centre which names it, unless a kit of its names it now.
  Result<std::optional<WithdrawalRow>> withdrawn_by(const std::string& centre, const Sha256& media) const;
  Result<std::vector<Sha256>> over_media() const;  ///< that consents which are over for sure name, and nobody else
  struct KitConsent {
    KitId kit;
    Audience audience;
    EndingConsent consent;
  };
  Result<std::vector<KitConsent>> consents_until(const std::string& centre, Timestamp until) const;  ///< of its kits; by time
  /// They are not on the disk any more, by a withdrawal: as forget_media(), hints too, durably and in one transaction; and that
  /// they were here is kept.
  Status erase(std::span<const Sha256> media);
  Result<std::vector<Sha256>> erased(std::span<const Sha256> media) const;  ///< those that were here once, and were erased

  // --- media: who names it, and for whom it is held ------------------------------------------------------------------
  Result<std::optional<MediaRow>> media(const Sha256& media) const;  ///< nothing: neither named nor held
  Result<std::vector<MediaRow>> all_media() const;                   ///< by media
  Result<std::vector<Sha256>> media_of(const FeedId& feed) const;    ///< that its current tree names, sorted
  /// The first that is held for any feed, by rising id behind this one (zero: from the beginning).
  Result<std::optional<Sha256>> held_after(const Sha256& media) const;
  /// A kit as a feed's current tree has it, as far as it decides whether its media are held.
  struct KitPlace {
    KitId id;
    Audience audience;
    std::uint64_t version = 0;
    Timestamp published_at;
    std::string kind;
    std::vector<std::string> themes;
    std::uint64_t bytes = 0;  ///< of the media file, as the list says by which this kit names it
  };
  Result<std::vector<KitPlace>> kits_naming(const Sha256& media) const;

  /// It is on the disk, whole, and held for these indexed feeds (others are passed over).
  Status hold(const Sha256& media, std::span<const FeedId> feeds);
  /// Many of them, with the places of their chunks, in as few transactions as memory allows: one each would write every
  /// page of the chunk index anew for every file.
  struct Whole {
    Sha256 media;
    std::vector<FeedId> feeds;
    const ChunkList* chunks = nullptr;  ///< the caller's
  };
  Status hold(std::span<const Whole> list);
  /// True if the feed's current tree names it and it is held for that feed: it may be listed and served.
  Result<bool> serves(const FeedId& feed, const Sha256& media) const;
  /// Whether the feed names it still or did once.
  Result<bool> holds(const FeedId& feed, const Sha256& media) const;
  /// What a media file that is not held for this feed yet was made from, as far as known: the nearest older one that is held
  /// for it.
  Result<std::optional<Sha256>> older_of(const FeedId& feed, const Sha256& media) const;
  Status forget_older(const FeedId& feed, const Sha256& media, const Sha256& older);  ///< if it is that one still
  /// It is not on the disk any more: held for no feed, and its chunks are found here no longer.
  Status forget_media(const Sha256& media);

  Result<std::vector<MediaWants>> wants() const;  ///< by media; none is empty
  Result<MediaWants> wants_of(const Sha256& media) const;
  /// This chunk list is not of this media file: its author lies. It is never wanted again.
  Status refuse_list(const Sha256& media, const ObjectId& chunk_list);

  // --- the local chunk index: where a chunk's bytes can be found in whole media files ----------------------------------
  struct ChunkPlace {
    Sha256 media;
    std::uint64_t offset = 0;
  };
  Status index_chunks(const Sha256& media, const ChunkList& chunks);
  Result<bool> knows_chunks() const;  ///< any at all: a newcomer does not
  /// At most 16 places. The index holds 8 bytes of each id: check what is read there.
  Result<std::vector<ChunkPlace>> find_chunk(const Sha256& chunk) const;
  struct ChunkMark {
    std::uint64_t offset = 0;
    std::uint64_t prefix = 0;  ///< chunk_prefix()
  };
  /// Of one whole media file, in order; the first so many.
  Result<std::vector<ChunkMark>> chunk_marks(const Sha256& media, std::size_t count_max) const;

  // --- hints: what files of people's folders held when they were published --------------------------------------------
  struct Hint {
    std::string path;   ///< absolute
    std::string state;  ///< of the file, as the publishing side writes it
    ObjectId blob;      ///< of a text; of a media file, its chunk list
    std::optional<Sha256> media;
    std::uint64_t bytes = 0;
  };
  Result<std::optional<Hint>> hint(const std::string& path) const;
  /// In one transaction. At most 500,000 are kept: the oldest go, and cost a reading.
  Status remember(std::span<const Hint> hints);

  // --- witnessed heads, forks ---------------------------------------------------------------------------------------
  Status witness(std::span<const Head> heads);  ///< durable, in one transaction; never lowers
  Result<std::vector<Head>> witnessed() const;  ///< by feed
  Status set_frozen(const FeedId& feed, bool frozen);
  Result<std::vector<FeedId>> frozen() const;

  // --- the admin's choices ----------------------------------------------------------------------------------------------
  Status put_choice(const KitId& kit, const KitChoice& choice);  ///< durable; none: forgets it
  Result<std::map<KitId, KitChoice>> choices() const;

  // --- deadlines: by when the admin wants kits to be here, whole --------------------------------------------------------
  Status put_deadline(const KitId& kit, std::optional<Timestamp> by);  ///< durable; nothing: forgets it
  Result<std::map<KitId, Timestamp>> deadlines() const;

  // --- small values: peers last seen, heartbeat witnessed, … -----------------------------------------------------------
  Status put(const std::string& key, const std::string& value);
  Status forget(const std::string& key);
  Result<std::optional<std::string>> get(const std::string& key) const;

 private:
  State();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace essaimage::store
