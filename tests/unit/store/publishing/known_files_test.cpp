// Files that are published again without being read: what is recognised, what is not, and what comes of it.
#include "store/library.hpp"

#include "store/crypto/hash.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/members.hpp"

namespace known_files_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

const std::string lamp = "/home/anne/kits/lampe";

/// A folder whose files each have a state, and a publication that asks before it sends.
struct Folder {
  TestNode& node;
  KitFiles files{{"kit.toml", manifest_of("Lampe")}, {"guide.md", "Bonjour\n"}, {"photo.jpg", photo(50'000, 1)}};
  std::map<std::string, std::string> states{{"kit.toml", "1"}, {"guide.md", "1"}, {"photo.jpg", "1"}};
  std::string at = lamp;
  std::vector<std::string> read{};  ///< by the last publication

  Result<PublishedKit> publish(bool commits = true) {
    read.clear();
    TRY(const auto publication, node.library().publish({}));
    CHECK_OK(publication->begin_kit("lampe"));
    publication->set_place(at);
    for (const auto& [path, content] : files) {
      TRY(const bool known, publication->take_known(path, false, states[path]));
      if (known) continue;
      read.push_back(path);
      CHECK_OK(publication->begin_file(path, false, content.size()));
      publication->remember(states[path]);
      CHECK_OK(publication->write(Bytes(content.begin(), content.end())));
      CHECK_OK(publication->end_file());
    }
    CHECK_OK(publication->end_kit());
    if (!commits) return fail(Errc::cancelled);
    TRY(const auto kits, publication->commit());
    return kits.at(0);
  }
};

}  // namespace

TEST_CASE("files that were published from a folder are not read again, and make the same tree") {
  Members m;
  Folder folder{*m.a};
  const auto first = folder.publish().value();
  CHECK(folder.read.size() == 3);
  m.a->close();
  REQUIRE(m.a->open());
  const auto again = folder.publish().value();
  CHECK(folder.read.empty());
  CHECK(again.unchanged);
  CHECK(again.files == first.files);
  CHECK(again.bytes == first.bytes);
  CHECK(again.commit == first.commit);
}

TEST_CASE("a file in another state is read, and the others are in the new version without being read") {
  Members m;
  Folder folder{*m.a};
  REQUIRE(folder.publish());
  folder.files["guide.md"] = "Bonsoir\n";
  folder.states["guide.md"] = "2";
  const auto second = folder.publish().value();
  CHECK(folder.read == std::vector<std::string>{"guide.md"});
  CHECK(second.version == 2);
  replicate(*m.a, *m.b);
  CHECK(m.b->checkout("a/lampe") == folder.files);
}

TEST_CASE("nothing is known of another place, of a publication that was not committed, or without a state") {
  Members m;
  Folder folder{*m.a};
  REQUIRE_FALSE(folder.publish(false));
  REQUIRE_FALSE(folder.publish(false));
  CHECK(folder.read.size() == 3);
  REQUIRE(folder.publish());
  folder.at = "/home/anne/copie/lampe";
  REQUIRE(folder.publish());
  CHECK(folder.read.size() == 3);
  folder.at = lamp;
  for (auto& [path, state] : folder.states) state.clear();
  REQUIRE(folder.publish());
  CHECK(folder.read.size() == 3);
}

TEST_CASE("a file whose content is no longer held is asked for, and is here again with the next version") {
  Members m;
  Folder folder{*m.a};
  REQUIRE(folder.publish());
  const Sha256 media = sha256(bytes_of(folder.files["photo.jpg"]));
  std::filesystem::remove(m.a->layout().media(media));
  folder.files["guide.md"] = "Bonsoir\n";
  folder.states["guide.md"] = "2";
  REQUIRE(folder.publish());
  CHECK(folder.read == std::vector<std::string>{"guide.md", "photo.jpg"});
  CHECK(m.a->library().media().verify(media));
}

TEST_CASE("media that are removed while a publication takes them as known stop it") {
  Members m;
  Folder folder{*m.a};
  REQUIRE(folder.publish());
  folder.files["new.md"] = "neuf\n";
  const auto publication = m.a->library().publish({}).value();
  REQUIRE(publication->begin_kit("lampe"));
  publication->set_place(lamp);
  for (const auto& path : {"kit.toml", "photo.jpg"}) REQUIRE(publication->take_known(path, false, "1").value());
  REQUIRE(publication->end_kit());
  std::filesystem::remove(m.a->layout().media(sha256(bytes_of(folder.files["photo.jpg"]))));
  CHECK(publication->commit().error().code == Errc::conflict);
}

}  // namespace known_files_test
