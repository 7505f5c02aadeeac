#include "tools/ctl/export/site_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "store/kit/names.hpp"

namespace essaimage::ctl::site {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view first_line = "essaimage export 1: the files that are made anew or removed with the next export\n";
constexpr std::size_t list_bytes_max = 64 * 1024 * 1024;
constexpr std::size_t page_bytes_max = 64 * 1024 * 1024;

fs::file_type type_of(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type();
}

/// Nothing of anybody's: it is not there, or holds nothing but what a killed first export left.
bool is_free(const fs::path& folder) {
  const auto type = type_of(folder);
  if (type == fs::file_type::not_found) return true;
  if (type != fs::file_type::directory) return false;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename() != SiteWriter::new_name) return false;
  }
  return !error;
}

/// Everything that was written below it is on the disk: one call for many files.
Status sync_all(const fs::path& folder) {
  TRY(const auto opened, store::open_file(folder, O_RDONLY | O_DIRECTORY));
  if (::syncfs(opened.get()) != 0) return tl::unexpected(store::system_error(folder, "syncfs"));
  return {};
}

}  // namespace

std::string encode_made(const Made& made) {
  std::string text(first_line);
  for (const auto& [place, bytes] : made) text += std::to_string(bytes) + " " + place + "\n";
  return text;
}

Result<Made> parse_made(std::string_view text) {
  if (!text.starts_with(first_line)) return fail(Errc::malformed, "the first line");
  Made made;
  for (auto rest = text.substr(first_line.size()); !rest.empty();) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) return fail(Errc::malformed, "the last line");
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    std::uint64_t bytes = 0;
    const auto [after, error] = std::from_chars(line.data(), line.data() + line.size(), bytes);
    const auto digits = static_cast<std::size_t>(after - line.data());
    if (error != std::errc() || digits >= line.size() || line[digits] != ' ') return fail(Errc::malformed, "a size");
    auto place = std::string(line.substr(digits + 1));
    CHECK_OK(kit::check_path(place));
    made.emplace(std::move(place), bytes);
  }
  if (encode_made(made) != text) return fail(Errc::malformed, "not in its one form");
  return made;
}

Result<SiteWriter> SiteWriter::open(const fs::path& given) {
  std::error_code error;
  auto folder = fs::absolute(given, error).lexically_normal();
  SiteWriter writer(folder.has_filename() ? folder : folder.parent_path());
  const auto& place = writer.folder_;
  const auto list = place / list_name;
  if (type_of(list) == fs::file_type::regular) {
    TRY(const auto text, store::read_file(list, list_bytes_max));
    auto made = parse_made(text_of(text));
    if (!made) return fail(Errc::destination_taken, list.string() + ": not the list of an export");
    writer.old_ = std::move(*made);
  } else if (!is_free(place)) {
    return fail(Errc::destination_taken, given.string());
  }
  writer.made_folder_ = type_of(place) == fs::file_type::not_found;
  fs::create_directories(place, error);
  if (error) return fail(Errc::io, place.string() + ": " + error.message());
  const auto fresh = place / new_name;
  const auto type = type_of(fresh);
  if (type == fs::file_type::directory) {
    CHECK_OK(store::remove_folder_tree(fresh));
  } else if (type != fs::file_type::not_found) {
    return fail(Errc::destination_taken, fresh.string());
  }
  CHECK_OK(store::make_folders(fresh, 0755));
  return writer;
}

SiteWriter::~SiteWriter() {
  if (folder_.empty()) return;
  (void)store::remove_folder_tree(folder_ / new_name);
  std::error_code ignored;
  if (made_folder_) fs::remove(folder_, ignored);  // only an empty one goes
}

