// From kits that came in to signed commits: where each kit goes and as which version, its tree, and
// one commit for each feed, all in one pack and one step of the refs.
#include <algorithm>
#include <future>

#include "proto/limits.hpp"
#include "store/curation/consent.hpp"
#include "store/federation/paths.hpp"
#include "store/kit/attributes.hpp"
#include "store/library/kit_tree.hpp"
#include "store/publishing/publication_impl.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {

// --- what any act of this node's feeds needs
// ---------------------------------------------------------------------------------

Status LibraryImpl::may_publish(const Picture& picture, const Audience& audience) const {
  const Member* self = picture.roster ? picture.roster->find(identity_.slug) : nullptr;
  const auto own = [&](const MemberKeys& keys) { return keys.signing == signing_.public_key(); };
  if (self == nullptr || std::ranges::none_of(self->keys, own)) return fail(Errc::publish_joining);
  if (self->suspended) return fail(Errc::publish_suspended, self->suspended_why);
  if (!own(self->current_keys())) return fail(Errc::key_succeeded, identity_.slug);
  if (audience.kind == Audience::Kind::mirror) CHECK_OK(MirrorsImpl::check_runs(picture, audience.slug));
  if (!picture.roster->may_hold(identity_.slug, audience)) return fail(Errc::audience_not_ours, audience.str());
  const FeedId feed{identity_.slug, audience};
  if (picture.frozen.contains(feed)) return fail(Errc::feed_fork, feed.str());
  return {};
}

Order LibraryImpl::next_order(const Picture& picture, const FeedId& feed) const {
  const auto head = picture.head(feed);
  const auto generation = picture.roster->find(identity_.slug)->current_keys().generation;
  // What follows the end of a mirror goes on from the same tree, in a later epoch (roster.hpp, mirror_accepts).
  const auto end = picture.roster->mirror_ends.find(feed);
  if (end != picture.roster->mirror_ends.end() && (!head || head->order.epoch <= end->second.epoch))
    return {generation, end->second.epoch + 1, 1};
  if (!head) return {generation, 1, 1};
  return {generation, head->order.epoch, head->order.seq + 1};
}

/// A head of our own that was accepted once and is not held any more (a restored backup with the state of today, a head that
/// cannot be read): to sign its number again would be a fork.
Status LibraryImpl::newer_than_witnessed(const Commit& commit) const {
  TRY(const auto witnessed, state_->witnessed());
  for (const Head& head : witnessed) {
    if (head.feed != commit.feed || head.order < commit.order) continue;
    return fail(Errc::publish_unconfirmed, commit.feed.str() + ": " + head.order.str() + " was published already");
  }
  return {};
}

/// The first commit of a new key follows the last one of the old key that counts, and no other.
Status LibraryImpl::follows_old_key(const Picture& picture, const Commit& commit) const {
  const Member& self = *picture.roster->find(identity_.slug);
  if (commit.parent && picture.head(commit.feed)->order.generation == commit.order.generation) return {};
  if (commit.order.epoch > 1 && commit.order.seq == 1) return {};  // an epoch follows nothing
  for (const MemberKeys& keys : self.keys) {
    const auto last = keys.last_valid.find(commit.feed);
    if (last == keys.last_valid.end() || commit.parent == last->second.commit) continue;
    // The last of them decides; older ones are before it.
    const bool later = std::ranges::any_of(
        self.keys, [&](const MemberKeys& other) { return other.generation > keys.generation && other.last_valid.contains(commit.feed); });
    if (!later) return fail(Errc::publish_unconfirmed, commit.feed.str() + ": " + last->second.order.str() + ", by this centre's old key");
  }
  return {};
}

