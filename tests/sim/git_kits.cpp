#include "tests/sim/git_kits.hpp"

#include <algorithm>
#include <cstring>

#include "store/crypto/hash.hpp"

namespace essaimage::sim {
namespace {

constexpr std::size_t patch_bytes = 64;
constexpr std::size_t media_per_kit = 3;

SimFile whole(SimFile file) {
  file.sha256 = store::sha256(file.content());
  return file;
}

}  // namespace

Bytes SimFile::content() const {
  Bytes bytes(size);
  core::Random random(number);
  for (std::size_t at = 0; at < size; at += 8) {
    const std::uint64_t word = random.next();
    std::memcpy(bytes.data() + at, &word, std::min<std::size_t>(8, size - at));
  }
  if (is_media && size > 0) bytes[0] = 0;  // a NUL: else short ones might be texts
  if (!is_media) {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(' ' + byte % 90);
  }
  if (patch != 0 && size > 2 * patch_bytes) {
    const std::size_t at = 1 + patch % (size - patch_bytes - 1);
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), patch_bytes, static_cast<std::uint8_t>(patch));
  }
  return bytes;
}

std::string KitDraft::manifest() const { return "kind = \"prototype\"\ntitle = \"" + slug + "\"\nlicence = \"CC-BY-SA-4.0\"\n"; }

void KitRecord::add(const ObjectId& commit, const std::optional<ObjectId>& parent) {
  commits_.try_emplace(commit, parent ? at(*parent) : Kits{});
}

const KitRecord::Kits& KitRecord::at(const ObjectId& commit) const {
  static const Kits none;
  const auto it = commits_.find(commit);
  return it == commits_.end() ? none : it->second;
}

std::vector<Sha256> KitRecord::media_at(const ObjectId& commit) const {
  std::set<Sha256> media;
  for (const auto& [slug, kit] : at(commit)) {
    for (const auto& [path, file] : kit.files) {
      if (file.is_media) media.insert(file.sha256);
    }
  }
  return {media.begin(), media.end()};
}

KitDraft KitRecord::next(const std::string& slug, const Kits& held, std::size_t media, core::Random& random) {
  KitDraft draft{slug, {}};
  if (const auto it = held.find(slug); it != held.end()) draft = it->second;
  draft.files["lisez-moi.md"] = whole({random.next(), 20 + random.below(600), 0, false, {}});
  if (random.below(4) == 0) draft.files["étapes/une.md"] = whole({random.next(), random.below(40), 0, false, {}});
  for (std::size_t i = 0; i < media; ++i) {
    const SimFile file = new_media(random);
    const bool is_film = file.size > 100'000;
    draft.files[(is_film ? "film-" : "images/vue-") + std::to_string(random.below(1000)) + (is_film ? ".mp4" : ".jpg")] = file;
  }
  for (auto it = draft.files.begin(); it != draft.files.end();) {
    const auto count = std::count_if(draft.files.begin(), draft.files.end(), [](const auto& each) { return each.second.is_media; });
    const bool goes = it->second.is_media && static_cast<std::size_t>(count) > media_per_kit;
    it = goes ? draft.files.erase(it) : std::next(it);
  }
  return draft;
}

SimFile KitRecord::new_media(core::Random& random) {
  if (!media_.empty() && random.below(5) == 0) {
    SimFile again = media_[random.below(media_.size())];
    if (random.below(2) == 0) return again;
    again.patch = random.next();
    return media_.emplace_back(whole(again));
  }
  const std::size_t size = random.below(6) == 0 ? 200'000 + random.below(1'000'000) : 200 + random.below(20'000);
  return media_.emplace_back(whole({random.next(), size, 0, true, {}}));
}

}  // namespace essaimage::sim
