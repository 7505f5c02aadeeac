#include "daemon/shell/control/waits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/shell/control/explain/explain_hold.hpp"
#include "daemon/shell/control/explain/explain_parts.hpp"

namespace essaimage::shell {

namespace {

bool any_connected(const core::NodeStatus& status) {
  return std::any_of(status.peers.begin(), status.peers.end(),
                     [](const auto& peer) { return peer.state == core::PeerStatus::State::connected; });
}

Words words_of_hours(const Traffic::State& traffic) {
  std::vector<std::string> hours;
  for (const auto& each : traffic.hours) hours.push_back(str(each));
  const auto list = joined(hours);
  if (hours.empty()) return {"media do not move at this hour", "les médias ne circulent pas à cette heure"};
  return {fmt::format("media do not move at this hour, but at {}", list),
          fmt::format("les médias ne circulent pas à cette heure, mais à {}", list)};
}

}  // namespace

void Arrival::add(const core::MediaStatus& lacking) {
  total += lacking.bytes;
  here += std::min(lacking.bytes, lacking.here_bytes);
  files_lacking += 1;
  files_without_holder += lacking.holders.empty() && !lacking.asking && lacking.here_bytes < lacking.bytes;
  asking = asking || lacking.asking;
  from.insert(lacking.from.begin(), lacking.from.end());
  holders.insert(lacking.holders.begin(), lacking.holders.end());
}

std::string_view str(Wait wait) {
  static constexpr std::array<std::string_view, 11> names = {"paused",    "hours",   "quota", "disk",    "disk-fails", "no-peer",
                                                             "no-holder", "refused", "asked", "checked", "turn"};
  return names.at(static_cast<std::size_t>(wait));
}

std::vector<std::string> refusing(const core::NodeStatus& status, const std::set<std::string>& peers) {
  std::vector<std::string> names;
  for (const auto& peer : status.peers) {
    if (peer.refuses_media && (peers.empty() || peers.contains(peer.slug))) names.push_back(peer.slug);
  }
  return names;
}

std::optional<Wait> wait_of(const core::NodeStatus& status, const Traffic::State& traffic, const Arrival& arrival) {
  if (!arrival.coming()) return std::nullopt;
  if (traffic.rest != Traffic::Rest::none) return traffic.rest == Traffic::Rest::paused ? Wait::paused : Wait::hours;
  if (status.store_rests) return Wait::disk_fails;
  if (!arrival.from.empty()) return std::nullopt;
  if (arrival.lacking() == 0) return Wait::checked;
  if (arrival.holders.empty() && arrival.asking) return Wait::asked;
  const auto refuse = refusing(status, arrival.holders).size();
  if (refuse > 0 && refuse >= arrival.holders.size()) return Wait::refused;
  if (arrival.holders.empty()) return any_connected(status) ? Wait::no_holder : Wait::no_peer;
  // Between one run and the next nothing is asked for.
  if (arrival.rate > 0) return std::nullopt;
  return Wait::turn;
}

Words words_of(Wait wait, const core::NodeStatus& status, const Traffic::State& traffic, const Arrival& arrival) {
  const bool one = arrival.files_lacking == 1;
  switch (wait) {
    case Wait::paused: return {"media are paused on this node", "les médias sont en pause sur ce nœud"};
    case Wait::hours: return words_of_hours(traffic);
    case Wait::quota: return words_of(store::HoldReason::quota);
    case Wait::disk: return words_of(store::HoldReason::disk);
    case Wait::disk_fails: return {"the disk could not be written", "le disque n'a pas pu être écrit"};
    case Wait::no_peer: return {"no peer is connected", "aucun pair n'est connecté"};
    case Wait::no_holder:
      return {one ? "no connected peer is known to hold it" : "no connected peer is known to hold them",
              one ? "aucun pair connecté ne semble l'avoir" : "aucun pair connecté ne semble les avoir"};
    case Wait::refused: return words_of_refusal(refusing(status, arrival.holders));
    case Wait::asked: return {"peers are being asked", "les pairs sont interrogés"};
    case Wait::checked: return {one ? "it is being checked" : "they are being checked", "la vérification est en cours"};
    case Wait::turn: return {"other media come first", "d'autres médias passent avant"};
  }
  return {};
}

}  // namespace essaimage::shell
