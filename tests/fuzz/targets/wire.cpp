// What a peer may put into a frame.

#include "proto/codec.hpp"
#include "proto/limits.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/every_message.hpp"

namespace essaimage::fuzz::wire_target {
namespace {

bool run(ByteView bytes) {
  const auto message = decode(bytes);
  if (!message) return false;
  ESSAIMAGE_ASSERT(bytes.size() <= limits::message_bytes_max);
  // What was understood has one form, and that says the same.
  const Bytes once = encode(*message);
  const auto again = decode(once);
  ESSAIMAGE_ASSERT(again && again->index() == message->index());
  ESSAIMAGE_ASSERT(encode(*again) == once);
  ESSAIMAGE_ASSERT(once.size() <= 4 * bytes.size() + 256);
  return true;
}

std::vector<Seed> seeds() {
  std::vector<Seed> seeds;
  for (const Message& message : test::every_message()) {
    std::string name = "valid-";
    name += name_of(message);
    for (const Seed& other : seeds) {
      if (other.name == name) name += "-2";
    }
    seeds.push_back(seed(std::move(name), encode(message)));
  }
  Bytes two = encode(message::Ping{1});
  append_bytes(two, encode(message::Cancel{8}));
  seeds.push_back(seed("two-messages", two));
  seeds.push_back(seed("hostile-endless-number", Bytes(30, 0xFF)));
  return seeds;
}

const Registered registered{{"wire", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::wire_target
