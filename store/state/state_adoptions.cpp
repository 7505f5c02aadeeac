// State: which centres have adopted which kits, as their feeds say.

#include <algorithm>

#include "store/state/state_impl.hpp"

namespace essaimage::store {

Status put_adoptions(sql::Database& db, std::int64_t feed, const State::FeedChange& change) {
  for (const KitId& kit : change.unadopted) {
    const std::string id = kit.str();
    auto statement = db.prepare("DELETE FROM adoption WHERE kit = ? AND feed = ?");
    statement << std::string_view(id) << feed;
    CHECK_OK(statement.run());
  }
  for (const Adoption& adoption : change.adopted) {
    const std::string id = adoption.kit.str();
    auto statement = db.prepare("INSERT OR REPLACE INTO adoption VALUES (?, ?, ?, ?, ?, ?)");
    statement << std::string_view(id) << feed << adoption.kit_version << adoption.tree.view() << adoption.adopted.seconds
              << std::string_view(adoption.note);
    CHECK_OK(statement.run());
  }
  return {};
}

Result<std::vector<AdoptionRow>> State::adoptions_of(const KitId& kit) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<AdoptionRow>> {
    std::vector<AdoptionRow> rows;
    const std::string id = kit.str();
    auto row =
        db.prepare("SELECT f.name, a.version, a.tree, a.adopted_at, a.note FROM adoption a JOIN feed f ON f.id = a.feed WHERE a.kit = ?");
    row << std::string_view(id);
    CHECK_OK(row.each([&]() -> Status {
      TRY(auto feed, feed_of(row.text(0)));
      rows.push_back({std::move(feed), {kit, row.unsigned_integer(1), row.fixed<ObjectId>(2), {row.integer(3)}, row.text(4)}});
      return {};
    }));
    std::ranges::sort(rows, {}, &AdoptionRow::feed);
    return rows;
  });
}

Result<std::vector<std::pair<KitId, std::string>>> State::adopters() const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<std::pair<KitId, std::string>>> {
    std::vector<std::pair<KitId, std::string>> list;
    auto row = db.prepare("SELECT a.kit, f.name FROM adoption a JOIN feed f ON f.id = a.feed");
    CHECK_OK(row.each([&]() -> Status {
      auto kit = KitId::parse(row.text(0));
      if (!kit) return fail(Errc::corrupt, "state.sqlite: not a kit");
      TRY(auto feed, feed_of(row.text(1)));
      list.emplace_back(std::move(*kit), std::move(feed.centre));
      return {};
    }));
    std::ranges::sort(list);
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
  });
}

Result<std::vector<KitId>> take_kits(sql::Statement row, const FeedId* feed) {
  std::vector<KitId> kits;
  const std::string name = feed == nullptr ? std::string() : feed->str();
  if (feed != nullptr) row << std::string_view(name);
  CHECK_OK(row.each([&]() -> Status {
    auto kit = KitId::parse(row.text(0));
    if (!kit) return fail(Errc::corrupt, "state.sqlite: not a kit");
    kits.push_back(std::move(*kit));
    return {};
  }));
  std::ranges::sort(kits);
  return kits;
}

Result<std::vector<KitId>> State::adoptions_in(const FeedId& feed) const {
  return impl_->read([&](sql::Database& db) {
    return take_kits(db.prepare("SELECT a.kit FROM adoption a JOIN feed f ON f.id = a.feed WHERE f.name = ?"), &feed);
  });
}

Result<bool> State::is_adopted(const KitId& kit, const std::string& centre) const {
  return impl_->read([&](sql::Database& db) -> Result<bool> {
    const std::string id = kit.str();
    if (centre.empty()) {
      auto row = db.prepare("SELECT 1 FROM adoption WHERE kit = ? LIMIT 1");
      row << std::string_view(id);
      return row.step();
    }
    // The names of a centre's feeds begin with its slug and '/', behind which '0' is the next character.
    const std::string from = centre + "/", to = centre + "0";
    auto row = db.prepare("SELECT 1 FROM feed f JOIN adoption a ON a.kit = ? AND a.feed = f.id WHERE f.name > ? AND f.name < ? LIMIT 1");
    row << std::string_view(id) << std::string_view(from) << std::string_view(to);
    return row.step();
  });
}

}  // namespace essaimage::store