/// A path of ours, through folders and over files that are ours: no link is followed, nobody's file is replaced.
Status SiteWriter::check_place(const std::string& place) const {
  CHECK_OK(kit::check_path(place));
  if (place == list_name || place == new_name) return fail(Errc::internal, place);
  for (auto slash = place.find('/'); slash != std::string::npos; slash = place.find('/', slash + 1)) {
    const auto parent = folder_ / place.substr(0, slash);
    const auto type = type_of(parent);
    if (type != fs::file_type::not_found && type != fs::file_type::directory) return fail(Errc::destination_taken, parent.string());
  }
  const auto type = type_of(folder_ / place);
  if (type == fs::file_type::not_found) return {};
  if (type != fs::file_type::regular || !old_.contains(place)) return fail(Errc::destination_taken, (folder_ / place).string());
  return {};
}

Result<bool> SiteWriter::keep(const std::string& place, std::uint64_t bytes) {
  if (made_.contains(place)) return true;
  CHECK_OK(check_place(place));
  const auto was = old_.find(place);
  if (was == old_.end() || was->second != bytes || type_of(folder_ / place) != fs::file_type::regular) return false;
  TRY(const auto size, store::file_size(folder_ / place));
  if (size != bytes) return false;
  made_[place] = bytes;
  ++counts_.unchanged;
  return true;
}

Status SiteWriter::put(const std::string& place, std::string_view content) {
  CHECK_OK(check_place(place));
  if (type_of(folder_ / place) == fs::file_type::regular) {
    const auto there = store::read_file(folder_ / place, page_bytes_max);
    if (there && text_of(*there) == content) {
      made_[place] = content.size();
      ++counts_.unchanged;
      return {};
    }
  }
  CHECK_OK(begin_file(place));
  CHECK_OK(write(bytes_of(content)));
  return end_file();
}

Status SiteWriter::begin_file(const std::string& place) {
  CHECK_OK(check_place(place));
  place_ = place;
  written_ = 0;
  TRY(file_, store::open_file(staged(next_), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644));
  return {};
}

Status SiteWriter::write(ByteView bytes) {
  written_ += bytes.size();
  return store::write_all(file_.get(), bytes, staged(next_));
}

Status SiteWriter::end_file() {
  file_.reset();
  made_[place_] = written_;
  moves_[place_] = next_++;
  ++counts_.written;
  counts_.bytes_written += written_;
  return {};
}

Status SiteWriter::write_list(const Made& made) const {
  return store::replace_file(folder_ / list_name, bytes_of(encode_made(made)), 0644);
}

Status SiteWriter::move_in(const std::string& place) {
  const auto at = moves_.find(place);
  if (at == moves_.end()) return {};
  CHECK_OK(check_place(place));
  const auto to = folder_ / place;
  CHECK_OK(store::make_folders(to.parent_path(), 0755));
  if (::rename(staged(at->second).c_str(), to.c_str()) != 0) return tl::unexpected(store::system_error(to, "rename"));
  return {};
}

void SiteWriter::remove_stale(const std::string& place) {
  if (type_of(folder_ / place) != fs::file_type::regular) return;
  std::error_code ignored;
  if (!fs::remove(folder_ / place, ignored)) return;
  ++counts_.removed;
  // Folders that became empty go with what was in them.
  for (auto slash = place.rfind('/'); slash != std::string::npos && slash > 0; slash = place.rfind('/', slash - 1)) {
    if (!fs::remove(folder_ / place.substr(0, slash), ignored)) return;
  }
}

Result<SiteWriter::Counts> SiteWriter::finish(const std::vector<std::string>& entrances) {
  CHECK_OK(sync_all(folder_));
  Made both = made_;
  both.insert(old_.begin(), old_.end());
  CHECK_OK(write_list(both));
  made_folder_ = false;
  old_ = both;  // what takes its place from now on is ours
  for (const auto& [place, number] : moves_) {
    if (std::ranges::find(entrances, place) == entrances.end()) CHECK_OK(move_in(place));
  }
  for (const auto& place : entrances) CHECK_OK(move_in(place));
  CHECK_OK(sync_all(folder_));
  for (const auto& [place, bytes] : both) {
    if (!made_.contains(place) && check_place(place)) remove_stale(place);
  }
  CHECK_OK(write_list(made_));
  counts_.files = made_.size();
  return counts_;
}

}  // namespace essaimage::ctl::site
