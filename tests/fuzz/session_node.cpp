#include "tests/fuzz/session_node.hpp"

#include <algorithm>

#include "daemon/core/settings.hpp"
#include "proto/codec.hpp"
#include "proto/limits.hpp"

namespace essaimage::fuzz {

namespace {

using namespace core;

constexpr std::size_t self = 1;
constexpr std::size_t effects_of_one_input_max = 20'000;

/// One piece of memory for all slices that the store reads.
SharedBytes piece(std::size_t bytes) {
  static std::map<std::size_t, SharedBytes> made;
  SharedBytes& found = made[bytes];
  if (!found) found = std::make_shared<const Bytes>(bytes, 1);
  return found;
}

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace

FeedId SessionNode::feed(std::size_t author, bool territory) {
  if (!territory) return {sim::slug_of(author), {}};
  return {sim::slug_of(author), {Audience::Kind::territory, author == 4 ? "roubaix" : "lille"}};
}

SharedBytes SessionNode::commit(std::size_t author, bool territory, std::uint64_t seq, std::uint64_t nonce) {
  sim::SimCommit commit{feed(author, territory), {1, 1, seq}, {}, {}, 0, 0, nonce};
  return std::make_shared<const Bytes>(sim::encode_commit(commit, sim::signing_key(author)));
}

MediaNeed SessionNode::need(std::size_t number) {
  MediaNeed need;
  need.media.bytes.fill(static_cast<std::uint8_t>(number + 1));
  need.chunk_list.bytes.fill(static_cast<std::uint8_t>(number + 101));
  need.chunk_bytes.assign(1 + number % 4, 70'000);
  need.bytes = 70'000 * need.chunk_bytes.size();
  need.held.assign(need.chunk_bytes.size(), false);
  need.feeds = {feed(2, number % 2 == 1)};
  return need;
}

RosterPtr SessionNode::make_roster() const {
  Roster roster;
  roster.federation = universe_.federation();
  roster.federation_slug = sim::slug_of(0);
  for (std::size_t i = 0; i + 1 < peers; ++i) {
    if (i == 3 && roster_kind_ == 1) continue;
    Member member;
    member.slug = sim::slug_of(i);
    member.territories = {i == 4 ? "roubaix" : "lille"};
    if (i == 3 && roster_kind_ == 3) member.territories = {};
    member.suspended = i == 3 && roster_kind_ == 2;
    MemberKeys keys;
    keys.signing = sim::signing_key(i);
    keys.transport = sim::transport_key(i);
    member.keys.push_back(keys);
    roster.members[member.slug] = member;
  }
  roster.index();
  return std::make_shared<const Roster>(std::move(roster));
}

SessionNode::SessionNode() {
  roster_ = make_roster();
  input::Start start;
  start.agent = "fuzz";
  start.signing = sim::signing_key(self);
  start.transport = sim::transport_key(self);
  start.federation = universe_.federation();
  start.roster = roster_;
  start.seed = 7;
  for (const auto& raw : {commit(1, false, 3, 0), commit(1, true, 1, 0), commit(2, false, 2, 0)}) {
    const Head head = notary_.read_head(*raw, *roster_).value();
    held_[head.feed] = head;
    held_commits_[head.feed] = raw;
    start.heads.push_back(head);
  }
  on(start);
  for (const auto& [feed, raw] : std::map(held_commits_)) on(input::HeadChanged{held_.at(feed), raw});
}

// --- inputs ------------------------------------------------------------------------------------------------------------------

LinkId SessionNode::link_of(std::size_t which) const {
  if (links_.empty()) return 0;
  return std::next(links_.begin(), static_cast<std::ptrdiff_t>(which % links_.size()))->first;
}

void SessionNode::link_up(std::size_t peer, bool outbound) {
  const LinkId link = ++last_link_;
  links_[link].peer = sim::transport_key(peer);
  on(input::LinkUp{link, sim::transport_key(peer), outbound, outbound ? sim::endpoint_of(peer) : ""});
}

void SessionNode::link_down(std::size_t which) {
  const LinkId link = link_of(which);
  links_.erase(link);
  on(input::LinkDown{link, "ended"});
}

void SessionNode::receive(std::size_t which, const Message& message) { receive_frame(which, encode(message)); }

void SessionNode::receive_frame(std::size_t which, ByteView frame) {
  const LinkId link = link_of(which);
  auto message = decode(frame);
  // Which channel it came on is the transport's to see, and an Open never reaches the core.
  if (!message || std::holds_alternative<message::Open>(*message)) return on(input::Garbage{link});
  if (const auto found = links_.find(link); found != links_.end()) {
    auto& credit = found->second.credit;
    const auto allow = [&](std::uint64_t request, std::uint64_t bytes) { credit[request] = std::max(credit[request], bytes); };
    if (const auto* feed = std::get_if<message::FetchFeed>(&*message)) allow(feed->request, feed->credit_bytes);
    if (const auto* chunks = std::get_if<message::FetchChunks>(&*message)) allow(chunks->request, chunks->credit_bytes);
    if (const auto* more = std::get_if<message::Credit>(&*message)) allow(more->request, more->total);
  }
  on(input::Received{link, std::move(*message)});
}

void SessionNode::writable(std::size_t which, Channel channel, bool writable) { on(input::Writable{link_of(which), channel, writable}); }

void SessionNode::pass(Duration duration) {
  now_ = now_ + duration;
  on(input::Tick{});
}

void SessionNode::change_roster(std::uint8_t how) {
  roster_kind_ = how % 4;
  roster_ = make_roster();
  on(input::RosterChanged{roster_});
}

void SessionNode::need_media(std::size_t number) { on(input::MediaNeeded{need(number)}); }

void SessionNode::publish(bool territory) {
  Head& head = held_.at(feed(self, territory));
  const auto raw = commit(self, territory, head.order.seq + 1, 0);
  head = notary_.read_head(*raw, *roster_).value();
  held_commits_[head.feed] = raw;
  on(input::HeadChanged{head, raw, true});
}

// --- the store ---------------------------------------------------------------------------------------------------------------

void SessionNode::answer_serving(bool good) {
  if (serving_.empty()) return;
  const Effect effect = std::move(serving_.front());
  serving_.pop_front();
  if (const auto* pack = std::get_if<effect::OpenPack>(&effect)) {
    const auto raw = held_commits_.find(pack->feed);
    if (good && raw != held_commits_.end()) on(input::SourceOpened{pack->job, std::uint64_t{150'000}, raw->second});
    else on(input::SourceOpened{pack->job, fail(Errc::not_found), nullptr});
  } else if (const auto* run = std::get_if<effect::OpenRun>(&effect)) {
    if (good) on(input::SourceOpened{run->job, std::uint64_t{70'001}, nullptr});
    else on(input::SourceOpened{run->job, fail(Errc::not_found), nullptr});
  } else if (const auto* read = std::get_if<effect::ReadSource>(&effect)) {
    ESSAIMAGE_ASSERT(read->bytes_max > 0 && read->bytes_max <= limits::slice_bytes_max);
    if (good) on(input::SourceRead{read->job, read->offset, piece(read->bytes_max)});
    else on(input::SourceRead{read->job, read->offset, fail(Errc::io)});
  } else if (const auto* find = std::get_if<effect::FindMedia>(&effect)) {
    on(input::MediaFound{find->job, good ? find->media : std::vector<Sha256>{}});
  }
}

void SessionNode::answer_receiving(bool good) {
  if (receiving_.empty()) return;
  const Effect effect = std::move(receiving_.front());
  receiving_.pop_front();
  const Status status = good ? Status() : Status(fail(Errc::io));
  if (const auto* slice = std::get_if<effect::AppendPack>(&effect)) {
    unanswered_bytes_ -= slice->bytes->size();
    on(input::SliceTaken{slice->job, status});
  } else if (const auto* pack = std::get_if<effect::AcceptPack>(&effect)) {
    accept(*pack, good);
  } else if (const auto* run = std::get_if<effect::WriteRun>(&effect)) {
    write_run(*run, good);
  } else if (const auto* join = std::get_if<effect::Admit>(&effect)) {
    on(input::Admitted{join->job, fail(Errc::io)});
  } else if (const auto* fork = std::get_if<effect::KeepFork>(&effect)) {
    const auto held = fork->held ? fork->held : held_commits_[fork->feed];
    if (good) on(input::FeedFrozen{{fork->feed, held, fork->claimed}, true});
    on(input::ForkKept{fork->feed, status});
  } else if (const auto* tell = std::get_if<effect::TellMedia>(&effect)) {
    on(input::MediaUnneeded{tell->media});
  }
}

void SessionNode::accept(const effect::AcceptPack& pack, bool good) {
  const auto head = notary_.read_head(*pack.commit, *roster_);
  const bool newer = head && head->order > held_[pack.feed].order;
  if (!good || !newer) return on(input::PackAccepted{pack.job, fail(good ? Errc::feed_older : Errc::malformed)});
  held_[pack.feed] = *head;
  held_commits_[pack.feed] = pack.commit;
  on(input::HeadChanged{*head, pack.commit});
  on(input::PackAccepted{pack.job, {}});
}

void SessionNode::write_run(const effect::WriteRun& run, bool good) {
  unanswered_bytes_ -= run.bytes->size();
  on(input::SliceTaken{run.job, {}});
  if (!run.last) return;
  const Status status = good ? Status() : Status(fail(Errc::malformed));
  on(input::ChunksStored{run.job, run.media, run.first, run.count, status});
}

// --- what must hold ----------------------------------------------------------------------------------------------------------

void SessionNode::on(const Input& input) {
  replica_.on(input, now_);
  std::size_t effects = 0;
  while (const auto effect = replica_.next()) {
    ESSAIMAGE_ASSERT(++effects <= effects_of_one_input_max);
    look_at(*effect);
  }
  check_bounds();
}

void SessionNode::look_at(const Effect& effect) {
  const auto serves = [&](JobId job) {
    sources_.insert(job);
    serving_.push_back(effect);
  };
  const auto comes = [&](const SharedBytes& bytes) {
    unanswered_bytes_ += bytes->size();
    passed_on_ += bytes->size();
    receiving_.push_back(effect);
  };
  std::visit(Overloaded{
                 [&](const effect::Send& send) { look_at_send(send); },
                 [&](const effect::Close& close) { links_.erase(close.link); },
                 [&](const effect::OpenPack& open) { serves(open.job); },
                 [&](const effect::OpenRun& open) { serves(open.job); },
                 [&](const effect::CloseSource& close) { sources_.erase(close.job); },
                 [&](const effect::ReadSource&) { serving_.push_back(effect); },
                 [&](const effect::FindMedia&) { serving_.push_back(effect); },
                 [&](const effect::AppendPack& slice) { comes(slice.bytes); },
                 [&](const effect::WriteRun& slice) { comes(slice.bytes); },
                 [&](const effect::AcceptPack& pack) {
                   check_signed(*pack.commit, pack.feed);
                   receiving_.push_back(effect);
                 },
                 [&](const effect::KeepFork& fork) {
                   check_signed(*fork.claimed, fork.feed);
                   if (fork.held) check_signed(*fork.held, fork.feed);
                   receiving_.push_back(effect);
                 },
                 [&](const effect::Admit&) { ESSAIMAGE_ASSERT(false); },  // this is not the federation's node
                 [&](const effect::TellMedia&) { receiving_.push_back(effect); },
                 [](const auto&) {},
             },
             effect);
}

void SessionNode::check_signed(ByteView commit, const FeedId& feed) const {
  const auto head = notary_.read_head(commit, *roster_);
  ESSAIMAGE_ASSERT(head && head->feed == feed);
}

void SessionNode::look_at_send(const effect::Send& send) {
  const auto found = links_.find(send.link);
  ESSAIMAGE_ASSERT(found != links_.end());
  LinkState& link = found->second;
  const Bytes frame = encode(send.message);
  ESSAIMAGE_ASSERT(frame.size() <= limits::message_bytes_max && decode(frame));
  check_feeds(link.peer, send.message);
  if (const auto* slice = std::get_if<message::Slice>(&send.message)) {
    ESSAIMAGE_ASSERT((link.sent[slice->request] += slice->bytes->size()) <= link.credit[slice->request]);
  }
  const auto grant = [&](std::uint64_t request, std::uint64_t total) {
    std::uint64_t& before = link.granted[request];
    if (total > before) granted_ += total - before;
    before = std::max(before, total);
  };
  if (const auto* feed = std::get_if<message::FetchFeed>(&send.message)) {
    last_asked_ = feed->request;
    grant(feed->request, feed->credit_bytes);
  }
  if (const auto* chunks = std::get_if<message::FetchChunks>(&send.message)) {
    last_asked_ = chunks->request;
    grant(chunks->request, chunks->credit_bytes);
  }
  if (const auto* credit = std::get_if<message::Credit>(&send.message)) grant(credit->request, credit->total);
}

bool SessionNode::may_tell(const TransportKey& peer, const FeedId& feed) const {
  const Member* member = roster_->find(peer);
  return member != nullptr && roster_->may_hold(member->slug, feed.audience) && roster_->may_hold(sim::slug_of(self), feed.audience);
}

void SessionNode::check_feeds(const TransportKey& peer, const Message& message) const {
  const Member* member = roster_->find(peer);
  if (member == nullptr || member->suspended) {
    ESSAIMAGE_ASSERT(std::holds_alternative<message::Hello>(message) || std::holds_alternative<message::Refused>(message) ||
                     std::holds_alternative<message::JoinReply>(message));
    return;
  }
  const auto check = [&](const FeedId& feed) { ESSAIMAGE_ASSERT(may_tell(peer, feed)); };
  const auto check_commit = [&](const SharedBytes& raw) { check(sim::parse_commit(*raw).value().feed); };
  const auto check_heads = [&](const std::vector<Head>& heads) {
    for (const Head& head : heads) check(head.feed);
  };
  std::visit(Overloaded{
                 [&](const message::Announce& m) { check_commit(m.commit); },
                 [&](const message::FeedOffer& m) { check_commit(m.commit); },
                 [&](const message::ForkProof& m) { check_commit(m.first); },
                 [&](const message::Have& m) { check_heads(m.heads); },
                 [&](const message::Graft& m) { check(m.feed); },
                 [&](const message::FetchFeed& m) { check(m.feed); },
                 [&](const message::MediaQuery& m) { check(m.feed); },
                 [&](const message::MediaHave& m) {  // "nothing" is the answer to any question
                   for (const auto& item : m.items) {
                     if (item.complete || !item.chunks.empty()) check(m.feed);
                   }
                 },
                 [&](const message::FetchChunks& m) { check(m.feed); },
                 [&](const message::Reconcile& m) {
                   for (const auto& range : m.ranges) check_heads(range.heads);
                 },
                 [](const auto&) {},
             },
             message);
}

void SessionNode::check_bounds() const {
  ESSAIMAGE_ASSERT(sources_.size() <= settings::sources_max);
  ESSAIMAGE_ASSERT(passed_on_ <= granted_);
  // Of each link at most what its window allows, and of the number of files at most what may be open.
  ESSAIMAGE_ASSERT(unanswered_bytes_ <= settings::links_max * settings::window_max);
  ESSAIMAGE_ASSERT(links_.size() <= settings::links_max);
}

}  // namespace essaimage::fuzz