Result<TreeEditor> LibraryImpl::edit_feed(const Picture& picture, const FeedId& feed, PackWriter& pack) const {
  if (const auto head = picture.head(feed)) {
    TRY(const auto tree, tree_of(head->commit));
    return TreeEditor(*objects_, tree);
  }
  TreeEditor editor(*objects_, std::nullopt);
  for (const auto& [path, text] :
       {std::pair{feed_path::attributes, kit::root_attributes}, std::pair{feed_path::lfsconfig, kit::root_lfsconfig}}) {
    // Every feed has these two: one copy is enough, and damage to a second one would be seen by nobody.
    const ObjectId blob = object_id(ObjectType::blob, bytes_of(text));
    if (!objects_->contains(blob)) {
      TRY(const auto added, pack.add(ObjectType::blob, bytes_of(text)));
      ESSAIMAGE_ASSERT(added == blob);
    }
    CHECK_OK(editor.set(path, TreeEntry::Mode::file, blob));
  }
  return editor;
}

Result<LibraryImpl::Advance::Step> LibraryImpl::sign_step(const Picture& picture, const FeedId& feed, const ObjectId& tree,
                                                          PackWriter& pack) const {
  Advance::Step step;
  step.commit.tree = tree;
  step.commit.time = now_();
  step.commit.federation = identity_.federation;
  step.commit.feed = feed;
  step.commit.order = next_order(picture, feed);
  if (const auto head = picture.head(feed); head && step.commit.order.seq > 1) step.commit.parent = head->commit;
  CHECK_OK(newer_than_witnessed(step.commit));
  CHECK_OK(follows_old_key(picture, step.commit));
  step.raw = sign_commit(step.commit, signing_);
  TRY(step.id, pack.add(ObjectType::commit, step.raw));
  return step;
}

/// The pack is durable and readable; then the new heads are.
Status LibraryImpl::publish_pack(PackWriter& pack, Advance advance) {
  if (pack.object_count() > limits::pack_objects_max || pack.bytes() > limits::pack_bytes_max) {
    return fail(Errc::too_large, "more than 1 GiB of text, or 1,000,000 files, in one command: publish in several");
  }
  CHECK_OK(pack.finish_into(layout_.packs()));
  CHECK_OK(objects_->reload());
  return this->advance(std::move(advance));
}

Result<std::unique_ptr<Publication>> LibraryImpl::publish(const PublishOptions& options) { return PublicationImpl::begin(*this, options); }

Status LibraryImpl::publish_centre(const std::vector<std::string>& endpoints) {
  auto published = publish_endpoints(endpoints);
  if (!published) mender_.suspect({identity_.slug, Audience{}}, published.error());
  return published;
}

Status LibraryImpl::publish_endpoints(const std::vector<std::string>& endpoints) {
  const std::lock_guard changing(changing_);
  const auto picture = this->picture();
  CHECK_OK(may_publish(*picture, Audience{}));
  const FeedId feed{identity_.slug, Audience{}};
  CentreFile file{picture->roster->find(identity_.slug)->name, "", endpoints};
  TRY(const auto pack, PackWriter::create(layout_.scratch()));
  TRY(auto editor, edit_feed(*picture, feed, *pack));
  TRY(const auto old, editor.find(feed_path::centre));
  if (old) {
    TRY(const auto text, objects_->read(old->id, ObjectType::blob));
    const auto present = parse_centre_file(text_of(text));
    if (present) file.contact = present->contact;
  }
  const std::string text = encode(file);
  if (!parse_centre_file(text)) return fail(Errc::usage, "endpoints: at most four tcp://host:port");
  if (old && old->id == object_id(ObjectType::blob, bytes_of(text))) return {};
  TRY(const auto blob, pack->add(ObjectType::blob, bytes_of(text)));
  CHECK_OK(editor.set(feed_path::centre, TreeEntry::Mode::file, blob));
  TRY(const auto tree, editor.write(*pack));
  Advance advance;
  advance.published_here = true;
  TRY(auto step, sign_step(*picture, feed, tree, *pack));
  if (identity_.is_federation()) advance.word = picture->word;
  advance.steps.push_back(std::move(step));
  return publish_pack(*pack, advance);
}

