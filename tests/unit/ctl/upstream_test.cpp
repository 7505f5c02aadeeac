// What changed upstream, seen from a folder; what was settled; and writing without taking anything from its owner.
#include "tools/ctl/upstream.hpp"

#include <fstream>
#include <iterator>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"
#include "tools/ctl/working_folder.hpp"

using namespace essaimage;
using namespace essaimage::ctl;
using test::TempFolder;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string get(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("what changed upstream is told with what became of it here") {
  using Kind = kit::FileChange::Kind;
  using Here = UpstreamFile::Here;
  const std::vector<kit::FileId> base{{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}, {"e", "1"}, {"f", "1"}, {"g", "1"}};
  const std::vector<kit::FileId> theirs{{"a", "1"}, {"b", "2"}, {"c", "2"}, {"d", "2"}, {"e", "2"}, {"h", "1"}, {"i", "1"}};
  const std::vector<kit::FileId> ours{{"a", "9"}, {"b", "1"}, {"c", "3"}, {"d", "2"}, {"f", "1"}, {"i", "9"}};
  CHECK(compare_upstream(base, theirs, ours) == std::vector<UpstreamFile>{{Kind::changed, "b", Here::as_adapted},
                                                                          {Kind::changed, "c", Here::edited},
                                                                          {Kind::changed, "d", Here::same},
                                                                          {Kind::changed, "e", Here::removed},
                                                                          {Kind::removed, "f", Here::as_adapted},
                                                                          {Kind::removed, "g", Here::same},
                                                                          {Kind::added, "h", Here::as_adapted},
                                                                          {Kind::added, "i", Here::edited}});
  CHECK(compare_upstream(base, base, ours).empty());
}

TEST_CASE("what was settled is remembered for one newer version, and a record that is none counts for nothing") {
  const TempFolder folder;
  auto settled = Settled::read(folder.path(), "a/k@2");
  CHECK_FALSE(settled.has("x"));
  settled.add("photos/x y.jpg");
  REQUIRE(settled.write(folder.path()));
  CHECK(Settled::read(folder.path(), "a/k@2").has("photos/x y.jpg"));
  CHECK_FALSE(Settled::read(folder.path(), "a/k@3").has("photos/x y.jpg"));
  put(folder / Settled::file_name, "a/k@2\n../x\n/y\nz\n");
  CHECK(Settled::read(folder.path(), "a/k@2").has("z"));
  CHECK_FALSE(Settled::read(folder.path(), "a/k@2").has("../x"));
  REQUIRE(Settled::forget(folder.path()));
  CHECK_FALSE(fs::exists(folder / Settled::file_name));
  fs::create_symlink(folder / "other", folder / Settled::file_name);
  put(folder / "other", "a/k@2\nz\n");
  CHECK_FALSE(Settled::read(folder.path(), "a/k@2").has("z"));
}

TEST_CASE("copies go into a new folder beside, each time another one, and nothing is written outside") {
  const TempFolder top;
  const auto folder = top / "lampe";
  put(folder / "sub/guide.md", "mine");
  {
    WorkingFolder working(folder.string() + "/");
    CHECK(working.kept().empty());
    REQUIRE(working.keep("sub/guide.md"));
    REQUIRE(working.write_text("sub/guide.md", false, "theirs"));
    REQUIRE(working.keep_text("sub/other.md", "text"));
    CHECK(get(top / "lampe.kept-1/sub/guide.md") == "mine");
    CHECK(get(top / "lampe.kept-1/sub/other.md") == "text");
    CHECK(get(folder / "sub/guide.md") == "theirs");
    CHECK_FALSE(working.keep("sub/guide.md"));  // never over a copy
  }
  WorkingFolder working(folder);
  REQUIRE(working.keep("sub/guide.md"));
  CHECK(get(top / "lampe.kept-2/sub/guide.md") == "theirs");
  REQUIRE(working.write_text("new/run.sh", true, "x"));
  CHECK((fs::status(folder / "new/run.sh").permissions() & fs::perms::owner_exec) != fs::perms::none);
  REQUIRE(working.remove("sub/guide.md"));
  CHECK_FALSE(fs::exists(folder / "sub"));
  for (const char* const path : {"../x", "/tmp/x", "a/../../x", ""}) {
    INFO(path);
    CHECK_FALSE(working.write_text(path, false, "x"));
    CHECK_FALSE(working.keep(path));
    CHECK_FALSE(working.keep_text(path, "x"));
    CHECK_FALSE(working.remove(path));
  }
  CHECK(working.write_text("new", false, "x").error().code == Errc::conflict);
  CHECK_FALSE(working.write("broken", false, [](const WorkingFolder::Sink& sink) -> Status {
    CHECK_OK(sink(bytes_of("half")));
    return fail(Errc::media_not_here);
  }));
  CHECK(std::distance(fs::directory_iterator(folder), {}) == 1);
}
