// What an author takes back of its kits, and what the federation withdraws for cause: from a wish to signed commits.
#include <algorithm>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/federation/federation_change.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/toml_form.hpp"
#include "store/kit/attributes.hpp"
#include "store/kit/entry.hpp"
#include "store/kit/names.hpp"
#include "store/kit/personal_data.hpp"
#include "store/life/outcome_file.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {
namespace {

constexpr std::size_t media_at_once_max = 1'000;  // statements, in one request

/// Everybody reads it, and it is to protect somebody.
Result<std::string> tidy_why(const std::string& typed, bool anyway) {
  TRY(auto why, plain_text_from(typed, limits::reason_bytes_max, "why"));
  CHECK_OK(kit::names_nobody(why, "why", anyway));
  return why;
}

Result<std::vector<std::string>> tidy_paths(std::vector<std::string> paths) {
  std::ranges::sort(paths);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  std::size_t bytes = 0;
  for (const auto& path : paths) bytes += path.size();
  if (paths.size() > limits::withdrawn_paths_max || bytes > limits::withdrawn_paths_bytes_max)
    return fail(Errc::too_large, "more than 1,000 files, or 64 KiB of names: name their folder");
  for (const auto& path : paths) {
    if (path == kit::manifest_name) return fail(Errc::withdraw_manifest, path);
    if (!is_plain_text(path, limits::kit_path_bytes_max + 1)) return fail(Errc::usage, "FILE: " + path);
  }
  return paths;
}

bool is_wished(const Withdrawals::Wish& wish, const std::string& path) {
  if (wish.files.empty()) return true;
  return path != kit::manifest_name && std::ranges::any_of(wish.files, [&](const auto& named) { return is_below(path, named); });
}

}  // namespace

struct WithdrawalsImpl::Found {
  Head head;
  std::optional<ObjectId> newest;    ///< the kit in the head's tree
  bool newest_too = false;           ///< it has some of what is wished
  bool superseded = false;           ///< of earlier versions alone: all that this feed has is earlier
  std::set<ObjectId> with_texts;     ///< trees of versions that have texts of it
  std::set<std::uint64_t> versions;  ///< that have any of it
  std::uint64_t highest = 0;         ///< version there is
  std::set<Sha256> media;
};

/// From the head back to the first commit. Of earlier versions alone are meant those before the newest of all feeds: where the kit is
/// older than one that everybody of that feed has elsewhere, all of it is earlier.
Result<std::optional<WithdrawalsImpl::Found>> WithdrawalsImpl::find_in(const Head& head, const Wish& wish, const KitRow* newest) const {
  const auto& objects = *library_.objects_;
  Found found;
  found.head = head;
  std::set<ObjectId> seen;
  std::set<Sha256> stays;
  const std::string path = kit_path(wish.kit.slug);
  CHECK_OK(each_commit(head, [&](const ObjectId& id, const Commit& commit) -> Result<bool> {
    TRY(const auto tree, id_at(objects, commit.tree, path));
    if (id == head.commit) found.newest = tree;
    if (!tree || !seen.insert(*tree).second) return true;
    TRY(const auto kit, read_kit_tree(objects, *tree, KitDepth::names));
    found.highest = std::max(found.highest, kit.entry.version);
    const bool is_newest = found.newest == tree;
    const bool newer_elsewhere = newest != nullptr && newest->version > kit.entry.version && newest->audience != head.feed.audience &&
                                 includes(*library_.picture()->roster, newest->audience, head.feed.audience);
    found.superseded = found.superseded || (is_newest && wish.earlier && newer_elsewhere);
    const bool keeps = is_newest && wish.earlier && !newer_elsewhere;
    for (const auto& file : kit.files) {
      if (keeps && file.media) stays.insert(*file.media);
      if (keeps || !is_wished(wish, file.path)) continue;
      found.versions.insert(kit.entry.version);
      found.newest_too = found.newest_too || is_newest;
      if (file.media) found.media.insert(*file.media);
      else found.with_texts.insert(*tree);
    }
    return true;
  }));
  for (const auto& media : stays) found.media.erase(media);
  if (found.versions.empty()) return std::nullopt;
  return found;
}

