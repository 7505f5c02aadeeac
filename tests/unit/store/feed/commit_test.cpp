#include "store/feed/commit.hpp"

#include "tests/support/catch.hpp"

namespace commit_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

const SigningSecret& secret() {
  static const SigningSecret key = SigningSecret::from_seed(Bytes(32, 1));
  return key;
}

template <class Id>
Id id_of(std::uint8_t byte) {
  Id id;
  id.bytes.fill(byte);
  return id;
}

Commit sample() {
  Commit commit;
  commit.tree = ObjectId::parse("4b825dc642cb6eb9a060e54bf8d69288fbee4904").value();
  commit.parent = id_of<ObjectId>(0x11);
  commit.time = {1'700'000'000};
  commit.federation = id_of<FederationId>(0xab);
  commit.feed = {"mdq-wazemmes", {Audience::Kind::territory, "lille"}};
  commit.order = {1, 1, 42};
  return commit;
}

std::string signed_text() {
  Commit commit = sample();
  return std::string(text_of(sign_commit(commit, secret())));
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("the worked example of FORMAT.md comes out byte for byte") {
  CHECK(signed_text() ==
        "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
        "parent 1111111111111111111111111111111111111111\n"
        "author mdq-wazemmes <mdq-wazemmes@essaimage.invalid> 1700000000 +0000\n"
        "committer mdq-wazemmes <mdq-wazemmes@essaimage.invalid> 1700000000 +0000\n"
        "gpgsig -----BEGIN SSH SIGNATURE-----\n"
        " U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgiojj3XQJ8ZX9UtstPLpdcspnCb\n"
        " 8dlBIb83SIAbQPb1wAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5\n"
        " AAAAQMvxWWN1wDKU+LSSdqiSsS2d6BibBm+V/gmWnRxJZ8KTQACydvGohb34ArQ6VTT/9y\n"
        " VXoeDpXmUq4/iHmL9KLwE=\n"
        " -----END SSH SIGNATURE-----\n"
        "\n"
        "essaimage: mdq-wazemmes/territory/lille 1.1.42\n"
        "\n"
        "Essaimage-Format: 1\n"
        "Essaimage-Federation: abababababababababababababababababababababababababababababababab\n"
        "Essaimage-Feed: mdq-wazemmes/territory/lille\n"
        "Essaimage-Generation: 1\n"
        "Essaimage-Epoch: 1\n"
        "Essaimage-Seq: 42\n");
}

TEST_CASE("a signed commit is read back, and its signature holds") {
  Commit commit = sample();
  const Bytes raw = sign_commit(commit, secret());
  const auto parsed = parse_commit(raw);
  REQUIRE(parsed);
  CHECK(parsed->tree == commit.tree);
  CHECK(parsed->parent == commit.parent);
  CHECK(parsed->time == commit.time);
  CHECK(parsed->federation == commit.federation);
  CHECK(parsed->feed == commit.feed);
  CHECK(parsed->order == commit.order);
  CHECK(parsed->key == secret().public_key());
  CHECK(signature_holds(*parsed));
  CHECK(encode(*parsed) == raw);
}

TEST_CASE("a root that resolves a fork is read back") {
  Commit commit = sample();
  commit.parent.reset();
  commit.order = {1, 2, 1};
  commit.resolves = std::pair{id_of<ObjectId>(3), id_of<ObjectId>(4)};
  const auto parsed = parse_commit(sign_commit(commit, secret()));
  REQUIRE(parsed);
  CHECK(parsed->resolves == commit.resolves);
  CHECK_FALSE(parsed->parent);
  CHECK(signature_holds(*parsed));
}

TEST_CASE("the re-encodings of a signed commit that stock git verifies as well are refused") {
  const std::string good = signed_text();
  REQUIRE(parse_commit(bytes_of(good)));
  const std::string begin = "gpgsig -----BEGIN SSH SIGNATURE-----\n";
  const auto first_line = good.find(begin) + begin.size();
  const auto line_end = good.find('\n', first_line);
  const auto signature_end = good.find(" -----END SSH SIGNATURE-----\n") + 29;
  const std::string signature = good.substr(good.find("gpgsig "), signature_end - good.find("gpgsig "));

  const auto name_and_text = std::vector<std::pair<std::string, std::string>>{
      {"re-wrapped armour", std::string(good).erase(line_end, 2)},
      {"armour split once more", std::string(good).insert(first_line + 20, "\n ")},
      {"blank line in the armour", std::string(good).insert(line_end + 1, " \n")},
      {"second gpgsig", std::string(good).insert(signature_end, signature)},
      {"gpgsig-sha256", std::string(good).insert(signature_end, with(signature, "gpgsig", "gpgsig-sha256"))},
      {"trailing header", std::string(good).insert(signature_end, "encoding UTF-8\n")},
      {"trailing blank in the armour", std::string(good).insert(line_end, " ")},
      {"CRLF in the armour", std::string(good).insert(line_end, "\r")},
      {"newline at the end", good + "\n"},
      {"no newline at the end", good.substr(0, good.size() - 1)},
      {"NUL at the end", good + std::string(1, '\0')},
      {"header before the signature", with(good, "gpgsig ", "mergetag x\ngpgsig ")},
  };
  for (const auto& [name, text] : name_and_text) {
    INFO(name);
    const auto parsed = parse_commit(bytes_of(text));
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == Errc::malformed);
  }
}

TEST_CASE("any other byte anywhere in a commit is refused or breaks the signature") {
  const std::string good = signed_text();
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char other : {'0', '\n', ' ', 'x'}) {
      std::string bad = good;
      if (bad[i] == other) continue;
      bad[i] = other;
      const auto parsed = parse_commit(bytes_of(bad));
      CHECK_FALSE((parsed && signature_holds(*parsed)));
    }
    CHECK_FALSE(parse_commit(bytes_of(std::string_view(good).substr(0, i))));
  }
}

TEST_CASE("numbers have one writing and bounds") {
  const std::string good = signed_text();
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"Seq: 42", "Seq: 042"},
                                                        {"Seq: 42", "Seq: +42"},
                                                        {"Seq: 42", "Seq: 0"},
                                                        {"Seq: 42", "Seq: 99999999999999999999"},
                                                        {"Seq: 42", "Seq: 1000000000001"},
                                                        {"Seq: 42", "Seq: 1"},  // a first commit has no parent
                                                        {"Epoch: 1", "Epoch: 0"},
                                                        {"Generation: 1", "Generation: 0"},
                                                        {"Format: 1", "Format: 2"},
                                                        {"1700000000 +0000\ncommitter", "1700000000 +0100\ncommitter"},
                                                        {"1700000000 +0000\ncommitter", "1700000001 +0000\ncommitter"},
                                                        {"1700000000 +0000\ncommitter", "-1 +0000\ncommitter"},
                                                        {"parent 1111111111111111111111111111111111111111\n", ""},
                                                        {"territory/lille\nEss", "territory/Lille\nEss"}}) {
    INFO(to);
    CHECK_FALSE(parse_commit(bytes_of(with(good, from, to))));
  }
}

TEST_CASE("a commit's time outside of what git can hold is clamped when signing") {
  Commit commit = sample();
  commit.time.seconds = -5;
  CHECK(parse_commit(sign_commit(commit, secret()))->time.seconds == 0);
  commit.time.seconds = commit_time_max + 5;
  CHECK(parse_commit(sign_commit(commit, secret()))->time.seconds == commit_time_max);
}

}  // namespace commit_test
