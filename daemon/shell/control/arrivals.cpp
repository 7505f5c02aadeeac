#include "daemon/shell/control/arrivals.hpp"

#include <algorithm>
#include <tuple>

namespace essaimage::shell {

Result<Arrivals> Arrivals::of(Node& node) {
  TRY(auto status, node.status());
  TRY(auto rates, node.media_rates());
  TRY(auto traffic, node.traffic());
  return Arrivals(std::move(status), std::move(rates), std::move(traffic));
}

Arrivals::Arrivals(core::NodeStatus status, Node::Rates rates, Traffic::State traffic)
    : status_(std::move(status)), rates_(std::move(rates)), traffic_(std::move(traffic)) {
  for (std::size_t i = 0; i < status_.media.size(); ++i) places_[status_.media[i].media] = i;
}

const core::MediaStatus* Arrivals::find(const Sha256& media) const {
  const auto place = places_.find(media);
  return place == places_.end() ? nullptr : &status_.media[place->second];
}

std::uint64_t Arrivals::rate(const Sha256& media) const {
  const auto rate = rates_.find(media);
  return rate == rates_.end() ? 0 : rate->second;
}

void Arrivals::add(Arrival& arrival, const Sha256& media, std::uint64_t bytes) const {
  arrival.total += bytes;
  arrival.here += bytes;
  arrival.rate += rate(media);
  if (const auto* lacking = find(media)) {
    arrival.total -= bytes;
    arrival.here -= bytes;
    arrival.add(*lacking);
  }
}

std::size_t Arrivals::connected() const {
  const auto& peers = status_.peers;
  return static_cast<std::size_t>(
      std::count_if(peers.begin(), peers.end(), [](const auto& peer) { return peer.state == core::PeerStatus::State::connected; }));
}

Arrival Arrivals::of(const store::KitSummary& kit) const {
  Arrival arrival;
  for (const auto& named : kit.row.media) add(arrival, named.media, named.bytes);
  // What is not held is neither here nor to come.
  const auto back = std::min(kit.not_held.bytes, arrival.total);
  arrival.total -= back;
  arrival.here -= std::min(back, arrival.here);
  arrival.wait = wait_of(status_, traffic_, arrival);
  if (arrival.coming() || !kit.why_not || !store::waits_for_room(*kit.why_not)) return arrival;
  arrival.wait = *kit.why_not == store::HoldReason::quota ? Wait::quota : Wait::disk;
  return arrival;
}

Arrival Arrivals::of(const std::vector<store::KitSummary>& kits) const {
  Arrival all;
  std::set<Sha256> seen;
  for (const auto& kit : kits) {
    const auto lacks = [this](const auto& named) { return find(named.media) != nullptr; };
    if (kit.is_whole() || std::none_of(kit.row.media.begin(), kit.row.media.end(), lacks)) continue;
    Arrival arrival;
    for (const auto& named : kit.row.media) {
      if (seen.insert(named.media).second) add(arrival, named.media, named.bytes);
    }
    const auto back = std::min(kit.not_held.bytes, arrival.total);
    all.total += arrival.total - back;
    all.here += arrival.here - std::min(back, arrival.here);
    all.files_lacking += arrival.files_lacking;
    all.files_without_holder += arrival.files_without_holder;
    all.asking = all.asking || arrival.asking;
    all.from.merge(arrival.from);
    all.holders.merge(arrival.holders);
  }
  // Also what came of media that have just become whole: with many small ones most of it.
  if (all.coming()) {
    for (const auto& [media, rate] : rates_) all.rate += rate;
  }
  all.wait = wait_of(status_, traffic_, all);
  return all;
}

Arrivals::Coming Arrivals::coming(const std::vector<store::KitSummary>& kits) const {
  Coming found;
  for (const auto& kit : kits) {
    if (kit.is_whole()) continue;
    auto arrival = of(kit);
    if (arrival.coming()) found.emplace_back(&kit, std::move(arrival));
  }
  const auto place = [](const Arrival& arrival) { return std::tuple(arrival.wait.has_value(), arrival.from.empty(), arrival.lacking()); };
  std::stable_sort(found.begin(), found.end(), [&](const auto& a, const auto& b) { return place(a.second) < place(b.second); });
  return found;
}

std::uint64_t Arrivals::bytes_here(const store::KitSummary& kit) const {
  auto bytes = kit.bytes_here;
  if (kit.is_whole()) return bytes;
  for (const auto& named : kit.row.media) {
    if (const auto* lacking = find(named.media)) bytes += std::min(lacking->here_bytes, named.bytes);
  }
  return std::min(bytes, kit.row.bytes);
}

Words Arrivals::words(const Arrival& arrival) const { return arrival.wait ? words_of(*arrival.wait, status_, traffic_, arrival) : Words{}; }

std::vector<const core::MediaStatus*> Arrivals::begun(const store::KitSummary& kit, std::size_t most) const {
  std::vector<const core::MediaStatus*> found;
  for (const auto& named : kit.row.media) {
    const auto* media = find(named.media);
    if (media != nullptr && (media->here_bytes > 0 || !media->from.empty())) found.push_back(media);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return !a->from.empty() && b->from.empty(); });
  if (found.size() > most) found.resize(most);
  return found;
}

Json progress_json(const Arrivals& arrivals, const Arrival& arrival) {
  if (!arrival.coming() && !arrival.wait) return nullptr;
  Json json{{"bytes_here", arrival.here},
            {"bytes_total", arrival.total},
            {"bytes_per_second", arrival.wait ? 0 : arrival.rate},  // what came a moment ago comes no more
            {"remaining_ms", nullptr},
            {"files_lacking", arrival.files_lacking},
            {"from", to_json(arrival.from)},
            {"holders", to_json(arrival.holders)},
            {"waits", nullptr}};
  if (const auto left = arrival.left(); left && !arrival.wait) json["remaining_ms"] = left->count();
  if (arrival.wait) {
    json["waits"] = {{"code", str(*arrival.wait)}, {"text", to_json(arrivals.words(arrival))}};
  }
  return json;
}

Json entry_of(const store::KitSummary& kit, const Arrivals& arrivals, const store::Stages& stages) {
  auto entry = to_json(kit, stages);
  entry["bytes_here"] = arrivals.bytes_here(kit);
  entry["progress"] = progress_json(arrivals, arrivals.of(kit));
  return entry;
}

}  // namespace essaimage::shell
