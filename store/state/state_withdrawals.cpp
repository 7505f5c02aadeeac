// State: what was withdrawn, by whom and until when consents hold, what was erased for it, and who has signed that.

#include <algorithm>

#include "store/crypto/hash.hpp"
#include "store/state/state_impl.hpp"

namespace essaimage::store {
namespace {

Status forget_withdrawal(sql::Database& db, std::int64_t feed, std::uint64_t number, std::set<Sha256>& touched) {
  std::int64_t id = 0;
  {
    auto row = db.prepare("SELECT id FROM withdrawal WHERE feed = ? AND number = ?");
    row << feed << number;
    TRY(const bool found, row.step());
    if (!found) return {};
    id = row.integer(0);
  }
  {
    auto row = db.prepare("SELECT sha FROM gone WHERE withdrawal = ?");
    row << id;
    CHECK_OK(row.each([&] { touched.insert(row.fixed<Sha256>(0)); }));
  }
  for (const char* const literal : {"DELETE FROM gone WHERE withdrawal = ?", "DELETE FROM withdrawal WHERE id = ?"}) {
    auto statement = db.prepare(literal);
    statement << id;
    CHECK_OK(statement.run());
  }
  return {};
}

Status put_withdrawal(sql::Database& db, std::int64_t feed, const State::FeedChange::NewWithdrawal& put, std::set<Sha256>& touched) {
  auto said = put.withdrawal;
  CHECK_OK(forget_withdrawal(db, feed, said.number, touched));
  const auto media = std::move(said.media);
  said.media.clear();
  const std::string kit = said.kit.str(), text = encode(said);
  {
    auto statement = db.prepare("INSERT INTO withdrawal VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)");
    statement << feed << said.number << std::string_view(kit) << said.withdrawn.seconds << put.record.view() << std::uint64_t{media.size()}
              << std::string_view(text);
    CHECK_OK(statement.run());
  }
  const std::int64_t id = db.last_row();
  for (const Sha256& each : media) {
    auto statement = db.prepare("INSERT INTO gone VALUES (?, ?)");
    statement << each.view() << id;
    CHECK_OK(statement.run());
    touched.insert(each);
  }
  return {};
}

Status put_receipts(sql::Database& db, std::int64_t feed, const State::FeedChange& change) {
  for (const WithdrawalKey& about : change.unsigned_receipts) {
    const std::string key = about.str();
    auto statement = db.prepare("DELETE FROM receipt WHERE about = ? AND feed = ?");
    statement << std::string_view(key) << feed;
    CHECK_OK(statement.run());
  }
  for (const Receipt& receipt : change.signed_receipts) {
    const std::string key = receipt.about.str(), text = encode(receipt);
    auto statement = db.prepare("INSERT OR REPLACE INTO receipt VALUES (?, ?, ?)");
    statement << std::string_view(key) << feed << std::string_view(text);
    CHECK_OK(statement.run());
  }
  return {};
}

Result<WithdrawalRow> read_withdrawal(const sql::Statement& row) {
  WithdrawalRow result;
  TRY(result.feed, feed_of(row.text(0)));
  auto withdrawal = parse_withdrawal(row.text(1));
  if (!withdrawal) return fail(Errc::corrupt, "state.sqlite: not a withdrawal");
  result.withdrawal = std::move(*withdrawal);
  result.record = row.fixed<Sha256>(2);
  result.media = static_cast<std::uint32_t>(row.integer(3));
  return result;
}

}  // namespace

Status put_withdrawals(sql::Database& db, std::int64_t feed, const State::FeedChange& change, std::set<Sha256>& touched) {
  for (const std::uint64_t number : change.unwithdrawn) CHECK_OK(forget_withdrawal(db, feed, number, touched));
  for (const auto& put : change.withdrawn) CHECK_OK(put_withdrawal(db, feed, put, touched));
  return put_receipts(db, feed, change);
}

Result<std::vector<Sha256>> State::set_time(Timestamp now, Timestamp sure) {
  impl_->now = now.seconds;
  impl_->sure = sure.seconds;
  return impl_->change([&](sql::Database& db) -> Result<std::vector<Sha256>> {
    std::vector<Sha256> media;
    {
      auto row = db.prepare(
          "SELECT DISTINCT m.sha FROM names n JOIN list l ON l.id = n.list JOIN media m ON m.id = l.media "
          "WHERE n.until < 9000000000000 AND n.over <> (n.until <= ?) + (n.until <= ?)");
      row << now.seconds << sure.seconds;
      CHECK_OK(row.each([&] { media.push_back(row.fixed<Sha256>(0)); }));
    }
    if (media.empty()) return media;
    auto statement = db.prepare(
        "UPDATE names SET over = (until <= ?1) + (until <= ?2) WHERE until < 9000000000000 AND over <> (until <= ?1) + (until <= ?2)");
    statement << now.seconds << sure.seconds;
    CHECK_OK(statement.run());
    return media;
  });
}

Result<std::vector<Sha256>> State::set_blocked(const std::set<Sha256>& media) {
  return impl_->change([&](sql::Database& db) -> Result<std::vector<Sha256>> {
    std::set<Sha256> before;
    {
      auto row = db.prepare("SELECT sha FROM blocked");
      CHECK_OK(row.each([&] { before.insert(row.fixed<Sha256>(0)); }));
    }
    std::vector<Sha256> changed;
    std::ranges::set_symmetric_difference(before, media, std::back_inserter(changed));
    for (const Sha256& each : changed) {
      auto statement =
          before.contains(each) ? db.prepare("DELETE FROM blocked WHERE sha = ?") : db.prepare("INSERT INTO blocked VALUES (?)");
      statement << each.view();
      CHECK_OK(statement.run());
    }
    return changed;
  });
}

Result<std::vector<WithdrawalRow>> State::withdrawals(const WithdrawalQuery& query) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<WithdrawalRow>> {
    const std::string kit = query.kit ? query.kit->str() : std::string();
    // The names of a centre's feeds begin with its slug and '/', behind which '0' is the next character; '~' is behind every slug.
    const std::string from = query.centre.empty() ? std::string() : query.centre + "/";
    const std::string to = query.centre.empty() ? std::string("~") : query.centre + "0";
    auto row = db.prepare(
        "SELECT f.name, w.text, w.record, w.media FROM withdrawal w JOIN feed f ON f.id = w.feed WHERE f.name > ?1 AND f.name < ?2 "
        "AND (?3 = '' OR w.kit = ?3) AND (?4 = 0 OR w.number = ?4) ORDER BY w.at, f.name, w.number");
    row << std::string_view(from) << std::string_view(to) << std::string_view(kit) << query.number.value_or(0);
    std::vector<WithdrawalRow> rows;
    CHECK_OK(row.each([&]() -> Status {
      TRY(auto each, read_withdrawal(row));
      rows.push_back(std::move(each));
      return {};
    }));
    return rows;
  });
}

