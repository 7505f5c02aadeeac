// What a feed's tree may hold, by reception: each case is one change to a feed that is accepted without it.

#include "store/feed/tree_rules.hpp"

#include "store/federation/adoption_file.hpp"
#include "store/kit/attributes.hpp"
#include "store/kit/entry.hpp"
#include "store/kit/pointer.hpp"
#include "store/life/outcome_file.hpp"
#include "tests/unit/store/feed/reception.hpp"

namespace tree_rules_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;

namespace {

const std::string base = kit_path(robot);
const std::string photo("\0jpg", 4);

Files good() { return feed_with(robot, 1, {}, {{"photo.jpg", photo}}); }

/// What reception says of a first commit with these files.
Result<Head> verdict(const Files& files, const FeedId& feed = region) {
  TestLibrary author;
  Receiver receiver;
  author.commit(feed, files);
  auto result = receiver.fetch(author, feed);
  CHECK(receiver.is_clean());
  return result;
}

Files with(Files files, const std::string& path, const std::string& text) {
  files[path] = text;
  return files;
}

Files without(Files files, const std::string& path) {
  REQUIRE(files.erase(path) == 1);
  return files;
}

}  // namespace

TEST_CASE("the feed that the other cases change is accepted") {
  CHECK(verdict(good()));
  CHECK(verdict(good(), lille));
  CHECK(verdict(root_files()));
  CHECK(verdict(with(good(), "centre.toml", "name = \"MDQ Wazemmes\"\n")));
}

TEST_CASE("the generated files at the root are there and as generated") {
  for (const std::string name : {".gitattributes", ".lfsconfig"}) {
    CHECK(refusal(verdict(without(good(), name))) == Errc::feed_content);
    CHECK(refusal(verdict(with(good(), name, "* text\n"))) == Errc::feed_content);
  }
}

TEST_CASE("only paths that the author may write are accepted") {
  for (const std::string path : {"README.md", ".gitmodules", "kits/robot", "kits/zz/robot/entry.toml", "federation.toml",
                                 "members/mdq-wazemmes.toml", "federation/1.toml", "catalogue/x.toml", "centre.toml/x"}) {
    INFO(path);
    CHECK(refusal(verdict(with(good(), path, "x\n"))) == Errc::feed_content);
  }
  CHECK(refusal(verdict(with(good(), "centre.toml", "x\n"), lille)) == Errc::feed_content);
  CHECK(refusal(verdict(with(good(), base + "other.txt", "x\n"))) == Errc::feed_content);
  CHECK(refusal(verdict(with(good(), base + "chunks/other", "x\n"))) == Errc::feed_content);
}

