// State: outcomes, as feeds say them, and which kits were adapted from which.

#include <algorithm>
#include <limits>

#include "store/state/state_impl.hpp"

namespace essaimage::store {

Status put_outcomes(sql::Database& db, std::int64_t feed, const State::FeedChange& change) {
  for (const OutcomeKey& key : change.retracted) {
    const std::string id = key.kit.str();
    auto statement = db.prepare("DELETE FROM outcome WHERE kit = ? AND number = ? AND feed = ?");
    statement << std::string_view(id) << key.number << feed;
    CHECK_OK(statement.run());
  }
  for (const Outcome& outcome : change.reported) {
    const std::string id = outcome.kit.str(), text = encode(outcome);
    auto statement = db.prepare("INSERT OR REPLACE INTO outcome VALUES (?, ?, ?, ?, ?)");
    statement << std::string_view(id) << outcome.number << feed << outcome.facts.first_day.seconds << std::string_view(text);
    CHECK_OK(statement.run());
  }
  return {};
}

Result<std::vector<OutcomeRow>> State::outcomes(const OutcomeQuery& query) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<OutcomeRow>> {
    const std::string kit = query.kit ? query.kit->str() : std::string();
    // The names of a centre's feeds begin with its slug and '/', behind which '0' is the next character; '~' is behind every slug.
    const std::string from = query.centre.empty() ? std::string() : query.centre + "/";
    const std::string to = query.centre.empty() ? std::string("~") : query.centre + "0";
    const auto after = query.after.value_or(OutcomePlace{{std::numeric_limits<std::int64_t>::min()}, {}, 0, {}});
    const std::string behind = query.after ? after.feed.str() : std::string(), behind_kit = query.after ? after.kit.str() : std::string();
#define ESSAIMAGE_OUTCOMES "SELECT f.name, o.text FROM outcome o JOIN feed f ON f.id = o.feed WHERE "
#define ESSAIMAGE_OUTCOMES_PAGE                                                                                      \
  "f.name > ? AND f.name < ? AND (o.first_day, f.name, o.number, o.kit) > (?, ?, ?, ?) AND (? = 0 OR o.number = ?) " \
  "ORDER BY o.first_day, f.name, o.number, o.kit LIMIT ?"
    auto row = query.kit ? db.prepare(ESSAIMAGE_OUTCOMES "o.kit = ? AND " ESSAIMAGE_OUTCOMES_PAGE)
                         : db.prepare(ESSAIMAGE_OUTCOMES ESSAIMAGE_OUTCOMES_PAGE);
#undef ESSAIMAGE_OUTCOMES
#undef ESSAIMAGE_OUTCOMES_PAGE
    if (query.kit) row << std::string_view(kit);
    row << std::string_view(from) << std::string_view(to);
    row << after.first_day.seconds << std::string_view(behind) << after.number << std::string_view(behind_kit);
    row << std::uint32_t{query.number.has_value()} << query.number.value_or(0);
    row << (query.limit == 0 ? std::int64_t{-1} : static_cast<std::int64_t>(query.limit));
    std::vector<OutcomeRow> rows;
    CHECK_OK(row.each([&]() -> Status {
      auto outcome = parse_outcome(row.text(1));
      if (!outcome) return fail(Errc::corrupt, "state.sqlite: not an outcome");
      TRY(auto feed, feed_of(row.text(0)));
      rows.push_back({std::move(feed), std::move(*outcome)});
      return {};
    }));
    return rows;
  });
}

Result<std::vector<KitId>> State::kits_with_outcomes() const {
  return impl_->read([](sql::Database& db) { return take_kits(db.prepare("SELECT DISTINCT kit FROM outcome")); });
}

Result<std::vector<OutcomeKey>> State::outcomes_in(const FeedId& feed) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<OutcomeKey>> {
    std::vector<OutcomeKey> keys;
    const std::string name = feed.str();
    auto row = db.prepare("SELECT o.kit, o.number FROM outcome o JOIN feed f ON f.id = o.feed WHERE f.name = ?");
    row << std::string_view(name);
    CHECK_OK(row.each([&]() -> Status {
      auto kit = KitId::parse(row.text(0));
      if (!kit) return fail(Errc::corrupt, "state.sqlite: not a kit");
      keys.push_back({std::move(*kit), row.unsigned_integer(1)});
      return {};
    }));
    std::ranges::sort(keys);
    return keys;
  });
}

Result<std::vector<KitId>> State::adapted_from(const KitId& kit) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<KitId>> {
    std::vector<KitId> kits;
    const std::string id = kit.str();
    auto row = db.prepare("SELECT f.name, k.slug FROM kit k JOIN feed f ON f.id = k.feed WHERE k.parent = ? AND k.parent <> ''");
    row << std::string_view(id);
    CHECK_OK(row.each([&]() -> Status {
      TRY(auto feed, feed_of(row.text(0)));
      kits.push_back({std::move(feed.centre), row.text(1)});
      return {};
    }));
    std::ranges::sort(kits);
    kits.erase(std::unique(kits.begin(), kits.end()), kits.end());
    return kits;
  });
}

}  // namespace essaimage::store
