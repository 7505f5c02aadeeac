#pragma once
// The library of one node: all that store/ holds, behind one door. It owns the lock of the home.
//
// Thread rule: every function from any thread. Those that change the library serialise themselves; reading and serving
// go on meanwhile. Listeners are called on the thread that made the change, after it is durable and in order; they must
// be quick and must not call back.
// Durability: whatever returned without an error survives kill -9 and a power cut.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/messages.hpp"
#include "store/change.hpp"
#include "store/federation/catalogue_file.hpp"
#include "store/federation/heartbeat_file.hpp"
#include "store/federation/request.hpp"
#include "store/holding/holding.hpp"
#include "store/home.hpp"
#include "store/media/media_store.hpp"
#include "store/publication.hpp"
#include "store/state/state.hpp"
#include "store/withdrawal/withdrawn_by.hpp"

namespace essaimage::store {

class Curation;     // store/curation.hpp
class Mirrors;      // store/mirrors.hpp
class Withdrawals;  // store/withdrawal/withdrawals.hpp
struct Activity;    // store/activity.hpp
struct Stages;      // store/life/life.hpp

/// Something that is served to a peer: a pack, or a run of chunks. One thread at a time.
class Source {
 public:
  virtual ~Source() = default;
  virtual std::uint64_t bytes() const = 0;
  virtual Result<Bytes> read(std::uint64_t offset, std::size_t bytes_max) = 0;
};

struct PackSource {
  std::unique_ptr<Source> source;
  Bytes commit;  ///< raw, that the pack leads to
};

/// A pack on its way in. Destroyed before accept() it leaves nothing. One thread at a time.
class FeedReception {
 public:
  virtual ~FeedReception() = default;
  virtual Status append(ByteView bytes) = 0;
  /// All checks, then visible and durable. `commit` is the raw commit that it must lead to.
  virtual Status accept(const FeedId& feed, ByteView commit) = 0;
};

/// A run of chunks on its way in, cut into chunks as the bytes come. One thread at a time.
class RunReception {
 public:
  virtual ~RunReception() = default;
  struct Stored {
    std::uint32_t first = 0, count = 0;
  };
  /// Chunks that became whole and are right. Errc::chunk_bad: the peer's fault, the run is over.
  virtual Result<Stored> append(ByteView bytes) = 0;
};

struct KitFile {
  std::string path;  ///< as published (escapes undone)
  std::uint64_t bytes = 0;
  bool executable = false;
  bool is_media = false;
  Sha256 media;                          ///< if is_media
  bool here = true;                      ///< its bytes are held
  ObjectId blob;                         ///< of the text, or of the pointer
  std::optional<WithdrawnBy> withdrawn;  ///< it is not given out, whether or not it is here
};
struct KitVersion {
  std::uint64_t version = 0;
  Audience audience;
  Timestamp published_at;  ///< as it says itself, in whatever feed it lies
  Timestamp told_at;       ///< to this audience
  ObjectId kit_tree;
  ObjectId commit;
};
/// A kit as this node knows it: the newest version, and in which audiences.
struct KitSummary {
  KitRow row;  ///< of the newest version; of the widest audience where versions are equal
  std::vector<Audience> audiences;
  ObjectId commit;  ///< head of the feed it is from
  std::uint32_t media_total = 0, media_here = 0;
  std::uint64_t bytes_here = 0;
  KitChoice choice;
  KeptBack not_held;                  ///< lacking, and not needed now; what else lacks is on its way
  std::optional<HoldReason> why_not;  ///< of the first of those

