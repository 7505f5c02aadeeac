#include "daemon/core/sessions.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>

namespace essaimage::core {
namespace {

/// In tokens. Slices, credit and answers are bounded by the requests that they belong to, and charged where they belong
/// to none; requests by the number of sources, so that a fast line may ask for thousands of small files a second.
double cost_of(const Message& message) {
  if (std::holds_alternative<message::Slice>(message) || std::holds_alternative<message::Credit>(message) ||
      std::holds_alternative<message::FeedOffer>(message) || std::holds_alternative<message::MediaHave>(message)) {
    return 0;
  }
  if (std::holds_alternative<message::FetchChunks>(message) || std::holds_alternative<message::FetchFeed>(message) ||
      std::holds_alternative<message::Cancel>(message) || std::holds_alternative<message::Unavailable>(message)) {
    return 0.02;
  }
  return std::holds_alternative<message::MediaQuery>(message) ? 0.25 : 1;
}

}  // namespace

bool Sessions::link_up(const input::LinkUp& up, const std::optional<input::Start::Joining>& joining) {
  Link& link = context_.links.add(up, context_.now);
  draw_patience(link);
  const bool invited = joining && up.outbound && up.peer == joining->transport && !context_.access.joined();
  const Member* peer = context_.access.member(up.peer);
  const bool stranger = peer == nullptr;
  const bool unwanted = context_.conduct.banned(up.peer, context_.now) || up.peer == context_.access.own_key() || (stranger && up.outbound);
  const bool full = !unwanted && !stranger && members() >= settings::links_max && !make_room(peer);
  // It may say Join, also a member: whose home was lost has nobody else to ask. Members take half of these places at most.
  const bool may_join = stranger || (full && context_.access.is_federation() && !up.outbound);
  const std::size_t places = stranger ? settings::strangers_max : settings::strangers_max / 2;
  if (unwanted || (full && !may_join) || (may_join && strangers() > places)) {
    context_.close(link);
    return false;
  }
  if (may_join) return true;
  link.name = peer->slug;
  context_.links.greet(link);
  keep_one(link);
  if (link.closing) return false;
  if (invited) {
    context_.send(link, joining->request);
  } else {
    greet(link);
  }
  return true;
}

/// The federation's node is of every territory, and has places for a part of a large region. From a territory of which no
/// member is linked it hears nothing: whoever comes from one takes the place of somebody who is spared most easily. So does who
/// joins (null).
bool Sessions::make_room(const Member* newcomer) {
  if (!context_.access.is_federation()) return false;
  const auto is_heard_of = [this](const std::string& territory) { return has_one_of(territory); };
  if (newcomer != nullptr && std::ranges::all_of(newcomer->territories, is_heard_of)) return false;
  std::map<std::string_view, std::size_t> linked;  // how many, by territory
  const auto each_member = [&](const auto& visit) {
    for (auto& [id, link] : context_.links.all()) {
      const Member* member = link.closing || link.phase == Link::Phase::stranger ? nullptr : context_.member(link);
      if (member != nullptr) visit(link, *member);
    }
  };
  each_member([&](const Link&, const Member& member) {
    for (const std::string& territory : member.territories) linked[territory] += 1;
  });
  const auto fewest = [&](const Member& member) {
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const std::string& territory : member.territories) least = std::min(least, linked[territory]);
    return least;
  };
  Link* spare = nullptr;
  std::size_t most = 1;  // the last of its territory stays
  each_member([&](Link& link, const Member& member) {
    if (fewest(member) <= most) return;
    most = fewest(member);
    spare = &link;
  });
  if (spare != nullptr) context_.close(*spare);
  return spare != nullptr;
}

bool Sessions::has_one_of(const std::string& territory) const {
  return std::any_of(context_.links.all().begin(), context_.links.all().end(), [&](const auto& each) {
    const Link& link = each.second;
    const Member* member = link.closing || link.phase == Link::Phase::stranger ? nullptr : context_.member(link);
    return member != nullptr && member->territories.contains(territory);
  });
}

