#pragma once
// A centre whose key its neighbours may replace: any two of b, c and d, of which c and d are of other territories. One thread.

#include "store/federation/neighbour_successions.hpp"
#include "store/federation/succession_file.hpp"
#include "tests/support/raw_parcel.hpp"
#include "tests/unit/store/edited_feed.hpp"

namespace essaimage::test {

/// Everybody hears what everybody else has, the federation first.
inline void level(std::vector<TestNode*> nodes) {
  for (int round = 0; round < 2; ++round) {
    for (TestNode* to : nodes) {
      for (TestNode* from : nodes) {
        if (from != to) replicate(*from, *to);
      }
    }
  }
}

struct Neighbours {
  Members m;
  TestNode &fed = *m.federation, &a = *m.a, &b = *m.b, &c = *m.c;
  std::unique_ptr<TestNode> d_ = TestNode::member(fed, "d", {"lens"});
  TestNode& d = *d_;
  FeedId feed = a.feed(), word = fed.feed();
  std::vector<std::unique_ptr<TestNode>> homes;  ///< that were begun anew

  Neighbours() {
    name("a", {"b", "c", "d"});
    a.publish_one("k", {{"x", "1"}, {"p.jpg", photo(70'000, 1)}});
    a.publish_one("local", {{"x", "1"}}, "territory:lille");
    level({&fed, &a, &b, &c, &d});
  }

  Errc naming(const std::string& slug, const std::set<std::string>& neighbours, std::uint32_t needed) {
    const auto named = fed.library().name_neighbours(slug, neighbours, needed);
    return named ? taken : named.error().code;
  }
  void name(const std::string& slug, const std::set<std::string>& neighbours, std::uint32_t needed = 2) {
    const auto named = fed.library().name_neighbours(slug, neighbours, needed);
    if (!named) FAIL(to_line(named.error()));
  }
  Result<store::Invitation> may_ask(const std::string& slug, const std::map<FeedId, Order>& last = {}) {
    store::Library::Invite invite{slug, "", {}, std::chrono::hours(1), "tcp://127.0.0.1:7373", true, false};
    invite.by_neighbours = true;
    invite.last = last;
    return fed.library().invite(invite);
  }
  static message::Join join_of(const store::Invitation& invitation, const TestNode& home) {
    return store::make_join(invitation, home.library().signing().public_key(), home.library().transport().public_key());
  }
  /// A new home of that centre, which has asked; nobody has signed yet.
  TestNode& begin_anew(const std::string& slug, const std::map<FeedId, Order>& last = {}) {
    const auto invitation = may_ask(slug, last);
    if (!invitation) FAIL(to_line(invitation.error()));
    auto& home = *homes.emplace_back(TestNode::joining(*invitation));
    const auto asked = fed.library().admit(join_of(*invitation, home));
    REQUIRE_FALSE(asked);
    if (asked.error().code != Errc::signatures_lacking) FAIL(to_line(asked.error()));
    return home;
  }
  /// As it goes from hand to hand.
  store::SigningRequest request_of(const std::string& slug) {
    return store::parse_request(encode(fed.library().requests().value().at(slug))).value();
  }
  static Status sign(store::SigningRequest& request, const TestNode& by) { return store::sign(request, by.library().signing()); }
  Errc applied(const store::SigningRequest& request) {
    const auto done = fed.library().apply(request);
    if (!done) UNSCOPED_INFO(to_line(done.error()));
    return done ? taken : done.error().code;
  }
  TestNode& succeed(const std::string& slug, const std::vector<const TestNode*>& signers) {
    auto& home = begin_anew(slug);
    auto request = request_of(slug);
    for (const auto* by : signers) REQUIRE(sign(request, *by));
    REQUIRE(applied(request) == taken);
    return home;
  }
  const Member& member(const std::string& slug, const TestNode& at) const {
    held_ = at.library().roster();
    return *held_->find(slug);
  }
  /// What b says of a tree of the federation that the federation's own node would not make.
  Errc delivered(const Edits& edits, TestNode* to = nullptr) {
    const auto edited = edited_commit(fed.layout(), fed.head(word), edits);
    const auto reception = (to == nullptr ? b : *to).library().receive_feed().value();
    // As one pack on top of what b holds: it holds the federation's newest.
    REQUIRE(reception->append(bytes_of(parcel_of(*edited.pack))));
    const auto done = reception->accept(word, edited.raw);
    if (!done) UNSCOPED_INFO(to_line(done.error()));
    return done ? taken : done.error().code;
  }
  /// A succession at its place, as these keys sign it.
  Edits stated(const store::SuccessionFile& file, const std::vector<const store::SigningSecret*>& keys) const {
    const auto text = encode(file);
    const store::StatementName name{fed.library().identity().federation, succession_path(file), file.version, file.previous};
    return {{succession_path(file), text}, {succession_path(file) + ".sigs", store::sign_statement(name, bytes_of(text), keys)}};
  }
  store::SuccessionFile file_of(const store::SigningRequest& request) const {
    return store::parse_succession_file(request.statements.front().content).value();
  }
  static const store::SigningSecret& key(const TestNode& node) { return node.library().signing(); }

  static constexpr Errc taken = Errc::internal;

 private:
  mutable std::shared_ptr<const Roster> held_;
};

}  // namespace essaimage::test
