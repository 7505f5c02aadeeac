#include "proto/codec.hpp"
#include "proto/control.hpp"
#include "proto/limits.hpp"
#include "store/media/chunk_list.hpp"
#include "store/transfer/run_code.hpp"
#include "tests/hostile/cases.hpp"

namespace essaimage::hostile {
namespace {

using namespace store;

constexpr std::uint64_t patience = limits::GiB;
constexpr std::size_t piece_bytes = limits::slice_bytes_max;

/// Gives pieces until one is refused: how many bytes that took.
Result<std::uint64_t> until_refused(const std::function<bool()>& takes_one) {
  for (std::uint64_t given = 0; given < patience;) {
    given += piece_bytes;
    if (!takes_one()) return given;
  }
  return fail(Errc::internal, "it takes more and more");
}

/// A run of one megabyte whose sender compressed eight.
Result<std::uint64_t> endless_run() {
  RunReader reader(limits::MiB);
  Compressor compressor;
  Bytes run{static_cast<std::uint8_t>(RunForm::zstd)};
  append_bytes(run, compressor.compress_in_steps(Bytes(8 * limits::MiB, 0), {}));
  std::size_t told = 0;
  for (std::size_t at = 0; at < run.size(); at += 64) {
    const auto some = reader.append(ByteView(run).subspan(at, std::min<std::size_t>(64, run.size() - at)));
    if (!some) return at + 64;
    told += some->size();
    if (told > limits::MiB) return fail(Errc::internal, "told more than the run");
  }
  return fail(Errc::internal, "accepted");
}

Result<std::uint64_t> endless_plain_run() {
  RunReader reader(limits::MiB);
  const Bytes zeros(piece_bytes, 0);
  return until_refused([&] { return reader.append(zeros).has_value(); });
}

Result<std::uint64_t> endless_frames() {
  control::FrameReader reader;
  const Bytes piece(piece_bytes, 0xFF);
  return until_refused([&] {
    reader.append(piece);
    return reader.next().has_value();
  });
}

/// The largest frame that may be, of the field that costs most: ranges and heads without anything in them.
Result<std::uint64_t> empty_fields() {
  std::uint64_t given = 0;
  for (std::uint32_t field = 1; field < 32; ++field) {
    for (std::uint32_t inner = 1; inner < 16; ++inner) {
      Bytes content;
      while (content.size() < 100'000) {
        content.push_back(static_cast<std::uint8_t>(inner << 3U | 2U));
        content.push_back(0);
      }
      const Bytes head{static_cast<std::uint8_t>((field << 3U | 2U) & 0x7FU), static_cast<std::uint8_t>(0x80U | (content.size() & 0x7FU)),
                       static_cast<std::uint8_t>(0x80U | (content.size() >> 7U & 0x7FU)), static_cast<std::uint8_t>(content.size() >> 14U)};
      Bytes frame = head;
      append_bytes(frame, content);
      given += frame.size();
      // Some are a message of one field that is not known: what counts is what it costs to see.
      (void)decode(frame);
    }
  }
  return given;
}

Result<std::uint64_t> chunk_list_of_a_million() {
  Bytes list{'E', 'S', 'S', 'C', 'H', 'U', 'N', 'K', 1, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0x0F, 0x42, 0x40};
  if (parse_chunk_list(list)) return fail(Errc::internal, "accepted");
  list.resize(22 + 36 * std::size_t{1'000'000});
  if (parse_chunk_list(list)) return fail(Errc::internal, "accepted");
  return list.size();
}

}  // namespace

std::vector<Case> reader_cases() {
  return {{"a compressed run that does not end", {}, endless_run},
          {"a run that does not end", {}, endless_plain_run},
          {"control frames that do not end", {}, endless_frames},
          {"465 messages of empty fields", {}, empty_fields},
          {"a chunk list of 1,000,000 chunks of 0 bytes", {}, chunk_list_of_a_million}};
}

}  // namespace essaimage::hostile