void Sessions::keep_one(Link& newest) {
  for (auto& [id, other] : context_.links.all()) {
    if (id == newest.id || other.closing || other.peer != newest.peer || other.phase == Link::Phase::stranger) continue;
    // Both sides see the same two links, and keep the one that the smaller key dialled. Two dialled by one side: the
    // older one is dead and nobody has noticed yet.
    const bool we_are_smaller = context_.access.own_key() < newest.peer;
    const bool newest_stays = newest.outbound == other.outbound || newest.outbound == we_are_smaller;
    context_.close(newest_stays ? other : newest);
    if (newest.closing) return;
  }
}

void Sessions::greet(Link& link) {
  if (link.hello_sent) return;
  link.hello_sent = true;
  context_.send(link, message::Hello{protocol_version, protocol_version, context_.access.federation(), context_.agent});
}

void Sessions::refuse(Link& link) {
  if (link.refused_sent) return;
  link.refused_sent = true;
  // Its home was cut off before it could hear of it from the federation: it is told what became of it, and nothing else.
  if (const auto why = context_.access.ended(link.peer))
    context_.send(link, message::JoinReply{false, std::string(describe(*why, Language::english).code)});
  context_.send(link, message::Refused{protocol_version, protocol_version});
}

Sessions::Verdict Sessions::received(Link& link, const Message& message) {
  link.heard_at = context_.now;
  if (std::holds_alternative<message::Ping>(message)) draw_patience(link);
  link.received_bytes += approximate_bytes(message);
  if (!context_.charge(link, cost_of(message))) return Verdict::drop;
  if (std::holds_alternative<message::Open>(message)) {
    context_.blame(link, settings::score_max, Error{Errc::malformed, "a second Open"});
    return Verdict::drop;
  }
  const Member* member = context_.member(link);
  if (member == nullptr) return from_stranger(link, message);
  link.name = member->slug;
  if (link.phase == Link::Phase::stranger) {  // admitted since it connected, or there was no place
    const bool joins = link.hello_sent || std::holds_alternative<message::Join>(message);
    if (members() >= settings::links_max && !(joins && make_room(nullptr))) {
      context_.close(link);
      return Verdict::drop;
    }
    context_.links.greet(link);
    keep_one(link);
    if (link.closing) return Verdict::drop;
  }
  if (std::holds_alternative<message::Join>(message)) return Verdict::joining;
  if (std::holds_alternative<message::JoinReply>(message)) return Verdict::deliver;
  if (std::holds_alternative<message::Refused>(message)) return Verdict::deliver;
  if (const auto* greeting = std::get_if<message::Hello>(&message)) return hello(link, *greeting);
  if (link.phase == Link::Phase::open) return Verdict::deliver;
  // A peer may believe the link open while our Hello to it crosses a restart of ours; it is told, not blamed.
  context_.close(link);
  return Verdict::drop;
}

Sessions::Verdict Sessions::hello(Link& link, const message::Hello& hello) {
  if (link.phase == Link::Phase::open) return Verdict::drop;
  greet(link);
  const std::uint32_t version = std::min(hello.version_max, protocol_version);
  if (version < hello.version_min || version < protocol_version || hello.federation != context_.access.federation()) {
    refuse(link);
    context_.report(Event::Kind::peer_refused, link.name, {}, Error{Errc::feed_wrong_federation, hello.agent});
    context_.close(link);
    return Verdict::drop;
  }
  link.phase = Link::Phase::open;
  context_.report(Event::Kind::peer_connected, link.name);
  return Verdict::opened;
}

Sessions::Verdict Sessions::from_stranger(Link& link, const Message& message) {
  const bool was_member = link.phase != Link::Phase::stranger;
  if (std::holds_alternative<message::Join>(message) && !was_member) return Verdict::joining;
  if (link.refused_sent || was_member) {
    refuse(link);
    context_.close(link);
  } else {
    context_.report(Event::Kind::stranger_refused, link.name);
    refuse(link);
  }
  return Verdict::drop;
}

