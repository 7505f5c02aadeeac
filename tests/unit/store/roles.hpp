#pragma once
// A federation whose roles change, with keys that other people hold: what tests of thresholds and requests start from. One thread.

#include "store/federation/heartbeat_file.hpp"
#include "store/federation/paths.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/raw_parcel.hpp"
#include "tests/support/test_feed.hpp"
#include "tests/unit/store/edited_feed.hpp"

namespace essaimage::test {

using RoleChange = store::Library::RoleChange;

struct Roles {
  Members m;
  TestNode& fed = *m.federation;
  TestNode& b = *m.b;
  FeedId feed = m.federation->feed();
  store::SigningSecret anne = store::SigningSecret::generate(), said = store::SigningSecret::generate();

  store::SigningSecret own(const std::string& role) const { return store::SigningSecret::load(fed.layout().role_key(role)).value(); }
  store::FederationView view(TestNode& node) const { return node.library().federation().value(); }
  const store::Role role(const std::string& name, TestNode& node) const { return view(node).roles.at(name); }

  /// In force when it returns nothing.
  std::optional<store::SigningRequest> change(const RoleChange& wish) {
    std::optional<store::SigningRequest> lacking;
    const auto done = fed.library().change_role(wish, &lacking);
    if (!done) FAIL(to_line(done.error()));
    return lacking;
  }
  /// Two of two keys: this home's and Anne's.
  void ask_two(const std::string& name) {
    RoleChange wish{name};
    wish.add = anne.public_key();
    wish.note = "Anne";
    wish.threshold = 2;
    auto lacking = change(wish);
    if (!lacking) return;
    REQUIRE(store::sign(*lacking, anne));
    REQUIRE(fed.library().apply(*lacking));
  }
  /// A kit of a that the catalogue lists, at b too.
  store::CatalogueFile decide() {
    m.a->publish_one("film", {{"x", "1"}});
    replicate(*m.a, fed);
    store::Library::Acceptance words{{"a", "film"}, {}, "essayé"};
    if (const auto* held = fed.library().catalogue()->find(words.kit)) words.after = held->version;
    auto file = fed.library().accept(words);
    if (!file) FAIL(to_line(file.error()));
    replicate(fed, b);
    return *file;
  }
  /// A signed time, by the key of the role in the federation's home.
  Edits heartbeat(Timestamp time, std::uint64_t version = 9) const {
    store::HeartbeatFile file{version, {}, time};
    file.previous.bytes[0] = 1;
    const store::StatementName name{fed.library().identity().federation, "heartbeat.toml", version, file.previous};
    const auto secret = own("heartbeat");
    return {{name.path, encode(file)}, {name.path + ".sigs", sign_statement(name, bytes_of(encode(file)), {&secret})}};
  }
  bool lists(TestNode& node) const { return node.library().catalogue()->lists({"a", "film"}); }
  Errc offered(const Edits& edits) {
    edit_feed(fed, feed, edits);
    const auto done = fetch_feed(fed, b, feed);
    return done ? taken : done.error().code;
  }
  /// What b says of them where the federation's node itself would not read, nor serve, what came of it.
  Errc delivered(const Edits& edits) {
    const auto edited = edited_commit(fed.layout(), fed.head(feed), edits);
    const auto reception = b.library().receive_feed().value();
    REQUIRE(reception->append(bytes_of(parcel_of(*edited.pack))));
    const auto done = reception->accept(feed, edited.raw);
    return done ? taken : done.error().code;
  }
  static constexpr Errc taken = Errc::internal;  ///< of offered()
};

/// A next federation.toml at its two places, as these keys sign it.
inline Edits next_roles(const store::FederationFile& file, const FederationId& federation,
                        const std::vector<const store::SigningSecret*>& keys) {
  const auto text = encode(file);
  const store::StatementName name{federation, "federation.toml", file.version, file.previous};
  const auto signatures = store::sign_statement(name, bytes_of(text), keys);
  const auto again = "federation/" + std::to_string(file.version) + ".toml";
  return {{"federation.toml", text}, {"federation.toml.sigs", signatures}, {again, text}, {again + ".sigs", signatures}};
}

}  // namespace essaimage::test
