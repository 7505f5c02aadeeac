// What changed upstream, seen from a folder; what was settled; and writing without taking anything from its owner.
#include "tools/ctl/folders/upstream.hpp"

#include <fstream>
#include <iterator>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"
#include "tools/ctl/folders/new_file.hpp"
#include "tools/ctl/folders/working_folder.hpp"

namespace upstream_test {
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

/// The file as it is now, taken for one that its owner did not touch.
WorkingFolder::Judged judged(const WorkingFolder& folder, const std::string& path) {
  const auto state = folder.state(path);
  REQUIRE(state);
  return {*state};
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
  REQUIRE(settled.settle(folder.path(), "photos/x y.jpg"));
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

TEST_CASE("what was settled is in the record at once, and half a line of it is none") {
  const TempFolder folder;
  put(folder / Settled::file_name, "a/k@2\nz\nguid");  // of guide.md
  auto settled = Settled::read(folder.path(), "a/k@2");
  CHECK(settled.has("z"));
  CHECK_FALSE(settled.has("guid"));
  REQUIRE(settled.settle(folder.path(), "b"));
  REQUIRE(settled.settle(folder.path(), "c"));
  CHECK(get(folder / Settled::file_name) == "a/k@2\nb\nz\nc\n");
  fs::remove(folder / Settled::file_name);
  REQUIRE(settled.settle(folder.path(), "d"));
  put(folder / ".essaimage-upstream.7-0.essaimage-tmp", "a/k");
  put(folder / "x.essaimage-tmp", "mine");
  Settled::sweep(folder.path());
  CHECK_FALSE(fs::exists(folder / ".essaimage-upstream.7-0.essaimage-tmp"));
  CHECK(fs::exists(folder / "x.essaimage-tmp"));
  CHECK(get(folder / Settled::file_name) == "a/k@2\nb\nc\nd\nz\n");
}

TEST_CASE("copies go into a new folder beside, each time another one, and nothing is written outside") {
  const TempFolder top;
  const auto folder = top / "lampe";
  put(folder / "sub/guide.md", "mine");
  {
    WorkingFolder working(folder.string() + "/");
    CHECK(working.kept().empty());
    REQUIRE(working.keep("sub/guide.md"));
    REQUIRE(working.write_text("sub/guide.md", false, judged(working, "sub/guide.md"), "theirs"));
    REQUIRE(working.keep_text("sub/other.md", "text"));
    CHECK(get(top / "lampe.kept-1/sub/guide.md") == "mine");
    CHECK(get(top / "lampe.kept-1/sub/other.md") == "text");
    CHECK(get(folder / "sub/guide.md") == "theirs");
    REQUIRE(working.keep("sub/guide.md"));  // never over a copy
    CHECK(get(top / "lampe.kept-1/sub/guide.md") == "mine");
    CHECK(get(top / "lampe.kept-1/sub/guide.md.2") == "theirs");
  }
  WorkingFolder working(folder);
  REQUIRE(working.keep("sub/guide.md"));
  CHECK(get(top / "lampe.kept-2/sub/guide.md") == "theirs");
  REQUIRE(working.write_text("new/run.sh", true, {}, "x"));
  CHECK((fs::status(folder / "new/run.sh").permissions() & fs::perms::owner_exec) != fs::perms::none);
  REQUIRE(working.remove("sub/guide.md", judged(working, "sub/guide.md")));
  CHECK_FALSE(fs::exists(folder / "sub"));
  for (const char* const path : {"../x", "/tmp/x", "a/../../x", ""}) {
    INFO(path);
    CHECK_FALSE(working.write_text(path, false, {}, "x"));
    CHECK_FALSE(working.keep(path));
    CHECK_FALSE(working.keep_text(path, "x"));
    CHECK_FALSE(working.remove(path, {}));
  }
  CHECK_FALSE(working.write("broken", false, {}, [](const WorkingFolder::Sink& sink) -> Status {
    CHECK_OK(sink(bytes_of("half")));
    return fail(Errc::media_not_here);
  }));
  CHECK(std::distance(fs::directory_iterator(folder), {}) == 1);
}

TEST_CASE("what is saved while a file is taken over is copied, and told") {
  const TempFolder top;
  const auto folder = top / "lampe";
  put(folder / "guide.md", "as adapted");
  WorkingFolder working(folder);
  const auto saves = [&](const fs::path& place, std::string_view text) {
    return [&, place, text](const WorkingFolder::Sink& sink) -> Status {
      put(place, text);  // its owner, during the download
      return sink(bytes_of("theirs"));
    };
  };
  SECTION("over the same file") {
    const auto done = working.write("guide.md", false, judged(working, "guide.md"), saves(folder / "guide.md", "saved"));
    REQUIRE(done);
    CHECK(done->other);
    CHECK(get(top / "lampe.kept-1/guide.md") == "saved");
  }
  SECTION("as a new file of the same size, as editors save") {
    const auto before = judged(working, "guide.md");
    const auto done = working.write("guide.md", false, before, [&](const WorkingFolder::Sink& sink) -> Status {
      put(folder / "other", "AS ADAPTED");
      fs::last_write_time(folder / "other", fs::last_write_time(folder / "guide.md"));
      fs::rename(folder / "other", folder / "guide.md");
      return sink(bytes_of("theirs"));
    });
    REQUIRE(done);
    CHECK(done->other);
    CHECK(get(top / "lampe.kept-1/guide.md") == "AS ADAPTED");
  }
  SECTION("of a file that had been changed before: what was saved last") {
    auto before = judged(working, "guide.md");
    before.copy = true;
    const auto done = working.write("guide.md", false, before, saves(folder / "guide.md", "saved"));
    REQUIRE(done);
    CHECK(done->other);
    CHECK(get(top / "lampe.kept-1/guide.md") == "saved");
  }
  SECTION("where no file was") {
    const auto done = working.write("new.md", false, {}, saves(folder / "new.md", "saved"));
    REQUIRE(done);
    CHECK(done->other);
    CHECK(get(top / "lampe.kept-1/new.md") == "saved");
    CHECK(get(folder / "new.md") == "theirs");
    return;
  }
  SECTION("and is removed") {
    const auto before = judged(working, "guide.md");
    put(folder / "guide.md", "saved");
    const auto done = working.remove("guide.md", before);
    REQUIRE(done);
    CHECK(done->other);
    CHECK(get(top / "lampe.kept-1/guide.md") == "saved");
    CHECK_FALSE(fs::exists(folder / "guide.md"));
    return;
  }
  SECTION("nothing was: no copy, or the one that was asked for") {
    auto before = judged(working, "guide.md");
    before.copy = GENERATE(false, true);
    const auto done = working.write_text("guide.md", false, before, "theirs");
    REQUIRE(done);
    CHECK_FALSE(done->other);
    CHECK(done->copied == before.copy);
    CHECK(working.kept().empty() != before.copy);
  }
  CHECK(get(folder / "guide.md") == "theirs");
  CHECK(std::distance(fs::directory_iterator(folder), {}) == 1);
}

TEST_CASE("what stands in the way is named, and nothing is written through a link") {
  const TempFolder top;
  const auto folder = top / "lampe";
  put(folder / "guide/mine.md", "mine");
  put(folder / "plan", "mine");
  put(top / "elsewhere/x", "mine");
  fs::create_directory_symlink(top / "elsewhere", folder / "link");
  WorkingFolder working(folder);
  const auto way = [](const Result<WorkingFolder::Done>& done) { return done ? done->in_the_way : to_line(done.error()); };
  CHECK(way(working.write_text("guide", false, {}, "x")) == "guide/");
  CHECK(way(working.write_text("plan/pied.stl", false, {}, "x")) == "plan");
  CHECK(way(working.write_text("link/x", false, {}, "x")) == "link");
  CHECK(way(working.write_text("link", false, {}, "x")) == "link");
  REQUIRE(working.remove("link/x", {}));
  REQUIRE(working.remove("guide", {}));
  REQUIRE(working.remove("plan/pied.stl", {}));
  CHECK(get(top / "elsewhere/x") == "mine");
  CHECK(get(folder / "guide/mine.md") == "mine");
  CHECK(get(folder / "plan") == "mine");
  CHECK(working.kept().empty());
  fs::create_directory(folder / "empty");
  CHECK(way(working.write_text("empty", false, {}, "x")).empty());
  CHECK(get(folder / "empty") == "x");
}

TEST_CASE("a new file does not appear over one that came in the last moment") {
  const TempFolder folder;
  auto file = NewFile::beside(folder / "x", false);
  REQUIRE(file);
  REQUIRE(file->write(bytes_of("theirs")));
  put(folder / "x", "mine");
  CHECK(file->appear(folder / "x") == false);
  CHECK(get(folder / "x") == "mine");
  fs::remove(folder / "x");
  CHECK(file->appear(folder / "x") == true);
  CHECK(get(folder / "x") == "theirs");
}

TEST_CASE("who may read a file stays, whoever it comes from") {
  const TempFolder folder;
  const auto mode = [&](const char* name) { return static_cast<unsigned>(fs::status(folder / name).permissions()); };
  WorkingFolder working(folder.path());
  put(folder / "x", "mine");
  fs::permissions(folder / "x", fs::perms(0662));
  REQUIRE(working.write_text("x", true, judged(working, "x"), "theirs"));
  CHECK(mode("x") == 0772);
  REQUIRE(working.write_text("x", false, judged(working, "x"), "theirs"));
  CHECK(mode("x") == 0662);
}

TEST_CASE("what a killed run left is removed, and nothing else") {
  const TempFolder folder;
  const std::string left = "sub/.guide.md.essaimage-0123456789ab";
  put(folder / left, "half");
  const std::vector<std::string> others = {"sub/.guide.md.essaimage-0123456789aB", "sub/x.essaimage-0123456789ab",
                                           ".essaimage-0123456789ab", ".git/.x.essaimage-0123456789ab"};
  for (const auto& name : others) put(folder / name, "mine");
  WorkingFolder working(folder.path());
  REQUIRE(working.write("new.md", false, {}, [&](const WorkingFolder::Sink& sink) -> Status {
    working.sweep();  // of another run, while this one writes
    return sink(bytes_of("x"));
  }));
  CHECK(get(folder / "new.md") == "x");
  CHECK_FALSE(fs::exists(folder / left));
  for (const auto& name : others) CHECK(fs::exists(folder / name));
}

}  // namespace upstream_test
