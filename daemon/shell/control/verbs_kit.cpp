// The verbs that look at kits, and checkout, which sends a version's files for the client to write.

#include "daemon/shell/control/verbs.hpp"
#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"

namespace essaimage::shell::verb {

namespace {

/// A number of this kit's versions that is known here; absent: the newest.
Result<std::uint64_t> version_of(const store::Library& library, const KitId& id,
                                 std::optional<std::uint64_t> asked) {
  TRY(const auto kit, library.kit(id));
  const auto version = asked.value_or(kit.row.version);
  if (version == kit.row.version) return version;
  TRY(const auto history, library.history(id));
  for (const auto& entry : history)
    if (entry.version == version) return version;
  return fail(Errc::not_found, id.str() + "@" + std::to_string(version));
}

}  // namespace

Result<Json> kits(Session& session, Arguments& arguments) {
  CHECK_OK(arguments.nothing_else());
  TRY(const auto kits, session.node().library().kits());
  CHECK_OK(session.list(kits));
  return Json{{"kits", kits.size()}};
}

Result<Json> kit_show(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  CHECK_OK(arguments.nothing_else());
  TRY(const auto kit, session.node().library().kit(id));
  return to_json(kit);
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

/// Errc::checkout_incomplete, saying how much and the first names, unless all bytes are here.
Status nothing_lacks(const KitId& id, const std::vector<store::KitFile>& files) {
  constexpr std::size_t names_max = 3;
  std::size_t lacking = 0;
  std::string names;
  for (const auto& file : files) {
    if (file.here) continue;
    if (++lacking <= names_max) names += (lacking == 1 ? "" : ", ") + file.path;
  }
  if (lacking == 0) return {};
  if (lacking > names_max) names += ", …";
  return fail(Errc::checkout_incomplete, id.str() + ": " + std::to_string(lacking) + "/" +
                                             std::to_string(files.size()) + ": " + names);
}

/// At least one frame, also for an empty file; the length is what the listing said, or the client
/// would not trust it. Media that rotted on the disk is never handed out as whole.
Status send_file(Session& session, std::uint32_t index, const store::KitFile& file,
                 std::uint64_t& done, std::uint64_t total) {
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

}  // namespace

Result<Json> checkout(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  TRY(const auto asked, arguments.number("version"));
  CHECK_OK(arguments.nothing_else());
  const auto& library = session.node().library();
  TRY(const auto version, version_of(library, id, asked));
  TRY(const auto files, library.files(id, version));
  CHECK_OK(nothing_lacks(id, files));
  CHECK_OK(session.list(files));
  std::uint64_t done = 0, total = 0;
  for (const auto& file : files) total += file.bytes;
  for (std::uint32_t index = 0; index < files.size(); ++index)
    CHECK_OK(send_file(session, index, files[index], done, total));
  return Json{{"id", id.str()}, {"version", version}, {"files", files.size()}, {"bytes", done}};
}

}  // namespace essaimage::shell::verb