/// The kit without those files, as its next version.
Result<ObjectId> WithdrawalsImpl::without(const ObjectId& kit_tree, const Withdrawal& said, std::uint64_t version, PackWriter& pack) const {
  TRY(const auto kit, read_kit_tree(*library_.objects_, kit_tree, KitDepth::names));
  TreeEditor editor(*library_.objects_, kit_tree);
  std::set<Sha256> kept;
  std::vector<std::string> media_paths;
  for (const auto& file : kit.files) {
    const auto stored = kit::to_stored_path(file.path);
    if (file.path != kit::manifest_name && said.covers(file.path)) {
      CHECK_OK(editor.remove(std::string(feed_path::kit_files) + "/" + stored));
    } else if (file.media) {
      kept.insert(*file.media);
      media_paths.push_back(stored);
    }
  }
  for (const auto& named : kit.media) {
    if (!kept.contains(named.media)) CHECK_OK(editor.remove(std::string(feed_path::kit_chunks) + "/" + named.media.hex()));
  }
  if (media_paths.empty()) {
    CHECK_OK(editor.remove(feed_path::attributes));
  } else {
    TRY(const auto attributes, pack.add(ObjectType::blob, bytes_of(kit::encode_attributes(std::move(media_paths)))));
    CHECK_OK(editor.set(feed_path::attributes, TreeEntry::Mode::file, attributes));
  }
  const kit::Entry entry{kit.entry.kit, version, library_.now_(), ""};
  TRY(const auto blob, pack.add(ObjectType::blob, bytes_of(kit::encode_entry(entry))));
  CHECK_OK(editor.set(kit::entry_name, TreeEntry::Mode::file, blob));
  return editor.write(pack);
}

Result<std::uint64_t> WithdrawalsImpl::next_number() const {
  TRY(const auto before, library_.state_->withdrawals({std::nullopt, library_.identity_.slug, std::nullopt}));
  std::uint64_t number = 1;
  for (const auto& row : before) number = std::max(number, row.withdrawal.number + 1);
  if (before.size() >= limits::withdrawals_per_feed_max) return fail(Errc::too_large, std::to_string(before.size()) + " withdrawals");
  return number;
}

Result<std::uint64_t> WithdrawalsImpl::last_version(const KitId& kit) const {
  TRY(const auto rows, library_.state_->withdrawals({kit, kit.centre, std::nullopt}));
  std::uint64_t last = 0;
  for (const auto& row : rows) last = std::max(last, row.withdrawal.versions.highest());
  return last;
}

Result<std::vector<WithdrawalRow>> WithdrawalsImpl::withdraw(const Wish& wish) {
  if (wish.kit.centre != library_.identity_.slug) return fail(Errc::withdraw_not_own, wish.kit.str());
  auto tidy = wish;
  TRY(tidy.why, tidy_why(wish.why, wish.anyway));
  TRY(tidy.files, tidy_paths(wish.files));
  const std::lock_guard changing(library_.changing_);
  if (library_.behind_) CHECK_OK(library_.catch_up_locked());
  auto done = withdraw_locked(tidy, false);
  if (!done) library_.mender_.suspect_centre(library_.identity_.slug, done.error());
  return done;
}

/// One for each feed that has any of it: what is told to few is told of to nobody else.
struct WithdrawalsImpl::Drafts {
  std::vector<Found> found;
  std::uint64_t number = 0, version = 0;  ///< next ones
  std::map<ObjectId, ObjectId> newer;     ///< of the kit: the same tree in two feeds stays the same
};