Result<std::vector<Sha256>> State::withdrawn_media(const FeedId& feed, std::uint64_t number) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<Sha256>> {
    const std::string name = feed.str();
    auto row = db.prepare(
        "SELECT g.sha FROM feed f JOIN withdrawal w ON w.feed = f.id AND w.number = ?2 JOIN gone g ON g.withdrawal = w.id "
        "WHERE f.name = ?1 ORDER BY g.sha");
    row << std::string_view(name) << number;
    std::vector<Sha256> media;
    CHECK_OK(row.each([&] { media.push_back(row.fixed<Sha256>(0)); }));
    return media;
  });
}

namespace {

/// Of rows of a feed's name and a kit's slug; each kit once.
Result<std::vector<KitId>> distinct_kits(sql::Statement& row) {
  std::set<KitId> kits;
  CHECK_OK(row.each([&]() -> Status {
    TRY(auto named, feed_of(row.text(0)));
    kits.insert({std::move(named.centre), row.text(1)});
    return {};
  }));
  return std::vector<KitId>(kits.begin(), kits.end());
}

}  // namespace

Result<std::vector<KitId>> State::still_naming(const FeedId& feed, std::uint64_t number) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<KitId>> {
    const std::string name = feed.str();
    auto row = db.prepare(
        "SELECT DISTINCT f2.name, k.slug FROM feed f JOIN withdrawal w ON w.feed = f.id AND w.number = ?2 JOIN gone g ON g.withdrawal = w.id "
        "JOIN media m ON m.sha = g.sha JOIN list l ON l.media = m.id JOIN names n ON n.list = l.id AND n.over < 2 JOIN kit k ON k.id = n.kit "
        "JOIN feed f2 ON f2.id = k.feed WHERE f.name = ?1 AND NOT EXISTS (SELECT 1 FROM blocked b WHERE b.sha = g.sha)");
    row << std::string_view(name) << number;
    return distinct_kits(row);
  });
}

