#pragma once
// What is true in a simulated world: keys, commits, media content and rosters, all derived from numbers, so that a node can
// check what it receives as strictly as the real store does, and cheaply. A simulated signature is a keyed hash: enough
// against a simulated forger, who does not know the function's key argument.
// Thread rule: one thread. Rosters are added by the federation's node as it admits and suspends.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/core/input.hpp"
#include "daemon/core/notary.hpp"

namespace essaimage::sim {

std::uint64_t hash64(ByteView bytes, std::uint64_t seed);

struct MediaSpec {
  Sha256 media;
  std::vector<std::uint32_t> chunk_bytes;
  std::uint64_t bytes() const;
};

/// A commit of the simulation: its tree is the list of media that the feed names now.
struct SimCommit {
  FeedId feed;
  Order order;
  ObjectId parent;  ///< zero: the first
  std::vector<MediaSpec> media;
  std::uint32_t roster = 0;   ///< of the federation's feed: number of the roster that this commit makes
  std::uint32_t padding = 0;  ///< bytes of text
  std::uint64_t nonce = 0;
};

Bytes encode_commit(const SimCommit& commit, const SigningKey& signer);
Result<SimCommit> parse_commit(ByteView raw);
bool signed_by(ByteView raw, const SigningKey& signer);
ObjectId commit_id(ByteView raw);

/// The chunk list of a media file, as a blob.
ObjectId chunk_list(const MediaSpec& spec);
/// The bytes of a chunk from that offset on: the only right ones.
void read_chunk(const MediaSpec& spec, std::size_t chunk, std::size_t offset, std::span<std::uint8_t> out);

std::string slug_of(std::size_t node);
/// Of each generation another one: a succession starts the next.
SigningKey signing_key(std::size_t node, std::uint64_t generation = 1);
TransportKey transport_key(std::size_t node, std::uint64_t generation = 1);
std::string endpoint_of(std::size_t node);

/// False: a key made it that was succeeded, and it is beyond what counts of that key.
bool counts(const Member& author, const Head& head);
/// The last that counts of the keys before this generation; order zero: nothing.
Head last_before(const Member& author, const FeedId& feed, std::uint64_t generation);

/// The rosters that the federation's feed made, by number; 0 is none.
class Universe {
 public:
  std::uint32_t add_roster(Roster roster);
  const core::RosterPtr& roster(std::uint32_t number) const { return rosters_.at(number); }
  std::uint32_t newest() const { return static_cast<std::uint32_t>(rosters_.size() - 1); }
  FederationId federation() const;

  /// Commits that an author really made, whether acknowledged or not: nothing else may ever be accepted.
  std::set<ObjectId> genuine;

 private:
  std::vector<core::RosterPtr> rosters_{nullptr};
};

class SimNotary : public core::Notary {
 public:
  Result<Head> read_head(ByteView commit, const Roster& roster) const override;
  Sha256 sha256(ByteView bytes) const override;
};

}  // namespace essaimage::sim