  bool is_whole() const { return media_here == media_total; }
};

/// A media file of a kit, and a feed that names it.
struct FeedMedia {
  FeedId feed;
  Sha256 media;
  std::uint64_t bytes = 0;
};

/// What is held and why, for people.
struct HoldingView {
  HoldPolicy policy;
  std::map<KitId, KitChoice> choices;
  std::uint64_t media_bytes = 0;     ///< on the disk, whole and partial; if measured
  std::uint64_t promised_bytes = 0;  ///< needed, and not here yet
  std::uint64_t free_bytes = 0;      ///< of the disk
  std::map<HoldReason, KeptBack> not_held;
};

/// The slow reading of everything that is held.
struct ScrubView {
  bool reading = false;       ///< one is under way
  Timestamp begun;            ///< of that one, or of the last; zero: none yet
  Timestamp due;              ///< when the next one begins by itself
  std::uint64_t bytes = 0;    ///< that it has read, about
  std::uint64_t damaged = 0;  ///< feeds and media files that it found damaged
};

/// Who may say what for the federation, and how fresh that picture is.
struct FederationView {
  std::uint64_t version = 0;  ///< of federation.toml
  std::map<std::string, Role> roles;
  std::vector<SigningKey> signers;  ///< of root, that signed this version
  std::set<SigningKey> here;        ///< keys of which this home has the secret
  Timestamp clock;
  std::optional<Timestamp> heartbeat;  ///< the newest time signed by the federation that was seen here
  std::optional<TimeLack> time_lack;   ///< why there is no `heartbeat`: what is wrong with that of the feed
  JudgedTime judged;                   ///< by which roles expire
};

class KitSearch;
class Deadlines;

struct Problem {  ///< found at start, at work, or by verify()
  Error error;
  std::string where;  ///< path, feed or object
};

class Library {
 public:
  using Listener = std::function<void(const Change&)>;
  using Now = std::function<Timestamp()>;

  /// Locks the home, sweeps what a crash left, catches up the index, resumes partial media. `policy`: which media are
  /// needed; what is here already stays.
  static Result<std::unique_ptr<Library>> open(const Layout& layout, Now now, HoldPolicy policy = {});
  virtual ~Library() = default;

  virtual const Identity& identity() const = 0;
  virtual const SigningSecret& signing() const = 0;
  virtual const TransportSecret& transport() const = 0;
  virtual const MediaStore& media() const = 0;
  virtual void listen(Listener listener) = 0;  ///< set once, before other threads start

  // --- the picture at start ---------------------------------------------------------------------------------------------
  virtual std::shared_ptr<const Roster> roster() const = 0;  ///< null while joining
  virtual std::vector<Head> heads() const = 0;
  virtual Result<std::vector<Head>> witnessed() const = 0;
  virtual Result<std::vector<Fork>> frozen() const = 0;      ///< with the proofs that keep_fork() kept; null if lost
  virtual Result<std::vector<MediaNeed>> needs() const = 0;  ///< lacking, wanted, and with room for them
  virtual Result<Bytes> commit_of(const Head& head) const = 0;
  struct FeedVersion {
    Head head;
    Timestamp time;  ///< by its author's clock
    std::vector<std::string> put = {},
                             removed = {};  ///< slugs of the kits that it has otherwise than the one before; none where an epoch begins
    std::optional<Errc> unread = {};        ///< why what it changed cannot be told, until peers have healed it
  };
  /// Of what is held, newest first, at most so many; behind its first commit those of epochs that it has left. A commit that cannot be
  /// read ends it: the one that builds on it is `unread`. Errors: of the newest itself.
  virtual Result<std::vector<FeedVersion>> feed_history(const FeedId& feed, std::size_t count_max) const = 0;
  /// What opening and working found wrong and could go on with: a feed below its witness (Errc::feed_rollback), a damaged
  /// head, objects that lack. Peers heal all three.
  virtual std::vector<Problem> problems() const = 0;

  // --- publishing ---------------------------------------------------------------------------------------------------------
  virtual Result<std::unique_ptr<Publication>> publish(const PublishOptions& options) = 0;
  /// centre.toml of our region feed; nothing happens if it says that already.
  virtual Status publish_centre(const std::vector<std::string>& endpoints) = 0;

