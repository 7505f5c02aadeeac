// State: which kits name a media file, and what the admin chose for kits, and by when.

#include "store/state/state_impl.hpp"

namespace essaimage::store {

Result<std::vector<State::KitPlace>> State::kits_naming(const Sha256& media) const {
  return impl_->read([&](sql::Database& db) -> Result<std::vector<KitPlace>> {
    std::vector<KitPlace> places;
    auto row = db.prepare(
        "SELECT f.name, k.slug, k.version, k.published_at, k.kind, k.themes, l.bytes FROM media m JOIN list l ON l.media = m.id "
        "JOIN names n ON n.list = l.id AND " ESSAIMAGE_LIVE_NAMING
        " JOIN kit k ON k.id = n.kit JOIN feed f ON f.id = k.feed "
        "WHERE m.sha = ? "
        "ORDER BY f.name, k.slug");
    row << media.view();
    CHECK_OK(row.each([&]() -> Status {
      TRY(FeedId feed, feed_of(row.text(0)));
      places.push_back({{std::move(feed.centre), row.text(1)},
                        std::move(feed.audience),
                        row.unsigned_integer(2),
                        {row.integer(3)},
                        row.text(4),
                        split_words(row.text(5)),
                        row.unsigned_integer(6)});
      return {};
    }));
    return places;
  });
}

Status State::put_choice(const KitId& kit, const KitChoice& choice) {
  const auto put = [&](sql::Database& db) -> Status {
    const std::string id = kit.str();
    if (choice.kind == KitChoice::Kind::none) {
      auto statement = db.prepare("DELETE FROM choice WHERE kit = ?");
      statement << std::string_view(id);
      return statement.run();
    }
    auto statement = db.prepare("INSERT OR REPLACE INTO choice VALUES (?, ?, ?)");
    statement << std::string_view(id) << str(choice.kind) << choice.version;
    return statement.run();
  };
  return impl_->change(put, true);
}

Result<std::map<KitId, KitChoice>> State::choices() const {
  return impl_->read([](sql::Database& db) -> Result<std::map<KitId, KitChoice>> {
    std::map<KitId, KitChoice> choices;
    auto row = db.prepare("SELECT kit, choice, version FROM choice");
    CHECK_OK(row.each([&] {
      const auto kit = KitId::parse(row.text(0));
      const auto kind = choice_from(row.text(1));
      // Carried over from a damaged file, or of a newer essaimaged.
      if (kit && kind) choices[*kit] = {*kind, row.unsigned_integer(2)};
    }));
    return choices;
  });
}

Status State::put_deadline(const KitId& kit, std::optional<Timestamp> by) {
  const auto put = [&](sql::Database& db) -> Status {
    const std::string id = kit.str();
    auto statement = by ? db.prepare("INSERT OR REPLACE INTO deadline VALUES (?, ?)") : db.prepare("DELETE FROM deadline WHERE kit = ?");
    statement << std::string_view(id);
    if (by) statement << by->seconds;
    return statement.run();
  };
  return impl_->change(put, true);
}

Result<std::map<KitId, Timestamp>> State::deadlines() const {
  return impl_->read([](sql::Database& db) -> Result<std::map<KitId, Timestamp>> {
    std::map<KitId, Timestamp> deadlines;
    auto row = db.prepare("SELECT kit, by FROM deadline");
    CHECK_OK(row.each([&] {
      if (const auto kit = KitId::parse(row.text(0))) deadlines[*kit] = {row.integer(1)};  // else carried over from a damaged file
    }));
    return deadlines;
  });
}

}  // namespace essaimage::store