TEST_CASE("the federation's statements stand in its region feed") {
  const FeedId federation{"federation", {}};
  const FeedId federation_lille{"federation", {Audience::Kind::territory, "lille"}};
  Files files = root_files();
  for (const std::string path : {"federation.toml", "federation.toml.sigs", "federation/1.toml", "members/csc-fives.toml",
                                 "members/csc-fives.toml.sigs", "catalogue/csc-fives/robot.toml"}) {
    files[path] = "x = 1\n";
  }
  CHECK(verdict(files, federation));
  CHECK(refusal(verdict(files, federation_lille)) == Errc::feed_content);
  for (const std::string path :
       {"members/csc-fives.txt", "members/CSC.toml", "members/.toml", "members/a/b/c.toml", "members/..toml", "members/a.toml.sigs.sigs"}) {
    INFO(path);
    CHECK(refusal(verdict(with(files, path, "x\n"), federation)) == Errc::feed_content);
  }
  CHECK(refusal(verdict(with(files, "members/a.toml", std::string("\0", 1)), federation)) == Errc::feed_content);
  CHECK(refusal(verdict(with(files, "members/a.toml", std::string(70'000, 'x')), federation)) == Errc::feed_content);
}

TEST_CASE("adoptions stand in every feed, each in its form and at its place") {
  const auto adoption = [](const KitId& kit) { return encode(Adoption{kit, 1, {}, {1'700'000'000}, "utile"}); };
  const KitId other{"csc-fives", "robot"};
  const std::string path = "adoptions/csc-fives/robot.toml";
  CHECK(verdict(with(good(), path, adoption(other))));
  CHECK(verdict(with(good(), path, adoption(other)), lille));
  CHECK(verdict(with(root_files(), path, adoption(other))));
  CHECK(refusal(verdict(with(good(), path, adoption(other) + "\n"))) == Errc::feed_content);
  CHECK(refusal(verdict(with(good(), path, adoption({"csc-fives", "autre"})))) == Errc::feed_content);
  CHECK(refusal(verdict(with(good(), "adoptions/mdq-wazemmes/robot.toml", adoption(robot)))) == Errc::feed_content);
  for (const std::string wrong : {"adoptions/robot.toml", "adoptions/csc-fives/robot", "adoptions/csc-fives/robot.toml.sigs",
                                  "adoptions/CSC/robot.toml", "adoptions/csc-fives/a/robot.toml", "adoptions"}) {
    INFO(wrong);
    CHECK(refusal(verdict(with(good(), wrong, adoption(other)))) == Errc::feed_content);
  }
}

TEST_CASE("outcomes stand in every feed, of own kits too, each in its form and at its place") {
  const auto outcome = [](const KitId& kit, std::uint64_t number = 1) {
    Outcome made;
    made.kit = kit;
    made.number = number;
    made.kit_version = 1;
    return encode(made);
  };
  const KitId other{"csc-fives", "robot"};
  const std::string path = "outcomes/csc-fives/robot/1.toml";
  CHECK(verdict(with(good(), path, outcome(other))));
  CHECK(verdict(with(with(good(), path, outcome(other)), "outcomes/csc-fives/robot/2.toml", outcome(other, 2))));
  CHECK(verdict(with(good(), path, outcome(other)), lille));
  CHECK(verdict(with(good(), "outcomes/mdq-wazemmes/robot/1.toml", outcome(robot))));
  CHECK(refusal(verdict(with(good(), path, outcome(other) + "\n"))) == Errc::feed_content);
  CHECK(refusal(verdict(with(good(), path, outcome({"csc-fives", "autre"})))) == Errc::feed_content);
  CHECK(refusal(verdict(with(good(), path, outcome(other, 2)))) == Errc::feed_content);
  for (const std::string wrong : {"outcomes/csc-fives/1.toml", "outcomes/1.toml", "outcomes/csc-fives/robot/01.toml",
                                  "outcomes/csc-fives/robot/1", "outcomes/csc-fives/robot/1.toml.sigs", "outcomes/CSC/robot/1.toml",
                                  "outcomes/csc-fives/Robot/1.toml", "outcomes/csc-fives/robot/a/1.toml", "outcomes"}) {
    INFO(wrong);
    CHECK(refusal(verdict(with(good(), wrong, outcome(other)))) == Errc::feed_content);
  }
}

TEST_CASE("an empty folder of adoptions is refused") {
  TestLibrary author;
  for (const bool of_a_centre : {false, true}) {
    Receiver receiver;
    const auto writer = author.writer();
    ObjectId at = writer->add(ObjectType::tree, encode_tree({})).value();
    if (of_a_centre) at = writer->add(ObjectType::tree, encode_tree({{TreeEntry::Mode::tree, "csc-fives", at}})).value();
    Tree root{{TreeEntry::Mode::tree, "adoptions", at}};
    for (const auto& [name, text] : root_files())
      root.push_back({TreeEntry::Mode::file, name, writer->add(ObjectType::blob, bytes_of(text)).value()});
    Commit commit;
    commit.tree = writer->add(ObjectType::tree, encode_tree(root)).value();
    commit.federation = test_federation();
    commit.feed = region;
    commit.order = {1, 1, 1};
    const Bytes raw = sign_commit(commit, secret_of(region.centre));
    REQUIRE(writer->add(ObjectType::commit, raw));
    CHECK(refusal(receiver.receive(region, raw, bytes_of(parcel_of(*writer)))) == Errc::feed_content);
  }
}

TEST_CASE("a kit is refused without its parts") {
  for (const std::string part : {"entry.toml", "files/kit.toml", ".gitattributes"}) {
    INFO(part);
    CHECK_FALSE(verdict(without(good(), base + part)));
  }
  CHECK_FALSE(verdict(without(good(), base + "chunks/" + sha256(bytes_of(photo)).hex())));
  CHECK_FALSE(verdict(with(good(), base + "files/kit.toml", "title = 3\n")));
}

TEST_CASE("entry.toml is bound to its place, and its version rises") {
  const auto entry = [](const KitId& kit) { return kit::encode_entry({kit, 1, {1'700'000'000}, ""}); };
  CHECK(verdict(with(good(), base + "entry.toml", entry(robot))));
  CHECK(refusal(verdict(with(good(), base + "entry.toml", entry({"mdq-wazemmes", "autre"})))) == Errc::feed_content);
  CHECK(refusal(verdict(with(good(), base + "entry.toml", entry({"csc-fives", "robot"})))) == Errc::feed_content);
  CHECK_FALSE(verdict(with(good(), base + "entry.toml", entry(robot) + "\n")));

  TestLibrary author;
  Receiver receiver;
  author.commit(region, feed_with(robot, 2));
  REQUIRE(receiver.fetch(author, region));
  SECTION("changed with the same version") { author.commit(region, feed_with(robot, 2, {{"a.txt", "new"}})); }
  SECTION("changed with a lower version") { author.commit(region, feed_with(robot, 1, {{"a.txt", "new"}})); }
  CHECK(refusal(receiver.fetch(author, region)) == Errc::feed_content);
}

TEST_CASE("names that a computer of the region cannot hold, or that git would act upon, are refused") {
  const std::string files = base + "files/";
  CHECK(verdict(with(good(), files + "Café à Lille (1).txt", "x")));
  CHECK(verdict(with(good(), files + "%2Egitattributes", "x")));
  for (const std::string name : {".git",
                                 ".GIT",
                                 "git~1",
                                 ".git ",
                                 ".git...",
                                 ".g\xE2\x80\x8Cit",
                                 ".git::$INDEX_ALLOCATION",
                                 "..",
                                 ".",
                                 "a/.git/config",
                                 ".gitattributes",
                                 ".gitmodules",
                                 "GITMOD~1",
                                 "con",
                                 "aux.txt",
                                 "a:b",
                                 "a\\b",
                                 "a ",
                                 "a.",
                                 "e\xCC\x81t\xC3\xA9",
                                 "a\x01",
                                 "\xFF\xFE",
                                 "%2egitmodules"}) {
    INFO(name);
    CHECK_FALSE(verdict(with(good(), files + name, "x")));
  }
  CHECK_FALSE(verdict(with(with(good(), files + "Photo.txt", "x"), files + "photo.TXT", "x")));
  CHECK_FALSE(verdict(with(with(good(), files + "A/x", "x"), files + "a/x", "x")));
  CHECK_FALSE(verdict(with(good(), files + std::string(300, 'n'), "x")));
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "d/";
  CHECK_FALSE(verdict(with(good(), files + deep + "x", "x")));
}

TEST_CASE("what is not a text must be media, with its pointer and its chunk list") {
  const std::string files = base + "files/";
  CHECK(verdict(with(good(), files + "empty", "")));
  CHECK(refusal(verdict(with(good(), files + "a.bin", std::string("a\0b", 3)))) == Errc::feed_content);
  CHECK(refusal(verdict(with(good(), files + "a.txt", std::string(300'000, 'x')))) == Errc::feed_content);
  CHECK_FALSE(verdict(with(good(), files + "photo.jpg", "not a pointer")));
  const auto other_size = kit::encode_pointer({sha256(bytes_of(photo)), 5});
  CHECK(refusal(verdict(with(good(), files + "photo.jpg", other_size))) == Errc::feed_content);
  CHECK(verdict(with(good(), files + "looks.txt", other_size)));  // a text that looks like a pointer stays one

  Files twice = with(good(), files + "photo2.jpg", other_size);
  twice[base + ".gitattributes"] = kit::encode_attributes({"photo.jpg", "photo2.jpg"});
  CHECK(refusal(verdict(twice)) == Errc::feed_content);
}

TEST_CASE(".gitattributes names exactly the media of the kit, as generated") {
  const std::string path = base + ".gitattributes";
  CHECK(refusal(verdict(with(good(), path, kit::encode_attributes({"photo.jpg", "gone.jpg"})))) == Errc::feed_content);
  CHECK_FALSE(verdict(with(good(), path, good().at(path) + "*.txt eol=crlf\n")));
  CHECK_FALSE(verdict(with(good(), path, "* filter=lfs\n")));
}

TEST_CASE("modes that no kit needs, and trees that are not well-formed, are refused") {
  TestLibrary author;
  for (const std::string mode : {"120000", "160000", "100664"}) {
    Receiver receiver;
    const auto writer = author.writer();
    const ObjectId blob = writer->add(ObjectType::blob, bytes_of("target")).value();
    Bytes content = encode_tree({{TreeEntry::Mode::file, "kits", blob}});
    content.erase(content.begin(), content.begin() + 6);
    content.insert(content.begin(), mode.begin(), mode.end());
    Commit commit;
    commit.tree = writer->add(ObjectType::tree, content).value();
    commit.federation = test_federation();
    commit.feed = region;
    commit.order = {1, 1, 1};
    const Bytes raw = sign_commit(commit, secret_of(region.centre));
    REQUIRE(writer->add(ObjectType::commit, raw));
    CHECK(refusal(receiver.receive(region, raw, bytes_of(parcel_of(*writer)))) == Errc::malformed);
  }
}

TEST_CASE("trees that name each other many times end the walk early") {
  TestLibrary author;
  Receiver receiver;
  const auto writer = author.writer();
  ObjectId id = writer->add(ObjectType::blob, bytes_of("x")).value();
  auto mode = TreeEntry::Mode::file;
  for (int level = 0; level < 12; ++level) {
    Tree tree;
    for (char name = 'a'; name <= 'j'; ++name) tree.push_back({mode, std::string(1, name), id});
    id = writer->add(ObjectType::tree, encode_tree(tree)).value();  // ten to the power of twelve files in all
    mode = TreeEntry::Mode::tree;
  }
  const auto blob = [&](const std::string& text) { return writer->add(ObjectType::blob, bytes_of(text)).value(); };
  const auto folder = [&](const std::string& name, const ObjectId& below) { return Tree{{TreeEntry::Mode::tree, name, below}}; };
  Tree kit = folder("files", id);
  kit.push_back({TreeEntry::Mode::file, "entry.toml", blob(good().at(base + "entry.toml"))});
  ObjectId at = writer->add(ObjectType::tree, encode_tree(kit)).value();
  at = writer->add(ObjectType::tree, encode_tree(folder("robot", at))).value();
  at = writer->add(ObjectType::tree, encode_tree(folder(base.substr(5, 2), at))).value();
  Tree root = folder("kits", at);
  for (const auto& [name, text] : root_files()) root.push_back({TreeEntry::Mode::file, name, blob(text)});
  Commit commit;
  commit.tree = writer->add(ObjectType::tree, encode_tree(root)).value();
  commit.federation = test_federation();
  commit.feed = region;
  commit.order = {1, 1, 1};
  const Bytes raw = sign_commit(commit, secret_of(region.centre));
  REQUIRE(writer->add(ObjectType::commit, raw));
  CHECK(refusal(receiver.receive(region, raw, bytes_of(parcel_of(*writer)))) == Errc::feed_content);
}

}  // namespace tree_rules_test
