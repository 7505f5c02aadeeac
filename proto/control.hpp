#pragma once
// The frames of the control socket as plain values, to bytes and back. CONTROL.md specifies them.
// The only includer of the generated control.pb.h is control_codec.cpp. JSON travels as text: what
// it means is between the verb and its client. Thread rule: free functions without state; a
// FrameReader belongs to one thread. Errors: Errc::malformed for anything that is not one whole
// well-formed frame, Errc::too_large beyond the bounds.

#include <optional>
#include <variant>

#include "proto/bytes.hpp"
#include "proto/error.hpp"

namespace essaimage::control {

/// Client to daemon: starts a verb. One at a time on a connection; answered by exactly one Reply or
/// Failure.
struct Request {
  std::string verb;
  std::string arguments = "{}";  ///< a JSON object
};

/// Either way, while a verb runs: a piece of a long list, an event, a step of an upload, a file
/// that follows.
struct Item {
  std::string json;
};

/// Either way: bytes of the file that is under way. `file` is its place in the order of files, from
/// 0.
struct Data {
  std::uint32_t file = 0;
  Bytes bytes;       ///< at most limits::control_data_bytes_max
  bool end = false;  ///< the last of that file
};

struct Progress {
  enum class Unit : std::uint8_t { things, bytes, files, kits };
  std::uint64_t done = 0;
  std::uint64_t total = 0;  ///< 0: not known
  Unit unit = Unit::things;
  std::string text;  ///< what is being worked on, untranslated
};

struct Reply {
  std::string json;
};

/// The client describes the code in its language; a client that does not know it shows the code
/// itself.
struct Failure {
  std::string code;  ///< stable, of error_codes.def
  std::string detail;
};

using Frame = std::variant<Request, Item, Data, Progress, Reply, Failure>;

/// With its length in front. Errc::too_large if it exceeds limits::control_frame_bytes_max.
Result<Bytes> encode(const Frame& frame);

/// One frame, without its length.
Result<Frame> decode(ByteView bytes);

Failure failure_of(const Error& error);
/// Errc::internal, with the code in the detail, for a code that this program does not know.
Error error_of(const Failure& failure);

/// Cuts a stream of bytes into frames. It never holds more than one frame of the largest size and
/// what was appended.
class FrameReader {
 public:
  void append(ByteView bytes);
  /// The next whole frame; nothing if more bytes are needed. After an error the stream is of no use
  /// any more.
  Result<std::optional<Frame>> next();
  /// Bytes of a frame that is not whole yet: at an orderly end there are none.
  std::size_t pending() const { return buffer_.size() - start_; }

 private:
  Bytes buffer_;
  std::size_t start_ = 0;
};

}  // namespace essaimage::control
