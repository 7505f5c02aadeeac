#include <array>

#include "control.pb.h"
#include "proto/control.hpp"
#include "proto/limits.hpp"
#include "proto/text.hpp"

namespace essaimage::control {

namespace {

constexpr std::size_t length_bytes = 4;
constexpr std::size_t verb_bytes_max = 64;
constexpr std::size_t short_text_bytes_max = 4 * limits::KiB;

std::string as_string(ByteView bytes) { return std::string(text_of(bytes)); }

struct Writer {
  control_wire::Frame& out;

  void operator()(const Request& r) const {
    out.mutable_request()->set_verb(r.verb);
    out.mutable_request()->set_arguments(r.arguments);
  }
  void operator()(const Item& i) const { out.mutable_item()->set_json(i.json); }
  void operator()(const Data& d) const {
    out.mutable_data()->set_file(d.file);
    out.mutable_data()->set_bytes(as_string(d.bytes));
    out.mutable_data()->set_end(d.end);
  }
  void operator()(const Progress& p) const {
    out.mutable_progress()->set_done(p.done);
    out.mutable_progress()->set_total(p.total);
    out.mutable_progress()->set_unit(static_cast<std::uint32_t>(p.unit));
    out.mutable_progress()->set_text(p.text);
  }
  void operator()(const Reply& r) const { out.mutable_reply()->set_json(r.json); }
  void operator()(const Failure& f) const {
    out.mutable_failure()->set_code(f.code);
    out.mutable_failure()->set_detail(f.detail);
  }
};

Result<std::string> checked_text(std::string* raw, std::size_t bytes_max, const char* what) {
  if (raw->size() > bytes_max) return fail(Errc::too_large, what);
  if (!is_utf8(*raw)) return fail(Errc::malformed, what);
  return std::move(*raw);
}

Result<Frame> read_request(control_wire::Request& in) {
  Request out;
  TRY(out.verb, checked_text(in.mutable_verb(), verb_bytes_max, "verb"));
  TRY(out.arguments, checked_text(in.mutable_arguments(), limits::control_frame_bytes_max, "arguments"));
  if (out.arguments.empty()) out.arguments = "{}";
  return out;
}

Result<Frame> read_data(control_wire::Data& in) {
  if (in.bytes().size() > limits::control_data_bytes_max) return fail(Errc::too_large, "data");
  const auto view = bytes_of(in.bytes());
  return Data{in.file(), Bytes(view.begin(), view.end()), in.end()};
}

Result<Frame> read_progress(control_wire::Progress& in) {
  if (in.unit() > static_cast<std::uint32_t>(Progress::Unit::kits)) return fail(Errc::malformed, "unit");
  Progress out{in.done(), in.total(), static_cast<Progress::Unit>(in.unit()), {}};
  TRY(out.text, checked_text(in.mutable_text(), short_text_bytes_max, "text"));
  return out;
}

Result<Frame> read_failure(control_wire::Failure& in) {
  Failure out;
  TRY(out.code, checked_text(in.mutable_code(), verb_bytes_max, "code"));
  TRY(out.detail, checked_text(in.mutable_detail(), short_text_bytes_max, "detail"));
  return out;
}

/// Whole characters only, so that the other side does not refuse a cut one; what is not UTF-8
/// becomes '?'.
std::string bounded_detail(std::string_view text) {
  std::string out(text.substr(0, short_text_bytes_max));
  while (!out.empty() && out.size() < text.size() && !is_utf8(out) && text.size() > short_text_bytes_max &&
         out.size() > short_text_bytes_max - 4)
    out.pop_back();
  if (!is_utf8(out))
    for (auto& c : out)
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  return out;
}

}  // namespace

Result<Bytes> encode(const Frame& frame) {
  control_wire::Frame wire;
  std::visit(Writer{wire}, frame);
  const auto size = wire.ByteSizeLong();
  if (size > limits::control_frame_bytes_max) return fail(Errc::too_large, "control frame");
  Bytes out(length_bytes + size);
  for (std::size_t i = 0; i < length_bytes; ++i) out[i] = static_cast<std::uint8_t>(size >> (8 * (length_bytes - 1 - i)));
  const bool written = wire.SerializeToArray(out.data() + length_bytes, static_cast<int>(size));
  ESSAIMAGE_ASSERT(written);
  return out;
}

Result<Frame> decode(ByteView bytes) {
  if (bytes.size() > limits::control_frame_bytes_max) return fail(Errc::too_large, "control frame");
  control_wire::Frame wire;
  if (!wire.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return fail(Errc::malformed, "control frame");
  switch (wire.frame_case()) {
    case control_wire::Frame::kRequest: return read_request(*wire.mutable_request());
    case control_wire::Frame::kItem: {
      TRY(auto json, checked_text(wire.mutable_item()->mutable_json(), limits::control_frame_bytes_max, "item"));
      return Item{std::move(json)};
    }
    case control_wire::Frame::kData: return read_data(*wire.mutable_data());
    case control_wire::Frame::kProgress: return read_progress(*wire.mutable_progress());
    case control_wire::Frame::kReply: {
      TRY(auto json, checked_text(wire.mutable_reply()->mutable_json(), limits::control_frame_bytes_max, "reply"));
      return Reply{std::move(json)};
    }
    case control_wire::Frame::kFailure: return read_failure(*wire.mutable_failure());
    case control_wire::Frame::FRAME_NOT_SET: break;
  }
  return fail(Errc::malformed, "control frame without content");
}

Failure failure_of(const Error& error) { return {std::string(describe(error.code, Language::english).code), bounded_detail(error.detail)}; }

Error error_of(const Failure& failure) {
  if (const auto code = errc_from(failure.code)) return {*code, failure.detail};
  return {Errc::internal, failure.code + ": " + failure.detail};
}

void FrameReader::append(ByteView bytes) {
  if (start_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(start_));
    start_ = 0;
  }
  append_bytes(buffer_, bytes);
}

Result<std::optional<Frame>> FrameReader::next() {
  const auto rest = ByteView(buffer_).subspan(start_);
  if (rest.size() < length_bytes) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) size = (size << 8) | rest[i];
  if (size > limits::control_frame_bytes_max) return fail(Errc::too_large, "control frame");
  if (rest.size() < length_bytes + size) return std::nullopt;
  TRY(auto frame, decode(rest.subspan(length_bytes, size)));
  start_ += length_bytes + size;
  return std::optional<Frame>(std::move(frame));
}

}  // namespace essaimage::control
