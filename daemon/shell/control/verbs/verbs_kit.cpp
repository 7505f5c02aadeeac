// The verbs that look at kits, and checkout, which sends a version's files for the client to write.

#include "daemon/shell/control/arrivals.hpp"
#include "daemon/shell/control/catalogue_view.hpp"
#include "daemon/shell/control/holders.hpp"
#include "daemon/shell/control/kit_life.hpp"
#include "daemon/shell/control/mirror_json.hpp"
#include "daemon/shell/control/verbs.hpp"
#include "daemon/shell/control/withdrawal_json.hpp"
#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/kit/manifest.hpp"
#include "store/life/life.hpp"

namespace essaimage::shell {

/// At least one frame, also for an empty file; the length is what the listing said, or the client
/// would not trust it. Media that rotted on the disk is never handed out as whole.
Status send_file(Session& session, std::uint32_t index, const store::KitFile& file, std::uint64_t& done, std::uint64_t total) {
  const auto& library = session.node().library();
  store::Sha256Stream hash;
  std::uint64_t offset = 0;
  do {
    TRY(auto bytes, library.read_file(file, offset, limits::control_data_bytes_max));
    offset += bytes.size();
    done += bytes.size();
    if (bytes.empty() && offset < file.bytes) return fail(Errc::corrupt, file.path);
    hash.update(bytes);
    if (file.is_media && offset >= file.bytes && hash.finish() != file.media) {
      (void)session.node().library().recheck(file.media);  // what peers have of it comes again
      return fail(Errc::media_bad, file.path);
    }
    CHECK_OK(session.data(index, std::move(bytes), offset >= file.bytes));
    CHECK_OK(session.progress(done, total, control::Progress::Unit::bytes, file.path));
  } while (offset < file.bytes);
  return {};
}

}  // namespace essaimage::shell

