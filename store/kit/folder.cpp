#include "store/kit/folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fcntl.h>
#include <algorithm>
#include <array>
#include <set>

#include "proto/limits.hpp"
#include "proto/text.hpp"
#include "store/kit/names.hpp"

namespace essaimage::kit {
namespace {

bool is_mendable(Errc code) {
  switch (code) {
    case Errc::name_not_utf8:
    case Errc::name_decomposed:
    case Errc::name_character:
    case Errc::name_reserved:
    case Errc::name_edge:
    case Errc::name_git:
    case Errc::name_too_long:
    case Errc::name_twin: return true;
    default: return false;
  }
}

/// Goes through the folder, names in the order of their bytes.
class Scanner {
 public:
  Result<Scan> scan(const FolderHandle& folder) {
    CHECK_OK(walk(folder, "", 1));
    std::sort(scan_.files.begin(), scan_.files.end(), [](const ScannedFile& a, const ScannedFile& b) { return a.path < b.path; });
    return std::move(scan_);
  }

 private:
  Status walk(const FolderHandle& folder, const std::string& path, std::size_t depth) {
    // Twice as many as a kit may hold: litter does not count, and what does is counted below.
    auto items = folder.list(2 * limits::files_per_kit_max);
    if (!items) {
      const bool many = items.error().code == Errc::kit_too_many_files;
      if (!many && path.empty()) return tl::unexpected(std::move(items).error());
      refuse(many ? Errc::kit_too_many_files : Errc::kit_unreadable, path, std::move(items).error().detail);
      ++taken_;
      return {};
    }
    TwinFinder twins;
    const auto taken_before = taken_;
    bool holds_litter = false;
    for (const auto& item : *items) {
      const auto item_path = path.empty() ? item.name : path + "/" + item.name;
      if (item.name == ".git" && !path.empty()) {
        refuse(Errc::kit_repository_inside, path, item_path);
        ++taken_;
      } else if (is_litter(item.name)) {
        leave_out(item_path, S_ISDIR(item.status.st_mode));
        holds_litter = true;
      } else {
        judge_name(item.name, item_path, depth, twins);
        CHECK_OK(take(folder, item, item_path, depth));
      }
    }
    if (taken_ == taken_before && !path.empty()) {
      scan_.empty_folders.push_back(path + "/");
      add(Severity::note, Errc::kit_empty_folder, path + "/", holds_litter ? "holds litter alone" : "");
    }
    return {};
  }

  /// At most one refusal a name: the first is enough to act upon.
  void judge_name(const std::string& name, const std::string& path, std::size_t depth, TwinFinder& twins) {
    auto status = check_name(name);
    const bool twin = !twins.add(name);
    if (status && depth == limits::kit_path_depth_max + 1) status = fail(Errc::path_too_deep, path);
    if (status && path.size() > limits::kit_path_bytes_max) {
      status = fail(Errc::path_too_long, std::to_string(path.size()) + " bytes, at most " + std::to_string(limits::kit_path_bytes_max));
    }
    if (!status) refuse(status.error().code, path, status.error().detail);
    else if (twin) refuse(Errc::name_twin, path, twins.other());
  }

  Status take(const FolderHandle& folder, const FolderHandle::Item& item, const std::string& path, std::size_t depth) {
    if (S_ISDIR(item.status.st_mode)) return take_folder(folder, item, path, depth);
    ++taken_;
    if (S_ISLNK(item.status.st_mode)) {
      refuse(Errc::kit_symlink, path, "");
    } else if (!S_ISREG(item.status.st_mode)) {
      refuse(Errc::kit_special_file, path, "");
    } else if (::faccessat(folder.fd(), item.name.c_str(), R_OK, AT_EACCESS) != 0) {
      refuse(Errc::kit_unreadable, path, "");
    } else {
      take_file(item, path);
    }
    return {};
  }

  void take_file(const FolderHandle::Item& item, const std::string& path) {
    const auto state = FileState::of(item.status);
    if (state.size > limits::media_bytes_max) return refuse(Errc::kit_file_too_large, path, "");
    if (scan_.files.size() == limits::files_per_kit_max && !full_) {
      full_ = true;
      refuse(Errc::kit_too_many_files, "", "at most " + std::to_string(limits::files_per_kit_max));
    }
    if (full_) return;
    scan_.bytes += state.size;
    scan_.files.push_back({path, state});
  }

  Status take_folder(const FolderHandle& folder, const FolderHandle::Item& item, const std::string& path, std::size_t depth) {
    // Beyond the bound nothing can be published; it has been refused by its name.
    if (depth > limits::kit_path_depth_max || full_) {
      ++taken_;
      return {};
    }
    const auto below = folder.open_folder(item.name);
    if (below) return walk(*below, path, depth + 1);
    ++taken_;
    refuse(below.error().code == Errc::kit_symlink ? Errc::kit_symlink : Errc::kit_unreadable, path, "");
    return {};
  }

  void leave_out(const std::string& path, bool is_folder) {
    scan_.litter.push_back(is_folder ? path + "/" : path);
    add(Severity::note, Errc::kit_litter, scan_.litter.back(), "");
  }

  void refuse(Errc code, const std::string& path, const std::string& detail) { add(Severity::refusal, code, path, detail); }
  void add(Severity severity, Errc code, const std::string& path, const std::string& detail) {
    scan_.findings.push_back({severity, code, path, detail, severity == Severity::refusal && is_mendable(code)});
  }

