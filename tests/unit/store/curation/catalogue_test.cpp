// The federation's catalogue, between libraries: what takes effect, and what a receiver refuses.
#include "store/federation/catalogue_reader.hpp"
#include "store/federation/paths.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/edited_feed.hpp"

namespace catalogue_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::test;
using Decision = CatalogueFile::Decision;

namespace {

const KitId film{"a", "film"};
const std::string path = "catalogue/a/film.toml";

SigningSecret curator_of(const TestNode& federation) { return SigningSecret::load(federation.layout().role_key("curators")).value(); }

/// A federation whose catalogue has version 1 of a decision about a/film, at b too.
struct Decided {
  Members m;
  FeedId feed = m.federation->feed();
  CatalogueFile file;

  Decided() {
    m.a->publish_one("film", {{"x", "1"}});
    replicate(*m.a, *m.federation);
    file = m.federation->library().accept({film, {}, "essayé", {"santé"}}).value();
    replicate(*m.federation, *m.b);
  }
  const CatalogueFile* at(TestNode& node) const { return node.library().catalogue()->find(film); }
  /// What b says of the federation's feed with these files.
  Status offer(const Edits& edits) {
    edit_feed(*m.federation, feed, edits);
    return fetch_feed(*m.federation, *m.b, feed);
  }
  Edits with(const CatalogueFile& next, const std::vector<const SigningSecret*>& keys) const {
    return signed_edits(*m.federation, path, next, keys);
  }
  CatalogueFile next() const { return next_of(file, Decision::retired); }
};

}  // namespace

TEST_CASE("a decision of the curators reaches every member, and names the version by its tree") {
  Decided d;
  for (auto* node : {d.m.federation.get(), d.m.b.get()}) {
    const auto* file = d.at(*node);
    REQUIRE(file);
    CHECK(file->decision == Decision::accepted);
    CHECK(file->kit_version == 1);
    CHECK(file->tree == d.m.federation->find("a/film")->row.kit_tree);
    CHECK(file->reason == "essayé");
    CHECK(file->themes == std::vector<std::string>{"santé"});
    CHECK(file->decided == test_start);
    CHECK(node->library().catalogue()->lists(film));
  }
  REQUIRE(d.m.federation->library().retire(film, "dépassé"));
  replicate(*d.m.federation, *d.m.b);
  CHECK(d.at(*d.m.b)->version == 2);
  CHECK(d.at(*d.m.b)->reason == "dépassé");
  CHECK_FALSE(d.m.b->library().catalogue()->lists(film));
  d.m.b->close();
  REQUIRE(d.m.b->open());
  CHECK(d.at(*d.m.b)->version == 2);
  // Versions are named one by one, also those that are not the newest.
  d.m.a->publish_one("film", {{"x", "2"}});
  replicate(*d.m.a, *d.m.federation);
  CHECK(d.m.federation->library().accept({film, 1, "tout de même", {}, {}, {}, {}, 2})->kit_version == 1);
  CHECK(d.m.federation->library().accept({film, {}, "mieux", {}})->kit_version == 2);
  CHECK(d.m.federation->library().accept({film, 3, "?", {}}).error().code == Errc::not_found);
  replicate(*d.m.federation, *d.m.b);
  CHECK(d.at(*d.m.b)->version == 4);
  CHECK(d.m.b->library().verify({})->empty());
}

