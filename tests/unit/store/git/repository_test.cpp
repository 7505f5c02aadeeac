// The library as stock git sees it.

#include "store/git/repository.hpp"

#include "store/feed/allowed_signers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_size_limit.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_feed.hpp"

namespace repository_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

const FeedId region{"mdq-wazemmes", {}};
const FeedId lille{"mdq-wazemmes", {Audience::Kind::territory, "lille"}};

Files files(int n) {
  return {{".gitattributes", "* -text\n"},
          {"kits/ab/robot/entry.toml", "version = " + std::to_string(n) + "\n"},
          {"kits/ab/robot/files/été à Lille.txt", "ligne\r\nautre\n"},
          {"kits/ab/robot/files/vide", ""}};
}

std::size_t occurrences(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("stock git finds nothing to complain of in a library") {
  TestLibrary library;
  CHECK(git(library.layout().library(), {"fsck", "--full", "--strict"}).exit_code == 0);
  for (int n = 1; n <= 3; ++n) library.commit(region, files(n));
  library.commit(lille, files(9));
  const auto fsck = git(library.layout().library(), {"fsck", "--full", "--strict", "--no-progress"});
  CHECK(fsck.exit_code == 0);
  CHECK(fsck.output.empty());
}

TEST_CASE("stock git says good for every commit, with the allowed_signers that we write") {
  TestLibrary library;
  for (int n = 1; n <= 3; ++n) library.commit(region, files(n));
  library.commit(lille, files(9));
  const Path signers = library.layout().allowed_signers();
  REQUIRE(make_folders(signers.parent_path()));
  write_text(signers, allowed_signers(roster_of({"federation", "mdq-wazemmes"})));
  const auto configured = [&](const Path& file, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"-c", "gpg.ssh.allowedSignersFile=" + file.string()});
    return git(library.layout().library(), arguments);
  };
  const auto log = configured(signers, {"log", "--show-signature", "--all"});
  CHECK(occurrences(log.output, "Good \"git\" signature for mdq-wazemmes@essaimage.invalid") == 4);
  CHECK(configured(signers, {"verify-commit", lille.ref()}).exit_code == 0);

  write_text(signers, allowed_signers(roster_of({"federation", "somebody-else"})));
  CHECK(configured(signers, {"verify-commit", lille.ref()}).exit_code != 0);
}

TEST_CASE("stock git clones any feed, and the clone is clean and byte for byte the same") {
  TestLibrary library;
  const TempFolder target;
  library.commit(region, files(1));
  library.commit(lille, files(2));
  const auto clone = git(target.path(), {"clone", "-q", "-b", "essaimage/mdq-wazemmes/territory/lille",
                                         "file://" + library.layout().library().string(), "clone"});
  CHECK(clone.output.empty());
  REQUIRE(clone.exit_code == 0);
  for (const auto& [path, text] : files(2)) CHECK(read_text(target / ("clone/" + path)) == text);
  CHECK(git(target / "clone", {"status", "--porcelain"}).output.empty());
}

TEST_CASE("a repository is made once") {
  TestLibrary library;
  CHECK(create_repository(library.layout(), region).error().code == Errc::conflict);
}

TEST_CASE("sweeping removes what a crash left, and keeps the library") {
  TestLibrary library;
  const Head head = library.commit(region, files(1));
  const Layout& layout = library.layout();
  write_text(layout.packs() / "pack_git2_abc", "half");
  write_text(layout.packs() / "pack-1234.idx", "an index without a pack");
  write_text(layout.packs() / "pack-5678.pack", "no pack, and without an index");
  write_text(layout.quarantine() / "1-1/objects/pack/incoming", "half");
  write_text(layout.library() / "packed-refs.1-2.essaimage-tmp", "half");
  write_text(layout.forks() / "a+region.fork.1-3.essaimage-tmp", "half");
  write_text(layout.partials() / "kept", "some chunks");
  REQUIRE(sweep_repository(layout));
  CHECK(std::distance(std::filesystem::directory_iterator(layout.packs()), {}) == 2);
  CHECK(read_text(layout.damaged() / "pack-5678.pack") == "no pack, and without an index");
  CHECK(std::filesystem::is_empty(layout.quarantine()));
  CHECK_FALSE(std::filesystem::exists(layout.library() / "packed-refs.1-2.essaimage-tmp"));
  CHECK(std::filesystem::is_empty(layout.forks()));
  CHECK(read_text(layout.partials() / "kept") == "some chunks");
  REQUIRE(library.objects().reload());
  CHECK(library.objects().contains(head.commit));
}

TEST_CASE("a right pack that cannot be indexed for want of room stays where it is") {
  TestLibrary library;
  const Head head = library.commit(region, files(1));
  const Layout& layout = library.layout();
  for (const auto& item : std::filesystem::directory_iterator(layout.packs())) {
    if (item.path().extension() == ".idx") std::filesystem::remove(item.path());
  }
  {
    const FileSizeLimit full(100);
    CHECK(sweep_repository(layout).error().code == Errc::disk_full);
  }
  CHECK_FALSE(std::filesystem::exists(layout.damaged()));
  REQUIRE(sweep_repository(layout));
  REQUIRE(library.objects().reload());
  CHECK(library.objects().contains(head.commit));
}

TEST_CASE("what a person adds to git's configuration stays") {
  TestLibrary library;
  const Path config = library.layout().library() / "config";
  const auto added = read_text(config) + "[gpg \"ssh\"]\n\tallowedSignersFile = /x\n";
  write_text(config, added);
  REQUIRE(sweep_repository(library.layout()));
  CHECK(read_text(config) == added);
}

TEST_CASE("a pack that lost its index gets it back, and git's own files come back too") {
  TestLibrary library;
  const Head head = library.commit(region, files(1));
  const Layout& layout = library.layout();
  for (const auto& item : std::filesystem::directory_iterator(layout.packs())) {
    if (item.path().extension() == ".idx") std::filesystem::remove(item.path());
  }
  write_text(layout.library() / "config", "[core\n");
  std::filesystem::remove(layout.library() / "HEAD");
  REQUIRE(sweep_repository(layout));
  REQUIRE(Refs::open(layout));
  REQUIRE(library.objects().reload());
  CHECK(library.objects().contains(head.commit));
  CHECK(git(layout.library(), {"fsck", "--full", "--strict"}).output.empty());
  CHECK(git(layout.library(), {"rev-parse", "HEAD"}).output == head.commit.hex() + "\n");
}

}  // namespace repository_test
