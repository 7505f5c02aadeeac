// What may come over the control socket, from either side.

#include "proto/control.hpp"
#include "proto/limits.hpp"
#include "tests/fuzz/target.hpp"

namespace essaimage::fuzz::control_target {
namespace {

/// The frames of a stream that comes in pieces of that size, encoded again, up to an error.
std::vector<Bytes> frames(ByteView stream, std::size_t piece, bool& failed) {
  std::vector<Bytes> found;
  control::FrameReader reader;
  while (!stream.empty()) {
    const ByteView next = stream.first(std::min(piece, stream.size()));
    stream = stream.subspan(next.size());
    reader.append(next);
    for (;;) {
      const auto frame = reader.next();
      failed = !frame;
      if (failed) return found;
      if (!*frame) break;
      const auto bytes = control::encode(**frame);
      ESSAIMAGE_ASSERT(bytes);
      const auto again = control::decode(ByteView(*bytes).subspan(4));
      ESSAIMAGE_ASSERT(again && control::encode(*again).value() == *bytes);
      if (const auto* failure = std::get_if<control::Failure>(&**frame)) (void)control::error_of(*failure);
      found.push_back(*bytes);
    }
    ESSAIMAGE_ASSERT(reader.pending() <= limits::control_frame_bytes_max + 4);
  }
  failed = reader.pending() != 0;
  return found;
}

bool run(ByteView bytes) {
  bool failed = false, failed_in_pieces = false;
  const auto whole = frames(bytes, bytes.size(), failed);
  // The same, however the stream is cut.
  const auto pieces = frames(bytes, 3, failed_in_pieces);
  ESSAIMAGE_ASSERT(whole == pieces && failed == failed_in_pieces);
  return !failed && !whole.empty();
}

std::vector<Seed> seeds() {
  using namespace control;
  std::vector<Seed> seeds;
  Bytes all;
  const auto add = [&](const char* name, const Frame& frame) {
    const Bytes bytes = encode(frame).value();
    seeds.push_back(seed(name, bytes));
    append_bytes(all, bytes);
  };
  add("valid-request", Request{"kit.show", R"({"id":"wazemmes/café"})"});
  add("valid-item", Item{"[1]"});
  add("valid-data", Data{7, {0, 255, 10}, true});
  add("valid-progress", Progress{3, 9, Progress::Unit::kits, "lampe"});
  add("valid-reply", Reply{"{}"});
  add("valid-failure", Failure{"not-found", "wazemmes/lampe"});
  seeds.push_back(seed("valid-all", all));
  seeds.push_back(seed("hostile-length", Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0}));
  return seeds;
}

const Registered registered{{"control", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::control_target