Result<std::vector<WithdrawalRow>> WithdrawalsImpl::withdraw_locked(const Wish& wish, bool expired) {
  const auto picture = library_.picture();
  if (!picture->roster) return fail(Errc::not_joined);
  Drafts drafts;
  TRY(const auto places, library_.state_->kits_of(wish.kit));
  const auto newest = std::ranges::max_element(places, {}, &KitRow::version);
  for (const auto& [feed, head] : picture->heads) {
    if (feed.centre != wish.kit.centre) continue;
    TRY(auto found, find_in(head, wish, newest == places.end() ? nullptr : &*newest));
    if (!found) continue;
    if (found->media.size() > limits::withdrawn_media_max) return fail(Errc::too_large, wish.kit.str() + ": withdraw it folder by folder");
    drafts.version = std::max(drafts.version, found->highest + 1);
    drafts.found.push_back(std::move(*found));
  }
  if (drafts.found.empty()) {
    const auto what = wish.files.empty() ? wish.kit.str() : wish.kit.str() + ":" + wish.files.front();
    return places.empty() ? fail(Errc::not_found, wish.kit.str()) : fail(Errc::withdraw_nothing, what);
  }
  // What is newer stays newer: an old version that a narrower feed still has is not to come before that of a wider one.
  std::ranges::stable_sort(drafts.found, {}, &Found::highest);
  TRY(drafts.number, next_number());
  TRY(const auto proposals, library_.state_->proposals(wish.kit));
  TRY(const auto pack, PackWriter::create(library_.layout_.scratch()));
  LibraryImpl::Advance advance;
  advance.published_here = true;
  std::vector<WithdrawalRow> rows;
  Status refused;  // one feed that cannot be written now does not hold up the others
  for (const auto& found : drafts.found) {
    const auto& feed = found.head.feed;
    if (auto may = library_.may_publish(*picture, feed.audience); !may) {
      refused = std::move(may);
      library_.note(refused.error(), feed.str());
      continue;
    }
    if (Numbers(found.versions).ranges().size() > limits::withdrawn_ranges_max)
      return fail(Errc::too_large, wish.kit.str() + ": withdraw the whole kit");
    Numbers versions(found.versions);
    Withdrawal said{wish.kit, drafts.number++, library_.now_(), wish.why, wish.files, std::move(versions), wish.earlier, expired, 0, {}};
    said.media.assign(found.media.begin(), found.media.end());
    if (!found.with_texts.empty()) said.epoch = found.head.order.epoch + 1;
    TRY(auto editor, library_.edit_feed(*picture, feed, *pack));
    if (found.newest_too && (wish.files.empty() || found.superseded)) {
      CHECK_OK(editor.remove(kit_path(wish.kit.slug)));
    } else if (found.newest_too) {
      auto it = drafts.newer.find(*found.newest);
      if (it == drafts.newer.end()) {
        TRY(const auto newer, without(*found.newest, said, drafts.version++, *pack));
        it = drafts.newer.emplace(*found.newest, newer).first;
      }
      CHECK_OK(editor.set(kit_path(wish.kit.slug), TreeEntry::Mode::tree, it->second));
    }
    for (const auto& row : proposals) {
      const bool about_it = row.feed == feed && found.versions.contains(row.proposal.kit_version);
      if (about_it) CHECK_OK(editor.remove(proposal_path(wish.kit)));  // nobody is to pass on what goes
    }
    const auto text = encode(said);
    TRY(const auto blob, pack->add(ObjectType::blob, bytes_of(text)));
    CHECK_OK(editor.set(withdrawal_path(said.number), TreeEntry::Mode::file, blob));
    TRY(const auto tree, editor.write(*pack));
    auto step = said.epoch != 0 ? rewrite(*picture, found.head, {tree, wish.kit.slug, found.with_texts}, *pack)
                                : library_.sign_step(*picture, feed, tree, *pack);
    TRY(auto signed_step, std::move(step));
    advance.steps.push_back(std::move(signed_step));
    rows.push_back({feed, std::move(said), sha256(bytes_of(text)), static_cast<std::uint32_t>(found.media.size())});
  }
  if (rows.empty()) return tl::unexpected(refused.error());
  CHECK_OK(library_.publish_pack(*pack, std::move(advance)));
  return rows;
}

