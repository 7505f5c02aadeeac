// This centre's word about kits of others: "we use this version", in the feed of the kit's audience.
#include "proto/limits.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/toml_form.hpp"
#include "store/library_impl.hpp"

namespace essaimage::store {

/// One commit for each of our feeds that changes, all in one step. `changing_` is held all the time.
class AdoptionChange {
 public:
  static Result<AdoptionChange> begin(LibraryImpl& library) {
    AdoptionChange change(library);
    TRY(change.pack_, PackWriter::create(library.layout_.scratch()));
    return change;
  }

  Status put(const Audience& audience, const Adoption& adoption) {
    return in_feed(audience, [&](TreeEditor& editor) -> Status {
      TRY(const auto blob, pack_->add(ObjectType::blob, bytes_of(encode(adoption))));
      return editor.set(feed_path::of_kit(feed_path::adoptions_folder, adoption.kit), TreeEntry::Mode::file, blob);
    });
  }

  Status remove(const Audience& audience, const KitId& kit) {
    return in_feed(audience, [&](TreeEditor& editor) { return editor.remove(feed_path::of_kit(feed_path::adoptions_folder, kit)); });
  }

  bool is_empty() const { return advance_.steps.empty(); }
  Status commit() { return library_.publish_pack(*pack_, std::move(advance_)); }

 private:
  explicit AdoptionChange(LibraryImpl& library) : library_(library), picture_(library.picture()) { advance_.published_here = true; }

  template <class Edit>
  Status in_feed(const Audience& audience, const Edit& edit) {
    CHECK_OK(library_.may_publish(*picture_, audience));
    const FeedId feed{library_.identity_.slug, audience};
    TRY(auto editor, library_.edit_feed(*picture_, feed, *pack_));
    CHECK_OK(edit(editor));
    TRY(const auto tree, editor.write(*pack_));
    TRY(auto step, library_.sign_step(*picture_, feed, tree, *pack_));
    advance_.steps.push_back(std::move(step));
    return {};
  }

  LibraryImpl& library_;
  PicturePtr picture_;
  std::unique_ptr<PackWriter> pack_;
  LibraryImpl::Advance advance_;
};

Result<AdoptionRow> LibraryImpl::adopt(const KitId& id, const std::string& note) {
  const std::lock_guard changing(changing_);
  if (id.centre == identity_.slug) return fail(Errc::own_kit_adopted, id.str());
  if (behind_) CHECK_OK(catch_up_locked());
  if (!picture()->roster) return fail(Errc::not_joined);
  TRY(const auto known, kit(id));
  const KitRow& row = known.row;
  Adoption adoption{id, row.version, row.kit_tree, now_(), {}};
  if (!note.empty()) {
    TRY(adoption.note, plain_text_from(note, limits::reason_bytes_max, "note"));
  }
  const FeedId feed{identity_.slug, row.audience};
  TRY(const auto before, state_->adoptions_of(id));
  TRY(auto change, AdoptionChange::begin(*this));
  bool said = false;
  for (const auto& each : before) {
    if (each.feed.centre != identity_.slug) continue;
    if (each.feed == feed) {
      said = each.adoption.tree == adoption.tree && each.adoption.note == adoption.note;
      if (said) adoption = each.adoption;
    } else if (includes(*picture()->roster, row.audience, each.feed.audience) && may_publish(*picture(), each.feed.audience)) {
      // The kit went to a wider audience, and the adoption with it. What we said in a territory that we have left stays there.
      CHECK_OK(change.remove(each.feed.audience, id));
    }
  }
  if (!said) CHECK_OK(change.put(row.audience, adoption));
  if (change.is_empty()) return AdoptionRow{feed, adoption};
  CHECK_OK(change.commit());
  return AdoptionRow{feed, adoption};
}

Status LibraryImpl::unadopt(const KitId& id) {
  const std::lock_guard changing(changing_);
  if (behind_) CHECK_OK(catch_up_locked());
  TRY(const auto rows, state_->adoptions_of(id));
  TRY(auto change, AdoptionChange::begin(*this));
  Status refused = fail(Errc::not_adopted, id.str());
  for (const auto& each : rows) {
    if (each.feed.centre != identity_.slug) continue;
    // What cannot be written now keeps the others from nothing.
    const auto may = may_publish(*picture(), each.feed.audience);
    if (may) CHECK_OK(change.remove(each.feed.audience, id));
    else refused = may;
  }
  return change.is_empty() ? refused : change.commit();
}

}  // namespace essaimage::store
