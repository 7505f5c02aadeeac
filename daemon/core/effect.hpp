#pragma once
// All that the core asks of the world. Effects are performed in the order in which they come out.

#include <cstdint>
#include <string>
#include <variant>

#include "daemon/core/event.hpp"
#include "daemon/core/input.hpp"

namespace essaimage::core {

namespace effect {

struct Dial {
  TransportKey peer;
  std::string endpoint;
};
struct Close {
  LinkId link = 0;
};
struct Send {
  LinkId link = 0;
  Message message;  ///< its channel is channel_of(message)
};
/// Feed in a Tick at this time, at the latest. Replaces the wake-up before it.
struct WakeAt {
  Instant at;
};

// --- serving: a source is a pack or a run of chunks, opened, read in any order, closed ---------------------------------

struct OpenPack {
  JobId job = 0;
  FeedId feed;
  ObjectId have;       ///< zero: nothing
  bool plain = false;  ///< the requester cannot read all that it has
};
/// Served only if the current tree of this feed names the media by this list and all these chunks are held. Answered by
/// SourceOpened, as OpenPack is; the core has checked that the requester may hold the feed.
struct OpenRun {
  JobId job = 0;
  FeedId feed;
  Sha256 media;
  ObjectId list;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  Sha256 base;  ///< the requester holds it: the answer may build on it; zero: none
};
struct ReadSource {
  JobId job = 0;
  std::uint64_t offset = 0;
  std::size_t bytes_max = 0;
};
/// Also of one that is not open yet: it need not be opened any more, and SourceOpened comes all the same.
struct CloseSource {
  JobId job = 0;
};
/// Which of these does the current tree of that feed name, and are held whole? Answered by MediaFound.
struct FindMedia {
  JobId job = 0;
  FeedId feed;
  std::vector<Sha256> media;
};

// --- receiving ----------------------------------------------------------------------------------------------------------

/// Slices of one pack in order, under the job of its fetch. Each is answered by SliceTaken.
struct AppendPack {
  JobId job = 0;
  SharedBytes bytes;
};
/// All of it is there: check it whole and make it visible. Answered by PackAccepted.
struct AcceptPack {
  JobId job = 0;
  FeedId feed;
  SharedBytes commit;  ///< the raw commit that it must lead to
};
/// Nothing of it shall remain.
struct DropPack {
  JobId job = 0;
};
/// Slices of one run of chunks in order, under the job of its fetch: as they came from the peer's source. Each is
/// answered by SliceTaken, and by ChunksStored as chunks become whole.
struct WriteRun {
  JobId job = 0;
  FeedId feed;  ///< through which it was asked for: it decides for which feeds the media is held then
  Sha256 media;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint64_t offset = 0;  ///< within the run's source
  SharedBytes bytes;
  bool last = false;  ///< nothing more comes: chunks that are not whole now are refused
  Sha256 base;        ///< that the peer was told to be here; zero: none
};
/// The rest of this run will not come: nothing of a chunk that is not whole shall remain. Not answered.
struct DropRun {
  JobId job = 0;
};
/// All of its chunks were stored, and still it is not told to be whole: what is needed of it? Answered by MediaNeeded,
/// MediaComplete or MediaUnneeded.
struct TellMedia {
  Sha256 media;
};

// --- federation ----------------------------------------------------------------------------------------------------------

/// Only ever on the federation's node. Answered by Admitted.
struct Admit {
  JobId job = 0;
  message::Join request;
};
/// Two canonical commits of equal order: keep both as proof and freeze the feed. Answered by ForkKept.
struct KeepFork {
  FeedId feed;
  SharedBytes held;  ///< null: the store has it, as the held head
  SharedBytes claimed;
};

/// The answer to Locate.
struct Located {
  JobId job = 0;                                  ///< of the Locate
  std::vector<std::vector<std::string>> holders;  ///< of each of its media, in its order: the members' slugs, sorted
  bool all_answered = false;                      ///< everybody who was asked, in time
};

/// Something that people or logs may want to know.
struct Report {
  Event event;
};

}  // namespace effect

using Effect =
    std::variant<effect::Dial, effect::Close, effect::Send, effect::WakeAt, effect::OpenPack, effect::OpenRun, effect::ReadSource,
                 effect::CloseSource, effect::FindMedia, effect::AppendPack, effect::AcceptPack, effect::DropPack, effect::WriteRun,
                 effect::DropRun, effect::TellMedia, effect::Admit, effect::KeepFork, effect::Located, effect::Report>;

}  // namespace essaimage::core