Result<std::vector<KitId>> State::naming(const Sha256& media) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<KitId>> {
    auto row = db.prepare(
        "SELECT DISTINCT f.name, k.slug FROM media m JOIN list l ON l.media = m.id JOIN names n ON n.list = l.id JOIN kit k ON k.id = n.kit "
        "JOIN feed f ON f.id = k.feed WHERE m.sha = ?");
    row << media.view();
    return distinct_kits(row);
  });
}

Result<std::vector<std::uint64_t>> State::withdrawals_in(const FeedId& feed) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<std::uint64_t>> {
    const std::string name = feed.str();
    auto row = db.prepare("SELECT w.number FROM feed f JOIN withdrawal w ON w.feed = f.id WHERE f.name = ? ORDER BY w.number");
    row << std::string_view(name);
    std::vector<std::uint64_t> numbers;
    CHECK_OK(row.each([&] { numbers.push_back(row.unsigned_integer(0)); }));
    return numbers;
  });
}

Result<std::vector<WithdrawalKey>> State::receipts_in(const FeedId& feed) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<WithdrawalKey>> {
    const std::string name = feed.str();
    auto row = db.prepare("SELECT r.about FROM feed f JOIN receipt r ON r.feed = f.id WHERE f.name = ?");
    row << std::string_view(name);
    std::vector<WithdrawalKey> keys;
    CHECK_OK(row.each([&]() -> Status {
      auto key = WithdrawalKey::parse(row.text(0));
      if (!key) return fail(Errc::corrupt, "state.sqlite: not a receipt");
      keys.push_back(std::move(*key));
      return {};
    }));
    std::ranges::sort(keys);
    return keys;
  });
}

Result<std::vector<ReceiptRow>> State::receipts(const WithdrawalKey& about) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<ReceiptRow>> {
    const std::string key = about.str();
    auto row = db.prepare("SELECT f.name, r.text FROM receipt r JOIN feed f ON f.id = r.feed WHERE r.about = ? ORDER BY f.name");
    row << std::string_view(key);
    std::vector<ReceiptRow> rows;
    CHECK_OK(row.each([&]() -> Status {
      TRY(auto feed, feed_of(row.text(0)));
      auto receipt = parse_receipt(row.text(1));
      if (!receipt) return fail(Errc::corrupt, "state.sqlite: not a receipt");
      rows.push_back({std::move(feed), std::move(*receipt)});
      return {};
    }));
    return rows;
  });
}

/// An author withdraws what its feeds named: of what is held for others alone, it says nothing. What lies here without a record of
/// for whom (the index was lost) may be its.
Result<State::WithdrawnMedia> State::withdrawn(const Sha256& media) const {
  return impl_->read([&](sql::Database& db) -> Result<WithdrawnMedia> {
    WithdrawnMedia result;
    {
      auto row = db.prepare(
          "SELECT EXISTS (SELECT 1 FROM blocked WHERE sha = ?1), EXISTS (SELECT 1 FROM media m JOIN list l ON l.media = m.id JOIN names n "
          "ON n.list = l.id WHERE m.sha = ?1 AND n.over < 2)");
      row << media.view();
      TRY([[maybe_unused]] const bool found, row.step());
      result.blocked = row.integer(0) != 0;
      result.named = row.integer(1) != 0 && !result.blocked;
    }
    std::set<std::string> held_of;
    {
      auto row = db.prepare("SELECT f.name FROM media m JOIN held h ON h.media = m.id JOIN feed f ON f.id = h.feed WHERE m.sha = ?");
      row << media.view();
      CHECK_OK(row.each([&]() -> Status {
        TRY(const auto feed, feed_of(row.text(0)));
        held_of.insert(feed.centre);
        return {};
      }));
    }
    auto row = db.prepare(
        "SELECT f.name, w.number FROM gone g JOIN withdrawal w ON w.id = g.withdrawal JOIN feed f ON f.id = w.feed WHERE g.sha = ?1 UNION ALL "
        "SELECT f.name, 0 FROM media m JOIN list l ON l.media = m.id JOIN names n ON n.list = l.id AND n.over = 2 JOIN feed f ON f.id = n.feed "
        "WHERE m.sha = ?1");
    row << media.view();
    CHECK_OK(row.each([&]() -> Status {
      TRY(const auto feed, feed_of(row.text(0)));
      if (!held_of.empty() && !held_of.contains(feed.centre)) return {};
      if (row.integer(1) == 0) result.over = true;
      else result.by.push_back({feed.centre, row.unsigned_integer(1), {}});
      return {};
    }));
    return result;
  });
}

