// The curators' acts: each is one commit of the federation's region feed with one decision about one kit.
#include <set>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/toml_form.hpp"
#include "store/federation_change.hpp"

namespace essaimage::store {

namespace {

Result<CatalogueFile> decide(FederationChange& change, CatalogueFile file, std::optional<SigningRequest>* lacking) {
  const auto path = feed_path::of_kit(feed_path::catalogue_folder, file.kit);
  // It goes on from what lies there, though it be in force no more: who has not heard that the curators have changed knows that.
  TRY(const auto before, change.read(path));
  const auto held = before ? parse_catalogue_file(text_of(*before)) : Result<CatalogueFile>(fail(Errc::not_found));
  if (held && held->kit == file.kit) {
    file.version = held->version + 1;
    file.previous = sha256(*before);
  }
  change.put(path, file.version, file.previous, encode(file));
  CHECK_OK(change.commit_or(lacking));
  return file;
}

}  // namespace

std::shared_ptr<const Catalogue> LibraryImpl::catalogue() const {
  const auto now = picture();
  return now->word ? now->word->catalogue : nullptr;
}

/// The catalogue is read by every member, so it names what every member may hold.
Result<LibraryImpl::Reviewed> LibraryImpl::reviewed(const KitId& id, std::optional<std::uint64_t> version) const {
  TRY(const auto rows, state_->kits_of(id));
  if (rows.empty()) return fail(Errc::not_found, id.str());
  const auto region = std::ranges::find(rows, Audience{}, &KitRow::audience);
  if (region == rows.end()) return fail(Errc::catalogue_not_region, id.str() + ": " + rows.front().audience.str());
  if (!version || *version == region->version) return Reviewed{region->version, region->kit_tree};
  TRY(const auto versions, history(id));
  std::optional<Audience> elsewhere;
  for (const auto& each : versions) {
    if (each.version != *version) continue;
    if (each.audience == Audience{}) return Reviewed{each.version, each.kit_tree};
    elsewhere = each.audience;
  }
  const auto name = id.str() + "@" + std::to_string(*version);
  if (elsewhere) return fail(Errc::catalogue_not_region, name + ": " + elsewhere->str());
  return fail(Errc::not_found, name);
}

Result<CatalogueFile> LibraryImpl::accept(const Acceptance& acceptance, Lacking lacking) {
  const std::lock_guard changing(changing_);
  if (behind_) CHECK_OK(catch_up_locked());
  TRY(auto change, FederationChange::begin(*this));
  TRY(const auto version, reviewed(acceptance.kit, acceptance.version));
  CatalogueFile file;
  file.kit = acceptance.kit;
  file.kit_version = version.version;
  file.tree = version.tree;
  TRY(file.reason, plain_text_from(acceptance.reason, limits::reason_bytes_max, "reason"));
  std::set<std::string> themes;
  for (const auto& text : acceptance.themes) {
    TRY(auto theme, plain_text_from(text, limits::name_bytes_max, "theme"));
    themes.insert(std::move(theme));
  }
  if (themes.size() > limits::themes_max) return fail(Errc::usage, "theme: at most " + std::to_string(limits::themes_max));
  file.themes.assign(themes.begin(), themes.end());
  file.decided = now_();
  return decide(change, std::move(file), lacking);
}

/// About the version that was reviewed, whatever has become of the kit since.
Result<CatalogueFile> LibraryImpl::retire(const KitId& id, const std::string& reason, Lacking lacking) {
  const std::lock_guard changing(changing_);
  if (behind_) CHECK_OK(catch_up_locked());
  TRY(auto change, FederationChange::begin(*this));
  const auto* held = change.word().catalogue->find(id);
  if (held == nullptr) return fail(Errc::catalogue_undecided, id.str());
  CatalogueFile file = *held;
  file.decision = CatalogueFile::Decision::retired;
  TRY(file.reason, plain_text_from(reason, limits::reason_bytes_max, "reason"));
  file.decided = now_();
  return decide(change, std::move(file), lacking);
}

}  // namespace essaimage::store