  // --- federation (on its node only: Errc::not_federation elsewhere) ---------------------------------------------------------
  // What the keys of this home cannot make effective is not done, and goes to `lacking` as a request to sign; where that is
  // null, Errc::role_threshold. Errc::role_expired: the role is over.
  using Lacking = std::optional<SigningRequest>*;
  struct Invite {
    std::string slug, name;
    std::set<std::string> territories;
    std::chrono::seconds valid;
    std::string endpoint;  ///< where the federation can be reached
    /// For a member that has lost its key, or lost control of it: whoever joins by this invitation goes on as that member, under a
    /// new key. Its name and territories stay, and what the old key made counts as far as it is held here now.
    bool new_key = false;
    bool reinstate = false;  ///< also if it is suspended; then it is not any more
    /// Its neighbours have to sign the new key, not the members role: whoever joins waits in requests() until they have.
    bool by_neighbours = false;
    std::map<FeedId, Order> last = {};  ///< by neighbours: up to where these feeds count of what the old key made
  };
  virtual Result<Invitation> invite(const Invite& invite, Lacking lacking = nullptr) = 0;
  /// Errc::signatures_lacking where the keys of this home are not enough: requests() then has it.
  virtual Status admit(const message::Join& join) = 0;
  /// When the federation's node said it, of each suspended member, as far back as its feed is held.
  virtual Result<std::map<std::string, Timestamp>> suspended_since() const = 0;
  /// Of its feeds that which is held here still counts; of those in `last`, up to that order (Errc::not_found: not known here).
  /// Errc::outcome_personal: `why` looks like somebody, and not `anyway`.
  virtual Status suspend(const std::string& slug, const std::string& why, const std::map<FeedId, Order>& last = {},
                         Lacking lacking = nullptr, bool anyway = false) = 0;
  /// So many of these may give that member its next key; none: nobody but the members role. Errc::neighbours_refused.
  virtual Status name_neighbours(const std::string& slug, const std::set<std::string>& neighbours, std::uint32_t needed,
                                 Lacking lacking = nullptr) = 0;
  struct RoleChange {
    std::string role;
    std::optional<SigningKey> add = {}, remove = {};
    std::string note = {};  ///< whose key `add` is
    bool rotate = false;    ///< a new key in the place of this home's
    std::optional<std::uint32_t> threshold = {};
    std::optional<Timestamp> expires = {};
  };
  /// Errc::role_unknown, Errc::role_key_known, Errc::key_not_of_role.
  virtual Status change_role(const RoleChange& change, Lacking lacking) = 0;
  /// Publishes what enough keys have signed. Errc::signatures_lacking, Errc::request_wrong_federation, Errc::request_superseded,
  /// Errc::request_in_force.
  virtual Status apply(const SigningRequest& request) = 0;
  /// Of centres that ask to join, by their short names.
  virtual Result<std::map<std::string, SigningRequest>> requests() const = 0;
  /// Signs the time by the clock, if that is due. Errc::clock_beyond if it is far beyond the last one, unless `confirmed`.
  virtual Status beat(bool confirmed) = 0;
  /// On every node. Errc::not_joined.
  virtual Result<FederationView> federation() const = 0;

  // --- the catalogue (store/federation) --------------------------------------------------------------------------------------
  /// The decisions in force; null while joining.
  virtual std::shared_ptr<const Catalogue> catalogue() const = 0;
  struct Acceptance {
    KitId kit;
    std::optional<std::uint64_t> version;  ///< that was reviewed; nothing: the newest
    std::string reason;
    std::vector<std::string> themes = {};  ///< these two: if accepting, none: those of who has recommended that version
    std::vector<std::string> conditions = {};
    std::string reviewer = {};                ///< a function, never a person's name; empty: the curators
    std::optional<Timestamp> reviewed = {};   ///< the day; nothing: today
    std::optional<std::uint64_t> after = {};  ///< the version of the statement that this one replaces, where there is one
    bool anyway = false;                      ///< whatever reason and conditions look like: Errc::outcome_personal otherwise
  };
  /// Proposals, recommendations, decisions, and what follows from them.
  virtual Curation& curation() = 0;
  virtual const Curation& curation() const = 0;
  /// Curation::decide() for the two that most ask for.
  Result<CatalogueFile> accept(const Acceptance& acceptance, Lacking lacking = nullptr);
  Result<CatalogueFile> retire(const KitId& id, const std::string& reason, Lacking lacking = nullptr);

