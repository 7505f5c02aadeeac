// Any file of a home may rot while the node is stopped: the node opens, or names the file; and peers make it whole again.
#include "tests/support/catch.hpp"
#include "tests/unit/store/held.hpp"

namespace essaimage::test::rot_test {
namespace {

namespace fs = std::filesystem;

enum class Hit { first_byte, a_byte, cut, emptied, zeros, removed };
constexpr const char* names[] = {"first byte", "a byte", "cut", "emptied", "zeros", "removed"};

void damage(const Path& file, Hit hit) {
  fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
  auto text = read_text(file);
  switch (hit) {
    case Hit::first_byte: text.front() = static_cast<char>(text.front() ^ 0x01); break;
    case Hit::a_byte: text[text.size() * 2 / 3] = static_cast<char>(text[text.size() * 2 / 3] ^ 0x01); break;
    case Hit::cut: text.resize(text.size() / 2); break;
    case Hit::emptied: text.clear(); break;
    case Hit::zeros: text.assign(text.size(), '\0'); break;
    case Hit::removed: fs::remove(file); return;
  }
  write_text(file, text);
}

/// b holds, of a: a kit of three versions in several packs, another on its way; of its own a kit, which a holds.
struct Rotten {
  Members m;
  TestNode& a = *m.a;
  std::vector<Path> files;  ///< of b's home, relative

  Rotten() {
    for (int version = 1; version <= 3; ++version) {
      a.publish_one("film", {{"film.mp4", photo(60'000, static_cast<std::uint64_t>(version))},
                             {"lisez-moi.md", "Version " + std::to_string(version) + "\n" + to_hex(noise(2'000, 9))}});
      replicate(a, *m.b);
    }
    m.b->publish_one("own", {{"photo.jpg", photo(9'000, 11)}, {"texte.md", "à nous\n"}});
    a.publish_one("late", {{"x.mp4", photo(300'000, 12)}});
    REQUIRE(fetch_feed(a, *m.b, a.feed()));
    begin_media(a, *m.b);
    replicate(*m.b, a);
    replicate(*m.b, *m.federation);
    REQUIRE(m.b->library().release_memory());
    m.b->close();
    const Path home = m.b->layout().home;
    for (const auto& entry : fs::recursive_directory_iterator(home)) {
      if (entry.is_regular_file() && fs::file_size(entry) > 0) files.push_back(fs::relative(entry, home));
    }
    std::ranges::sort(files);
  }

  /// The first chunk of what is lacking.
  static void begin_media(TestNode& from, TestNode& to) {
    const auto needs = to.library().needs();
    REQUIRE(needs);
    REQUIRE(needs->size() == 1);
    const auto& need = needs->front();
    REQUIRE(need.held.size() > 1);
    const auto source = from.library().open_run(need.feeds.front(), need.media, need.chunk_list, 0, 1, {});
    REQUIRE(source);
    const auto reception = to.library().receive_run(need.feeds.front(), need.media, 0, 1, {});
    REQUIRE(reception);
    REQUIRE((*reception)->append(*(*source)->read(0, 8'000'000)));
  }
};

/// As the daemon does every ten seconds.
void catch_up(TestNode& node) {
  for (int i = 0; i < 20 && node.library().is_behind(); ++i) REQUIRE(node.library().catch_up());
}

/// Whose it is, and how it signs, comes from nobody: that must be said, with the file's name.
bool is_told(const Path& file, const Error& error) {
  const std::string name = file.filename().string();
  const bool personal = name == "identity.toml" || name == "signing" || name == "transport";
  return personal && error.detail.find(name) != std::string::npos;
}

void check_whole(const TestNode& a, TestNode& b) {
  CHECK_FALSE(b.library().is_behind());
  const auto problems = b.library().verify({});
  REQUIRE(problems);
  for (const auto& problem : *problems) FAIL_CHECK(problem.where << ": " << to_line(problem.error));
  for (const char* id : {"a/film", "a/late", "b/own"}) {
    INFO(id);
    REQUIRE(b.find(id));
    CHECK(b.checkout(id) == a.checkout(id));
    CHECK(b.library().history(*KitId::parse(id))->size() == a.library().history(*KitId::parse(id))->size());
  }
}

}  // namespace

namespace {

void rot_and_heal(std::initializer_list<Hit> hits) {
  Rotten rotten;
  TestNode& a = rotten.a;
  std::size_t opened = 0, told = 0;
  for (const Path& file : rotten.files) {
    for (const Hit hit : hits) {
      INFO(file << ": " << names[static_cast<int>(hit)]);
      auto b = rotten.m.b->copy();
      damage(b->layout().home / file, hit);
      if (const auto status = b->open(); !status) {
        INFO(to_line(status.error()));
        CHECK(is_told(file, status.error()));
        ++told;
        continue;
      }
      ++opened;
      REQUIRE(b->slug() == "b");
      REQUIRE(b->library().verify({}));
      catch_up(*b);
      replicate(*rotten.m.federation, *b);
      replicate(a, *b);
      catch_up(*b);
      fetch_media(a, *b);
      check_whole(a, *b);
      b->close();
      REQUIRE(b->open());
      CHECK(b->library().problems().empty());
      check_whole(a, *b);
    }
  }
  CHECK(opened > 30);
  CHECK(told > 4);
}

}  // namespace

// Whatever file it is, the node says so or goes on, and is whole again with its peers.
TEST_CASE("whatever file of a home rots: a byte is another") { rot_and_heal({Hit::first_byte, Hit::a_byte}); }
TEST_CASE("whatever file of a home rots: it is cut short, or empty") { rot_and_heal({Hit::cut, Hit::emptied}); }
TEST_CASE("whatever file of a home rots: it is zeros, or not there") { rot_and_heal({Hit::zeros, Hit::removed}); }

TEST_CASE("a home that says another centre or another federation, and still reads well, is told as damaged") {
  Members m;
  m.b->publish_one("k", {{"x", "1"}});
  m.b->close();
  const Path file = m.b->layout().identity();
  auto text = read_text(file);
  const auto replace = [&](const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
  };
  SECTION("the slug of another member") { replace("slug = \"b\"", "slug = \"c\""); }
  SECTION("the slug of nobody") { replace("slug = \"b\"", "slug = \"d\""); }
  SECTION("another federation") {
    const auto at = text.find("federation = \"") + 14;
    text[at] = text[at] == '0' ? '1' : '0';
  }
  write_text(file, text);
  const auto status = m.b->open();
  REQUIRE_FALSE(status);
  INFO(to_line(status.error()));
  CHECK(status.error().code == Errc::home_damaged);
  CHECK(is_told(file, status.error()));
}

}  // namespace essaimage::test::rot_test