namespace essaimage::shell::verb {

namespace {

/// A number of this kit's versions that is known here; absent: the newest.
Result<std::uint64_t> version_of(const store::Library& library, const KitId& id, std::optional<std::uint64_t> asked) {
  TRY(const auto kit, library.kit(id));
  const auto version = asked.value_or(kit.row.version);
  if (version == kit.row.version) return version;
  TRY(const auto history, library.history(id));
  for (const auto& entry : history)
    if (entry.version == version) return version;
  return fail(Errc::not_found, id.str() + "@" + std::to_string(version));
}

/// Entries of kits; those that are not whole here with `held_by`, if that is asked for.
Result<std::vector<Json>> entries_of(Session& session, const std::vector<store::KitSummary>& kits, bool with_holders) {
  std::vector<store::KitSummary> lacking;
  for (const auto& kit : kits)
    if (with_holders && !kit.is_whole()) lacking.push_back(kit);
  TRY(const auto holders, Holders::of(session.node(), media_of(lacking)));
  TRY(const auto arrivals, Arrivals::of(session.node()));
  TRY(const auto stages, session.node().library().stages());
  std::vector<Json> entries;
  for (const auto& kit : kits) {
    entries.push_back(entry_of(kit, arrivals, stages));
    if (with_holders && !kit.is_whole()) entries.back()["held_by"] = to_json(holders.of_all(kit.row.media));
  }
  return entries;
}

/// What kit.toml says for whoever wants to use the kit, or ask about it; null where it cannot be read, as of a kit that is withdrawn.
Json about_json(const store::Library& library, const store::KitSummary& kit) {
  const auto files = library.files(kit.row.id, kit.row.version);
  if (!files) return nullptr;
  const auto at = std::ranges::find(*files, kit::manifest_name, &store::KitFile::path);
  if (at == files->end() || at->withdrawn) return nullptr;
  const auto bytes = library.read_file(*at, 0, limits::manifest_bytes_max);
  const auto manifest = bytes ? kit::parse_manifest(text_of(*bytes)) : Result<kit::Manifest>(tl::unexpected(bytes.error()));
  if (!manifest) return nullptr;
  const auto number = [](std::uint32_t value) { return value == 0 ? Json(nullptr) : Json(value); };
  return {{"authors", manifest->authors},
          {"contact", manifest->contact},
          {"participants", manifest->participants},
          {"duration_minutes", number(manifest->duration_minutes)},
          {"sessions", manifest->sessions},
          {"group_min", number(manifest->group_min)},
          {"group_max", number(manifest->group_max)},
          {"equipment", manifest->equipment}};
}

}  // namespace

Result<Json> kits(Session& session, Arguments& arguments) {
  TRY(const auto with_holders, arguments.flag("holders"));
  CHECK_OK(arguments.nothing_else());
  TRY(const auto kits, session.node().library().kits());
  TRY(const auto entries, entries_of(session, kits, with_holders));
  CHECK_OK(session.list(entries));
  return Json{{"kits", kits.size()}};
}

Result<Json> kit_show(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  TRY(const auto with_holders, arguments.flag("holders"));
  CHECK_OK(arguments.nothing_else());
  const auto& library = session.node().library();
  TRY(const auto kit, library.kit(id));
  TRY(auto entries, entries_of(session, {kit}, with_holders));
  auto& entry = entries.front();
  const auto catalogue = library.catalogue();
  const auto* decision = catalogue ? catalogue->find(id) : nullptr;
  entry["decision"] = decision == nullptr ? Json(nullptr) : to_json(*decision);
  TRY(const auto adoptions, library.adoptions(id));
  entry["recommendations"] = Json::array();
  for (const char* const key : {"proposal", "passed_on"}) entry[key] = nullptr;
  if (catalogue) {
    TRY(const auto view, CatalogueView::of(library));
    TRY(const auto said, view.entry(id, decision));
    for (const char* const key : {"recommendations", "proposal", "waits_for", "passed_on"}) entry[key] = said[key];
  }
  entry["adoptions"] = Json::array();
  for (const auto& adoption : adoptions) entry["adoptions"].push_back(to_json(adoption));
  entry["adapted_from"] = to_json(kit.row.adapted_from);
  entry["about"] = about_json(library, kit);
  entry["ended_mirrors"] = ended_mirrors(library, kit.audiences);
  TRY(entry["life"], life_json(library, kit));
  TRY(const auto withdrawals, library.withdrawals().of_kit(id));
  entry["withdrawals"] = Json::array();
  for (const auto& withdrawal : withdrawals) entry["withdrawals"].push_back(to_json(withdrawal, false));
  return std::move(entry);
}

Result<Json> kit_files(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  TRY(const auto asked, arguments.number("version"));
  CHECK_OK(arguments.nothing_else());
  const auto& library = session.node().library();
  TRY(const auto version, version_of(library, id, asked));
  TRY(const auto files, library.files(id, version));
  CHECK_OK(session.list(files));
  return Json{{"id", id.str()}, {"version", version}, {"files", files.size()}};
}

Result<Json> kit_history(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  CHECK_OK(arguments.nothing_else());
  TRY(const auto history, session.node().library().history(id));
  CHECK_OK(session.list(history));
  return Json{{"id", id.str()}, {"versions", history.size()}};
}

namespace {

/// Errc::media_withdrawn unless nothing of it is withdrawn, or the rest is asked for: what is withdrawn is left out then, and named.
Status nothing_withdrawn(const KitId& id, bool rest, std::vector<store::KitFile>& files, Json& left_out) {
  std::string names;
  std::size_t count = 0;
  for (const auto& file : files) {
    if (!file.withdrawn) continue;
    left_out.push_back(file.path);
    if (++count <= 3) names += (count == 1 ? "" : ", ") + file.path;
  }
  if (count > 3) names += ", …";
  if (count > 0 && !rest) return fail(Errc::media_withdrawn, id.str() + ": " + names);
  std::erase_if(files, [](const store::KitFile& file) { return file.withdrawn.has_value(); });
  return {};
}

/// Errc::checkout_incomplete, or Errc::checkout_not_held of a kit that is not held, saying how much and the first names,
/// unless all bytes are here.
Status nothing_lacks(const KitId& id, const std::vector<store::KitFile>& files, bool is_held) {
  constexpr std::size_t names_max = 3;
  std::size_t lacking = 0;
  std::string names;
  for (const auto& file : files) {
    if (file.here) continue;
    if (++lacking <= names_max) names += (lacking == 1 ? "" : ", ") + file.path;
  }
  if (lacking == 0) return {};
  if (lacking > names_max) names += ", …";
  return fail(is_held ? Errc::checkout_incomplete : Errc::checkout_not_held,
              id.str() + ": " + std::to_string(lacking) + "/" + std::to_string(files.size()) + ": " + names);
}

}  // namespace

Result<Json> checkout(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  TRY(const auto asked, arguments.number("version"));
  TRY(const auto rest, arguments.flag("rest"));
  CHECK_OK(arguments.nothing_else());
  const auto& library = session.node().library();
  TRY(const auto version, version_of(library, id, asked));
  TRY(auto files, library.files(id, version));
  TRY(const auto kit, library.kit(id));
  auto left_out = Json::array();
  CHECK_OK(nothing_withdrawn(id, rest, files, left_out));
  CHECK_OK(nothing_lacks(id, files, kit.not_held.files == 0 || kit.row.version != version));
  CHECK_OK(session.list(files));
  std::uint64_t done = 0, total = 0;
  for (const auto& file : files) total += file.bytes;
  for (std::uint32_t index = 0; index < files.size(); ++index) CHECK_OK(send_file(session, index, files[index], done, total));
  return Json{{"id", id.str()}, {"version", version}, {"files", files.size()}, {"bytes", done}, {"withdrawn", std::move(left_out)}};
}

}  // namespace essaimage::shell::verb