Result<std::optional<WithdrawalRow>> State::withdrawn_by(const std::string& centre, const Sha256& media) const {
  return impl_->read([&](sql::Database& db) -> Result<std::optional<WithdrawalRow>> {
    const std::string from = centre + "/", to = centre + "0";
    auto row = db.prepare(
        "SELECT f.name, w.text, w.record, w.media FROM gone g JOIN withdrawal w ON w.id = g.withdrawal JOIN feed f ON f.id = w.feed "
        "WHERE g.sha = ?1 AND f.name > ?2 AND f.name < ?3 AND NOT EXISTS (SELECT 1 FROM media m JOIN list l ON l.media = m.id "
        "JOIN names n ON n.list = l.id JOIN feed f2 ON f2.id = n.feed WHERE m.sha = ?1 AND f2.name > ?2 AND f2.name < ?3) "
        "ORDER BY w.at DESC, w.number DESC LIMIT 1");
    row << media.view() << std::string_view(from) << std::string_view(to);
    TRY(const bool found, row.step());
    if (!found) return std::nullopt;
    TRY(auto each, read_withdrawal(row));
    return each;
  });
}

Result<std::vector<Sha256>> State::over_media() const {
  return impl_->read([](sql::Database& db) -> Result<std::vector<Sha256>> {
    std::vector<Sha256> media;
    auto row = db.prepare(
        "SELECT DISTINCT m.sha FROM names n JOIN list l ON l.id = n.list JOIN media m ON m.id = l.media WHERE n.until < 9000000000000 "
        "AND n.over = 2 AND NOT EXISTS (SELECT 1 FROM list l2 JOIN names n2 ON n2.list = l2.id WHERE l2.media = m.id AND n2.over < 2)");
    CHECK_OK(row.each([&] { media.push_back(row.fixed<Sha256>(0)); }));
    return media;
  });
}

Result<std::vector<State::KitConsent>> State::consents_until(const std::string& centre, Timestamp until) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<KitConsent>> {
    const std::string from = centre + "/", to = centre + "0";
    auto row = db.prepare(
        "SELECT f.name, k.slug, c.file, c.until FROM consent c JOIN kit k ON k.id = c.kit JOIN feed f ON f.id = k.feed "
        "WHERE f.name > ? AND f.name < ? AND c.until <= ? ORDER BY c.until, f.name, k.slug, c.file");
    row << std::string_view(from) << std::string_view(to) << until.seconds;
    std::vector<KitConsent> rows;
    CHECK_OK(row.each([&]() -> Status {
      TRY(auto feed, feed_of(row.text(0)));
      rows.push_back({{std::move(feed.centre), row.text(1)}, std::move(feed.audience), {row.text(2), {row.integer(3)}}});
      return {};
    }));
    return rows;
  });
}

Status State::erase(std::span<const Sha256> media) {
  return impl_->change(
      [&](sql::Database& db) -> Status {
        for (const Sha256& each : media) {
          TRY(const std::int64_t id, find_media(db, each));
          for (const char* const literal : {"DELETE FROM held WHERE media = ?", "DELETE FROM chunk WHERE media = ?"}) {
            auto statement = db.prepare(literal);
            statement << id;
            CHECK_OK(statement.run());
          }
          for (const char* const literal : {"DELETE FROM older WHERE older = ?", "DELETE FROM hint WHERE media = ? AND media <> x''",
                                            "INSERT OR IGNORE INTO erased VALUES (?)"}) {
            auto statement = db.prepare(literal);
            statement << each.view();
            CHECK_OK(statement.run());
          }
          CHECK_OK(tidy_media(db, each));
        }
        return {};
      },
      true);
}

Result<std::vector<Sha256>> State::erased(std::span<const Sha256> media) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<Sha256>> {
    std::vector<Sha256> found;
    for (const Sha256& each : media) {
      auto row = db.prepare("SELECT 1 FROM erased WHERE sha = ?");
      row << each.view();
      TRY(const bool is, row.step());
      if (is) found.push_back(each);
    }
    return found;
  });
}

}  // namespace essaimage::store
