#include "store/transfer/zstd.hpp"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <bit>

#include "proto/limits.hpp"

namespace essaimage::store {
namespace {

/// A small piece is a small change, or a run on a slow line: the time is well spent. What is large must keep up with a disk.
constexpr std::size_t small_bytes_max = 128 * limits::KiB;
constexpr int level_small = 12, level_large = 3, level_quick = 1;
constexpr std::size_t long_prefix_bytes = 256 * limits::KiB;
constexpr int window_log_min = 10, window_log_max = 26;

int level_for(std::size_t bytes) { return bytes <= small_bytes_max ? level_small : level_large; }

int window_log_for(std::size_t bytes) { return std::clamp(static_cast<int>(std::bit_width(bytes)), window_log_min, window_log_max); }

/// Parameters and sizes that are ours: zstd fails for want of memory alone.
std::size_t checked(std::size_t code) {
  ESSAIMAGE_ASSERT(!ZSTD_isError(code));
  return code;
}

/// Debian's library reads the frames of zstd before 1.0, too, with decoders that nobody keeps and that no window bounds.
constexpr std::array<std::uint8_t, 4> magic{0x28, 0xB5, 0x2F, 0xFD};

tl::unexpected<Error> malformed() { return fail(Errc::malformed, "what is compressed"); }

}  // namespace

struct Compressor::Context {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();

  Context() { ESSAIMAGE_ASSERT(zstd != nullptr); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeCCtx(zstd); }

  void begin(int level, int window_log) const {
    checked(ZSTD_CCtx_reset(zstd, ZSTD_reset_session_and_parameters));
    checked(ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, level));
    checked(ZSTD_CCtx_setParameter(zstd, ZSTD_c_windowLog, window_log));
    checked(ZSTD_CCtx_setParameter(zstd, ZSTD_c_contentSizeFlag, 0));
  }

  Bytes compress(ByteView content) const {
    Bytes packed(ZSTD_compressBound(content.size()));
    packed.resize(checked(ZSTD_compress2(zstd, packed.data(), packed.size(), content.data(), content.size())));
    return packed;
  }
};

Compressor::Compressor() : context_(std::make_unique<Context>()) {}
Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;

Bytes Compressor::compress(ByteView content, ByteView prefix) {
  const std::size_t bytes = content.size() + prefix.size();
  context_->begin(level_for(bytes), window_log_for(bytes));
  // The tables of the quick levels forget the beginning of a long prefix.
  if (prefix.size() > long_prefix_bytes) checked(ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_enableLongDistanceMatching, 1));
  checked(ZSTD_CCtx_refPrefix(context_->zstd, prefix.data(), prefix.size()));
  return context_->compress(content);
}

Bytes Compressor::compress_quickly(ByteView content) {
  context_->begin(level_quick, window_log_for(content.size()));
  return context_->compress(content);
}

Bytes Compressor::compress_in_steps(ByteView content, const std::vector<std::size_t>& cuts) {
  constexpr std::size_t cut_overhead = 64;
  context_->begin(level_for(content.size()), window_log_for(std::min(content.size(), StreamDecompressor::window_bytes - 1)));
  checked(ZSTD_CCtx_setPledgedSrcSize(context_->zstd, content.size()));
  Bytes packed(ZSTD_compressBound(content.size()) + cut_overhead * (cuts.size() + 1));
  ZSTD_outBuffer out{packed.data(), packed.size(), 0};
  ZSTD_inBuffer in{content.data(), 0, 0};
  const auto feed = [&](std::size_t end, ZSTD_EndDirective directive) {
    in.size = end;
    while (checked(ZSTD_compressStream2(context_->zstd, &out, &in, directive)) != 0) {
    }
  };
  for (const std::size_t cut : cuts) feed(cut, ZSTD_e_flush);
  feed(content.size(), ZSTD_e_end);
  packed.resize(out.pos);
  return packed;
}

struct Decompressor::Context {
  ZSTD_DCtx* zstd = ZSTD_createDCtx();

  Context() { ESSAIMAGE_ASSERT(zstd != nullptr); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeDCtx(zstd); }
};

Decompressor::Decompressor() : context_(std::make_unique<Context>()) {}
Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;

Result<Bytes> Decompressor::decompress(ByteView packed, ByteView prefix, std::size_t size) {
  const bool begins = packed.size() >= magic.size() && std::ranges::equal(packed.first(magic.size()), magic);
  if (!begins || ZSTD_findFrameCompressedSize(packed.data(), packed.size()) != packed.size()) return malformed();
  checked(ZSTD_DCtx_reset(context_->zstd, ZSTD_reset_session_and_parameters));
  checked(ZSTD_DCtx_refPrefix(context_->zstd, prefix.data(), prefix.size()));
  Bytes content(size);
  const std::size_t result = ZSTD_decompressDCtx(context_->zstd, content.data(), size, packed.data(), packed.size());
  if (ZSTD_isError(result) || result != size) return malformed();
  return content;
}

struct StreamDecompressor::Context {
  ZSTD_DCtx* zstd = ZSTD_createDCtx();
  std::size_t magic_seen = 0;
  bool ended = false;

  Context() { ESSAIMAGE_ASSERT(zstd != nullptr); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeDCtx(zstd); }
};

StreamDecompressor::StreamDecompressor() : context_(std::make_unique<Context>()) {
  checked(ZSTD_DCtx_setParameter(context_->zstd, ZSTD_d_windowLogMax, std::bit_width(window_bytes) - 1));
}
StreamDecompressor::~StreamDecompressor() = default;

Result<Bytes> StreamDecompressor::append(ByteView packed, std::size_t size_max) {
  Bytes content;
  for (std::size_t i = 0; i < packed.size() && context_->magic_seen < magic.size(); ++i) {
    if (packed[i] != magic[context_->magic_seen++]) return malformed();
  }
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  for (bool more = !packed.empty(); more;) {
    if (context_->ended) return malformed();  // one frame, and nothing behind it
    const std::size_t before = content.size();
    content.resize(before + ZSTD_DStreamOutSize());
    ZSTD_outBuffer out{content.data() + before, content.size() - before, 0};
    const std::size_t result = ZSTD_decompressStream(context_->zstd, &out, &in);
    content.resize(before + out.pos);
    if (ZSTD_isError(result) || content.size() > size_max) return malformed();
    context_->ended = result == 0;
    more = in.pos < in.size || (out.pos == out.size && !context_->ended);
  }
  return content;
}

}  // namespace essaimage::store
