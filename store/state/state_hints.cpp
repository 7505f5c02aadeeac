// State: what files of people's folders held when they were published.

#include "store/state/state_impl.hpp"

namespace essaimage::store {

Result<std::optional<State::Hint>> State::hint(const std::string& path) const {
  return impl_->read([&](sql::Database& db) -> Result<std::optional<Hint>> {
    auto row = db.prepare("SELECT state, blob, media, bytes, length(media) FROM hint WHERE path = ?");
    row << std::string_view(path);
    TRY(const bool found, row.step());
    if (!found) return std::nullopt;
    Hint hint{path, row.text(0), row.fixed<ObjectId>(1), {}, row.unsigned_integer(3)};
    if (row.integer(4) > 0) hint.media = row.fixed<Sha256>(2);
    return hint;
  });
}

Status State::remember(std::span<const Hint> hints) {
  if (hints.empty()) return {};
  return impl_->change([&](sql::Database& db) -> Status {
    for (const Hint& hint : hints) {
      auto statement = db.prepare("INSERT OR REPLACE INTO hint (path, state, blob, media, bytes) VALUES (?, ?, ?, ?, ?)");
      statement << std::string_view(hint.path) << std::string_view(hint.state) << hint.blob.view()
                << (hint.media ? hint.media->view() : hint.blob.view().first(0))  // no pointer at all would be NULL
                << hint.bytes;
      CHECK_OK(statement.run());
    }
    // A replaced row gets a new number, so the lowest are those that were written longest ago.
    return db.execute("DELETE FROM hint WHERE id <= (SELECT max(id) FROM hint) - 500000");
  });
}

}  // namespace essaimage::store
