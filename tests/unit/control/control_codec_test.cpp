#include "proto/control.hpp"
#include "proto/limits.hpp"
#include "tests/support/catch.hpp"

namespace control_codec_test {
using namespace essaimage;
using namespace essaimage::control;

namespace {

template <class T>
T through_the_wire(const T& value) {
  FrameReader reader;
  reader.append(encode(value).value());
  auto frame = reader.next().value();
  REQUIRE(frame.has_value());
  CHECK(reader.pending() == 0);
  return std::get<T>(*frame);
}

Bytes framed(std::initializer_list<std::uint8_t> body) {
  Bytes out{0, 0, 0, static_cast<std::uint8_t>(body.size())};
  out.insert(out.end(), body);
  return out;
}

}  // namespace

TEST_CASE("every kind of control frame survives the socket") {
  const auto request = through_the_wire(Request{"kit.show", R"({"id":"wazemmes/café"})"});
  CHECK(request.verb == "kit.show");
  CHECK(request.arguments == R"({"id":"wazemmes/café"})");
  CHECK(through_the_wire(Item{"[1]"}).json == "[1]");
  const auto data = through_the_wire(Data{7, {0, 255, 10}, true});
  CHECK(data.file == 7);
  CHECK(data.bytes == Bytes{0, 255, 10});
  CHECK(data.end);
  const auto progress = through_the_wire(Progress{3, 9, Progress::Unit::kits, "lampe"});
  CHECK((progress.done == 3 && progress.total == 9 && progress.text == "lampe"));
  CHECK(progress.unit == Progress::Unit::kits);
  CHECK(through_the_wire(Reply{"{}"}).json == "{}");
  const auto failure = through_the_wire(Failure{"not-found", "wazemmes/lampe"});
  CHECK((failure.code == "not-found" && failure.detail == "wazemmes/lampe"));
}

TEST_CASE("a request without arguments means an empty object") { CHECK(through_the_wire(Request{"status", ""}).arguments == "{}"); }

TEST_CASE("frames come out whole however the stream is cut") {
  auto stream = encode(Request{"status", "{}"}).value();
  const auto second = encode(Data{1, Bytes(1000, 42), false}).value();
  stream.insert(stream.end(), second.begin(), second.end());
  FrameReader reader;
  std::size_t frames = 0;
  for (const auto byte : stream) {
    reader.append(ByteView(&byte, 1));
    while (reader.next().value().has_value()) ++frames;
  }
  CHECK(frames == 2);
  CHECK(reader.pending() == 0);
  reader.append(ByteView(stream).first(stream.size() - 1));
  CHECK(reader.next().value().has_value());
  CHECK_FALSE(reader.next().value().has_value());
  CHECK(reader.pending() > 0);
}

TEST_CASE("a length beyond the bound is refused before its bytes come") {
  FrameReader reader;
  reader.append(Bytes{0xff, 0xff, 0xff, 0xff});
  const auto frame = reader.next();
  REQUIRE_FALSE(frame.has_value());
  CHECK(frame.error().code == Errc::too_large);
  CHECK(encode(Reply{std::string(limits::control_frame_bytes_max, ' ')}).error().code == Errc::too_large);
}

TEST_CASE("data beyond the bound of one frame is refused") {
  CHECK(through_the_wire(Data{0, Bytes(limits::control_data_bytes_max), false}).bytes.size() == limits::control_data_bytes_max);
  FrameReader reader;
  reader.append(encode(Data{0, Bytes(limits::control_data_bytes_max + 1), false}).value());
  CHECK(reader.next().error().code == Errc::too_large);
}

TEST_CASE("garbage, empty frames, unknown kinds and broken texts are refused") {
  const std::initializer_list<std::initializer_list<std::uint8_t>> bodies = {
      {},                              // nothing set
      {0x0a, 0x7f},                    // a request longer than the frame
      {0x7a, 0x00},                    // a kind that does not exist
      {0x0a, 0x03, 0x0a, 0x01, 0xff},  // a verb that is not UTF-8
      {0x12, 0x03, 0x0a, 0x01, 0xc3},  // an item that is not UTF-8
      {0x22, 0x02, 0x18, 0x09},        // an unknown unit
      {0xff, 0xff, 0xff, 0xff, 0xff},
  };
  for (const auto& body : bodies) {
    FrameReader reader;
    reader.append(framed(body));
    const auto frame = reader.next();
    REQUIRE_FALSE(frame.has_value());
    CHECK(frame.error().code == Errc::malformed);
  }
}

TEST_CASE("every prefix and every flipped byte of a frame is read or refused, never worse") {
  const auto good = encode(Failure{"kit.title-missing", "kit.toml:3: été"}).value();
  for (std::size_t i = 4; i < good.size(); ++i) {
    for (const int flip : {1, 0x80, 0xff}) {
      auto bad = good;
      bad[i] = static_cast<std::uint8_t>(bad[i] ^ flip);
      if (const auto frame = decode(ByteView(bad).subspan(4)); !frame)
        CHECK((frame.error().code == Errc::malformed || frame.error().code == Errc::too_large));
    }
    FrameReader reader;
    reader.append(ByteView(good).first(i));
    CHECK_FALSE(reader.next().value().has_value());
  }
}

TEST_CASE("a failure carries the stable code, and an unknown one is shown as it is") {
  const Error error{Errc::kit_title_missing, "lampe"};
  const auto failure = failure_of(error);
  CHECK(failure.code == "kit.title-missing");
  CHECK(error_of(failure).code == Errc::kit_title_missing);
  CHECK(error_of(failure).detail == "lampe");
  const auto later = error_of({"moon.full", "tonight"});
  CHECK(later.code == Errc::internal);
  CHECK(later.detail == "moon.full: tonight");
}

TEST_CASE("a long detail is cut between characters, and a broken one is made printable") {
  std::string accents(limits::control_frame_bytes_max / 1024, 'x');
  while (accents.size() < 5000) accents += "é";
  const auto cut = through_the_wire(failure_of({Errc::io, accents.substr(1)}));
  CHECK(cut.detail.size() <= 4096);
  CHECK(cut.detail.size() >= 4093);
  CHECK(through_the_wire(failure_of({Errc::io, "a\xff"})).detail == "a?");
}

}  // namespace control_codec_test
