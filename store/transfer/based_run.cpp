#include "store/transfer/based_run.hpp"

#include <algorithm>

namespace essaimage::store {
namespace {

/// Of a piece: content 4, packed 4, offset 8, length 4; big-endian.
constexpr std::size_t head_bytes = 20;

struct Head {
  std::size_t content = 0, packed = 0;
  BasePlace place;
};

void put_number(Bytes& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint64_t number_at(ByteView bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes.subspan(at, count)) value = value << 8 | byte;
  return value;
}

Head head_of(ByteView bytes) {
  return {static_cast<std::size_t>(number_at(bytes, 0, 4)),
          static_cast<std::size_t>(number_at(bytes, 4, 4)),
          {number_at(bytes, 8, 8), static_cast<std::size_t>(number_at(bytes, 16, 4))}};
}

/// Saves less than a sixteenth.
bool gains_nothing(std::size_t packed, std::size_t bytes) { return packed + head_bytes > bytes - bytes / 16; }

}  // namespace

std::optional<Bytes> compress_against(Compressor& compressor, ByteView chunks, const std::vector<std::uint32_t>& chunk_bytes,
                                      const Sha256& base, const FindInBase& find, const ReadBase& read) {
  // Where the first pieces are like nothing in the base, the others hardly will be: a picture that was made anew.
  constexpr std::size_t idle_max = 2;
  Bytes out(base.view().begin(), base.view().end());
  std::size_t at = 0, idle = 0, pieces = 0;
  for (std::size_t first = 0, end = 0; first < chunk_bytes.size(); first = end) {
    std::size_t content = 0;
    while (end < chunk_bytes.size() && content < based_run::piece_bytes_min) content += chunk_bytes[end++];
    const ByteView piece = chunks.subspan(at, content);
    const BasePlace place = find(first, end, based_run::base_bytes_max(content));
    const auto prefix = read(place.offset, place.bytes);
    if (!prefix) return std::nullopt;
    const Bytes packed = compressor.compress(piece, *prefix);
    const bool plain = packed.size() >= content;
    put_number(out, content, 4);
    put_number(out, plain ? content : packed.size(), 4);
    put_number(out, plain ? 0 : place.offset, 8);
    put_number(out, plain ? 0 : place.bytes, 4);
    append_bytes(out, plain ? piece : ByteView(packed));
    at += content;
    idle += gains_nothing(packed.size(), content) ? 1 : 0;
    if (++pieces == idle_max && idle == idle_max) return std::nullopt;
  }
  if (gains_nothing(out.size(), chunks.size())) return std::nullopt;
  return out;
}

BasedRunReader::BasedRunReader(std::vector<std::uint32_t> chunk_bytes, const Sha256& base, ReadBase read)
    : chunk_bytes_(std::move(chunk_bytes)), base_(base), read_(std::move(read)) {}

Result<Bytes> BasedRunReader::append(ByteView arrived) {
  append_bytes(pending_, arrived);
  Bytes told;
  if (!begun_) {
    if (pending_.size() < Sha256::size) return told;
    CHECK_OK(check_base());
  }
  for (;;) {
    TRY(const auto piece, next_piece());
    if (!piece) return told;
    append_bytes(told, *piece);
  }
}

Status BasedRunReader::check_base() {
  if (!std::ranges::equal(ByteView(pending_).first(Sha256::size), base_.view()) || base_.is_zero())
    return fail(Errc::malformed, "a run against another base");
  pending_.erase(pending_.begin(), pending_.begin() + Sha256::size);
  begun_ = true;
  return {};
}

std::size_t BasedRunReader::chunks_in(std::size_t content) const {
  std::size_t bytes = 0, end = next_;
  while (end < chunk_bytes_.size() && bytes < content) bytes += chunk_bytes_[end++];
  return bytes == content ? end - next_ : 0;
}

/// Nothing if it is not all there yet.
Result<std::optional<Bytes>> BasedRunReader::next_piece() {
  if (next_ == chunk_bytes_.size() && !pending_.empty()) return fail(Errc::malformed, "more than the run");
  if (pending_.size() < head_bytes) return std::nullopt;
  const Head head = head_of(pending_);
  const std::size_t chunks = chunks_in(head.content);
  const bool right = chunks > 0 && head.packed <= head.content &&
                     (head.content >= based_run::piece_bytes_min || next_ + chunks == chunk_bytes_.size()) &&
                     head.place.bytes <= based_run::base_bytes_max(head.content);
  if (!right) return fail(Errc::malformed, "a piece of a run");
  if (pending_.size() < head_bytes + head.packed) return std::nullopt;
  const ByteView packed = ByteView(pending_).subspan(head_bytes, head.packed);
  Bytes content(packed.begin(), packed.end());
  if (head.packed < head.content) {
    TRY(const Bytes prefix, read_(head.place.offset, head.place.bytes));
    TRY(content, decompressor_.decompress(packed, prefix, head.content));
  }
  next_ += chunks;
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(head_bytes + head.packed));
  return content;
}

}  // namespace essaimage::store
