// Parcels: what honest peers send becomes the very pack that they have; what refers to what it may not, or unfolds to more
// than it should, is refused before it costs anything.

#include "store/transfer/parcel.hpp"

#include "store/transfer/parcel_format.hpp"
#include "store/transfer/zstd.hpp"
#include "tests/support/run.hpp"
#include "tests/unit/store/feed/reception.hpp"

namespace parcel_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

std::string parcel_of(const TestLibrary& from, const ObjectId& head, const ObjectId& have = {}) {
  return take_text(export_parcel(from.objects(), from.layout().scratch(), head, have, have).value());
}

/// The pack that a receiver makes of it.
Result<std::string> unfold(const TestLibrary& receiver, std::string_view parcel, const FeedId& feed, ByteView head) {
  const TempFolder folder;
  write_text(folder / "parcel", parcel);
  TRY(const auto pack, PackWriter::create(folder.path()));
  CHECK_OK(read_parcel(folder / "parcel", feed, head, receiver.objects(), *pack));
  CHECK_OK(pack->index());
  for (const auto& file : std::filesystem::directory_iterator(pack->folder() / "pack")) {
    if (file.path().extension() == ".pack") return read_text(file.path());
  }
  return fail(Errc::not_found);
}

Bytes blob(std::string_view text) {
  Bytes object;
  pack::put_object_header(object, ObjectType::blob, text.size());
  append_bytes(object, bytes_of(text));
  return object;
}