// --- one publish command
// ------------------------------------------------------------------------------------------------------

Result<std::vector<PublishedKit>> PublicationImpl::commit() {
  auto done = commit_all();
  if (!done) library_.mender_.suspect_centre(library_.identity_.slug, done.error());
  return done;
}

Result<std::vector<PublishedKit>> PublicationImpl::commit_all() {
  if (kit_ || committed_ || failed_) return fail(Errc::usage, "a kit is not ended, or failed, or all is committed");
  committed_ = true;
  CHECK_OK(take_arrived(true));
  CHECK_OK(count_media());
  const std::lock_guard changing(library_.changing_);
  const auto picture = library_.picture();
  if (library_.behind_) CHECK_OK(library_.catch_up_locked());
  // A withdrawal of somebody else may have removed one meanwhile: the folder is read once more then.
  for (const auto& id : relied_on_)
    if (!library_.objects_->contains(id)) return fail(Errc::kit_file_changed, id.hex());
  CHECK_OK(check_withdrawn());
  TRY(rules_, library_.mirrors_.rules());
  const Timestamp now = library_.now_();
  std::vector<Plan> plans;
  for (const auto& kit : kits_) {
    TRY(auto planned, plan(kit, *picture, now));
    plans.push_back(std::move(planned));
  }
  CHECK_OK(add_copies(plans, *picture));
  CHECK_OK(check_limits(plans));
  TRY(auto advance, make_advance(plans, *picture));
  if (!advance.steps.empty()) CHECK_OK(settle());
  CHECK_OK(bring_back_media(plans));  // before the heads: what fails here leaves them as they were
  if (!advance.steps.empty()) CHECK_OK(library_.publish_pack(*pack_, advance));
  CHECK_OK(bring_back_texts(*picture, !advance.steps.empty()));
  remember_files();
  std::vector<PublishedKit> results;
  results.reserve(plans.size());
  const auto after = library_.picture();
  for (auto& planned : plans) {
    if (const auto head = after->head({planned.result.id.centre, planned.result.audience})) {
      planned.result.commit = head->commit;
    }
    results.push_back(planned.result);
  }
  return results;
}

/// Media durably in their places, and the pack durable beside its place: two waits for the disk at the same time. Nothing
/// names either before the refs do, so the one may be there without the other.
Status PublicationImpl::settle() {
  settled_ = true;
  auto media = std::async([this] { return batch_->settle(); });
  auto indexed = pack_->object_count() > 0 ? pack_->index() : Status{};
  CHECK_OK(media.get());
  return indexed;
}

/// One pack is for one feed, and its parcel is no longer than what it holds; but a kit that goes to a wider audience is in
/// it whole, though little of it is new here. Half of each bound is kept for what lies around the kits.
Status PublicationImpl::check_limits(const std::vector<Plan>& plans) const {
  constexpr std::uint64_t entry_bytes = limits::file_name_bytes_max + 64;
  constexpr std::uint64_t chunk_bytes = 36;
  constexpr std::uint64_t kit_objects = 8;  // its own tree, that of its chunk lists, entry.toml, .gitattributes; some more
  PackTotals totals;
  for (const auto& plan : plans) {
    if (plan.result.unchanged) continue;
    totals.visits += plan.kit->entries + plan.kit->chunks / 4;
    totals.bytes += plan.kit->text_bytes + plan.kit->entries * entry_bytes + plan.kit->chunks * chunk_bytes;
    totals.objects += plan.kit->entries + kit_objects;
  }
  return check_totals(totals);
}

Status check_totals(const PackTotals& totals) {
  const bool fits = totals.visits <= limits::pack_visits_max / 2 && totals.bytes <= limits::pack_bytes_max / 2 &&
                    totals.objects <= limits::pack_objects_max / 2;
  if (fits) return {};
  return fail(Errc::too_large, "more than 1 GiB of text, or 1,000,000 files, in one command: publish in several");
}

