// State: which centres have proposed which of their kits, as their feeds say.

#include <algorithm>

#include "store/state/state_impl.hpp"

namespace essaimage::store {

Status put_proposals(sql::Database& db, std::int64_t feed, const State::FeedChange& change) {
  for (const KitId& kit : change.unproposed) {
    const std::string id = kit.str();
    auto statement = db.prepare("DELETE FROM proposal WHERE kit = ? AND feed = ?");
    statement << std::string_view(id) << feed;
    CHECK_OK(statement.run());
  }
  for (const Proposal& proposal : change.proposed) {
    const std::string id = proposal.kit.str(), text = encode(proposal);
    auto statement = db.prepare("INSERT OR REPLACE INTO proposal VALUES (?, ?, ?)");
    statement << std::string_view(id) << feed << std::string_view(text);
    CHECK_OK(statement.run());
  }
  return {};
}

namespace {

Result<std::vector<ProposalRow>> rows_of(sql::Statement& row) {
  std::vector<ProposalRow> rows;
  CHECK_OK(row.each([&]() -> Status {
    auto proposal = parse_proposal(row.text(1));
    if (!proposal) return fail(Errc::corrupt, "state.sqlite: not a proposal");
    TRY(auto feed, feed_of(row.text(0)));
    rows.push_back({std::move(feed), std::move(*proposal)});
    return {};
  }));
  std::ranges::sort(rows, [](const ProposalRow& a, const ProposalRow& b) {
    return a.feed != b.feed ? a.feed < b.feed : a.proposal.kit < b.proposal.kit;
  });
  return rows;
}

}  // namespace

Result<std::vector<ProposalRow>> State::proposals(const std::optional<KitId>& kit) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<ProposalRow>> {
    const std::string id = kit ? kit->str() : std::string();
    auto row = kit ? db.prepare("SELECT f.name, p.text FROM proposal p JOIN feed f ON f.id = p.feed WHERE p.kit = ?")
                   : db.prepare("SELECT f.name, p.text FROM proposal p JOIN feed f ON f.id = p.feed");
    if (kit) row << std::string_view(id);
    return rows_of(row);
  });
}

Result<std::vector<ProposalRow>> State::proposals_of(const std::string& centre) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<ProposalRow>> {
    // The names of a centre's feeds begin with its slug and '/', behind which '0' is the next character.
    const std::string from = centre + "/", to = centre + "0";
    auto row = db.prepare("SELECT f.name, p.text FROM feed f JOIN proposal p ON p.feed = f.id WHERE f.name > ? AND f.name < ?");
    row << std::string_view(from) << std::string_view(to);
    return rows_of(row);
  });
}

Result<std::vector<KitId>> State::proposals_in(const FeedId& feed) const {
  return impl_->read([&](sql::Database& db) {
    return take_kits(db.prepare("SELECT p.kit FROM proposal p JOIN feed f ON f.id = p.feed WHERE f.name = ?"), &feed);
  });
}

}  // namespace essaimage::store
