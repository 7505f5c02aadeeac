#pragma once
// A file mapped for reading. The file must not be shortened meanwhile: only for files of ours that are never changed.

#include "store/disk/files.hpp"

namespace essaimage::store {

class MappedFile {
 public:
  static Result<MappedFile> open(const Path& path);
  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile() { reset(); }

  ByteView bytes() const { return bytes_; }

 private:
  explicit MappedFile(ByteView bytes) : bytes_(bytes) {}
  void reset();
  ByteView bytes_;
};

}  // namespace essaimage::store
