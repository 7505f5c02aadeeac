#include "store/disk/unreadable_pages.hpp"

#include <csignal>

#include "store/disk/mapped_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace unreadable_pages_test {
using namespace essaimage;
using namespace essaimage::store;

TEST_CASE("a mapped page that the disk does not give reads as zeros, and all others as they are") {
  struct sigaction before {};
  ::sigaction(SIGBUS, nullptr, &before);
  survive_unreadable_pages();
  const auto met = unreadable_pages();
  test::TempFolder folder;
  const Path file = folder / "f";
  test::write_text(file, std::string(3 * 65'536, 'x'));
  const auto mapped = MappedFile::open(file);
  REQUIRE(mapped);
  std::filesystem::resize_file(file, 65'536);
  const auto bytes = mapped->bytes();
  CHECK(bytes[65'535] == 'x');
  CHECK(bytes[2 * 65'536 + 7] == 0);
  CHECK(bytes[65'536] == 0);
  CHECK(bytes[0] == 'x');
  CHECK(unreadable_pages() == met + 2);
  ::sigaction(SIGBUS, &before, nullptr);
}

}  // namespace unreadable_pages_test
