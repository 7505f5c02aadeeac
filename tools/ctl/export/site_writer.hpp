#pragma once
// Writes a site into a folder, and never touches what it did not write. One thread.
//
// What an export made is listed in the folder's `essaimage-export.txt`; only what stands there is ever replaced or removed. A folder
// without it must be empty or not there; a file of somebody else where the site needs a place is refused before anything changes.
// Everything new is written beside ("…/.essaimage-new/") first and synced. Then the list is replaced by one of the old and the new
// files, all takes its place by renames (the entrance last), what the site has no more is removed, and the list is the new one. Killed
// before the renames the old site is whole; amid them each file is the old or the new one, and the next export finishes it.
// What is there already is not written again: a page if its bytes are the same, a file of a kit if its name (which has the id of its
// content) and size are.
// Errors: Errc::destination_taken, Errc::disk_full, Errc::io, and those of store/kit/names.hpp.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "store/disk/files.hpp"

namespace essaimage::ctl::site {

/// The files that an export made: sizes by paths. One byte form; Errc::malformed for anything else.
using Made = std::map<std::string, std::uint64_t>;
std::string encode_made(const Made& made);
Result<Made> parse_made(std::string_view text);

class SiteWriter {
 public:
  static constexpr std::string_view list_name = "essaimage-export.txt";
  static constexpr std::string_view new_name = ".essaimage-new";

  struct Counts {
    std::uint64_t files = 0, written = 0, unchanged = 0, removed = 0, bytes_written = 0;
  };

  static Result<SiteWriter> open(const std::filesystem::path& folder);
  SiteWriter(SiteWriter&&) noexcept = default;
  SiteWriter& operator=(SiteWriter&&) = delete;
  ~SiteWriter();

  /// True if the place has it from an earlier export; it stays then.
  Result<bool> keep(const std::string& place, std::uint64_t bytes);
  /// A page, whole.
  Status put(const std::string& place, std::string_view content);
  /// A file in pieces. Begun again or left without end_file() it is as if it was never begun.
  Status begin_file(const std::string& place);
  Status write(ByteView bytes);
  Status end_file();
  /// The new site stands; `entrances` are renamed last.
  Result<Counts> finish(const std::vector<std::string>& entrances);

 private:
  explicit SiteWriter(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Status check_place(const std::string& place) const;
  Status move_in(const std::string& place);
  void remove_stale(const std::string& place);
  Status write_list(const Made& made) const;
  std::filesystem::path staged(std::size_t number) const { return folder_ / new_name / std::to_string(number); }

  std::filesystem::path folder_;
  bool made_folder_ = false;  ///< it was not there before
  Made old_, made_;
  std::map<std::string, std::size_t> moves_;  ///< by place, the number below new_name
  std::size_t next_ = 0;
  store::Fd file_;
  std::string place_;
  std::uint64_t written_ = 0;
  Counts counts_;
};

}  // namespace essaimage::ctl::site
