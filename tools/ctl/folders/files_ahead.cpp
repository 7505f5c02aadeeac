#include "tools/ctl/folders/files_ahead.hpp"

#include <algorithm>

#include "proto/limits.hpp"

namespace essaimage::ctl {

namespace {

constexpr std::size_t batch_files_max = 500;
constexpr std::uint64_t batch_bytes_max = 4 * limits::MiB;

}  // namespace

/// The next that are to be asked for, in one request.
Status FilesAhead::fetch(const KitSide& side, Client& client) {
  fetched_.clear();
  std::vector<std::string> batch;
  std::uint64_t bytes = 0;
  for (; next_ < paths_.size() && batch.size() < batch_files_max; ++next_) {
    const auto small = side.small_files.find(paths_[next_]);
    if (small == side.small_files.end()) continue;
    if (!batch.empty() && bytes + small->second > batch_bytes_max) break;
    bytes += small->second;
    batch.push_back(paths_[next_]);
  }
  std::size_t done = 0;
  Client::Handlers handlers;
  handlers.data = [&](const control::Data& data) -> Status {
    if (data.file != done || done >= batch.size()) return fail(Errc::control_closed, "data out of order");
    const auto& path = batch[done];
    auto& text = fetched_[path];
    text += text_of(data.bytes);
    if (data.end) ++done;
    return text.size() <= limits::text_file_bytes_max ? Status{} : fail(Errc::too_large, path);
  };
  const auto reply = client.ask("kit.file", Json{{"id", side.id.str()}, {"version", side.version}, {"paths", batch}}, handlers);
  if (!reply) return tl::unexpected(reply.error());
  return done == batch.size() ? Status{} : fail(Errc::control_closed, "files are lacking");
}

Result<bool> FilesAhead::has(const KitSide& side, Client& client, const std::string& path) {
  if (fetched_.contains(path)) return true;
  if (!side.small_files.contains(path)) return false;
  const auto at = std::find(paths_.begin() + static_cast<std::ptrdiff_t>(next_), paths_.end(), path);
  if (at == paths_.end()) return false;
  next_ = static_cast<std::size_t>(at - paths_.begin());
  CHECK_OK(fetch(side, client));
  return true;
}

Result<std::string> FilesAhead::read_text(const KitSide& side, Client& client, const std::string& path) {
  TRY(const auto ahead, has(side, client, path));
  if (!ahead) return ctl::read_text(side, client, path);
  auto text = std::move(fetched_.extract(path).mapped());
  return text;
}

Status FilesAhead::read_file(const KitSide& side, Client& client, const std::string& path, const std::function<Status(ByteView)>& sink) {
  TRY(const auto ahead, has(side, client, path));
  if (!ahead) return ctl::read_file(side, client, path, sink);
  return sink(bytes_of(fetched_.extract(path).mapped()));
}

}  // namespace essaimage::ctl
