#include "tests/sim/universe.hpp"

#include <cstring>
#include <numeric>

namespace essaimage::sim {
namespace {

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

template <class Fixed>
Fixed spread(ByteView bytes, std::uint64_t seed) {
  Fixed value;
  for (std::size_t i = 0; i < Fixed::size; i += 8) {
    const std::uint64_t part = i == 0 ? hash64(bytes, seed) : mix(seed + i + hash64(bytes, seed + 1));
    std::memcpy(value.bytes.data() + i, &part, std::min<std::size_t>(8, Fixed::size - i));
  }
  return value;
}

class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}
  void number(std::uint64_t value) {
    const std::size_t at = out_.size();
    out_.resize(at + 8);
    std::memcpy(out_.data() + at, &value, 8);
  }
  void bytes(ByteView view) {
    number(view.size());
    out_.insert(out_.end(), view.begin(), view.end());
  }

 private:
  Bytes& out_;
};

class Reader {
 public:
  explicit Reader(ByteView in) : in_(in) {}
  bool ok = true;
  std::uint64_t number() {
    std::uint64_t value = 0;
    if (in_.size() < 8) {
      ok = false;
      return 0;
    }
    std::memcpy(&value, in_.data(), 8);
    in_ = in_.subspan(8);
    return value;
  }
  ByteView bytes() {
    const std::uint64_t size = number();
    if (!ok || size > in_.size()) {
      ok = false;
      return {};
    }
    const ByteView view = in_.first(size);
    in_ = in_.subspan(size);
    return view;
  }
  std::size_t left() const { return in_.size(); }

 private:
  ByteView in_;
};

constexpr std::uint64_t magic = 0x65737361696d3031U;

std::uint64_t signature(ByteView body, const SigningKey& signer) { return hash64(body, hash64(signer.view(), 77)); }

}  // namespace

std::uint64_t hash64(ByteView bytes, std::uint64_t seed) {
  std::uint64_t state = mix(seed ^ (bytes.size() * 0x9e3779b97f4a7c15U));
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    state = (state ^ word) * 0x9fb21c651e98df25U;
    state ^= state >> 29U;
  }
  std::uint64_t tail = 0;
  if (i < bytes.size()) std::memcpy(&tail, bytes.data() + i, bytes.size() - i);
  return mix(state ^ tail);
}

std::uint64_t MediaSpec::bytes() const { return std::accumulate(chunk_bytes.begin(), chunk_bytes.end(), std::uint64_t{0}); }

Bytes encode_commit(const SimCommit& commit, const SigningKey& signer) {
  Bytes raw;
  Writer out(raw);
  out.number(magic);
  out.bytes(bytes_of(commit.feed.str()));
  out.number(commit.order.generation);
  out.number(commit.order.epoch);
  out.number(commit.order.seq);
  out.bytes(commit.parent.view());
  out.number(commit.roster);
  out.number(commit.nonce);
  out.number(commit.media.size());
  for (const MediaSpec& spec : commit.media) {
    out.bytes(spec.media.view());
    out.number(spec.chunk_bytes.size());
    for (const std::uint32_t bytes : spec.chunk_bytes) out.number(bytes);
  }
  out.bytes(Bytes(commit.padding, 'x'));
  out.number(signature(raw, signer));
  return raw;
}

Result<SimCommit> parse_commit(ByteView raw) {
  Reader in(raw);
  SimCommit commit;
  if (in.number() != magic) return fail(Errc::malformed);
  const auto feed = FeedId::parse(text_of(in.bytes()));
  if (!in.ok || !feed) return fail(Errc::malformed);
  commit.feed = *feed;
  commit.order = {in.number(), 0, 0};
  commit.order.epoch = in.number();
  commit.order.seq = in.number();
  const auto parent = ObjectId::from(in.bytes());
  if (!in.ok || !parent) return fail(Errc::malformed);
  commit.parent = *parent;
  commit.roster = static_cast<std::uint32_t>(in.number());
  commit.nonce = in.number();
  const std::uint64_t media = in.number();
  for (std::uint64_t i = 0; i < media && in.ok; ++i) {
    const auto id = Sha256::from(in.bytes());
    if (!in.ok || !id) return fail(Errc::malformed);
    MediaSpec spec{*id, {}};
    const std::uint64_t chunks = in.number();
    for (std::uint64_t c = 0; c < chunks && in.ok; ++c) spec.chunk_bytes.push_back(static_cast<std::uint32_t>(in.number()));
    commit.media.push_back(std::move(spec));
  }
  commit.padding = static_cast<std::uint32_t>(in.bytes().size());
  if (!in.ok || in.left() != 8 || commit.order.seq == 0) return fail(Errc::malformed);
  return commit;
}

