// What people do with a store in memory, and what all of them share.

#include <algorithm>
#include <utility>

#include "tests/sim/memory_store.hpp"

namespace essaimage::sim {
namespace input = core::input;

// --- publishing ----------------------------------------------------------------------------------------------------------

SimCommit MemoryStore::next_commit(const FeedId& feed, std::size_t media) {
  SimCommit commit{feed, {1, 1, 0}, {}, {}, 0, 0, 0};
  const auto held = feeds_.find(feed);
  if (held != feeds_.end() && !held->second.chain.empty()) commit = held->second.top;
  commit.parent = held != feeds_.end() ? held->second.head.commit : ObjectId{};
  commit.order = {generation_, 1, commit.order.seq + 1};
  commit.nonce = random_.next();
  commit.padding = static_cast<std::uint32_t>(random_.below(600));
  if (commit.media.size() > 3) commit.media.erase(commit.media.begin());
  for (std::size_t i = 0; i < media; ++i) {
    MediaSpec spec;
    const std::uint64_t id = random_.next();
    spec.media = notary_.sha256({reinterpret_cast<const std::uint8_t*>(&id), 8});
    spec.chunk_bytes = next_chunks.empty() ? some_chunks() : std::exchange(next_chunks, {});
    commit.media.push_back(std::move(spec));
  }
  return commit;
}

std::vector<std::uint32_t> MemoryStore::some_chunks() {
  std::vector<std::uint32_t> bytes(1 + random_.below(random_.below(4) == 0 ? 40 : 4));
  for (std::uint32_t& each : bytes) each = static_cast<std::uint32_t>(100 + random_.below(9000));
  return bytes;
}

Result<SimStore::Published> MemoryStore::publish(const std::vector<Audience>& audiences, std::size_t media) {
  const core::RosterPtr known = roster();
  const Member* own = known ? known->find(slug_of(node_)) : nullptr;
  if (own == nullptr) return fail(Errc::member_unknown);
  if (own->current_keys().generation != generation_) return fail(Errc::key_succeeded);
  std::vector<SimCommit> commits;
  for (const Audience& audience : audiences) {
    if (!known->may_hold(slug_of(node_), audience)) return fail(Errc::audience_not_ours, audience.slug);
    const FeedId feed{slug_of(node_), audience};
    const auto it = feeds_.find(feed);
    if (it != feeds_.end() && it->second.fork) return fail(Errc::feed_fork, feed.str());
    if (head(feed).order < last_before(*own, feed, generation_).order) return fail(Errc::feed_gap, feed.str());
    commits.push_back(next_commit(feed, media));
  }
  Published published;
  published.inputs = put(commits);
  for (const SimCommit& commit : commits) published.heads.push_back(head(commit.feed));
  return published;
}

Inputs MemoryStore::put(const std::vector<SimCommit>& commits) {
  Inputs out;
  for (const SimCommit& commit : commits) {
    Feed& feed = feeds_[commit.feed];
    const auto raw = std::make_shared<const Bytes>(encode_commit(commit, signing_key(node_, generation_)));
    feed.chain.push_back(raw);
    feed.head = feed.witnessed = {commit.feed, commit.order, commit_id(*raw)};
    universe_.genuine.insert(feed.head.commit);
    feed.top = commit;
    advanced(feed, true, out);
  }
  return out;
}

void MemoryStore::found(Roster roster) {
  SimCommit commit;
  commit.feed = {slug_of(node_), {}};
  commit.order = {1, 1, 1};
  commit.roster = universe_.add_roster(std::move(roster));
  (void)put({commit});
}

Inputs MemoryStore::publish_roster(Roster roster) {
  SimCommit commit = next_commit({slug_of(node_), {}}, 0);
  commit.roster = universe_.add_roster(std::move(roster));
  return put({commit});
}

Result<Inputs> MemoryStore::suspend(const std::string& slug) {
  Roster roster = *universe_.roster(universe_.newest());
  Member& member = roster.members.at(slug);
  member.suspended = true;
  for (const auto& [id, feed] : feeds_) {
    if (id.centre == member.slug && !feed.chain.empty()) member.last_accepted[id] = feed.head.order;
  }
  return publish_roster(std::move(roster));
}

// --- backups -------------------------------------------------------------------------------------------------------------

SimStore::BackupPtr MemoryStore::backup() {
  auto saved = std::make_shared<Saved>();
  saved->feeds = feeds_;
  saved->media = media_;
  return saved;
}

void MemoryStore::restore(const BackupPtr& backup, bool keep_witnessed) {
  const auto& saved = dynamic_cast<const Saved&>(*backup);
  std::map<FeedId, Head> witnessed;
  for (const auto& [id, feed] : feeds_) witnessed[id] = feed.witnessed;
  feeds_ = saved.feeds;
  media_ = saved.media;
  look_up_roster();
  if (!keep_witnessed) return;
  for (const auto& [id, head] : witnessed) {
    feeds_[id].witnessed = head;
    feeds_[id].head.feed = id;
  }
}

void MemoryStore::lose_objects() {
  for (auto& [id, feed] : feeds_) feed.lacking = feed.lacking || (!feed.chain.empty() && random_.below(2) == 0);
}

void MemoryStore::begin_anew() {
  generation_ += 1;
  feeds_.clear();
  media_.clear();
  unsynced_.clear();
  roster_.reset();
}

std::size_t MemoryStore::lose_unsynced() {
  std::size_t lost = 0;
  for (const auto& [id, chunk] : std::exchange(unsynced_, {})) {
    const auto it = media_.find(id);
    if (it == media_.end() || it->second.complete || !it->second.held[chunk]) continue;  // what is whole was synced
    it->second.held[chunk] = false;
    lost += 1;
  }
  return lost;
}

// --- looking -------------------------------------------------------------------------------------------------------------

std::vector<std::string> MemoryStore::verify() {
  std::vector<std::string> wrong;
  for (const auto& [id, feed] : feeds_) {
    if (feed.lacking) wrong.push_back(id.str() + ": lacks objects still");
  }
  return wrong;
}

std::vector<Head> MemoryStore::heads() const {
  std::vector<Head> heads;
  for (const auto& [id, feed] : feeds_) {
    if (!feed.chain.empty()) heads.push_back(feed.head);
  }
  return heads;
}

Head MemoryStore::head(const FeedId& feed) const {
  const auto it = feeds_.find(feed);
  return it == feeds_.end() ? Head{} : it->second.head;
}

std::vector<ObjectId> MemoryStore::chain(const FeedId& feed) const {
  std::vector<ObjectId> commits;
  if (const auto it = feeds_.find(feed); it != feeds_.end()) {
    for (const SharedBytes& raw : it->second.chain) commits.push_back(commit_id(*raw));
  }
  return commits;
}

std::set<FeedId> MemoryStore::frozen() const {
  std::set<FeedId> feeds;
  for (const auto& [id, feed] : feeds_) {
    if (feed.fork) feeds.insert(id);
  }
  return feeds;
}

void MemoryStore::each_feed(const Look& look) const {
  for (const auto& [id, feed] : feeds_) {
    if (!feed.chain.empty() || feed.fork) look(feed.head, feed.fork.has_value());
  }
}

bool MemoryStore::is_frozen(const FeedId& feed) const {
  const auto it = feeds_.find(feed);
  return it != feeds_.end() && it->second.fork;
}

std::vector<Sha256> MemoryStore::named(const FeedId& feed) const {
  std::vector<Sha256> media;
  if (const auto it = feeds_.find(feed); it != feeds_.end()) {
    for (const MediaSpec& spec : it->second.top.media) media.push_back(spec.media);
  }
  return media;
}

bool MemoryStore::is_whole(const FeedId&, const Sha256& media) const {
  const auto it = media_.find(media);
  return it != media_.end() && it->second.complete;
}

// --- all of them ---------------------------------------------------------------------------------------------------------

std::unique_ptr<SimStore> MemoryStores::make(std::size_t node, const std::string& slug) {
  ESSAIMAGE_ASSERT(node == stores_.size() && slug == slug_of(node));
  auto store = std::make_unique<MemoryStore>(universe_, random_, node);
  if (node == 0) store->admission = [this](const message::Join& join) { return admit(join); };
  stores_.push_back(store.get());
  return store;
}

void MemoryStores::found(const std::map<std::size_t, Founded>& members) {
  Roster roster;
  roster.federation_slug = slug_of(0);
  for (const auto& [node, founded] : members) {
    Member member;
    member.slug = slug_of(node);
    member.territories = founded.territories;
    MemberKeys keys;
    keys.signing = signing_key(node);
    keys.transport = transport_key(node);
    member.keys.push_back(keys);
    if (founded.reachable) member.endpoints.push_back(sim::endpoint_of(node));
    roster.members[member.slug] = std::move(member);
  }
  stores_[0]->found(std::move(roster));  // nobody runs yet: the changes are part of everybody's start
  const auto first = stores_[0]->backup();
  for (const auto& [node, founded] : members) {
    if (node != 0) stores_[node]->restore(first, false);
  }
}

input::Start::Joining MemoryStores::invitation(std::size_t node, std::uint64_t generation, const std::set<std::string>& territories) {
  input::Start::Joining joining;
  joining.federation_slug = slug_of(0);
  joining.endpoint = sim::endpoint_of(0);
  joining.transport = transport_key(0);
  joining.request.federation = universe_.federation();
  joining.request.invitation = signing_key(10'000 + node, generation);
  joining.request.signing = signing_key(node, generation);
  joining.request.transport = transport_key(node, generation);
  invitations_[joining.request.invitation] = {node, territories};
  return joining;
}

Inputs MemoryStores::invite(std::size_t node, const std::set<std::string>& territories) {
  stores_[node]->joining = invitation(node, 1, territories);
  return {};
}

Result<Inputs> MemoryStores::admit(const message::Join& join) {
  const auto it = invitations_.find(join.invitation);
  if (it == invitations_.end()) return fail(Errc::invitation_used);
  const auto [node, territories] = it->second;
  if (join.signing != signing_key(node, stores_[node]->generation())) return fail(Errc::signature_bad);
  invitations_.erase(it);
  Roster roster = truth();
  if (const auto known = roster.members.find(slug_of(node)); known != roster.members.end()) {
    succeed(known->second, join.signing, join.transport);
    return stores_[0]->publish_roster(std::move(roster));
  }
  Member member;
  member.slug = slug_of(node);
  member.territories = territories;
  MemberKeys keys;
  keys.signing = join.signing;
  keys.transport = join.transport;
  member.keys.push_back(keys);
  if (random_.below(2) == 0) member.endpoints.push_back(sim::endpoint_of(node));
  roster.members[member.slug] = std::move(member);
  return stores_[0]->publish_roster(std::move(roster));
}

/// Of the old key counts what the federation's node holds at this moment.
void MemoryStores::succeed(Member& member, const SigningKey& signing, const TransportKey& transport) const {
  MemberKeys& old = member.keys.back();
  for (const Head& head : stores_[0]->heads()) {
    if (head.feed.centre == member.slug) old.last_valid[head.feed] = head;
  }
  MemberKeys keys;
  keys.generation = old.generation + 1;
  keys.signing = signing;
  keys.transport = transport;
  member.keys.push_back(std::move(keys));
}

std::optional<Inputs> MemoryStores::give_new_key(std::size_t node) {
  const std::uint64_t next = stores_[node]->generation() + 1;
  return change_roster(
      [&](Roster& roster) { succeed(roster.members.at(slug_of(node)), signing_key(node, next), transport_key(node, next)); });
}

void MemoryStores::begin_anew(std::size_t node) {
  MemoryStore& store = *stores_[node];
  store.begin_anew();
  store.joining = invitation(node, store.generation(), {});
}

std::optional<Inputs> MemoryStores::link(const std::string& mirror, const std::set<std::string>& territories) {
  return change_roster([&](Roster& roster) {
    if (territories.empty()) roster.mirrors.erase(mirror);
    else roster.mirrors[mirror] = territories;
  });
}

std::optional<Inputs> MemoryStores::move(std::size_t node, const std::set<std::string>& territories) {
  return change_roster([&](Roster& roster) { roster.members.at(slug_of(node)).territories = territories; });
}

void MemoryStores::next_media(std::size_t node, std::vector<std::uint32_t> chunk_bytes) {
  stores_.at(node)->next_chunks = std::move(chunk_bytes);
}

Inputs MemoryStores::change_roster(const std::function<void(Roster&)>& change) {
  Roster roster = truth();
  change(roster);
  return stores_[0]->publish_roster(std::move(roster));
}

std::optional<FeedId> MemoryStores::feed_of(ByteView raw) const {
  const auto commit = parse_commit(raw);
  return commit ? std::optional(commit->feed) : std::nullopt;
}

SharedBytes MemoryStores::forge(ByteView raw, core::Random& random) const {
  auto commit = parse_commit(raw);
  if (!commit) return nullptr;
  commit->order.seq += 1 + random.below(3);
  return std::make_shared<const Bytes>(encode_commit(*commit, signing_key(20'000 + random.below(20))));
}

StoresMaker memory_stores() {
  return [](core::Random& random, const std::function<Instant()>&) { return std::make_unique<MemoryStores>(random); };
}

}  // namespace essaimage::sim
