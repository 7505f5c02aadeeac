#include "store/media/chunker.hpp"

#include <algorithm>
#include <limits>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"

namespace essaimage::store {
namespace {

constexpr std::size_t window_bytes = 64;    ///< what a 64-bit gear hash remembers
constexpr unsigned normalisation_bits = 1;  ///< half a step: see the header about nested masks
constexpr std::array<std::uint64_t, chunk_steps> file_bytes_max = {16 * limits::MiB, 256 * limits::MiB, 4 * limits::GiB,
                                                                   std::numeric_limits<std::uint64_t>::max()};
constexpr std::array<unsigned, chunk_steps> average_bits = {13, 15, 17, 19};
static_assert((std::size_t{8} << average_bits.back()) <= limits::chunk_bytes_max);

std::array<std::uint64_t, 256> make_gear_table() {
  std::array<std::uint64_t, 256> table{};
  Bytes text;
  for (const char c : std::string_view("essaimage gear 1")) text.push_back(static_cast<std::uint8_t>(c));
  text.push_back(0);
  for (std::size_t i = 0; i < table.size(); ++i) {
    text.back() = static_cast<std::uint8_t>(i);
    const Sha256 hash = sha256(text);
    for (std::size_t byte = 0; byte < 8; ++byte) table[i] = table[i] << 8 | hash.bytes[byte];
  }
  return table;
}

}  // namespace

std::uint8_t chunk_step_for(std::uint64_t bytes) {
  std::uint8_t step = 0;
  while (bytes > file_bytes_max[step]) ++step;
  return step;
}

ChunkSizes chunk_sizes(std::uint8_t step) {
  ESSAIMAGE_ASSERT(step < chunk_steps);
  const std::size_t average = std::size_t{1} << average_bits[step];
  return {.min = average / 4, .average = average, .max = average * 8};
}

const std::array<std::uint64_t, 256>& gear_table() {
  static const std::array<std::uint64_t, 256> table = make_gear_table();
  return table;
}

Chunker::Bounds Chunker::bounds_of(std::uint8_t step) {
  const ChunkSizes sizes = chunk_sizes(step);
  const unsigned bits = average_bits[step];
  return {.min = sizes.min,
          .average = sizes.average,
          .max = sizes.max,
          .strict = std::uint64_t{1} << (64 - bits - normalisation_bits),
          .lax = std::uint64_t{1} << (64 - bits + normalisation_bits)};
}

Chunker::Chunker(std::uint8_t step, Sink sink) : bounds_(bounds_of(step)), sink_(std::move(sink)) {}

// Looks at bytes that follow what was scanned, until the chunk ends. True if it does; `scanned_`
// then is its length.
bool Chunker::find_end(ByteView bytes) {
  const auto& gear = gear_table();
  const std::size_t start = scanned_;
  const std::size_t available = start + bytes.size();
  // The window begins so that the first place tested, after `min` bytes, has seen 64.
  scanned_ = std::min(available, std::max(start, bounds_.min - window_bytes));
  std::uint64_t hash = gear_;
  const auto scan = [&](std::size_t limit, std::uint64_t below) {
    const std::uint8_t* const data = bytes.data();
    std::size_t place = scanned_;
    const std::size_t end = std::min(available, limit);
    bool found = false;
    while (place < end && !found) {
      hash = (hash << 1) + gear[data[place - start]];
      ++place;
      found = hash < below;
    }
    scanned_ = place;
    return found;
  };
  const bool found = scan(bounds_.min - 1, 0) || scan(bounds_.average, bounds_.strict) || scan(bounds_.max, bounds_.lax);
  gear_ = hash;
  return found || scanned_ == bounds_.max;
}

void Chunker::update(ByteView bytes) {
  while (!bytes.empty()) {
    const std::size_t before = scanned_;
    const bool ended = find_end(bytes);
    const ByteView part = bytes.first(scanned_ - before);
    bytes = bytes.subspan(part.size());
    if (!ended || !pending_.empty()) append_bytes(pending_, part);
    if (!ended) continue;
    sink_(pending_.empty() ? part : ByteView(pending_));
    pending_.clear();
    scanned_ = 0;
    gear_ = 0;
  }
}

void Chunker::finish() {
  if (!pending_.empty()) sink_(pending_);
  pending_.clear();
  scanned_ = 0;
  gear_ = 0;
}

}  // namespace essaimage::store