std::string prose(unsigned seed, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < bytes; ++i) text += sha256(bytes_of(std::to_string(seed * 10'000 + i))).hex() + "\n";
  return text;
}

}  // namespace

TEST_CASE("versions arrive whole and in steps, those between included") {
  TestLibrary author;
  Receiver receiver;
  author.commit(region, feed_with(robot, 1, {{"guide.md", prose(1, 5'000)}}));
  REQUIRE(receiver.fetch(author, region));
  author.commit(region, feed_with(robot, 2, {{"guide.md", prose(1, 5'000) + "one line more\n"}}));
  author.commit(region, feed_with(robot, 3, {{"guide.md", prose(1, 5'000)}}));
  author.commit(region, feed_with(robot, 4, {{"guide.md", prose(1, 4'000)}, {"more/new.md", prose(2, 3'000)}}));
  REQUIRE(receiver.fetch(author, region));
  const auto list = [](const TestLibrary& library) {
    return git(library.layout().library(), {"rev-list", "--objects", region.ref()}).output;
  };
  CHECK(list(receiver.library) == list(author));
  CHECK(receiver.is_clean());
}

TEST_CASE("what the receiver has a version of costs about the difference") {
  TestLibrary author;
  const auto first = author.commit(region, feed_with(robot, 1, {{"a.md", prose(1, 50'000)}, {"b.md", prose(2, 50'000)}}));
  SECTION("a line in a text") {
    const auto next = author.commit(region, feed_with(robot, 2, {{"a.md", prose(1, 50'000) + "a line\n"}, {"b.md", prose(2, 50'000)}}));
    CHECK(parcel_of(author, next.commit, first.commit).size() < 1'000);
  }
  SECTION("another name") {
    const auto next = author.commit(region, feed_with(robot, 2, {{"z.md", prose(1, 50'000)}, {"b.md", prose(2, 50'000)}}));
    CHECK(parcel_of(author, next.commit, first.commit).size() < 1'000);
  }
  SECTION("several versions at once") {
    for (unsigned i = 0; i < 5; ++i) {
      author.commit(region, feed_with(robot, i + 2, {{"a.md", prose(1, 50'000) + std::to_string(i)}, {"b.md", prose(2, 50'000)}}));
    }
    CHECK(parcel_of(author, author.head(region).commit, first.commit).size() < 3'500);
  }
}

TEST_CASE("a parcel that is cut off or changed anywhere is refused") {
  TestLibrary author;
  Receiver receiver;
  author.commit(region, feed_with(robot, 1, {{"guide.md", prose(1, 2'000)}}));
  REQUIRE(receiver.fetch(author, region));
  const auto have = author.head(region).commit;
  const auto head = author.commit(region, feed_with(robot, 2, {{"guide.md", prose(1, 2'000) + prose(3, 200)}}));
  const Bytes commit = author.raw(head.commit);
  const std::string whole = parcel_of(author, head.commit, have);
  const auto receive = [&](std::string_view parcel) { return receiver.receive(region, commit, bytes_of(parcel)); };
  const auto pack = unfold(receiver.library, whole, region, commit);
  REQUIRE(pack);
  for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(receive(std::string_view(whole).substr(0, size)));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bad = whole;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    // The window that zstd names may be another one, and the pack the same.
    const auto unfolded = unfold(receiver.library, bad, region, commit);
    if (!unfolded || *unfolded != *pack) CHECK_FALSE(receive(bad));
  }
  CHECK(receiver.is_clean());
}

TEST_CASE("a parcel refers to nothing of another feed, though the library holds it") {
  TestLibrary author;
  Receiver receiver;
  author.commit(lille, feed_with(robot, 1, {{"secret.txt", "for Lille alone"}}));
  REQUIRE(receiver.fetch(author, lille));
  const auto secret = author.head(lille).commit;
  const auto head = author.commit(region, feed_with(robot, 1));
  const Bytes places{0};  // the root tree of that commit
  const auto unfolded = unfold(receiver.library, RawParcel(secret).frame(5, blob("text"), places).str(), region, author.raw(head.commit));
  CHECK(refusal(unfolded) == Errc::feed_gap);
  const ObjectId nobodys = object_id(ObjectType::commit, bytes_of("x"));
  CHECK(refusal(unfold(receiver.library, RawParcel(nobodys).str(), region, author.raw(head.commit))) == Errc::feed_gap);
}

TEST_CASE("places that do not exist, objects that are none, and objects twice are refused") {
  TestLibrary author;
  const auto head = author.commit(region, feed_with(robot, 1, {{"guide.md", "text"}}));
  const Bytes commit = author.raw(head.commit);
  const auto judge = [&](const RawParcel& parcel) { return refusal(unfold(author, parcel.str(), region, commit)); };
  const Bytes text = blob("text");
  for (const Bytes& places : {Bytes{1, 99}, Bytes{1}, Bytes{2, 0, 0}, Bytes{200, 1}, Bytes{128, 128, 128, 128, 0}}) {
    CHECK(judge(RawParcel(head.commit).frame(text.size(), text, places)) == Errc::malformed);
  }
  CHECK(judge(RawParcel().frame(text.size(), text, Bytes{0})) == Errc::malformed);
  CHECK(judge(RawParcel().frame(text.size(), text).frame(text.size(), text)) == Errc::malformed);
  CHECK(judge(RawParcel().frame(text.size() - 1, ByteView(text).first(text.size() - 1))) == Errc::malformed);
  CHECK(judge(RawParcel().frame(text.size() + 1, text)) == Errc::malformed);
  for (const unsigned type : {0U, 4U, 5U, 6U, 7U}) {
    Bytes object;
    pack::put_object_header(object, static_cast<ObjectType>(type), 0);
    CHECK(judge(RawParcel().frame(object.size(), object)) == Errc::malformed);
  }
  CHECK(unfold(author, RawParcel().frame(text.size(), text).str(), region, commit));
}

TEST_CASE("a few bytes do not unfold to many") {
  TestLibrary author;
  const auto head = author.commit(region, feed_with(robot, 1, {{"guide.md", "text"}}));
  const Bytes commit = author.raw(head.commit);
  const auto judge = [&](const RawParcel& parcel) { return refusal(unfold(author, parcel.str(), region, commit)); };
  SECTION("by compression") {
    Compressor compressor;
    RawParcel parcel;
    for (char letter = 'a'; letter < 'f'; ++letter) {
      const Bytes content = blob(std::string(4 * limits::MiB, letter));
      parcel.frame(content.size(), compressor.compress(content, commit));
    }
    CHECK(judge(parcel) == Errc::malformed);
  }
  SECTION("by a length alone") {
    CHECK(judge(RawParcel().frame(0xFFFF'FFFF, Bytes(10))) == Errc::malformed);
    CHECK(judge(RawParcel().frame(40 * limits::MiB, Bytes(10))) == Errc::malformed);
  }
  SECTION("by looking up the same again and again") {
    const Bytes text = blob("text");
    CHECK(judge(RawParcel(head.commit).frame(text.size(), text, Bytes(parcel::old_objects_max + 1))) == Errc::malformed);
  }
}

TEST_CASE("texts that are too regular go as they are, and arrive") {
  TestLibrary author;
  Receiver receiver;
  Files texts;
  for (int i = 0; i < 100; ++i) texts["t" + std::to_string(i) + ".md"] = std::to_string(i) + std::string(250'000, 'x');
  const auto head = author.commit(region, feed_with(robot, 1, texts));
  const std::string parcel = parcel_of(author, head.commit);
  CHECK(parcel.size() < 6 * limits::MiB);
  CHECK(unfold(receiver.library, parcel, region, author.raw(head.commit)));
}

TEST_CASE("what is referred to is bounded, and who writes a parcel stays within") {
  const auto texts = [](std::size_t count, std::size_t bytes) {
    Files files;
    for (std::size_t i = 0; i < count; ++i) files["t" + std::to_string(i) + ".md"] = std::to_string(bytes + i) + std::string(bytes, 'a');
    return files;
  };
  TestLibrary author;
  Receiver receiver;
  // In one frame more than it may refer to; in all more than a parcel may.
  const std::size_t count = GENERATE(40, 300);
  author.commit(region, feed_with(robot, 1, texts(count, 250'000)));
  REQUIRE(receiver.fetch(author, region));
  author.commit(region, feed_with(robot, 2, texts(count, count == 40 ? 10 : 240'000)));
  CHECK(receiver.fetch(author, region));
}

TEST_CASE("many files under other names at once cost no more than their number") {
  const auto texts = [](const std::string& name) {
    Files files;
    for (std::size_t i = 0; i < 4'000; ++i) files[name + std::to_string(i)] = std::to_string(i);
    return files;
  };
  TestLibrary author;
  Receiver receiver;
  author.commit(region, feed_with(robot, 1, texts("a")));
  REQUIRE(receiver.fetch(author, region));
  author.commit(region, feed_with(robot, 2, texts("b")));
  CHECK(receiver.fetch(author, region));
}

TEST_CASE("what is referred to and damaged here is nobody's fault, and a plain parcel does without it") {
  TestLibrary author;
  const auto first = author.commit(region, feed_with(robot, 1, {{"guide.md", prose(1, 9'000)}}));
  const auto next = author.commit(region, feed_with(robot, 2, {{"guide.md", prose(1, 9'000) + "more\n"}}));
  // All of the first version but that text.
  TestLibrary receiver;
  const auto writer = receiver.writer();
  const auto listed = git(author.layout().library(), {"rev-list", "--objects", first.commit.hex()}).output;
  for (std::size_t at = 0; at < listed.size(); at = listed.find('\n', at) + 1) {
    const auto object = author.objects().read(ObjectId::parse(listed.substr(at, 40)).value()).value();
    if (object.content.size() < 9'000) REQUIRE(writer->add(object.type, object.content));
  }
  REQUIRE(writer->finish_into(receiver.layout().packs()));
  REQUIRE(receiver.objects().reload());
  const Bytes commit = author.raw(next.commit);
  CHECK(refusal(unfold(receiver, parcel_of(author, next.commit, first.commit), region, commit)) == Errc::object_missing);
  const auto file = export_parcel(author.objects(), author.layout().scratch(), next.commit, first.commit, ObjectId{});
  CHECK(unfold(receiver, take_text(file.value()), region, commit));
}

TEST_CASE("frames of zstd before 1.0, and more than one, are refused") {
  TestLibrary author;
  const auto head = author.commit(region, feed_with(robot, 1));
  const Bytes commit = author.raw(head.commit);
  Compressor compressor;
  const Bytes content = blob(std::string(1'000, 'x'));
  const Bytes packed = compressor.compress(content, commit);
  CHECK(unfold(author, RawParcel().frame(content.size(), packed).str(), region, commit));
  Bytes twice = packed, old = packed;
  append_bytes(twice, compressor.compress({}, commit));
  CHECK(refusal(unfold(author, RawParcel().frame(content.size(), twice).str(), region, commit)) == Errc::malformed);
  old[0] = 0x27;
  CHECK(refusal(unfold(author, RawParcel().frame(content.size(), old).str(), region, commit)) == Errc::malformed);
}

TEST_CASE("a line in each of many texts costs about the lines, also where frames are many") {
  TestLibrary author;
  Receiver receiver;
  const auto texts = [](char mark) {
    Files files;
    for (unsigned i = 0; i < 60; ++i) files["t" + std::to_string(i) + ".md"] = prose(i, 200'000) + mark;
    return files;
  };
  author.commit(region, feed_with(robot, 1, texts('a')));
  REQUIRE(receiver.fetch(author, region));
  const auto have = author.head(region).commit;
  const auto head = author.commit(region, feed_with(robot, 2, texts('b')));
  const std::string parcel = parcel_of(author, head.commit, have);
  CHECK(parcel.size() < 200'000);  // several frames, each with its own texts before it
  CHECK(unfold(receiver.library, parcel, region, author.raw(head.commit)));
}

}  // namespace parcel_test
