#include "store/kit/file_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <ctime>

#include "proto/limits.hpp"
#include "store/kit/folder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace file_reader_test {
using namespace essaimage;
using namespace essaimage::kit;
using namespace essaimage::test;

namespace {

struct Fixture {
  Fixture() { write_text(temp / "sub/a.txt", "first"); }

  ScannedFile scanned(const std::string& path = "sub/a.txt") {
    const auto scan = scan_folder(handle());
    REQUIRE(scan);
    const auto* file = scan->find(path);
    REQUIRE(file != nullptr);
    return *file;
  }
  FolderHandle handle() const { return FolderHandle::open(temp.path()).value(); }
  void append(const std::string& text) { std::ofstream(temp / "sub/a.txt", std::ios::app) << text; }

  TempFolder temp;
};

std::string rest_of(FileReader& reader) {
  std::string text;
  std::array<std::uint8_t, 3> buffer{};
  while (const auto got = reader.read(buffer).value()) text += text_of(ByteView(buffer).first(got));
  return text;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a file that stays as it is reads whole") {
  auto reader = FileReader::open(handle(), scanned());
  REQUIRE(reader);
  CHECK(rest_of(*reader) == "first");
  CHECK(reader->finish());
}

TEST_CASE_METHOD(Fixture, "a file that changes before or while it is read is noticed") {
  const auto file = scanned();
  SECTION("before") {
    append("!");
    CHECK(FileReader::open(handle(), file).error().code == Errc::kit_file_changed);
  }
  SECTION("appended to") {
    auto reader = FileReader::open(handle(), file).value();
    append("!");
    CHECK(rest_of(reader) == "first");
    CHECK(reader.finish().error().code == Errc::kit_file_changed);
  }
  SECTION("overwritten in the same moment, at the same size") {
    auto reader = FileReader::open(handle(), file).value();
    write_text(temp / "sub/a.txt", "fIRST");
    CHECK(rest_of(reader) == "fIRST");
    CHECK(reader.finish().error().code == Errc::kit_file_changed);
  }
  SECTION("cut short") {
    auto reader = FileReader::open(handle(), file).value();
    std::filesystem::resize_file(temp / "sub/a.txt", 2);
    CHECK(rest_of(reader) == "fi");
    CHECK(reader.finish().error().code == Errc::kit_file_changed);
  }
  SECTION("left before the end") {
    auto reader = FileReader::open(handle(), file).value();
    CHECK(reader.finish().error().code == Errc::kit_file_changed);
  }
}

TEST_CASE_METHOD(Fixture, "a change of size and back, or of time alone, is a change") {
  const auto file = scanned();
  auto reader = FileReader::open(handle(), file).value();
  struct timespec times[2] = {{0, UTIME_OMIT}, {file.state.mtime_ns / 1'000'000'000, file.state.mtime_ns % 1'000'000'000}};
  append("!");
  std::filesystem::resize_file(temp / "sub/a.txt", 5);
  REQUIRE(::utimensat(AT_FDCWD, (temp / "sub/a.txt").c_str(), times, 0) == 0);  // as some programs restore it
  CHECK(rest_of(reader) == "first");
  CHECK(reader.finish().error().code == Errc::kit_file_changed);
}

TEST_CASE_METHOD(Fixture, "what is swapped for a link after the scan is not followed") {
  const auto file = scanned();
  SECTION("the file") {
    std::filesystem::remove(temp / "sub/a.txt");
    std::filesystem::create_symlink("/etc/passwd", temp / "sub/a.txt");
    CHECK(FileReader::open(handle(), file).error().code == Errc::kit_symlink);
  }
  SECTION("its folder") {
    std::filesystem::rename(temp / "sub", temp / "moved");
    std::filesystem::create_symlink("moved", temp / "sub");
    CHECK_FALSE(FileReader::open(handle(), file));
  }
  SECTION("a pipe") {
    std::filesystem::remove(temp / "sub/a.txt");
    ::mkfifo((temp / "sub/a.txt").c_str(), 0600);
    CHECK(FileReader::open(handle(), file).error().code == Errc::kit_special_file);
  }
}

TEST_CASE_METHOD(Fixture, "paths that leave the folder are not opened") {
  for (const auto* path : {"", ".", "..", "../x", "sub/../sub/a.txt", "/etc/passwd", "sub//a.txt", "sub/a.txt/"}) {
    CAPTURE(path);
    CHECK_FALSE(handle().open_file(path));
  }
  CHECK_FALSE(handle().open_file(std::string("sub/a.txt\0x", 11)));
}

TEST_CASE_METHOD(Fixture, "a file that changes once is read again, one that keeps changing is refused") {
  const auto file = scanned();
  std::string got;
  int restarts = 0;
  const auto restart = [&](const FileState&) -> Status {
    got.clear();
    ++restarts;
    return {};
  };
  SECTION("once") {
    const auto state = read_steadily(handle(), file, restart, [&](ByteView bytes) -> Status {
      got += text_of(bytes);
      if (restarts == 0) append(", second");
      return {};
    });
    REQUIRE(state);
    CHECK(got == "first, second");
    CHECK(state->size == got.size());
    CHECK(restarts == 1);
  }
  SECTION("again and again") {
    const auto state = read_steadily(handle(), file, restart, [&](ByteView) -> Status {
      append("!");
      return {};
    });
    CHECK(state.error().code == Errc::kit_file_changed);
    CHECK(restarts == 2);
  }
  SECTION("an error of the receiver ends it") {
    const auto state = read_steadily(handle(), file, restart, [&](ByteView) { return fail(Errc::disk_full); });
    CHECK(state.error().code == Errc::disk_full);
    CHECK(restarts == 0);
  }
}

TEST_CASE_METHOD(Fixture, "a small file is read whole, a larger one refused") {
  CHECK(read_small(handle(), scanned(), 5).value() == "first");
  CHECK(read_small(handle(), scanned(), 4).error().code == Errc::too_large);
  write_text(temp / "big", std::string(3 * limits::slice_bytes_max + 7, 'x'));
  CHECK(read_small(handle(), scanned("big"), 1 << 20)->size() == 3 * limits::slice_bytes_max + 7);
}

TEST_CASE("the state of a file is one to go by later only once a further write must change it") {
  FileState state;
  state.device = 1;
  state.inode = 2;
  state.size = 3;
  const auto now = std::int64_t{std::time(nullptr)} * 1'000'000'000;
  state.mtime_ns = state.ctime_ns = now - 10'000'000'000;
  const auto text = lasting_state(state);
  REQUIRE(text);
  CHECK(lasting_state(state) == text);
  for (auto change :
       std::vector<std::function<void(FileState&)>>{[](auto& s) { ++s.device; }, [](auto& s) { ++s.inode; }, [](auto& s) { ++s.size; },
                                                    [](auto& s) { ++s.mtime_ns; }, [](auto& s) { ++s.ctime_ns; }}) {
    auto other = state;
    change(other);
    REQUIRE(lasting_state(other));
    CHECK(lasting_state(other) != text);
  }
  for (const auto stamp : {now, now + 3'600'000'000'000}) {  // in this moment, and in the future
    auto young = state;
    young.ctime_ns = stamp;
    CHECK_FALSE(lasting_state(young));
    young = state;
    young.mtime_ns = stamp;
    CHECK_FALSE(lasting_state(young));
  }
}

}  // namespace file_reader_test
