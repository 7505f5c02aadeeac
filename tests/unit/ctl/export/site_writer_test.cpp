#include "tools/ctl/export/site_writer.hpp"

#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace site_writer_test {
using namespace essaimage;
using namespace essaimage::ctl::site;
using test::TempFolder;

namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write(const fs::path& path, std::string_view text) { std::ofstream(path) << text; }

/// An export of an entrance and one page.
Result<SiteWriter::Counts> publish(const fs::path& folder, const std::string& entrance, const std::string& place, const std::string& page) {
  TRY(auto writer, SiteWriter::open(folder));
  CHECK_OK(writer.put(place, page));
  CHECK_OK(writer.put("index.html", entrance));
  return writer.finish({"index.html"});
}

}  // namespace

TEST_CASE("a second export writes what changed and removes what is gone, with its folder") {
  TempFolder temp;
  const auto site = temp / "site";
  const auto first = publish(site, "un", "kits/a/index.html", "page");
  REQUIRE(first);
  CHECK(first->written == 2);
  const auto same = publish(site, "un", "kits/a/index.html", "page");
  REQUIRE(same);
  CHECK(same->written == 0);
  CHECK(same->unchanged == 2);
  write(site / "mine.txt", "of a person");
  const auto other = publish(site, "deux", "kits/b/index.html", "page");
  REQUIRE(other);
  CHECK(other->written == 2);
  CHECK(other->removed == 1);
  CHECK(read(site / "index.html") == "deux");
  CHECK_FALSE(fs::exists(site / "kits/a"));
  CHECK(read(site / "mine.txt") == "of a person");
  CHECK_FALSE(fs::exists(site / SiteWriter::new_name));
}

TEST_CASE("a file of a kit is not written again if its name and size are there") {
  TempFolder temp;
  const auto site = temp / "site";
  for (int round = 0; round < 2; ++round) {
    auto writer = SiteWriter::open(site);
    REQUIRE(writer);
    const auto kept = writer->keep("files/a-0123.pdf", 3);
    REQUIRE(kept);
    CHECK(*kept == (round == 1));
    if (!*kept) {
      REQUIRE(writer->begin_file("files/a-0123.pdf"));
      REQUIRE(writer->write(bytes_of("pdf")));
      REQUIRE(writer->end_file());
    }
    REQUIRE(writer->finish({}));
  }
  write(site / "files/a-0123.pdf", "cut short");
  auto writer = SiteWriter::open(site);
  REQUIRE(writer);
  CHECK(*writer->keep("files/a-0123.pdf", 3) == false);
}

TEST_CASE("a folder that no export made is refused, and left as it was") {
  TempFolder temp;
  fs::create_directories(temp / "site");
  write(temp / "site/index.html", "mine");
  const auto refused = publish(temp / "site", "un", "a.html", "page");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::destination_taken);
  write(temp / "site/essaimage-export.txt", "a list of something else");
  CHECK_FALSE(publish(temp / "site", "un", "a.html", "page"));
  CHECK(read(temp / "site/index.html") == "mine");
}

TEST_CASE("a person's file, link or folder in the site's place is refused before anything changes") {
  TempFolder temp;
  const auto site = temp / "site";
  REQUIRE(publish(site, "un", "a.html", "page"));
  write(site / "b.html", "mine");
  CHECK_FALSE(publish(site, "deux", "b.html", "page"));
  CHECK(read(site / "index.html") == "un");
  fs::create_directories(temp / "elsewhere");
  fs::create_directory_symlink(temp / "elsewhere", site / "kits");
  CHECK_FALSE(publish(site, "deux", "kits/a.html", "page"));
  CHECK(fs::is_empty(temp / "elsewhere"));
  fs::remove(site / "a.html");
  write(temp / "theirs", "theirs");
  fs::create_symlink(temp / "theirs", site / "a.html");
  CHECK_FALSE(publish(site, "deux", "a.html", "page"));
  CHECK(read(temp / "theirs") == "theirs");
}

TEST_CASE("an export that is broken off leaves the old site, and the next one finishes what was begun") {
  TempFolder temp;
  const auto site = temp / "site";
  {
    auto writer = SiteWriter::open(site);
    REQUIRE(writer);
    REQUIRE(writer->put("index.html", "half"));
  }
  CHECK_FALSE(fs::exists(site));
  REQUIRE(publish(site, "un", "a.html", "page"));
  {
    auto writer = SiteWriter::open(site);
    REQUIRE(writer);
    REQUIRE(writer->put("index.html", "half"));
  }
  CHECK(read(site / "index.html") == "un");
  // Killed amid the renames: the list names both sites, and one file of the new one stands.
  write(site / "b.html", "new");
  write(site / "essaimage-export.txt", encode_made({{"a.html", 4}, {"b.html", 3}, {"index.html", 2}}));
  fs::create_directories(site / SiteWriter::new_name);
  write(site / SiteWriter::new_name / "0", "left over");
  REQUIRE(publish(site, "deux", "b.html", "newer"));
  CHECK(read(site / "index.html") == "deux");
  CHECK(read(site / "b.html") == "newer");
  CHECK_FALSE(fs::exists(site / "a.html"));
}

TEST_CASE("the list of an export has one form, and names nothing outside of its folder") {
  const Made made{{"a.html", 12}, {"kits/b/index.html", 0}};
  const auto text = encode_made(made);
  const auto read_again = parse_made(text);
  REQUIRE(read_again);
  CHECK(*read_again == made);
  const auto head = encode_made({});
  for (const auto* const line :
       {"1 ../a\n", "1 /a\n", "01 a\n", "-1 a\n", "1 a", "1  a\n", " a\n", "1 b\n1 a\n", "1 a\n1 a\n", "99999999999999999999 a\n"})
    CHECK_FALSE(parse_made(head + line));
  CHECK_FALSE(parse_made(""));
  CHECK_FALSE(parse_made("1 a\n"));
}

}  // namespace site_writer_test
