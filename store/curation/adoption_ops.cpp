// This centre's word about kits of others: "we use this version", in the feed of the kit's audience.
#include "proto/limits.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/toml_form.hpp"
#include "store/kit/personal_data.hpp"
#include "store/library/word_change.hpp"

namespace essaimage::store {

namespace {

std::string path_of(const KitId& kit) { return feed_path::of_kit(feed_path::adoptions_folder, kit); }

}  // namespace

Result<AdoptionRow> LibraryImpl::adopt(const KitId& id, const std::string& note, bool anyway) {
  const std::lock_guard changing(changing_);
  if (id.centre == identity_.slug) return fail(Errc::own_kit_adopted, id.str());
  if (behind_) CHECK_OK(catch_up_locked());
  if (!picture()->roster) return fail(Errc::not_joined);
  TRY(const auto known, kit(id));
  const KitRow& row = known.row;
  Adoption adoption{id, row.version, row.kit_tree, now_(), {}};
  if (!note.empty()) {
    TRY(adoption.note, plain_text_from(note, limits::reason_bytes_max, "note"));
    CHECK_OK(kit::names_nobody(adoption.note, "note", anyway));
  }
  const FeedId feed{identity_.slug, row.audience};
  TRY(const auto before, state_->adoptions_of(id));
  TRY(auto change, WordChange::begin(*this));
  bool said = false;
  for (const auto& each : before) {
    if (each.feed.centre != identity_.slug) continue;
    if (each.feed == feed) {
      said = each.adoption.tree == adoption.tree && each.adoption.note == adoption.note;
      if (said) adoption = each.adoption;
    } else if (includes(*picture()->roster, row.audience, each.feed.audience) && may_publish(*picture(), each.feed.audience)) {
      // The kit went to a wider audience, and the adoption with it. What we said in a territory that we have left stays there.
      CHECK_OK(change.remove(each.feed.audience, path_of(id)));
    }
  }
  if (!said) CHECK_OK(change.put(row.audience, path_of(id), encode(adoption)));
  if (change.is_empty()) return AdoptionRow{feed, adoption};
  CHECK_OK(change.commit());
  return AdoptionRow{feed, adoption};
}

Status LibraryImpl::unadopt(const KitId& id) {
  const std::lock_guard changing(changing_);
  if (behind_) CHECK_OK(catch_up_locked());
  TRY(const auto rows, state_->adoptions_of(id));
  TRY(auto change, WordChange::begin(*this));
  Status refused = fail(Errc::not_adopted, id.str());
  for (const auto& each : rows) {
    if (each.feed.centre != identity_.slug) continue;
    // What cannot be written now keeps the others from nothing.
    const auto may = may_publish(*picture(), each.feed.audience);
    if (may) CHECK_OK(change.remove(each.feed.audience, path_of(id)));
    else refused = may;
  }
  return change.is_empty() ? refused : change.commit();
}

}  // namespace essaimage::store
