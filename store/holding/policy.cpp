#include "store/holding/policy.hpp"

#include <algorithm>
#include <array>

#include "proto/text.hpp"

namespace essaimage::store {
namespace {

constexpr std::array<std::string_view, 14> reasons = {
    "own",         "pinned", "fetched", "policy",    "dropped", "policy-none", "elsewhere", "not-in-catalogue",
    "not-adopted", "kind",   "theme",   "file-size", "quota",   "disk"};
constexpr std::array<std::string_view, 4> choices = {"none", "pinned", "fetched", "dropped"};
constexpr std::array<std::string_view, 5> media_words = {"all", "territory", "none", "catalogue", "adopted"};

bool contains(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

/// As people write it: "Santé" is "santé", and "sante".
bool names_theme(const std::vector<std::string>& themes, const std::string& theme) {
  const auto same = [folded = fold_to_ascii(theme)](const std::string& each) { return fold_to_ascii(each) == folded; };
  return std::any_of(themes.begin(), themes.end(), same);
}

}  // namespace

std::string_view str(HoldReason reason) { return reasons.at(static_cast<std::size_t>(reason)); }
std::string_view str(KitChoice::Kind kind) { return choices.at(static_cast<std::size_t>(kind)); }
std::string_view str(HoldPolicy::Media media) { return media_words.at(static_cast<std::size_t>(media)); }

std::optional<KitChoice::Kind> choice_from(std::string_view text) {
  const auto at = std::find(choices.begin(), choices.end(), text);
  if (at == choices.end()) return std::nullopt;
  return static_cast<KitChoice::Kind>(at - choices.begin());
}

bool is_near(const Roster& roster, const std::string& self, const FeedId& feed) {
  if (feed.audience.kind != Audience::Kind::region) return true;
  if (self == roster.federation_slug || feed.centre == roster.federation_slug) return true;
  const Member* own = roster.find(self);
  const Member* author = roster.find(feed.centre);
  if (own == nullptr || author == nullptr) return false;
  return std::any_of(own->territories.begin(), own->territories.end(),
                     [&](const std::string& territory) { return author->territories.contains(territory); });
}

HoldReason judge(const KitFacts& kit, std::uint64_t media_bytes, const HoldPolicy& policy, const KitChoice& choice) {
  if (kit.own) return HoldReason::own;
  switch (choice.kind) {
    case KitChoice::Kind::pinned: return HoldReason::pinned;
    case KitChoice::Kind::dropped: return HoldReason::dropped;
    case KitChoice::Kind::fetched:
      if (choice.version == kit.version) return HoldReason::fetched;
      break;
    case KitChoice::Kind::none: break;
  }
  if (policy.media == HoldPolicy::Media::none) return HoldReason::policy_none;
  if (policy.media == HoldPolicy::Media::territory && !kit.near) return HoldReason::elsewhere;
  if (policy.media == HoldPolicy::Media::catalogue && !kit.accepted) return HoldReason::not_in_catalogue;
  if (policy.media == HoldPolicy::Media::adopted && !kit.adopted) return HoldReason::not_adopted;
  if (!policy.kinds.empty() && !contains(policy.kinds, kit.kind)) return HoldReason::kind;
  const auto has_theme = [&](const std::string& theme) { return names_theme(policy.themes, theme); };
  if (!policy.themes.empty() && std::none_of(kit.themes.begin(), kit.themes.end(), has_theme)) return HoldReason::theme;
  if (policy.file_bytes_max != 0 && media_bytes > policy.file_bytes_max) return HoldReason::file_size;
  return HoldReason::policy;
}

}  // namespace essaimage::store
