#pragma once
// All that can happen to the core. The shell makes these from sockets, workers and clocks; the simulator from a seed.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proto/fork.hpp"
#include "proto/media_need.hpp"
#include "proto/messages.hpp"
#include "proto/roster.hpp"

namespace essaimage::core {

using LinkId = std::uint64_t;  ///< given by the shell; never reused within a run
using JobId = std::uint64_t;   ///< given by the core to each store operation

using RosterPtr = std::shared_ptr<const Roster>;

/// Where a peer may be reached, and the key that it must prove to have.
struct PeerEndpoint {
  TransportKey peer;
  std::string endpoint;  ///< "tcp://…"
};

/// A media file, and a feed that names it.
struct MediaPlace {
  FeedId feed;
  Sha256 media;

  auto operator<=>(const MediaPlace&) const = default;
};

namespace input {

/// First of all, once.
struct Start {
  std::string agent;
  SigningKey signing;
  TransportKey transport;
  FederationId federation;
  RosterPtr roster;             ///< null until the federation's feed has come for the first time
  std::vector<Head> heads;      ///< held
  std::vector<Head> witnessed;  ///< the highest ever accepted; a feed is never taken back below these
  std::vector<Fork> forks;      ///< frozen feeds, with the proofs that KeepFork kept; null if lost
  std::vector<MediaNeed> needs;
  std::vector<PeerEndpoint> endpoints;  ///< extra ones to dial, of the configuration or found on the LAN
  std::uint64_t seed = 0;               ///< of the core's only generator: jitter, choice of peers
  /// While joining: whom to ask.
  struct Joining {
    std::string federation_slug;
    std::string endpoint;
    TransportKey transport;
    message::Join request;
  };
  std::optional<Joining> joining;
};

/// A link is up when both of its channels are; `peer` is authenticated by CURVE.
struct LinkUp {
  LinkId link = 0;
  TransportKey peer;
  bool outbound = false;
  std::string endpoint;  ///< that was dialled; empty if inbound
  bool lan = false;      ///< on a network of this machine's own: what the line to the outside bears does not count
};
struct LinkDown {
  LinkId link = 0;
  std::string reason;
};
/// A Dial came to nothing.
struct DialFailed {
  TransportKey peer;
  std::string endpoint;
  std::string reason;
};
struct Received {
  LinkId link = 0;
  Message message;
};
/// A frame that codec could not read, or that came on the wrong channel.
struct Garbage {
  LinkId link = 0;
};
/// The shell could not queue a message any more, or can again.
struct Writable {
  LinkId link = 0;
  Channel channel = Channel::control;
  bool writable = true;
};
struct Tick {};

// --- completions of store operations, by job -------------------------------------------------------------------------

struct SourceOpened {
  JobId job = 0;
  Result<std::uint64_t> bytes;  ///< of the pack or run; or why it cannot be served
  SharedBytes commit;           ///< of a pack: the raw commit it leads to
};
struct SourceRead {
  JobId job = 0;
  std::uint64_t offset = 0;
  Result<SharedBytes> bytes;
};
/// One AppendPack or WriteRun was performed: its memory is free, so more may be asked for. Every one is answered.
struct SliceTaken {
  JobId job = 0;
  Status status;
};
/// Which of the media of a FindMedia are named by the current tree of that feed AND held whole.
struct MediaFound {
  JobId job = 0;
  std::vector<Sha256> complete;
};
/// A pack was checked whole and is visible, or nothing of it remains. When the pack shows that the feed forked (the
/// held head is not among its commits' ancestors), FeedFrozen comes first.
struct PackAccepted {
  JobId job = 0;
  Status status;
};
/// Chunks of a run that were written, or refused because their hash is wrong (Errc::malformed: the sender's fault).
/// Each chunk of a run is named exactly once, the last ones at the latest after the WriteRun with `last`.
struct ChunksStored {
  JobId job = 0;
  Sha256 media;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  Status status;
};
struct Admitted {
  JobId job = 0;
  Status status;
};
/// A KeepFork was performed (FeedFrozen came before), or not.
struct ForkKept {
  FeedId feed;
  Status status;
};

// --- changes of the store, whoever caused them; they come before the completion of the job that caused them ------------

/// A feed has a new head: published here, or received.
struct HeadChanged {
  Head head;
  SharedBytes commit;
  bool published_here = false;
};
/// Objects of what is held of this feed are lost or damaged: it is to be fetched once more, whole. HeadChanged comes when it is.
struct ObjectsLost {
  FeedId feed;
};
/// Nothing is held of this feed any more, because what was held does not count now.
struct FeedLeft {
  FeedId feed;
};
struct RosterChanged {
  RosterPtr roster;
};
/// New, or changed: replaces what was known about that media.
struct MediaNeeded {
  MediaNeed need;
};
/// Whole, checked, and durable.
struct MediaComplete {
  Sha256 media;
};
/// No held feed names it any more, or it is not to be held, or there is no room for it now.
struct MediaUnneeded {
  Sha256 media;
};
/// Frozen with this proof (without commits: it is lost), or free again.
struct FeedFrozen {
  Fork fork;
  bool frozen = true;
};

// --- local commands -----------------------------------------------------------------------------------------------------

/// What the admin allows now; told whenever it changes. Until then nothing is limited.
struct Traffic {
  std::optional<std::uint64_t> upload;    ///< bytes a second, outside the LAN; nothing: not limited
  std::optional<std::uint64_t> download;  ///< of media
  bool media = true;                      ///< false: media rest, in both directions; text goes on
};

/// Reconcile with every peer now, and dial those that are waiting in back-off.
struct SyncNow {};
/// Which connected members hold these media whole? Answered by Located, within settings::locate_within. The job is the
/// asker's own number: it is not of the core's.
struct Locate {
  JobId job = 0;
  std::vector<MediaPlace> media;
};

}  // namespace input

using Input = std::variant<input::Start, input::LinkUp, input::LinkDown, input::DialFailed, input::Received, input::Garbage,
                           input::Writable, input::Tick, input::SourceOpened, input::SourceRead, input::MediaFound, input::SliceTaken,
                           input::PackAccepted, input::ChunksStored, input::Admitted, input::ForkKept, input::HeadChanged,
                           input::ObjectsLost, input::FeedLeft, input::RosterChanged, input::MediaNeeded, input::MediaComplete,
                           input::MediaUnneeded, input::FeedFrozen, input::Traffic, input::SyncNow, input::Locate>;

}  // namespace essaimage::core
