#include "daemon/shell/control/holders.hpp"

#include <algorithm>

#include "daemon/core/settings.hpp"

namespace essaimage::shell {

Result<Holders> Holders::of(Node& node, const std::vector<store::FeedMedia>& media) {
  Holders holders;
  for (std::size_t at = 0; at < media.size(); at += core::settings::locate_media_max) {
    const auto end = std::min(media.size(), at + core::settings::locate_media_max);
    std::vector<core::MediaPlace> places;
    for (std::size_t i = at; i < end; ++i) places.push_back({media[i].feed, media[i].media});
    TRY(const auto located, node.locate(places));
    for (std::size_t i = 0; i < places.size() && i < located.holders.size(); ++i)
      holders.by_media_[places[i].media].insert(located.holders[i].begin(), located.holders[i].end());
  }
  return holders;
}

const std::set<std::string>& Holders::of(const Sha256& media) const {
  static const std::set<std::string> nobody;
  const auto it = by_media_.find(media);
  return it == by_media_.end() ? nobody : it->second;
}

std::set<std::string> Holders::of_all(const std::vector<store::NamedMedia>& media) const {
  if (media.empty()) return {};
  std::set<std::string> all = of(media.front().media);
  for (const auto& named : media) {
    const auto& here = of(named.media);
    std::erase_if(all, [&](const std::string& member) { return !here.contains(member); });
  }
  return all;
}

std::vector<store::FeedMedia> media_of(const std::vector<store::KitSummary>& kits) {
  std::vector<store::FeedMedia> all;
  std::set<Sha256> seen;
  for (const auto& kit : kits) {
    for (const auto& named : kit.row.media) {
      if (seen.insert(named.media).second) all.push_back({{kit.row.id.centre, kit.row.audience}, named.media, named.bytes});
    }
  }
  return all;
}

}  // namespace essaimage::shell
