#include "daemon/core/context.hpp"

#include <algorithm>

namespace essaimage::core {

void Context::send(Link& link, Message message) {
  if (link.closing) return;
  // Slices are made only while bulk is writable; what is under way when it stops is bounded by credit.
  if (channel_of(message) == Channel::control && !link.control_writable) {
    if (link.waiting.size() >= settings::waiting_messages_max) return close(link);
    link.waiting.push_back(std::move(message));
    return;
  }
  link.sent_bytes += approximate_bytes(message);
  emit(effect::Send{link.id, std::move(message)});
}

void Context::close(Link& link) {
  if (link.closing) return;
  links.close(link);
  link.waiting.clear();
  emit(effect::Close{link.id});
}

bool Context::charge(Link& link, double tokens) {
  if (link.messages.take(tokens, now)) return true;
  blame(link, 1, Error{Errc::malformed, "too many messages"});
  return false;
}

void Context::charge_small(Link& link, const message::Slice& slice) {
  if (!slice.last && slice.bytes->size() < settings::small_slice) charge(link, settings::idle_cost);
}

void Context::blame(Link& link, unsigned points, Error error) {
  const bool banned = conduct.blame(link.peer, points, now);
  report(Event::Kind::peer_misbehaved, link.name, {}, std::move(error));
  if (banned) close(link);
}

void Context::report(Event::Kind kind, const std::string& peer, std::optional<FeedId> feed, std::optional<Error> error) {
  Event event;
  event.kind = kind;
  event.peer = peer;
  event.feed = std::move(feed);
  event.error = std::move(error);
  emit(effect::Report{std::move(event)});
}

Duration jittered(Random& random, Duration base) {
  const auto quarter = base.count() / 4;
  if (quarter == 0) return base;
  return Duration(base.count() - quarter + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * quarter + 1))));
}

Duration doubled(Duration base, unsigned failures, Duration max) {
  return std::min<Duration>(base * (1LL << std::min(failures, 20U)), max);
}

}  // namespace essaimage::core
