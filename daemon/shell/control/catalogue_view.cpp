#include "daemon/shell/control/catalogue_view.hpp"

#include <algorithm>
#include <array>

namespace essaimage::shell {
namespace {

using store::CatalogueFile;

Json known_of(const std::optional<store::KitSummary>& kit, const CatalogueFile* file) {
  Json json = Json::object();
  json["title"] = kit ? Json(kit->row.title) : Json(nullptr);
  json["newest_version"] = kit ? Json(kit->row.version) : Json(nullptr);
  // By what is in it: a version that is only published to more people is no newer one.
  json["newer"] = kit && file != nullptr && kit->row.kit_tree != file->tree && kit->row.version > file->kit_version;
  return json;
}

Result<std::optional<store::KitSummary>> kit_of(const store::Library& library, const KitId& id) {
  auto kit = library.kit(id);
  if (kit) return std::optional(std::move(*kit));
  if (kit.error().code == Errc::not_found) return std::optional<store::KitSummary>();
  return tl::unexpected(kit.error());
}

/// As an entry of nothing that was said.
Json unsaid(const KitId& id) {
  Json json{{"id", id.str()}};
  for (const char* const key : {"decision", "decided", "reason"}) json[key] = nullptr;
  json["themes"] = Json::array();
  for (const char* const key : {"kit_version", "tree", "version", "territory"}) json[key] = nullptr;
  json["conditions"] = Json::array();
  for (const char* const key : {"reviewer", "reviewed"}) json[key] = nullptr;
  return json;
}

}  // namespace

std::string_view str(WaitsFor waits) {
  static constexpr std::array<std::string_view, 4> names = {"nobody", "review", "decision", "centre"};
  return names.at(static_cast<std::size_t>(waits));
}

Result<CatalogueView> CatalogueView::of(const store::Library& library) {
  CatalogueView view(library);
  view.decisions_ = library.catalogue();
  if (view.decisions_ == nullptr) return fail(Errc::not_joined);
  view.recommended_ = library.curation().recommendations();
  TRY(auto rows, library.curation().proposals(std::nullopt));
  for (auto& row : rows) {
    const auto at = view.proposed_.find(row.proposal.kit);
    if (at == view.proposed_.end()) {
      view.proposed_.emplace(row.proposal.kit, std::move(row));
    } else if (at->second.proposal.proposed < row.proposal.proposed) {
      at->second = std::move(row);
    }
  }
  return view;
}

Result<Json> CatalogueView::said(const CatalogueFile& file) const {
  auto json = to_json(file);
  TRY(const auto kit, kit_of(library_, file.kit));
  json.update(known_of(kit, &file));
  return json;
}

const CatalogueFile* CatalogueView::recommendation(const KitId& id, const std::string& territory) const {
  const auto it = recommended_.find(territory);
  return it == recommended_.end() ? nullptr : it->second->find(id);
}

std::vector<const CatalogueFile*> CatalogueView::recommendations(const KitId& id) const {
  std::vector<const CatalogueFile*> files;
  for (const auto& [territory, catalogue] : recommended_) {
    if (const auto* file = catalogue->find(id)) files.push_back(file);
  }
  return files;
}

const store::ProposalRow* CatalogueView::proposal(const KitId& id) const {
  const auto it = proposed_.find(id);
  return it == proposed_.end() ? nullptr : &it->second;
}

bool CatalogueView::is_in_region(const KitId& id, std::uint64_t version) const {
  const auto kit = library_.kit(id);
  if (!kit || std::ranges::find(kit->audiences, Audience{}) == kit->audiences.end()) return false;
  if (kit->row.audience == Audience{}) return kit->row.version >= version;
  // The newest is told to fewer.
  const auto versions = library_.history(id);
  return versions && std::ranges::any_of(
                         *versions, [&](const store::KitVersion& each) { return each.audience == Audience{} && each.version >= version; });
}

WaitsFor CatalogueView::waits_for(const KitId& id) const {
  const auto* row = proposal(id);
  if (row == nullptr) return WaitsFor::nobody;
  const auto& tree = row->proposal.tree;
  const auto is_about_it = [&](const CatalogueFile* file) { return file->tree == tree; };
  const bool reviewed = std::ranges::any_of(recommendations(id), is_about_it);
  const auto* decided = decision(id);
  const bool done = decided != nullptr && is_about_it(decided);
  // Once it is decided for all of the region, a territory has nothing to add.
  if (row->proposal.to == store::Proposal::To::territory) return reviewed || done ? WaitsFor::nobody : WaitsFor::review;
  if (!done) return reviewed ? WaitsFor::decision : WaitsFor::review;
  return decided->lists() && !is_in_region(id, decided->kit_version) ? WaitsFor::centre : WaitsFor::nobody;
}

std::vector<KitId> CatalogueView::kits() const {
  std::set<KitId> kits;
  for (const auto& [id, stated] : decisions_->decisions) kits.insert(id);
  for (const auto& [territory, catalogue] : recommended_) {
    for (const auto& [id, stated] : catalogue->decisions) kits.insert(id);
  }
  for (const auto& [id, row] : proposed_) kits.insert(id);
  return {kits.begin(), kits.end()};
}

Result<Json> CatalogueView::entry(const KitId& id, const CatalogueFile* base) const {
  TRY(const auto kit, kit_of(library_, id));
  auto json = base == nullptr ? unsaid(id) : to_json(*base);
  json.update(known_of(kit, base));
  json["recommendations"] = Json::array();
  for (const auto* file : recommendations(id)) {
    auto said = to_json(*file);
    said.update(known_of(kit, file));
    json["recommendations"].push_back(std::move(said));
  }
  const auto* row = proposal(id);
  json["proposal"] = row == nullptr ? Json(nullptr) : to_json(*row);
  json["waits_for"] = str(waits_for(id));
  TRY(const auto passed, library_.curation().passed_on(id));
  json["passed_on"] =
      passed ? Json{{"kit_version", passed->version}, {"tree", passed->tree.hex()}, {"time", to_utc(passed->time)}} : Json(nullptr);
  return json;
}

Words CatalogueView::next(const KitId& id) const {
  const auto name = id.str();
  const auto* row = proposal(id);
  const auto version = row == nullptr ? std::string() : " --version " + std::to_string(row->proposal.kit_version);
  switch (waits_for(id)) {
    case WaitsFor::review:
      return {"the curators review it: essaimagectl catalogue review " + name + version + " --recommend --reviewer ROLE --reason TEXT",
              "les responsables du catalogue l'examinent : essaimagectl catalogue review " + name + version +
                  " --recommend --reviewer FONCTION --reason TEXTE"};
    case WaitsFor::decision:
      return {"the federation decides: essaimagectl catalogue accept (or decline) " + name + version + " --reason TEXT",
              "la fédération décide : essaimagectl catalogue accept (ou decline) " + name + version + " --reason TEXTE"};
    case WaitsFor::centre:
      return {"nothing to do: the node of " + id.centre + " publishes it to the region by itself, once it is on and has heard of it",
              "rien à faire : le nœud de " + id.centre + " le publie pour la région de lui-même, dès qu'il est allumé et qu'il l'a appris"};
    case WaitsFor::nobody: break;
  }
  const auto said = recommendations(id);
  const auto lists = [](const CatalogueFile* file) { return file->lists(); };
  if (decision(id) == nullptr && row != nullptr && std::ranges::any_of(said, lists)) {
    return {"for the whole region, its centre types: essaimagectl catalogue propose " + name + " --to region",
            "pour toute la région, son centre tape : essaimagectl catalogue propose " + name + " --to region"};
  }
  return {"nothing is awaited", "rien n'est attendu"};
}

}  // namespace essaimage::shell