  // --- adoptions: this centre's word about kits of others, to whom it may know them --------------------------------------------
  /// Its newest version that is known here. Errc::own_kit_adopted for a kit of this centre.
  /// Errc::outcome_personal: the note looks like somebody, and not `anyway`.
  virtual Result<AdoptionRow> adopt(const KitId& id, const std::string& note, bool anyway = false) = 0;
  virtual Status unadopt(const KitId& id) = 0;                                    ///< Errc::not_adopted if it is not
  virtual Result<std::vector<AdoptionRow>> adoptions(const KitId& id) const = 0;  ///< of every centre, by feed

  // --- the life of a kit (store/life) ------------------------------------------------------------------------------------------
  /// What this centre reports of sessions that it held with a kit, its own ones too.
  struct Report {
    KitId kit;
    std::optional<std::uint64_t> version;  ///< that was used; nothing: the newest that is known here
    OutcomeFacts facts;
    bool anyway = false;  ///< whatever its texts look like: Errc::outcome_personal otherwise
  };
  /// In its feed of the kit's audience. Errc::usage for what the format does not allow, and for days to come.
  virtual Result<OutcomeRow> report(const Report& report) = 0;
  virtual Result<OutcomeRow> retract(std::uint64_t number) = 0;                           ///< one of this centre; Errc::outcome_none
  virtual Result<std::vector<OutcomeRow>> outcomes(const OutcomeQuery& query) const = 0;  ///< by first day
  /// What tells the stage of any kit.
  virtual Result<Stages> stages() const = 0;
  /// Kits of which the newest version says that it was adapted from this one, by id.
  virtual Result<std::vector<KitSummary>> adaptations(const KitId& id) const = 0;

  // --- mirrors, and what happened --------------------------------------------------------------------------------------------
  virtual Mirrors& mirrors() = 0;
  const Mirrors& mirrors() const { return const_cast<Library*>(this)->mirrors(); }
  /// What was ever signed in the feeds that lie here, each with where. Reads all of their commits. Errc::not_joined.
  virtual Result<std::shared_ptr<const Activity>> activity() const = 0;

  virtual Withdrawals& withdrawals() const = 0;  ///< (store/withdrawal)

  struct ResolvedFork {
    Order forked;  ///< that two commits have
    Head head;     ///< now, in a later epoch
  };
  /// After two copies of this home have published: its own feeds that forked go on as they are held here, and everybody takes them
  /// again. What only the other copy published is in them no more. None: nothing forked that this centre publishes still. One
  /// durable step. Errc::feed_fork if it is the only one and its proof is lost here, which a peer brings; Errc::publish_suspended,
  /// Errc::key_succeeded.
  virtual Result<std::vector<ResolvedFork>> resolve_forks() = 0;

  // --- replication ------------------------------------------------------------------------------------------------------------
  /// A parcel (store/transfer). `plain`: it refers to nothing that the requester has.
  virtual Result<PackSource> open_pack(const FeedId& feed, const ObjectId& have, bool plain) = 0;
  /// `list`: the chunk list by which the chunks count; it must be one by which the feed's current tree names the media.
  /// `base`: a media file that the requester holds for this feed, as it says; zero: none.
  virtual Result<std::unique_ptr<Source>> open_run(const FeedId& feed, const Sha256& media, const ObjectId& list, std::uint32_t first,
                                                   std::uint32_t count, const Sha256& base) = 0;
  /// Those of `media` that the current tree of that feed names and that are held whole for that feed (media/reuse.hpp).
  virtual Result<std::vector<Sha256>> find_media(const FeedId& feed, const std::vector<Sha256>& media) const = 0;
  virtual Result<std::unique_ptr<FeedReception>> receive_feed() = 0;
  /// `base`: what the sender was told to be here; zero: none.
  virtual Result<std::unique_ptr<RunReception>> receive_run(const FeedId& through, const Sha256& media, std::uint32_t first,
                                                            std::uint32_t count, const Sha256& base) = 0;
  /// Media that became whole come into their places, durably, many together. Where nothing is set by settle_by(), the
  /// thread that brings the last chunk does that, and waits for the disk meanwhile. Else `ask` is called instead, on any
  /// thread and often, and settle_media() is to follow soon, on another one.
  virtual void settle_by(std::function<void()> ask) = 0;  ///< set once, before other threads start
  virtual void settle_media() = 0;
  /// Keeps both commits as proof and freezes the feed. `held` empty: the library's own commit of that order.
  virtual Status keep_fork(const FeedId& feed, ByteView held, ByteView claimed) = 0;

