#include "store/disk/files.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace files_test {
using namespace essaimage;
using namespace essaimage::store;
using essaimage::test::read_text;
using essaimage::test::TempFolder;
using essaimage::test::write_text;

namespace {

std::size_t count_files(const Path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

/// Lets this process write files of so many bytes at most, as a full disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("replace_file leaves the new content, the mode asked for, and nothing beside it") {
  const TempFolder folder;
  REQUIRE(replace_file(folder / "a", bytes_of("one")));
  REQUIRE(replace_file(folder / "a", bytes_of("two"), 0640));
  CHECK(read_text(folder / "a") == "two");
  struct stat info {};
  REQUIRE(::stat((folder / "a").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0640);
  CHECK(count_files(folder.path()) == 1);
}

TEST_CASE("replace_file that fails keeps the old content and leaves nothing beside it") {
  const TempFolder folder;
  REQUIRE(replace_file(folder / "a", bytes_of("one")));
  const FileSizeLimit limit(1000);
  const auto status = replace_file(folder / "a", Bytes(2000, 'x'));
  REQUIRE_FALSE(status);
  CHECK(status.error().code == Errc::disk_full);
  CHECK(read_text(folder / "a") == "one");
  CHECK(count_files(folder.path()) == 1);
}

TEST_CASE("create_file refuses to take the place of another file") {
  const TempFolder folder;
  REQUIRE(create_file(folder / "a", bytes_of("one")));
  const auto again = create_file(folder / "a", bytes_of("two"));
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::conflict);
  CHECK(read_text(folder / "a") == "one");
  CHECK(count_files(folder.path()) == 1);
}

TEST_CASE("sweeping removes what a killed replace_file left, and nothing else") {
  const TempFolder folder;
  write_text(folder / "a.123-4.essaimage-tmp", "half");
  write_text(folder / "a", "whole");
  REQUIRE(sweep_temporaries(folder.path()));
  CHECK(count_files(folder.path()) == 1);
  CHECK(read_text(folder / "a") == "whole");
}

TEST_CASE("read_file refuses what is larger than asked for, and says when there is none") {
  const TempFolder folder;
  write_text(folder / "a", "12345");
  CHECK(text_of(read_file(folder / "a", 5).value()) == "12345");
  CHECK(read_file(folder / "a", 4).error().code == Errc::too_large);
  CHECK(read_file(folder / "none", 5).error().code == Errc::not_found);
  CHECK(read_file(folder.path(), 5).error().code == Errc::io);
}

TEST_CASE("read_file does not wait for somebody to write into a pipe") {
  const TempFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(read_file(folder / "pipe", 5).error().code == Errc::io);
}

TEST_CASE("what the disk cannot read is damage") {
  // The kernel's way to answer EIO without a broken disk: memory that nothing is mapped to.
  const auto fd = open_file("/proc/self/mem", O_RDONLY);
  REQUIRE(fd);
  CHECK(read_at(fd->get(), 0, 10, "mem").error().code == Errc::corrupt);
}

TEST_CASE("read_at gives fewer bytes only at the end") {
  const TempFolder folder;
  write_text(folder / "a", "0123456789");
  const auto fd = open_file(folder / "a", O_RDONLY).value();
  CHECK(text_of(read_at(fd.get(), 2, 3, "a").value()) == "234");
  CHECK(text_of(read_at(fd.get(), 8, 30, "a").value()) == "89");
  CHECK(read_at(fd.get(), 10, 30, "a").value().empty());
}

TEST_CASE("make_folders makes the whole way and is content with what is there") {
  const TempFolder folder;
  REQUIRE(make_folders(folder / "a/b/c"));
  REQUIRE(make_folders(folder / "a/b/c"));
  write_text(folder / "file", "x");
  CHECK(make_folders(folder / "file").error().code == Errc::io);
}

TEST_CASE("a home is locked by one owner at a time") {
  const TempFolder folder;
  {
    const auto first = lock_home(folder / "lock");
    REQUIRE(first);
    CHECK(lock_home(folder / "lock").error().code == Errc::home_in_use);
  }
  CHECK(lock_home(folder / "lock"));
}

TEST_CASE("a descriptor is closed once, by its last owner") {
  const TempFolder folder;
  write_text(folder / "a", "x");
  Fd first = open_file(folder / "a", O_RDONLY).value();
  const int number = first.get();
  Fd second = std::move(first);
  CHECK_FALSE(static_cast<bool>(first));
  CHECK(second.get() == number);
  second.reset();
  CHECK(::fcntl(number, F_GETFD) == -1);
}

TEST_CASE("folders that the system will not make are an error, and no endless attempt") {
  CHECK_FALSE(make_folders("/proc/no/such/folder"));
  CHECK_FALSE(make_folders("/proc/none"));
  const TempFolder temp;
  write_text(temp / "file", "x");
  CHECK_FALSE(make_folders(temp / "file/below"));
  REQUIRE(make_folders(temp / "a/b/c"));
  REQUIRE(make_folders(temp / "a/b/c"));
}

}  // namespace files_test