bool signed_by(ByteView raw, const SigningKey& signer) {
  if (raw.size() < 8) return false;
  std::uint64_t value = 0;
  std::memcpy(&value, raw.data() + raw.size() - 8, 8);
  return value == signature(raw.first(raw.size() - 8), signer);
}

ObjectId commit_id(ByteView raw) { return spread<ObjectId>(raw, 3); }

ObjectId chunk_list(const MediaSpec& spec) {
  ObjectId id;
  std::copy_n(spec.media.bytes.begin(), id.bytes.size(), id.bytes.begin());
  id.bytes[0] ^= 1;
  return id;
}

void read_chunk(const MediaSpec& spec, std::size_t chunk, std::size_t offset, std::span<std::uint8_t> out) {
  constexpr std::uint64_t step = 0x9e3779b97f4a7c15U;
  std::uint64_t word = hash64(spec.media.view(), chunk + 11) + offset / 8 * step;
  for (std::size_t within = offset % 8; !out.empty(); within = 0, word += step) {
    if (within == 0 && out.size() >= 8) {
      std::memcpy(out.data(), &word, 8);  // of a fixed size: one instruction
      out = out.subspan(8);
      continue;
    }
    const std::size_t bytes = std::min<std::size_t>(8 - within, out.size());
    std::memcpy(out.data(), reinterpret_cast<const std::uint8_t*>(&word) + within, bytes);
    out = out.subspan(bytes);
  }
}

std::string slug_of(std::size_t node) { return node == 0 ? "federation" : "centre-" + std::to_string(node); }
SigningKey signing_key(std::size_t node, std::uint64_t generation) {
  return spread<SigningKey>({}, 1000 + node + (generation - 1) * 1'000'000);
}
TransportKey transport_key(std::size_t node, std::uint64_t generation) {
  return spread<TransportKey>({}, 2000 + node + (generation - 1) * 1'000'000);
}
std::string endpoint_of(std::size_t node) { return "sim://" + std::to_string(node); }

bool counts(const Member& author, const Head& head) {
  for (const MemberKeys& keys : author.keys) {
    if (keys.generation != head.order.generation) continue;
    if (keys.generation == author.current_keys().generation) return true;
    const auto last = keys.last_valid.find(head.feed);
    if (last == keys.last_valid.end()) return false;
    return head.order < last->second.order || (head.order == last->second.order && head.commit == last->second.commit);
  }
  return false;
}

Head last_before(const Member& author, const FeedId& feed, std::uint64_t generation) {
  Head last{feed, {}, {}};
  for (const MemberKeys& keys : author.keys) {
    const auto it = keys.last_valid.find(feed);
    if (keys.generation < generation && it != keys.last_valid.end() && it->second.order > last.order) last = it->second;
  }
  return last;
}

FederationId Universe::federation() const { return spread<FederationId>({}, 1); }

std::uint32_t Universe::add_roster(Roster roster) {
  roster.federation = federation();
  roster.index();
  rosters_.push_back(std::make_shared<const Roster>(std::move(roster)));
  return newest();
}

Result<Head> SimNotary::read_head(ByteView raw, const Roster& roster) const {
  TRY(const SimCommit commit, parse_commit(raw));
  const SigningKey* key = roster.signing_key(commit.feed.centre, commit.order.generation);
  if (key == nullptr) return fail(Errc::feed_unknown_author);
  if (!signed_by(raw, *key)) return fail(Errc::signature_bad);
  Head head{commit.feed, commit.order, commit_id(raw)};
  if (!counts(*roster.find(commit.feed.centre), head)) return fail(Errc::feed_beyond);
  return head;
}

Sha256 SimNotary::sha256(ByteView bytes) const { return spread<Sha256>(bytes, 5); }

}  // namespace essaimage::sim
