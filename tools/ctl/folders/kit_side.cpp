#include "tools/ctl/folders/kit_side.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/kit/classify.hpp"
#include "store/kit/manifest.hpp"

namespace essaimage::ctl {

namespace {

/// A file of a folder, by its content: as the library would name it.
class Identified {
 public:
  static Result<Identified> of(const kit::FolderHandle& handle, const kit::ScannedFile& file) {
    Identified read;
    const auto again = [&](const kit::FileState&) -> Status {
      read = {};
      return {};
    };
    const auto sink = [&](ByteView bytes) -> Status {
      read.sha_.update(bytes);
      if (read.text_.size() <= limits::text_file_bytes_max) read.text_ += text_of(bytes);
      return {};
    };
    TRY(const auto state, kit::read_steadily(handle, file, again, sink));
    read.state_ = state;
    return read;
  }
  bool is_text() const { return kit::classify(text_) == kit::Content::text; }
  /// The one that was read, if it changed since the folder was gone through.
  const kit::FileState& state() const { return state_; }
  std::string id() { return is_text() ? id_of_text(text_) : sha_.finish().hex(); }

 private:
  store::Sha256Stream sha_;
  std::string text_;  ///< a little more than a text may have, if it is none
  kit::FileState state_;
};

}  // namespace

const kit::FileId* KitSide::find(const std::string& path) const {
  const auto at = std::ranges::lower_bound(files, path, {}, &kit::FileId::path);
  return at == files.end() || at->path != path ? nullptr : &*at;
}

bool names_folder(const std::string& typed) {
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::path(typed) / kit::manifest_name, error)) return true;
  return !parse_kit_ref(typed);
}

Result<KitSide> side_of_kit(const Context& context, Client& client, const KitRef& ref) {
  KitSide side;
  side.id = ref.id;
  Client::Handlers handlers;
  handlers.item = [&](const Json& page) -> Status {
    if (!page.is_array()) return fail(Errc::control_closed, "not a list");
    for (const auto& file : page) {
      const auto blob = text_at(file, "blob");
      side.files.push_back({text_at(file, "path"), blob.empty() ? text_at(file, "sha256") : blob, flag_at(file, "executable")});
      if (!blob.empty()) side.texts.insert(side.files.back().path);
      const auto bytes = number_at(file, "bytes");
      if (flag_at(file, "here") && bytes <= limits::text_file_bytes_max) side.small_files.emplace(side.files.back().path, bytes);
    }
    return side.files.size() <= limits::files_per_kit_max ? Status{} : fail(Errc::kit_too_many_files);
  };
  const auto reply = client.ask("kit.files", ref.arguments(), handlers);
  if (!reply) return tl::unexpected(with_suggestion(context, ref.id, reply.error()));
  side.version = number_at(*reply, "version");
  side.name = ref.id.str() + "@" + std::to_string(side.version);
  std::ranges::sort(side.files, {}, &kit::FileId::path);
  return side;
}

Result<KitSide> side_of_folder(const std::string& folder) {
  TRY(const auto handle, kit::FolderHandle::open(folder));
  TRY(auto scan, kit::scan_folder(handle));
  CHECK_OK(kit::first_refusal(scan.findings));
  KitSide side;
  side.name = folder;
  side.folder = folder;
  for (auto& file : scan.files) {
    TRY(auto read, Identified::of(handle, file));
    if (read.is_text()) side.texts.insert(file.path);
    file.state = read.state();
    side.files.push_back({file.path, read.id(), file.state.executable});
  }
  side.scanned = std::move(scan.files);
  return side;
}

Status read_file(const KitSide& side, Client& client, const std::string& path, const std::function<Status(ByteView)>& sink) {
  Client::Handlers handlers;
  handlers.data = [&](const control::Data& data) { return sink(data.bytes); };
  const auto reply = client.ask("kit.file", Json{{"id", side.id.str()}, {"version", side.version}, {"path", path}}, handlers);
  return reply ? Status{} : tl::unexpected(reply.error());
}

Result<std::string> read_text(const KitSide& side, Client& client, const std::string& path) {
  if (side.is_folder()) {
    TRY(const auto handle, kit::FolderHandle::open(side.folder));
    const auto file = std::ranges::lower_bound(side.scanned, path, {}, &kit::ScannedFile::path);
    if (file == side.scanned.end() || file->path != path) return fail(Errc::kit_file_changed, path);
    return kit::read_small(handle, *file, limits::text_file_bytes_max);
  }
  std::string text;
  CHECK_OK(read_file(side, client, path, [&](ByteView bytes) -> Status {
    text += text_of(bytes);
    return text.size() <= limits::text_file_bytes_max ? Status{} : fail(Errc::too_large, path);
  }));
  return text;
}

std::string id_of_text(std::string_view text) { return store::object_id(store::ObjectType::blob, bytes_of(text)).hex(); }

Result<KitRef> parent_of(const KitSide& side, Client& client) {
  const std::string name(kit::manifest_name);
  if (side.find(name) == nullptr) return fail(Errc::kit_manifest_missing, side.name);
  TRY(const auto text, read_text(side, client, name));
  TRY(const auto manifest, kit::parse_manifest(text));
  const auto& from = manifest.adapted_from;
  if (!from || !from->kit || from->version == 0) return fail(Errc::lineage_none, side.name);
  return KitRef{*from->kit, from->version};
}

}  // namespace essaimage::ctl
