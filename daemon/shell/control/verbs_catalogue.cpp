// The verbs about what the curators decided (on the federation's node they decide), and about what this centre has adopted.

#include "daemon/shell/control/verbs.hpp"

namespace essaimage::shell::verb {

namespace {

using Decision = store::CatalogueFile::Decision;

/// A decision, and what is known here of its kit: the catalogue comes before the kits, and outlives them.
Result<Json> entry_of(const store::Library& library, const store::CatalogueFile& file) {
  auto json = to_json(file);
  const auto kit = library.kit(file.kit);
  if (!kit && kit.error().code != Errc::not_found) return tl::unexpected(kit.error());
  json["title"] = kit ? Json(kit->row.title) : Json(nullptr);
  json["newest_version"] = kit ? Json(kit->row.version) : Json(nullptr);
  json["newer"] = kit && kit->row.kit_tree != file.tree && kit->row.version > file.kit_version;
  return json;
}

Result<Json> decided(const store::Library& library, const store::CatalogueFile& file, const std::optional<store::SigningRequest>& lacking) {
  TRY(auto entry, entry_of(library, file));
  add_request(entry, lacking);
  return entry;
}

Result<std::shared_ptr<const store::Catalogue>> catalogue_of(const store::Library& library) {
  auto catalogue = library.catalogue();
  if (catalogue == nullptr) return fail(Errc::not_joined);
  return catalogue;
}

Status may_decide(const store::Library& library) {
  const auto& identity = library.identity();
  return identity.is_federation() ? Status{} : fail(Errc::not_federation, identity.federation_slug);
}

/// What was said before is known, unless the person answers for that.
Status confirmed(Session& session, bool offline) { return offline ? Status{} : wait_for_confirmation(session); }

}  // namespace

Result<Json> catalogue_accept(Session& session, Arguments& arguments) {
  store::Library::Acceptance acceptance;
  TRY(acceptance.kit, arguments.kit());
  TRY(acceptance.version, arguments.number("version"));
  TRY(acceptance.reason, arguments.text("reason"));
  TRY(acceptance.themes, arguments.texts("themes"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  auto& library = session.node().library();
  CHECK_OK(may_decide(library));
  CHECK_OK(confirmed(session, offline));
  std::optional<store::SigningRequest> lacking;
  TRY(const auto file, library.accept(acceptance, &lacking));
  return decided(library, file, lacking);
}

Result<Json> catalogue_retire(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  TRY(const auto reason, arguments.text("reason"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  auto& library = session.node().library();
  CHECK_OK(may_decide(library));
  CHECK_OK(confirmed(session, offline));
  std::optional<store::SigningRequest> lacking;
  TRY(const auto file, library.retire(id, reason, &lacking));
  return decided(library, file, lacking);
}

Result<Json> catalogue_list(Session& session, Arguments& arguments) {
  TRY(const auto all, arguments.flag("all"));
  CHECK_OK(arguments.nothing_else());
  const auto& library = session.node().library();
  TRY(const auto catalogue, catalogue_of(library));
  std::vector<Json> entries;
  for (const auto& [id, stated] : catalogue->decisions) {
    if (!all && stated.file.decision == Decision::retired) continue;
    TRY(auto entry, entry_of(library, stated.file));
    entries.push_back(std::move(entry));
  }
  CHECK_OK(session.list(entries));
  return Json{{"decisions", entries.size()}};
}

Result<Json> catalogue_show(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  CHECK_OK(arguments.nothing_else());
  const auto& library = session.node().library();
  TRY(const auto catalogue, catalogue_of(library));
  const auto* file = catalogue->find(id);
  if (file == nullptr) return fail(Errc::catalogue_undecided, id.str());
  return entry_of(library, *file);
}

Result<Json> kit_adopt(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  TRY(const auto note, arguments.optional_text("note"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  CHECK_OK(confirmed(session, offline));
  TRY(const auto row, session.node().library().adopt(id, note.value_or("")));
  return to_json(row);
}

Result<Json> kit_unadopt(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  CHECK_OK(confirmed(session, offline));
  CHECK_OK(session.node().library().unadopt(id));
  return Json{{"id", id.str()}};
}

}  // namespace essaimage::shell::verb
