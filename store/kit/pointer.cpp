#include "store/kit/pointer.hpp"

#include <algorithm>
#include <charconv>

#include "proto/limits.hpp"

namespace essaimage::kit {
namespace {

constexpr std::string_view version_line = "version https://git-lfs.github.com/spec/v1\n";
constexpr std::string_view oid_start = "oid sha256:";
constexpr std::string_view size_start = "\nsize ";

/// git-lfs reads no more than this of a file to see whether it is a pointer.
constexpr std::size_t lfs_pointer_bytes_max = 1024;

Error wrong_pointer(std::string_view what) { return {Errc::malformed, "pointer: " + std::string(what)}; }

}  // namespace

std::string encode_pointer(const Pointer& pointer) {
  std::string text(version_line);
  text += oid_start;
  text += pointer.media.hex();
  text += size_start;
  text += std::to_string(pointer.size);
  text += '\n';
  return text;
}

Result<Pointer> parse_pointer(std::string_view text) {
  if (text.size() > pointer_bytes_max) return tl::unexpected(wrong_pointer("too long"));
  const std::string_view whole = text;
  for (const auto start : {version_line, oid_start}) {
    if (!text.starts_with(start)) return tl::unexpected(wrong_pointer("expected \"" + std::string(start) + "\""));
    text.remove_prefix(start.size());
  }
  Pointer pointer;
  TRY(pointer.media, Sha256::parse(text.substr(0, 64)));
  text.remove_prefix(64);
  if (!text.starts_with(size_start)) return tl::unexpected(wrong_pointer("expected the size"));
  text.remove_prefix(size_start.size());
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pointer.size);
  if (error != std::errc() || pointer.size < 1 || pointer.size > limits::media_bytes_max)
    return tl::unexpected(wrong_pointer("size out of bounds"));
  (void)end;  // what follows the number, or a leading zero, shows in the comparison
  if (encode_pointer(pointer) != whole) return tl::unexpected(wrong_pointer("not the one byte form"));
  return pointer;
}

bool looks_like_pointer(std::string_view text) {
  if (text.size() >= lfs_pointer_bytes_max) return false;
  for (const std::string_view start : {"version https://git-lfs.github.com/spec/", "version http://git-media.io/v/",
                                       "version https://hawser.github.com/spec/", "# git-media", "# external"}) {
    if (text.starts_with(start)) return true;
  }
  return false;
}

}  // namespace essaimage::kit