  // --- looking ----------------------------------------------------------------------------------------------------------------
  virtual Result<std::vector<KitSummary>> kits() const = 0;
  virtual Result<KitSummary> kit(const KitId& id) const = 0;
  virtual Result<std::vector<KitId>> kits_naming(const Sha256& media) const = 0;  ///< in their newest versions; each once, sorted
  virtual const KitSearch& search() const = 0;                                    ///< (store/search.hpp)
  virtual Result<std::vector<KitVersion>> history(const KitId& id) const = 0;     ///< newest first
  /// `version` nothing: the newest.
  virtual Result<std::vector<KitFile>> files(const KitId& id, std::optional<std::uint64_t> version) const = 0;
  /// A piece of a file, text or media. Errc::media_not_here if it is media that is not held; Errc::media_withdrawn.
  virtual Result<Bytes> read_file(const KitFile& file, std::uint64_t offset, std::size_t bytes_max) const = 0;

  // --- holding (store/holding) ----------------------------------------------------------------------------------------------
  /// `measured`: with what media take of the disk, which has to be walked.
  virtual Result<HoldingView> holding(bool measured) const = 0;
  /// Durable when it returns; needs change with it. `dropped` removes from the disk what removable() says, and cannot be
  /// chosen for an own kit (Errc::own_kit_kept). Errc::not_found: no such kit is known.
  virtual Status choose(const KitId& id, KitChoice::Kind kind) = 0;
  /// Media of this kit's newest version that are here and that no own kit, and no other kit that is wanted, names.
  virtual Result<std::vector<FeedMedia>> removable(const KitId& id) const = 0;
  /// Gives the room there is now to what waits for it, and takes it back where too little is left. Call it now and then.
  virtual Status check_room() = 0;

  virtual Deadlines& deadlines() = 0;  ///< (store/deadlines.hpp)

  // --- upkeep -----------------------------------------------------------------------------------------------------------------
  /// Re-reads and re-checks everything held. `progress` gets (done, total) bytes and may return false to stop.
  virtual Result<std::vector<Problem>> verify(const std::function<bool(std::uint64_t, std::uint64_t)>& progress) = 0;
  /// Gets the bytes that were just read, and may take its time; false stops.
  using Pace = std::function<bool(std::uint64_t)>;
  /// The same, a feed or a media file at a time, in the order of a slow reading of everything that begins once in 30 days.
  /// Damage is noted, and mended as far as peers can. False: nothing more is due now. What `pace` stopped comes again.
  virtual Result<bool> scrub_next(const Pace& pace) = 0;
  /// `begin`: one is due now, unless one is under way. Waits for no reading.
  virtual Result<ScrubView> scrub(bool begin) = 0;
  virtual Status consolidate() = 0;
  /// What caches of the index and of objects hold after a burst of work. The allocator is the caller's to trim.
  virtual Status release_memory() = 0;
  /// True if something that follows from what is durable could not be written (a full disk): the index, the witness, whole
  /// media on their way to their places; or if something of a feed could not be read, and the feed is to be looked through.
  /// catch_up() does some of it, and tells what came of it. So does the next start.
  virtual bool is_behind() const = 0;
  virtual Status catch_up() = 0;
  /// Looks again at what is here of a media file, and tells: MediaNeeded, MediaComplete or MediaUnneeded.
  virtual void tell_media(const Sha256& media) = 0;
  /// Re-reads a media file that somebody found to be wrong: a damaged one is set aside, and needed again.
  virtual Status recheck(const Sha256& media) = 0;
};

}  // namespace essaimage::store