TEST_CASE("only the federation decides, about kits of the region or by consent, with a reason") {
  Decided d;
  auto& library = d.m.federation->library();
  CHECK(d.m.b->library().accept({film, {}, "non", {}}).error().code == Errc::not_federation);
  CHECK(d.m.b->library().retire(film, "non").error().code == Errc::not_federation);
  CHECK(library.accept({{"a", "autre"}, {}, "non", {}}).error().code == Errc::not_found);
  CHECK(library.retire({"a", "autre"}, "non").error().code == Errc::catalogue_undecided);
  for (const std::string reason : {"", "  ", "two\nlines"}) CHECK(library.accept({film, {}, reason, {}}).error().code == Errc::usage);
  CHECK(library.accept({film, {}, "x", {""}}).error().code == Errc::usage);
  CHECK(library.retire(film, std::string(501, 'x')).error().code == Errc::usage);
  d.m.a->publish_one("local", {{"x", "1"}}, "territory:lille");
  replicate(*d.m.a, *d.m.federation);
  const auto refused = library.accept({{"a", "local"}, {}, "non", {}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::catalogue_no_consent);
  CHECK(refused.error().detail == "territory:lille; essaimagectl catalogue propose a/local@1 --to region");
  // A wider audience later: that version may be listed, an earlier one may not.
  d.m.a->publish_one("local", {{"x", "2"}}, "region");
  replicate(*d.m.a, *d.m.federation);
  CHECK(library.accept({{"a", "local"}, 1, "non", {}}).error().code == Errc::catalogue_no_consent);
  CHECK(library.accept({{"a", "local"}, {}, "oui", {}}));
  // Accents in two parts are put together, themes sorted.
  const auto file = library.accept({film, {}, " Essaye\xCC\x81 ", {"z", " a", "z"}, {}, {}, {}, 1});
  REQUIRE(file);
  CHECK(file->reason == "Essay\xC3\xA9");
  CHECK(file->themes == std::vector<std::string>{"a", "z"});
}

TEST_CASE("a decision that names somebody is not signed unless a person answers for it") {
  Decided d;
  auto& library = d.m.federation->library();
  const auto code_of = [](const auto& said) { return said ? std::optional<Errc>() : said.error().code; };
  Library::Acceptance words{film, {}, "vu avec M. Durand, 06 12 34 56 78", {}, {}, {}, {}, 1};
  const auto refused = library.accept(words);
  CHECK(code_of(refused) == Errc::outcome_personal);
  CHECK(refused.error().detail == "reason: \"M. Durand\", \"06 12 34 56 78\"");
  CHECK(code_of(library.retire(film, "écrire à jean@example.org")) == Errc::outcome_personal);
  words.reason = "essayé";
  words.conditions = {"appeler Mme Dupont"};
  CHECK(library.accept(words).error().detail == "condition: \"Mme Dupont\"");
  const auto review = library.curation().review(Decision::recommended, words, "lille", nullptr);
  CHECK(code_of(review) == Errc::outcome_personal);
  words.anyway = true;
  CHECK(library.accept(words));
}

TEST_CASE("a decision without the curators' signature has no effect, and harms nothing") {
  Decided d;
  const auto curator = curator_of(*d.m.federation), stranger = SigningSecret::generate();
  CatalogueFile other = d.file;
  other.kit = {"a", "autre"};
  const std::string other_path = "catalogue/a/autre.toml";
  const StatementName right{d.m.federation->library().identity().federation, other_path, 1, {}};
  StatementName elsewhere = right;
  elsewhere.path = path;
  const auto text = encode(other);
  std::string signatures;
  std::string said = text;
  SECTION("none") {}
  SECTION("by another key") { signatures = sign_statement(right, bytes_of(text), {&stranger}); }
  SECTION("for another path") { signatures = sign_statement(elsewhere, bytes_of(text), {&curator}); }
  SECTION("of another content") { signatures = sign_statement(right, bytes_of("x"), {&curator}); }
  SECTION("no signatures at all") { signatures = "x\n"; }
  SECTION("not in its byte form") {
    said += "more = 1\n";
    signatures = sign_statement(right, bytes_of(said), {&curator});
  }
  SECTION("about another kit") {
    said = encode(d.file);
    signatures = sign_statement(right, bytes_of(said), {&curator});
  }
  Edits edits{{other_path, said}};
  if (!signatures.empty()) edits[other_path + ".sigs"] = signatures;
  REQUIRE(d.offer(edits));
  CHECK(d.m.b->library().catalogue()->find(other.kit) == nullptr);
  CHECK(d.at(*d.m.b)->version == 1);
  // The federation goes on, and a right one takes its place.
  d.m.a->publish_one("autre", {{"x", "1"}});
  replicate(*d.m.a, *d.m.federation);
  REQUIRE(d.m.federation->library().accept({other.kit, {}, "bon", {}}));
  replicate(*d.m.federation, *d.m.b);
  CHECK(d.m.b->library().catalogue()->lists(other.kit));
}

TEST_CASE("as many curators as the threshold must have signed") {
  Decided d;
  const auto root = SigningSecret::load(d.m.federation->layout().role_key("root")).value();
  const auto first = curator_of(*d.m.federation), second = SigningSecret::generate();
  const auto old_text = file_in(*d.m.federation, d.feed, "federation.toml").value();
  auto roles = parse_federation_file(old_text).value();
  roles.version = 2;
  roles.previous = sha256(bytes_of(old_text));
  auto& curators = roles.roles["curators"];
  curators.keys.push_back(second.public_key());
  std::sort(curators.keys.begin(), curators.keys.end());
  curators.threshold = 2;
  const StatementName name{d.m.federation->library().identity().federation, "federation.toml", 2, roles.previous};
  const auto signatures = sign_statement(name, bytes_of(encode(roles)), {&root});
  // The curators are others now: what those before them signed has no effect any more, and the members hear of it all the same.
  REQUIRE(d.offer({{"federation.toml", encode(roles)},
                   {"federation.toml.sigs", signatures},
                   {"federation/2.toml", encode(roles)},
                   {"federation/2.toml.sigs", signatures}}));
  CHECK(d.at(*d.m.b) == nullptr);
  CHECK(d.m.federation->library().accept({film, {}, "seul", {}}).error().code == Errc::role_threshold);
  CHECK(d.at(*d.m.federation) == nullptr);

  REQUIRE(d.offer(d.with(d.next(), {&first})));
  CHECK(d.at(*d.m.b) == nullptr);
  REQUIRE(d.offer(d.with(d.next(), {&first, &second})));
  REQUIRE(d.at(*d.m.b));
  CHECK(d.at(*d.m.b)->version == 2);
}

TEST_CASE("a catalogue of more files than may be is refused before they are read") {
  Members m;
  m.a->publish_one("film", {{"x", "1"}});
  const auto read = [&](int files) {
    Edits edits;
    for (int i = 0; i < files; ++i) edits["catalogue/x/k" + std::to_string(i) + ".toml"] = "x";
    edit_feed(*m.a, m.a->feed(), edits);
    const auto objects = ObjectDb::open(m.a->layout().library() / "objects").value();
    const auto commit = parse_commit(objects->read(m.a->head(m.a->feed()).commit, ObjectType::commit).value()).value();
    const auto folder = id_at(*objects, commit.tree, "catalogue").value();
    return read_catalogue(*objects, *folder, {}, Role{}, nullptr);
  };
  CHECK(read(20'000).value()->decisions.empty());
  const auto many = read(20'001);
  REQUIRE_FALSE(many);
  CHECK(many.error().code == Errc::too_large);
}

TEST_CASE("who was away while the curators changed takes what they decide since") {
  Decided d;
  const auto root = SigningSecret::load(d.m.federation->layout().role_key("root")).value();
  const auto old_text = file_in(*d.m.federation, d.feed, "federation.toml").value();
  auto roles = parse_federation_file(old_text).value();
  roles.version = 2;
  roles.previous = sha256(bytes_of(old_text));
  const auto other = SigningSecret::generate();
  roles.roles["curators"].keys = {other.public_key()};
  const StatementName name{d.m.federation->library().identity().federation, "federation.toml", 2, roles.previous};
  const auto signatures = sign_statement(name, bytes_of(encode(roles)), {&root});
  edit_feed(*d.m.federation, d.feed,
            {{"federation.toml", encode(roles)},
             {"federation.toml.sigs", signatures},
             {"federation/2.toml", encode(roles)},
             {"federation/2.toml.sigs", signatures}});
  CHECK(d.at(*d.m.federation) == nullptr);
  std::filesystem::remove(d.m.federation->layout().role_key("curators"));
  REQUIRE(other.save(d.m.federation->layout().role_key("curators"), "curators"));
  const auto decided = d.m.federation->library().accept({film, {}, "encore", {}});
  REQUIRE(decided);
  CHECK(decided->version == 2);
  REQUIRE(fetch_feed(*d.m.federation, *d.m.b, d.feed));
  REQUIRE(d.at(*d.m.b));
  CHECK(d.at(*d.m.b)->reason == "encore");
}

TEST_CASE("a receiver refuses a catalogue that takes back what was decided") {
  Decided d;
  const auto curator = curator_of(*d.m.federation), stranger = SigningSecret::generate();
  auto next = d.next();
  const auto refused = [&](const Edits& edits) {
    const auto taken = d.offer(edits);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == Errc::role_threshold);
    CHECK(d.at(*d.m.b)->version == 1);
  };
  SECTION("another content of the same version") {
    auto same = d.file;
    same.reason = "autre";
    refused(d.with(same, {&curator}));
  }
  SECTION("a next version that names another predecessor") {
    next.previous.bytes[0] ^= 1;
    refused(d.with(next, {&curator}));
  }
  SECTION("a version back") {
    REQUIRE(d.offer(d.with(next, {&curator})));
    CHECK(d.at(*d.m.b)->version == 2);
    edit_feed(*d.m.federation, d.feed, d.with(d.file, {&curator}));
    const auto taken = fetch_feed(*d.m.federation, *d.m.b, d.feed);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == Errc::role_threshold);
    CHECK(d.at(*d.m.b)->version == 2);
  }
  SECTION("gone") { refused({{path, std::nullopt}, {path + ".sigs", std::nullopt}}); }
  SECTION("its signature gone") { refused({{path + ".sigs", std::nullopt}}); }
  SECTION("a next version that is not signed") { refused(d.with(next, {&stranger})); }
}

}  // namespace catalogue_test
