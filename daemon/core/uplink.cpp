#include "daemon/core/uplink.hpp"

#include <algorithm>

namespace essaimage::core {

// --- delay -------------------------------------------------------------------------------------------------------------

void QueueDelay::sample(std::int64_t travelled_ms, Duration round_trip, Instant now) {
  // On an idle link samples are rare, and clocks drift meanwhile: age counts, and not how many came since.
  while (least_count_ > 0 && now - least_[least_count_ - 1].began > std::chrono::minutes(minutes)) --least_count_;
  if (least_count_ == 0 || travelled_ms - base_ms() > round_trip.count()) least_count_ = last_count_ = 0;
  if (least_count_ == 0 || now - least_[0].began >= std::chrono::minutes(1)) {
    least_count_ = std::min(least_count_ + 1, minutes);
    std::rotate(least_.begin(), least_.end() - 1, least_.end());
    least_[0] = {now, travelled_ms};
  }
  least_[0].least = std::min(least_[0].least, travelled_ms);
  std::rotate(last_.begin(), last_.end() - 1, last_.end());
  last_[0] = travelled_ms;
  last_count_ = std::min(last_count_ + 1, recent);
}

std::int64_t QueueDelay::base_ms() const {
  const auto less = [](const Minute& a, const Minute& b) { return a.least < b.least; };
  return std::min_element(least_.begin(), least_.begin() + static_cast<std::ptrdiff_t>(least_count_), less)->least;
}

Duration QueueDelay::now() const {
  if (last_count_ == 0) return {};
  return Duration(*std::min_element(last_.begin(), last_.begin() + static_cast<std::ptrdiff_t>(last_count_)) - base_ms());
}

// --- rate ----------------------------------------------------------------------------------------------------------------

std::optional<std::uint64_t> Uplink::rate() const {
  if (!carries_) return limit_;
  const auto found = static_cast<std::uint64_t>(rate_);
  return limit_ ? std::min(*limit_, found) : found;
}

std::size_t Uplink::slice_bytes_max() const {
  const auto allowed = rate();
  if (!allowed) return limits::slice_bytes_max;
  return std::clamp<std::size_t>(*allowed * settings::slice_takes.count() / 1000, settings::slice_bytes_min, limits::slice_bytes_max);
}

void Uplink::refill() {
  const auto allowed = rate();
  if (!allowed) return;
  const double per_ms = static_cast<double>(*allowed) / 1000;
  const double burst =
      std::max(per_ms * static_cast<double>(settings::slice_takes.count()), static_cast<double>(settings::slice_bytes_min));
  const auto passed = static_cast<double>(std::max<std::int64_t>(0, (context_.now - refilled_at_).count()));
  tokens_ = std::min(burst, tokens_ + passed * per_ms);
  refilled_at_ = context_.now;
}

bool Uplink::take(const Link& link, std::size_t bytes) {
  if (link.lan) return true;
  if (starved_) return false;  // others wait for longer: resumed in turn
  Probe& probe = probes_[link.id];
  if (rate()) {
    refill();
    // Into debt for one slice, and none with a debt: so the size of slices does not matter to the rate.
    if (tokens_ <= 0) {
      starved_ = true;
      held_back_at_ = context_.now;
      return false;
    }
    tokens_ -= static_cast<double>(bytes);
  }
  probe.bulk_at = context_.now;
  active_.insert(link.id);
  sent_ += bytes;
  return true;
}

bool Uplink::is_active(const Probe& probe) const { return probe.bulk_at && context_.now - *probe.bulk_at < settings::bulk_over_after; }

void Uplink::link_closed(LinkId link) {
  probes_.erase(link);
  active_.erase(link);
}

void Uplink::link_opened(const Link& link) {
  if (link.lan) return;
  ping(*context_.links.find(link.id), probes_[link.id]);
}

void Uplink::keep_alive(Link& link) {
  if (link.lan) context_.send(link, message::Ping{context_.random.next()});
  else ping(link, probes_[link.id]);
}

void Uplink::ping(Link& link, Probe& probe) {
  probe.waiting = true;
  probe.sent_at = context_.now;
  probe.sent_before = sent_;
  probe.token = context_.random.next();
  context_.send(link, message::Ping{probe.token});
}

void Uplink::tick() {
  starved_ = false;
  std::erase_if(active_, [this](LinkId id) { return !is_active(probes_.at(id)); });
  for (const LinkId id : active_) {
    Probe& probe = probes_.at(id);
    Link* link = context_.links.find(id);
    if (link == nullptr || !link->is_open()) continue;
    const Duration since = context_.now - probe.sent_at;
    if (since >= settings::probe_interval && (!probe.waiting || since >= settings::probe_lost_after)) ping(*link, probe);
  }
  if (context_.now - adapted_at_ >= settings::probe_interval) adapt();
}

void Uplink::pong(const Link& link, const message::Pong& pong) {
  const auto it = probes_.find(link.id);
  if (it == probes_.end() || !it->second.waiting || it->second.token != pong.token) return;
  Probe& probe = it->second;
  probe.waiting = false;
  probe.delay.sample(pong.heard_ms - probe.sent_at.ms, context_.now - probe.sent_at, context_.now);
  if (probe.answered) {
    // Two that arrive close together after a hold-up tell of no rate; and more than was sent in the time cannot have been carried.
    const auto apart = std::max(pong.heard_ms - probe.answered->heard_ms, (probe.sent_at - probe.answered->sent_at).count());
    if (apart >= settings::probe_interval.count() / 2) {
      probe.carried = static_cast<double>(probe.sent_before - probe.answered->sent_before) * 1000 / static_cast<double>(apart);
    }
  }
  probe.answered = {probe.sent_at, probe.sent_before, pong.heard_ms};
  adapt();
}

const Uplink::Probe* Uplink::shortest() const {
  const Probe* found = nullptr;
  for (const LinkId id : active_) {
    const Probe& probe = probes_.at(id);
    if (!is_active(probe) || !probe.carried) continue;
    if (found == nullptr || probe.delay.now() < found->delay.now()) found = &probe;
  }
  return found;
}

double Uplink::queue_now_ms(const Probe& probe, double carries) const {
  const auto passed = static_cast<double>((context_.now - probe.answered->sent_at).count());
  const double added = static_cast<double>(sent_ - probe.answered->sent_before) * 1000 / std::max(carries, 1.0);
  return std::max(0.0, static_cast<double>(probe.delay.now().count()) + added - passed);
}

void Uplink::adapt() {
  adapted_at_ = context_.now;
  const Probe* probe = shortest();
  if (probe == nullptr) return;
  const Duration queue = probe->delay.now();
  if (!carries_ && queue <= settings::queue_target) return;
  if (carries_ && context_.now - held_back_at_ >= settings::uplink_forgotten_after) return carries_.reset();
  if (!carries_) {
    carries_ = probe->carried;
    held_back_at_ = context_.now;
  }
  // With a queue the line is full, and carries what arrives; without one it may well carry more than was sent.
  const bool full = queue.count() * 4 > settings::queue_target.count();
  if (full) carries_ = *carries_ + (*probe->carried - *carries_) * 0.3;
  const double seen = std::min(*probe->carried, *carries_ * settings::carries_grows);
  carries_ = std::max({*carries_, seen, static_cast<double>(settings::uplink_min)});
  const double excess_ms = queue_now_ms(*probe, *carries_) - static_cast<double>(settings::queue_target.count());
  rate_ = *carries_ * std::clamp(1 - excess_ms / static_cast<double>(settings::queue_settles.count()), 0.25, 1.2);
}

std::optional<Instant> Uplink::wake_at() const {
  const bool active = std::any_of(active_.begin(), active_.end(), [this](LinkId id) { return is_active(probes_.at(id)); });
  std::optional<Instant> at;
  if (active) at = adapted_at_ + settings::probe_interval;
  if (const auto allowed = rate(); starved_ && allowed) {
    const auto wait = static_cast<std::int64_t>(std::max(0.0, -tokens_) * 1000 / static_cast<double>(std::max<std::uint64_t>(*allowed, 1)));
    const Instant ready = refilled_at_ + Duration(std::min<std::int64_t>(wait + 1, settings::tick_interval.count()));
    at = at ? std::min(*at, ready) : ready;
  }
  return at;
}

}  // namespace essaimage::core
