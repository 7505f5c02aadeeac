#include "store/media/have_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <random>
#include <string>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"

namespace essaimage::store {
namespace {

// "ESSHAVE1" | boot id | SHA-256 of the chunk list | u32 length of the feeds | feeds, joined by LF
// | first 8 bytes of SHA-256 over all before but the boot id | bitmap: chunk i is bit i % 8, lowest
// first, of byte i / 8
constexpr std::string_view have_magic = "ESSHAVE1";
constexpr std::size_t boot_offset = 8;
constexpr std::size_t list_offset = boot_offset + std::tuple_size_v<BootId>;
constexpr std::size_t length_offset = list_offset + Sha256::size;
constexpr std::size_t feeds_offset = length_offset + 4;
constexpr std::size_t check_bytes = 8;
constexpr std::size_t have_bytes_max = 16 * limits::MiB;

std::uint8_t bitmap_byte(const std::vector<bool>& held, std::size_t byte) {
  unsigned value = 0;
  for (std::size_t bit = 0; bit < 8; ++bit) {
    const std::size_t index = byte * 8 + bit;
    if (index < held.size() && held[index]) value |= 1U << bit;
  }
  return static_cast<std::uint8_t>(value);
}

/// All before the check, the boot id left out.
Sha256 check_of(ByteView header) {
  Sha256Stream stream;
  stream.update(header.first(boot_offset));
  stream.update(header.subspan(list_offset));
  return stream.finish();
}

Bytes header_of(const HaveFile::Content& content) {
  std::string feeds;
  for (const FeedId& feed : content.through) {
    if (!feeds.empty()) feeds += '\n';
    feeds += feed.str();
  }
  Bytes out;
  append_bytes(out, bytes_of(have_magic));
  append_bytes(out, content.boot);
  append_bytes(out, content.list.view());
  const auto length = static_cast<std::uint32_t>(feeds.size());
  for (unsigned shift = 32; shift != 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(length >> (shift - 8)));
  append_bytes(out, bytes_of(feeds));
  const Sha256 check = check_of(out);
  append_bytes(out, check.view().first(check_bytes));
  return out;
}

Result<std::vector<FeedId>> parse_feeds(std::string_view text) {
  std::vector<FeedId> feeds;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    TRY(auto feed, FeedId::parse(text.substr(0, end)));
    feeds.push_back(std::move(feed));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return feeds;
}

BootId read_boot() {
  BootId boot{};
  const Path source = "/proc/sys/kernel/random/boot_id";  // a UUID; its size shows as 0
  if (const auto fd = open_file(source, O_RDONLY)) {
    const auto text = read_at(fd->get(), 0, 64, source);
    std::string hex(text ? text_of(*text) : std::string_view());
    std::erase_if(hex, [](char c) { return c == '-' || c == '\n'; });
    if (const auto raw = from_hex(hex); raw && raw->size() == boot.size()) {
      std::copy(raw->begin(), raw->end(), boot.begin());
      return boot;
    }
  }
  std::random_device random;
  for (auto& byte : boot) byte = static_cast<std::uint8_t>(random());
  return boot;
}

}  // namespace

const BootId& current_boot() {
  static const BootId boot = read_boot();
  return boot;
}

Result<HaveFile::Content> HaveFile::read(const Path& path, std::size_t chunks) {
  TRY(const Bytes bytes, read_file(path, have_bytes_max));
  const auto torn = [&] { return fail(Errc::corrupt, path.string()); };
  if (bytes.size() < feeds_offset + check_bytes || text_of(bytes).substr(0, have_magic.size()) != have_magic) return torn();
  std::size_t length = 0;
  for (std::size_t i = 0; i < 4; ++i) length = length << 8 | bytes[length_offset + i];
  if (length > bytes.size() - feeds_offset - check_bytes) return torn();
  const ByteView header = ByteView(bytes).first(feeds_offset + length);
  const Sha256 check = check_of(header);
  if (!std::equal(check.bytes.begin(), check.bytes.begin() + check_bytes, bytes.begin() + static_cast<std::ptrdiff_t>(header.size()))) {
    return torn();
  }
  Content content;
  std::copy_n(bytes.begin() + boot_offset, content.boot.size(), content.boot.begin());
  TRY(content.list, Sha256::from(header.subspan(list_offset, Sha256::size)));
  TRY(content.through, parse_feeds(text_of(header.subspan(feeds_offset))));
  // A bitmap that was not wholly written, or is of another list, lacks its end: those chunks are
  // not held.
  const ByteView bitmap = ByteView(bytes).subspan(header.size() + check_bytes);
  content.held.resize(chunks);
  for (std::size_t i = 0; i < chunks && i / 8 < bitmap.size(); ++i) content.held[i] = (bitmap[i / 8] >> (i % 8) & 1) != 0;
  return content;
}

Status HaveFile::write(const Path& path, const Content& content, bool durable) {
  Bytes bytes = header_of(content);
  const std::size_t bitmap_bytes = (content.held.size() + 7) / 8;
  for (std::size_t i = 0; i < bitmap_bytes; ++i) bytes.push_back(bitmap_byte(content.held, i));
  if (durable) {
    CHECK_OK(replace_file(path, bytes));
  } else {
    TRY(const Fd fd, open_file(path, O_WRONLY | O_CREAT | O_TRUNC));
    CHECK_OK(write_all(fd.get(), bytes, path));
  }
  return open(path, content);
}

Status HaveFile::open(const Path& path, const Content& content) {
  TRY(fd_, open_file(path, O_WRONLY));
  path_ = path;
  bitmap_offset_ = header_of(content).size();
  return {};
}

Status HaveFile::mark(std::uint32_t first, std::uint32_t count, const std::vector<bool>& held) {
  Bytes bytes;
  for (std::size_t at = first / 8; at * 8 < std::size_t{first} + count; ++at) bytes.push_back(bitmap_byte(held, at));
  return write_at(fd_.get(), bitmap_offset_ + first / 8, bytes, path_);
}

}  // namespace essaimage::store
