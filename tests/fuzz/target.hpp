#pragma once
// A fuzz target: one reader of foreign bytes, with what must hold whatever the bytes are. It ends the process (an assertion, a
// sanitizer) when that does not hold. Two programs have all of them: `fuzz` (clang's libFuzzer searches for inputs) and
// `fuzz_replay` (any compiler: the committed corpus and fixed changes of it, as a test). One thread.

#include <algorithm>
#include <string>
#include <vector>

#include "proto/bytes.hpp"

namespace essaimage::fuzz {

/// A file of the corpus to come: tests/fuzz/corpus/<target>/<name>.
struct Seed {
  std::string name;  ///< "valid-…" must be accepted for ever, "hostile-…" refused; "found-…" made something fail once
  Bytes bytes;
};

struct Target {
  const char* name;
  /// True if the bytes were accepted.
  bool (*run)(ByteView bytes);
  std::vector<Seed> (*seeds)();
  unsigned changes = 300;  ///< of each file of its corpus that fuzz_replay tries: fewer where a run is long
};

/// All that are linked, by name.
std::vector<Target>& targets();
/// Null: there is none.
const Target* find_target(std::string_view name);

/// Of a file with targets, at its end: `const Registered registered{{"wire", run, seeds}};`
struct Registered {
  explicit Registered(const Target& target);
};

inline Seed seed(std::string name, ByteView bytes) { return {std::move(name), {bytes.begin(), bytes.end()}}; }
inline Seed seed(std::string name, std::string_view text) { return seed(std::move(name), bytes_of(text)); }

/// Takes choices and pieces from the front of the bytes; behind their end all is zero and empty.
class Choices {
 public:
  explicit Choices(ByteView bytes) : rest_(bytes) {}
  bool empty() const { return rest_.empty(); }
  ByteView rest() const { return rest_; }
  ByteView bytes(std::size_t count) {
    const ByteView taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  std::uint8_t byte() {
    const ByteView taken = bytes(1);
    return taken.empty() ? std::uint8_t{0} : taken[0];
  }
  std::size_t below(std::size_t bound) { return byte() % bound; }  ///< bound: 1 to 256
  std::size_t u16() {
    const std::size_t high = byte();
    return high << 8U | byte();
  }

 private:
  ByteView rest_;
};

}  // namespace essaimage::fuzz