void Sessions::writable(const input::Writable& change) {
  Link* link = context_.links.find(change.link);
  if (link == nullptr) return;
  if (change.channel == Channel::bulk) {
    link->bulk_writable = change.writable;
    return;
  }
  link->control_writable = change.writable;
  while (link->control_writable && !link->waiting.empty()) {
    Message message = std::move(link->waiting.front());
    link->waiting.pop_front();
    context_.send(*link, std::move(message));
  }
}

void Sessions::roster_changed() {
  for (auto& [id, link] : context_.links.all()) {
    if (link.closing || link.phase == Link::Phase::stranger) continue;
    const bool is_member = context_.member(link) != nullptr;
    // What waits was written by the roster before, and may name feeds that this peer may not hold any more: begun anew.
    if (is_member && link.waiting.empty()) continue;
    if (!is_member) refuse(link);
    context_.close(link);
  }
}

Sessions::Tree Sessions::tree() const {
  Tree tree;
  for (const auto& [id, link] : context_.links.all()) {
    if (!link.is_open() || is_spare(id)) continue;
    if (tree.links++ == 0) tree.oldest = id;
  }
  return tree;
}

/// Who has no link of the tree (its one died, and there was no news since) watches all of them as such. Who has many (no news
/// came yet that would prune any) needs none by itself: one is watched for all, since what cuts off a node cuts that one too.
const settings::Silence& Sessions::silence_of(const Link& link, const Tree& tree) const {
  const bool is_watched = tree.links == 0 || (tree.links > settings::tree_links_few ? link.id == tree.oldest : !is_spare(link.id));
  return is_watched ? settings::tree_silence : settings::spare_silence;
}

bool Sessions::is_dead(const Link& link, const settings::Silence& silence) const {
  const Duration silent = context_.now - link.heard_at;
  return silent >= silence.borne ||
         (silent >= settings::tree_silence.borne && link.awaits_pong() && context_.now - link.pinged_at >= settings::ping_answered_within);
}

void Sessions::ask(Link& link) {
  link.pinged_at = context_.now;
  draw_patience(link);
  on_silent(link);
}

void Sessions::tick() {
  auto& links = context_.links.all();
  const Tree by_now = tree();
  bool died = false;
  for (auto& [id, link] : links) {
    if (link.closing) continue;
    const auto& silence = silence_of(link, by_now);
    const Duration age = context_.now - link.up_at;
    const bool late = (link.phase == Link::Phase::stranger && age >= settings::stranger_within) ||
                      (link.phase == Link::Phase::greeting && age >= settings::hello_within);
    const bool dead = is_dead(link, silence);
    died = died || (dead && link.is_open());
    if (late || dead) {
      context_.close(link);
    } else if (link.is_open() && !link.awaits_pong() &&
               context_.now - link.heard_at >= silence.least + (silence.most - silence.least) * link.patience / 1000) {
      ask(link);
    }
  }
  if (!died) return;
  // What took one away (a line, a box that was restarted) has perhaps taken all: they are not waited for.
  for (auto& [id, link] : links) {
    if (link.is_open() && !link.awaits_pong() && context_.now - link.heard_at >= settings::ping_answered_within) ask(link);
  }
}

/// Each has places of its own: strangers do not keep members out, nor members who would join.
std::size_t Sessions::strangers() const {
  return static_cast<std::size_t>(std::count_if(context_.links.all().begin(), context_.links.all().end(), [](const auto& each) {
    return each.second.phase == Link::Phase::stranger && !each.second.closing;
  }));
}

std::size_t Sessions::members() const {
  return static_cast<std::size_t>(std::count_if(context_.links.all().begin(), context_.links.all().end(), [](const auto& each) {
    return each.second.phase != Link::Phase::stranger && !each.second.closing;
  }));
}

}  // namespace essaimage::core