/// What nobody gives out any more, by consents that its author named, goes from its feeds as well.
Status WithdrawalsImpl::withdraw_expired() {
  const auto now = judged().sure;
  TRY(const auto over, library_.state_->consents_until(library_.identity_.slug, now));
  std::set<KitId> kits;
  for (const auto& each : over) kits.insert(each.kit);
  constexpr std::int64_t day_seconds = 86'400;
  for (const auto& kit : kits) {
    Wish wish{kit, {}, "", false, true};
    std::optional<Timestamp> first;
    std::size_t bytes = 0;  // what goes beyond, goes with the next look
    TRY(const auto rows, library_.state_->kits_of(kit));
    for (const auto& row : rows) {
      TRY(const auto tree, read_kit_tree(*library_.objects_, row.kit_tree, KitDepth::names));
      for (const auto& file : tree.files) {
        const auto end = consent_end(tree.manifest, file.path);
        if (!end || *end > now) continue;
        if (wish.files.size() == limits::withdrawn_paths_max || bytes + file.path.size() > limits::withdrawn_paths_bytes_max) continue;
        bytes += file.path.size();
        wish.files.push_back(file.path);
        first = first ? std::min(*first, *end) : *end;
      }
    }
    if (wish.files.empty()) continue;  // it is dealt with
    wish.why = "consent until " + day_text({first->seconds - day_seconds});
    TRY(wish.files, tidy_paths(std::move(wish.files)));
    // The others do not wait for one that fails; it is tried again.
    if (const auto done = withdraw_locked(wish, true); !done) library_.note(done.error(), kit.str());
  }
  return {};
}

// --- the federation ----------------------------------------------------------------------------------------------------

Result<std::vector<Sha256>> WithdrawalsImpl::media_at(const KitId& kit, const std::string& path) const {
  TRY(const auto versions, library_.history(kit));
  std::set<Sha256> media;
  bool text = false;
  for (const auto& version : versions) {
    TRY(const auto tree, read_kit_tree(*library_.objects_, version.kit_tree, KitDepth::names));
    for (const auto& file : tree.files) {
      if (!path.empty() && !is_below(file.path, path)) continue;
      if (file.media) media.insert(*file.media);
      else text = true;
    }
  }
  const auto what = path.empty() ? kit.str() : kit.str() + ":" + path;
  if (media.empty()) return text ? fail(Errc::withdraw_text, what) : fail(Errc::withdraw_nothing, what);
  return std::vector<Sha256>(media.begin(), media.end());
}

Result<std::vector<MediaWithdrawal>> WithdrawalsImpl::withdraw_media(const Cause& cause, std::optional<SigningRequest>* lacking) {
  TRY(const auto why, tidy_why(cause.why, cause.anyway));
  if (cause.media.empty() || cause.media.size() > media_at_once_max) return fail(Errc::usage, "1 to 1,000 media files at once");
  const std::lock_guard changing(library_.changing_);
  if (library_.behind_) CHECK_OK(library_.catch_up_locked());
  TRY(auto change, FederationChange::begin(library_));
  std::vector<MediaWithdrawal> files;
  bool any = false;
  for (const auto& media : std::set<Sha256>(cause.media.begin(), cause.media.end())) {
    const auto* held = change.word().withdrawals->find(media);
    if (cause.undo && held == nullptr) return fail(Errc::withdrawal_none, media.hex());
    if (!cause.undo && held != nullptr) {
      files.push_back(held->file);
      continue;
    }
    MediaWithdrawal file{1, {}, media, !cause.undo, why, library_.now_()};
    const auto path = media_withdrawal_path(media);
    // It goes on from what lies there, though it be in force no more.
    TRY(const auto before, change.read(path));
    const auto last = before ? parse_media_withdrawal(text_of(*before)) : Result<MediaWithdrawal>(fail(Errc::not_found));
    if (last && last->media == media) {
      file.version = last->version + 1;
      file.previous = sha256(*before);
    }
    change.put(path, file.version, file.previous, encode(file));
    files.push_back(std::move(file));
    any = true;
  }
  if (any) CHECK_OK(change.commit_or(lacking));
  return files;
}

}  // namespace essaimage::store