  Scan scan_;
  std::size_t taken_ = 0;  ///< files that count, so that a folder without any is known to be empty
  bool full_ = false;
};

Finding warning(Errc code, const std::string& path, std::string detail = {}) {
  return {Severity::warning, code, path, std::move(detail), false};
}

bool goes_as_far(ConsentScope scope, const Audience& audience) {
  return scope != ConsentScope::territory || audience.kind == Audience::Kind::territory;
}

void check_consent(const Scan& scan, const Manifest& manifest, const CheckOptions& options, Findings& findings) {
  std::set<std::string> covered;
  for (const auto& consent : manifest.consent) {
    bool used = false;
    for (const auto& file : scan.files) {
      if (!consent.covers(file.path)) continue;
      used = true;
      covered.insert(file.path);
    }
    if (!used) findings.push_back(warning(Errc::kit_consent_unused, consent.file));
    if (used && consent.until && *consent.until <= options.today) {
      // `until` is the end of the day named; the day itself is what the person wrote. Published, it would be given out by nobody.
      findings.push_back(
          {Severity::refusal, Errc::kit_consent_over, consent.file, "until " + to_utc({consent.until->seconds - 1}).substr(0, 10), false});
    }
    if (options.audience && !goes_as_far(consent.scope, *options.audience)) {
      findings.push_back(
          warning(Errc::kit_consent_narrow, consent.file, std::string(str(consent.scope)) + " < " + options.audience->str()));
    }
  }
  for (const auto& file : scan.files) {
    if (shows_people_perhaps(file.path) && !covered.contains(file.path)) {
      findings.push_back(warning(Errc::kit_consent_missing, file.path));
    }
  }
}

/// Says why there is no kit.toml: perhaps it is there in another spelling, or it is there and
/// refused already.
void miss_manifest(FolderCheck& check) {
  std::string detail;
  for (const auto& finding : check.findings) {
    if (finding.severity == Severity::refusal && finding.path == manifest_name) return;
  }
  for (const auto& file : check.scan.files) {
    if (fold_name(file.path) == manifest_name) detail = "rename " + file.path + " to kit.toml";
  }
  check.findings.push_back({Severity::refusal, Errc::kit_manifest_missing, "", detail, false});
}

/// Parts of a git working copy that were never fetched: their folders are there, and empty.
void check_submodules(const FolderHandle& folder, FolderCheck& check) {
  const auto* file = check.scan.find(".gitmodules");
  if (file == nullptr) return;
  const auto text = read_small(folder, *file, limits::text_file_bytes_max);
  if (!text) return;  // read again, and refused, when publishing
  for (const auto& empty : check.scan.empty_folders) {
    const auto named = "path = " + empty.substr(0, empty.size() - 1);
    const auto at = text->find(named);
    if (at == std::string::npos) continue;
    const auto end = at + named.size();
    const bool whole = end == text->size() || (*text)[end] == '\n' || (*text)[end] == '\r';
    const std::string why = "a submodule that was never fetched";
    if (whole) check.findings.push_back(warning(Errc::kit_empty_folder, empty, why));
  }
}

Status check_manifest(const FolderHandle& folder, const CheckOptions& options, FolderCheck& check) {
  const auto* file = check.scan.find(manifest_name);
  if (file == nullptr) {
    miss_manifest(check);
    return {};
  }
  auto text = read_small(folder, *file, limits::manifest_bytes_max);
  if (!text) {
    check.findings.push_back({Severity::refusal, text.error().code, file->path, text.error().detail, false});
    return {};
  }
  auto reading = read_manifest(*text);
  check.findings.insert(check.findings.end(), reading.findings.begin(), reading.findings.end());
  check.manifest = std::move(reading.manifest);
  if (check.manifest) check_consent(check.scan, *check.manifest, options, check.findings);
  return {};
}

}  // namespace

const ScannedFile* Scan::find(std::string_view path) const {
  const auto at =
      std::lower_bound(files.begin(), files.end(), path, [](const ScannedFile& file, std::string_view p) { return file.path < p; });
  return at != files.end() && at->path == path ? &*at : nullptr;
}

Result<Scan> scan_folder(const FolderHandle& folder) { return Scanner().scan(folder); }

Result<FolderCheck> check_folder(const std::filesystem::path& folder, const CheckOptions& options) {
  TRY(const auto handle, FolderHandle::open(folder));
  FolderCheck check;
  TRY(check.scan, scan_folder(handle));
  check.findings = check.scan.findings;
  check_submodules(handle, check);
  CHECK_OK(check_manifest(handle, options, check));
  if (check.manifest) {
    check.slug = slug_of(*check.manifest, folder_name(folder));
    if (check.slug.empty()) check.findings.push_back({Severity::refusal, Errc::kit_slug_missing, "", "", false});
  }
  std::stable_sort(check.findings.begin(), check.findings.end(), [](const Finding& a, const Finding& b) {
    return std::pair(b.severity, std::string_view(a.path)) < std::pair(a.severity, std::string_view(b.path));
  });
  return check;
}

std::string folder_name(const std::filesystem::path& folder) {
  std::error_code error;
  auto whole = std::filesystem::canonical(folder, error);
  if (error) whole = std::filesystem::absolute(folder, error).lexically_normal();
  return whole.has_filename() ? whole.filename().string() : whole.parent_path().filename().string();
}

bool shows_people_perhaps(std::string_view path) {
  const auto dot = path.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string extension(path.substr(dot + 1));
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  static constexpr std::array<std::string_view, 17> pictures = {"jpg",  "jpeg", "png", "gif", "webp", "heic", "heif", "avif", "tif",
                                                                "tiff", "bmp",  "mp4", "mov", "m4v",  "webm", "avi",  "mkv"};
  return std::find(pictures.begin(), pictures.end(), extension) != pictures.end();
}

}  // namespace essaimage::kit
