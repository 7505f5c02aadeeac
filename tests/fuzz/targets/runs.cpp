// Runs of chunks in their three forms, and zstd below them.

#include "store/transfer/run_code.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/bytes.hpp"

namespace essaimage::fuzz::runs_target {
namespace {

using namespace store;

const Sha256 base_id{{7}};

const Bytes& base() {
  static const Bytes bytes = test::noise(200'000, 1);
  return bytes;
}

Result<Bytes> read_base(std::uint64_t offset, std::size_t bytes) {
  if (offset > base().size() || bytes > base().size() - offset) return fail(Errc::malformed, "beyond the base");
  const auto from = base().begin() + static_cast<std::ptrdiff_t>(offset);
  return Bytes(from, from + static_cast<std::ptrdiff_t>(bytes));
}

/// What is told of a run that comes in pieces of that size; nothing if it is refused.
std::optional<Bytes> told(const std::vector<std::uint32_t>& lengths, std::uint64_t sum, ByteView arrived, std::size_t piece) {
  RunReader reader(sum, RunReader::Base{base_id, lengths, read_base});
  Bytes all;
  while (!arrived.empty()) {
    const ByteView next = arrived.first(std::min(piece, arrived.size()));
    arrived = arrived.subspan(next.size());
    const auto some = reader.append(next);
    if (!some) return std::nullopt;
    append_bytes(all, *some);
    ESSAIMAGE_ASSERT(all.size() <= sum);
  }
  return all;
}

/// A byte for the number of chunks, two for the length of each in units of 16, then the run.
bool run(ByteView bytes) {
  Choices choices(bytes);
  std::vector<std::uint32_t> lengths(1 + choices.below(8));
  std::uint64_t sum = 0;
  for (auto& length : lengths) sum += length = static_cast<std::uint32_t>(1 + 16 * choices.u16());
  const auto whole = told(lengths, sum, choices.rest(), bytes.size());
  const auto pieces = told(lengths, sum, choices.rest(), 7 + bytes.size() / 16);
  if (whole && pieces) ESSAIMAGE_ASSERT(*whole == *pieces);
  return whole && whole->size() == sum;
}

std::vector<Seed> seeds() {
  constexpr std::size_t chunk = 1 + 16 * 4'500;
  const Bytes head{1, 4'500 >> 8, 4'500 & 0xFF, 4'500 >> 8, 4'500 & 0xFF};
  const std::vector<std::uint32_t> lengths{chunk, chunk};
  const auto with = [&](std::initializer_list<ByteView> parts) {
    Bytes all = head;
    for (const ByteView part : parts) append_bytes(all, part);
    return all;
  };
  Compressor compressor;
  Bytes newer(base().begin(), base().begin() + 2 * chunk);
  newer[100'000] ^= 1;
  const auto find = [](std::size_t first, std::size_t end, std::size_t bytes_max) -> BasePlace {
    return {first * chunk, std::min((end - first) * chunk, bytes_max)};
  };
  const Bytes based = compress_against(compressor, newer, lengths, base_id, find, read_base).value();
  const Bytes zstd = compress_run(compressor, Bytes(2 * chunk, 'x'), lengths).value();
  const Bytes form{static_cast<std::uint8_t>(RunForm::based)}, zeros(12, 0);
  Bytes small{0, 0, 0, 0};
  append_bytes(small, bytes_of("x"));
  return {seed("valid-based", with({form, based})),
          seed("valid-zstd", with({zstd})),
          seed("valid-plain", small),
          seed("hostile-form", with({Bytes{9}, zeros})),
          seed("hostile-other-base", with({form, Bytes(60, 1)})),
          seed("hostile-huge-piece", with({form, base_id.view(), Bytes(20, 0xFF)})),
          seed("hostile-more", with({zstd, Bytes{0}}))};
}

/// Two bytes for the size, one for the length of a prefix, then a frame.
bool run_zstd(ByteView bytes) {
  Choices choices(bytes);
  const std::size_t size = choices.u16();
  const ByteView prefix = ByteView(base()).first(16 * std::size_t{choices.byte()});
  Decompressor decompressor;
  const auto whole = decompressor.decompress(choices.rest(), prefix, size);
  ESSAIMAGE_ASSERT(!whole || whole->size() == size);
  StreamDecompressor stream;
  std::size_t all = 0;
  const std::size_t piece = 5 + bytes.size() / 16;  // each costs the memory for what it may unfold to
  for (ByteView rest = choices.rest(); !rest.empty(); rest = rest.subspan(std::min(piece, rest.size()))) {
    const auto some = stream.append(rest.first(std::min(piece, rest.size())), size - all);
    if (!some) break;
    all += some->size();
    ESSAIMAGE_ASSERT(all <= size);
  }
  return whole.has_value();
}

std::vector<Seed> zstd_seeds() {
  Compressor compressor;
  const auto with = [](std::size_t size, std::uint8_t prefix, ByteView packed) {
    Bytes all{static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size), prefix};
    append_bytes(all, packed);
    return all;
  };
  const Bytes text(3'000, 'a');
  const Bytes prefix(base().begin(), base().begin() + 16 * 100);
  const Bytes window{0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xF8, 0x01, 0x00, 0x00};
  return {seed("valid-alone", with(3'000, 0, compressor.compress(text, {}))),
          seed("valid-prefix", with(1'600, 100, compressor.compress(prefix, prefix))),
          seed("hostile-size", with(2'999, 0, compressor.compress(text, {}))), seed("hostile-window", with(100, 0, window)),
          seed("hostile-old", with(100, 0, Bytes{0x27, 0xB5, 0x2F, 0xFD, 0, 0, 0, 0}))};
}

const Registered runs{{"run", run, seeds, 150}};
const Registered zstd{{"zstd", run_zstd, zstd_seeds}};

}  // namespace
}  // namespace essaimage::fuzz::runs_target
