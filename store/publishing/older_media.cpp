#include "store/publishing/older_media.hpp"

#include <algorithm>
#include <map>

namespace essaimage::store {
namespace {

using ByPath = std::map<std::string_view, Sha256>;

ByPath media_by_path(const KitTree& kit) {
  ByPath paths;
  for (const auto& file : kit.files) {
    if (file.media) paths.emplace(file.path, *file.media);
  }
  return paths;
}

std::string_view extension_of(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot);
}

/// Bytes that they have in common at the beginning and at the end.
std::size_t likeness(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size());
  std::size_t begin = 0, end = 0;
  while (begin < shorter && a[begin] == b[begin]) ++begin;
  while (begin + end < shorter && a[a.size() - 1 - end] == b[b.size() - 1 - end]) ++end;
  return begin + end;
}

std::optional<Sha256> renamed_from(std::string_view path, const ByPath& gone) {
  std::optional<Sha256> best;
  std::size_t most = path.size() / 2;
  for (const auto& [old_path, media] : gone) {
    if (extension_of(old_path) != extension_of(path)) continue;
    const std::size_t alike = likeness(old_path, path);
    if (alike <= most) continue;
    most = alike;
    best = media;
  }
  return best;
}

}  // namespace

std::vector<OlderMedia> older_media(const KitTree& before, const KitTree& now, std::size_t& comparisons) {
  const ByPath old_paths = media_by_path(before), paths = media_by_path(now);
  ByPath gone;
  for (const auto& [path, media] : old_paths) {
    if (!paths.contains(path)) gone.emplace(path, media);
  }
  const auto had = [&](const Sha256& media) { return std::ranges::binary_search(before.media, media, {}, &NamedMedia::media); };
  std::map<Sha256, Sha256> found;
  for (const auto& [path, media] : paths) {
    if (had(media) || found.contains(media)) continue;
    const auto same = old_paths.find(path);
    if (same != old_paths.end()) {
      found.emplace(media, same->second);
    } else if (gone.size() <= comparisons) {
      comparisons -= gone.size();
      if (const auto renamed = renamed_from(path, gone)) found.emplace(media, *renamed);
    }
  }
  std::vector<OlderMedia> list;
  for (const auto& [media, older] : found) list.push_back({media, older});
  return list;
}

}  // namespace essaimage::store
