#pragma once
// Writing into a person's folder without taking anything from its owner, who may save a file at any moment: just before a file is
// replaced or removed it is looked at once more, and what is not as it was when it was judged is copied first, into a folder beside
// it ("lampe.kept-1", so that it is never published). A file appears whole or not at all. Paths are checked again here. What a
// program writes into a file that it holds open since before is beyond reach. One thread.
// Errors: Errc::io, Errc::disk_full, Errc::kit_file_changed for a file that is written all the time, and those of names.hpp.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "proto/bytes.hpp"
#include "proto/error.hpp"
#include "store/kit/file_reader.hpp"

namespace essaimage::ctl {

class WorkingFolder {
 public:
  explicit WorkingFolder(std::filesystem::path folder);

  using Sink = std::function<Status(ByteView)>;
  using Fill = std::function<Status(const Sink&)>;

  /// The file as it was judged; nothing: there was none.
  struct Judged {
    std::optional<kit::FileState> state;
    bool copy = false;  ///< also if it still is as it was: its owner changed it
  };
  struct Done {
    bool copied = false;
    bool other = false;      ///< what was there by then was not what had been judged; copied
    std::string in_the_way;  ///< nothing was done: a folder ("guide/") or something else stands where this would go
  };
  /// Calls `fill` with what takes the bytes; a failure of it leaves the file as it was. Who may read a file that is replaced stays.
  Result<Done> write(const std::string& path, bool executable, const Judged& judged, const Fill& fill);
  Result<Done> write_text(const std::string& path, bool executable, const Judged& judged, std::string_view text);
  /// Folders that become empty go with it.
  Result<Done> remove(const std::string& path, const Judged& judged);

  /// The file as it is now; nothing if there is none.
  Result<std::optional<kit::FileState>> state(const std::string& path) const;
  /// Copies the file as it is now, under another name if there is a copy already; must be there. The state that was copied.
  Result<kit::FileState> keep(const std::string& path);
  /// A text that is for its owner to look at, beside what was kept.
  Status keep_text(const std::string& path, std::string_view text);

  /// Removes the temporary files of runs that were killed; those of one that still runs stay.
  void sweep() const;

  /// Where copies are; empty if nothing was kept.
  const std::filesystem::path& kept() const { return kept_; }

 private:
  Result<std::filesystem::path> place_for_copy(const std::string& path);
  std::string in_the_way(const std::string& path) const;
  Result<std::optional<kit::FileState>> make_safe(const std::string& path, const Judged& judged, Done& done);
  std::filesystem::path folder_, kept_;
};

}  // namespace essaimage::ctl
