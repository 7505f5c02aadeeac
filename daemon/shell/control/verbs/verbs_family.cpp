// The verbs by which a kit is adapted, and follows what it was adapted from: its family, and single files of any version.

#include "daemon/shell/control/verbs.hpp"
#include "proto/limits.hpp"
#include "store/life/family.hpp"

namespace essaimage::shell::verb {

namespace {

/// As much as is known of a kit that another one names.
Json known_of(const store::Library& library, const KitId& id) {
  const auto kit = library.kit(id);
  if (!kit) return {{"known", false}};
  Json json{{"known", true}, {"title", kit->row.title}, {"version", kit->row.version}, {"published_at", to_utc(kit->row.published_at)}};
  json["adoptions"] = Json::array();
  if (const auto adoptions = library.adoptions(id)) {
    for (const auto& row : *adoptions)
      json["adoptions"].push_back(
          {{"centre", row.feed.centre}, {"kit_version", row.adoption.kit_version}, {"adopted", to_utc(row.adoption.adopted)}});
  }
  return json;
}

store::FamilySource source_of(const store::Library& library) {
  return {[&](const KitId& id) -> Result<std::optional<store::Lineage>> {
            const auto kit = library.kit(id);
            if (kit) return kit->row.adapted_from;
            if (kit.error().code == Errc::not_found) return std::nullopt;
            return tl::unexpected(kit.error());
          },
          [&](const KitId& id) -> Result<std::vector<KitId>> {
            TRY(const auto kits, library.adaptations(id));
            std::vector<KitId> ids;
            for (const auto& kit : kits) ids.push_back(kit.row.id);
            return ids;
          }};
}

}  // namespace

Result<Json> kit_tree(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  CHECK_OK(arguments.nothing_else());
  const auto& library = session.node().library();
  TRY([[maybe_unused]] const auto known, library.kit(id));
  TRY(const auto family, store::family_of(id, source_of(library)));
  std::vector<Json> entries;
  for (const auto& each : family.kits) {
    Json entry{{"id", each.kit.str()}, {"depth", each.depth}, {"relation", str(each.relation)}, {"again", each.again}};
    entry["from_version"] = each.from_version == 0 ? Json(nullptr) : Json(each.from_version);
    entry.update(known_of(library, each.kit));
    entries.push_back(std::move(entry));
  }
  CHECK_OK(session.list(entries));
  return Json{{"id", id.str()}, {"kits", entries.size()}, {"cut", family.cut}};
}

Result<Json> kit_file(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  TRY(const auto version, arguments.number("version"));
  TRY(const auto path, arguments.optional_text("path"));
  TRY(auto paths, arguments.texts("paths"));
  CHECK_OK(arguments.nothing_else());
  if (path.has_value() == !paths.empty()) return fail(Errc::usage, "path or paths");
  if (path) paths.push_back(*path);
  TRY(const auto files, session.node().library().files(id, version));
  std::map<std::string_view, const store::KitFile*> by_path;
  for (const auto& file : files) by_path.emplace(file.path, &file);
  std::vector<const store::KitFile*> asked;
  std::uint64_t done = 0, total = 0;
  for (const auto& each : paths) {
    const auto file = by_path.find(each);
    if (file == by_path.end()) return fail(Errc::not_found, id.str() + ": " + each);
    if (!file->second->here) return fail(Errc::media_not_here, id.str() + ": " + each);
    asked.push_back(file->second);
    total += file->second->bytes;
  }
  for (std::uint32_t index = 0; index < asked.size(); ++index) CHECK_OK(send_file(session, index, *asked[index], done, total));
  if (path) return Json{{"id", id.str()}, {"path", *path}, {"bytes", done}};
  return Json{{"id", id.str()}, {"files", asked.size()}, {"bytes", done}};
}

}  // namespace essaimage::shell::verb