namespace {

/// Of the audiences in which a kit lies the widest; of two that have nothing to do with each other, that of the newer version.
const KitRow* widest_of(const std::vector<KitRow>& rows, const Roster& roster) {
  const KitRow* widest = nullptr;
  for (const auto& row : rows) {
    const bool wider = widest == nullptr || (includes(roster, row.audience, widest->audience) && row.audience != widest->audience);
    const bool newer = widest != nullptr && !includes(roster, widest->audience, row.audience) && row.version > widest->version;
    if (wider || newer) widest = &row;
  }
  return widest;
}

}  // namespace

/// Where it shall go: as asked, else where it is (its widest), else where the kit is that it was adapted from, as far as that is
/// known here: nobody should widen by oversight what another centre told to few. Else to the region.
Result<Audience> PublicationImpl::audience_of(const Kit& kit, const std::vector<KitRow>& rows, const KitId& id,
                                              const Picture& picture) const {
  const Roster& roster = *picture.roster;
  if (!options_.audience) {
    std::vector<KitRow> parents;
    if (rows.empty() && kit.parent) {
      TRY(parents, library_.state_->kits_of(*kit.parent));
    }
    const KitRow* widest = widest_of(rows.empty() ? parents : rows, roster);
    return widest == nullptr ? Audience{} : widest->audience;
  }
  for (const auto& row : rows) {
    if (row.audience != *options_.audience && includes(roster, row.audience, *options_.audience)) {
      return fail(Errc::publish_narrower, id.str() + ": " + row.audience.str());
    }
  }
  return *options_.audience;
}

Result<PublicationImpl::Plan> PublicationImpl::plan(const Kit& kit, const Picture& picture, Timestamp now) {
  Plan plan;
  plan.kit = &kit;
  plan.result.id = KitId{library_.identity_.slug, kit.slug};
  plan.result.files = static_cast<std::uint32_t>(kit.files.size());
  plan.result.bytes = kit.bytes;
  TRY(const auto rows, library_.state_->kits_of(plan.result.id));
  TRY(auto places, MirrorsImpl::wanted_places(rules_, picture, rows));
  if (places.empty() && !rows.empty() && !options_.audience) return fail(Errc::mirror_ended, plan.result.id.str());
  TRY(const auto passed, library_.curation_.passed_on(plan.result.id));
  if (passed) leave_out_passed_on(places, passed->tree);
  TRY(plan.result.audience, audience_of(kit, places, plan.result.id, picture));
  CHECK_OK(library_.may_publish(picture, plan.result.audience));
  TRY(const auto files, write_files(kit));

  const KitRow* newest = nullptr;
  for (const auto& row : rows) {
    const bool newer =
        newest == nullptr || row.version > newest->version || (row.version == newest->version && row.audience == plan.result.audience);
    if (newer) newest = &row;
  }
  if (newest != nullptr) {
    TRY(const bool same, is_version(kit, files, *newest, picture));
    if (same) {  // the same content: the same version, at most in one more feed
      plan.kit_tree = newest->kit_tree;
      plan.result.version = newest->version;
      plan.result.unchanged = newest->audience == plan.result.audience;
      return plan;
    }
  }
  TRY(const auto withdrawn, library_.withdrawals_->last_version(plan.result.id));
  plan.result.version = std::max(newest == nullptr ? 0 : newest->version, withdrawn) + 1;
  const kit::Entry entry{plan.result.id, plan.result.version, now, ""};
  CHECK_OK(kit::check_entry(entry));
  TRY(plan.kit_tree, write_kit(kit, files, entry));
  return plan;
}

