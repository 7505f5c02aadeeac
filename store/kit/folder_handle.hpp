#pragma once
// An open folder of a person, and files and folders below it, reached without ever following a symbolic link: what is
// swapped for a link between the scan and the reading is refused, never followed. Not for several threads at once.

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "proto/error.hpp"

namespace essaimage::kit {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

class FolderHandle {
 public:
  /// The folder itself may be reached through links; nothing below it is. kit_not_a_folder if there is none.
  static Result<FolderHandle> open(const std::filesystem::path& folder);

  int fd() const { return fd_.get(); }

  /// A folder below; "" is this one.
  Result<FolderHandle> open_folder(std::string_view path) const;

  /// A regular file below, opened for reading without waiting (a pipe does not hang).
  Result<Descriptor> open_file(std::string_view path) const;

  struct Item {
    std::string name;
    struct stat status {};  ///< of the name itself, not of what a link points to
  };
  /// The names in this folder, sorted by bytes, without "." and "..". Fails with too_large beyond `items_max`.
  Result<std::vector<Item>> list(std::size_t items_max) const;

 private:
  explicit FolderHandle(Descriptor fd) : fd_(std::move(fd)) {}
  Descriptor fd_;
};

/// The error of a failed system call on a path of a person's folder, by errno.
Error system_error(int number, std::string_view path);

}  // namespace essaimage::kit