/// Into the mirrors, as the rules of this home say: in the same step, so that nobody sees one version here and another there.
Status PublicationImpl::add_copies(std::vector<Plan>& plans, const Picture& picture) {
  std::vector<PublishedKit> copies, wished;
  std::vector<Plan> more;
  for (const auto& plan : plans) {
    wished.push_back(plan.result);
    const auto& slug = plan.result.id.slug;
    for (const auto& mirror : library_.mirrors_.takers(rules_, picture, plan.result.audience, slug, plan.kit->themes)) {
      TRY(const auto rows, library_.state_->kits_of(plan.result.id));
      Plan copy = plan;
      copy.result.audience = mirror;
      copy.result.by_rule = true;
      copy.result.unchanged =
          std::ranges::any_of(rows, [&](const KitRow& row) { return row.audience == mirror && row.kit_tree == plan.kit_tree; });
      copies.push_back(copy.result);
      more.push_back(std::move(copy));
    }
  }
  plans.insert(plans.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  return library_.mirrors_.note_copies(rules_, copies, wished);
}

Result<ObjectId> PublicationImpl::write_files(const Kit& kit) {
  TreeEditor editor(*library_.objects_, std::nullopt);
  for (const auto& file : kit.files) {
    const auto mode = file.executable ? TreeEntry::Mode::executable : TreeEntry::Mode::file;
    CHECK_OK(editor.set(file.stored_path, mode, file.blob));
  }
  return editor.write(*pack_);
}

Result<ObjectId> PublicationImpl::write_kit(const Kit& kit, const ObjectId& files, const kit::Entry& entry) {
  TreeEditor editor(*library_.objects_, std::nullopt);
  CHECK_OK(editor.set(feed_path::kit_files, TreeEntry::Mode::tree, files));
  TRY(const auto entry_blob, add_blob(bytes_of(kit::encode_entry(entry))));
  CHECK_OK(editor.set(kit::entry_name, TreeEntry::Mode::file, entry_blob));
  std::vector<std::string> media_paths;
  for (const auto& file : kit.files) {
    if (file.media) media_paths.push_back(file.stored_path);
  }
  if (!media_paths.empty()) {
    TRY(const auto blob, add_blob(bytes_of(kit::encode_attributes(std::move(media_paths)))));
    CHECK_OK(editor.set(feed_path::attributes, TreeEntry::Mode::file, blob));
  }
  for (const auto& [media, chunks] : kit.media) {
    TRY(const auto blob, add_blob(encode(chunks)));
    CHECK_OK(editor.set(std::string(feed_path::kit_chunks) + "/" + media.hex(), TreeEntry::Mode::file, blob));
  }
  return editor.write(*pack_);
}

/// One step for each feed that changes. Every object that the library lacks is in the pack
/// afterwards.
Result<LibraryImpl::Advance> PublicationImpl::make_advance(std::vector<Plan>& plans, const Picture& picture) {
  LibraryImpl::Advance advance;
  advance.published_here = true;
  std::map<FeedId, TreeEditor> editors;
  std::map<Sha256, State::Whole> whole;
  for (const auto& plan : plans) {
    if (plan.result.unchanged) continue;
    const FeedId feed{plan.result.id.centre, plan.result.audience};
    auto it = editors.find(feed);
    if (it == editors.end()) {
      TRY(auto editor, library_.edit_feed(picture, feed, *pack_));
      it = editors.emplace(feed, std::move(editor)).first;
    }
    CHECK_OK(it->second.set(kit_path(plan.result.id.slug), TreeEntry::Mode::tree, plan.kit_tree));
    for (const auto& [media, chunks] : plan.kit->media) {
      auto& feeds = whole.try_emplace(media, State::Whole{media, {}, &chunks}).first->second.feeds;
      if (std::find(feeds.begin(), feeds.end(), feed) == feeds.end()) feeds.push_back(feed);
    }
  }
  for (auto& [media, each] : whole) advance.published_media.push_back(std::move(each));
  for (auto& [feed, editor] : editors) {
    TRY(const auto tree, editor.write(*pack_));
    TRY(auto step, library_.sign_step(picture, feed, tree, *pack_));
    advance.steps.push_back(std::move(step));
  }
  return advance;
}

}  // namespace essaimage::store
