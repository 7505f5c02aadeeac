// Looking at withdrawals: how far they have come, and which files are not given out.
#include <algorithm>

#include "store/crypto/hash.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {
namespace {

/// Says who has to sign, and who has.
class Reader {
 public:
  Reader(const State& state, const ObjectDb& objects, const Picture& picture) : state_(state), objects_(objects), picture_(picture) {}

  Status fill(WithdrawalView& view) {
    for (const auto& [slug, member] : picture_.roster->members) {
      if (!may_hold_or_might(member, view.audience)) continue;
      view.members.insert(slug);
      if (member.suspended) view.suspended.insert(slug);
    }
    TRY(const auto receipts, state_.receipts(view.key));
    for (const auto& [feed, receipt] : receipts) {
      const bool counts = feed.audience == view.audience && receipt.record == view.record && view.members.contains(feed.centre);
      if (counts) view.signed_by.emplace(feed.centre, receipt);
    }
    std::erase_if(view.suspended, [&](const std::string& slug) { return view.signed_by.contains(slug); });
    for (const auto& slug : view.suspended) view.members.erase(slug);
    for (const auto& member : view.members) {
      if (view.signed_by.contains(member)) continue;
      if (const auto heard = last_heard(member)) view.last_heard.emplace(member, *heard);
    }
    return {};
  }

 private:
  /// Who was suspended may have it still.
  bool may_hold_or_might(const Member& member, const Audience& audience) const {
    if (!member.suspended) return picture_.roster->may_hold(member, audience);
    auto before = member;
    before.suspended = false;
    return picture_.roster->may_hold(before, audience);
  }

  std::optional<Timestamp> last_heard(const std::string& member) {
    const auto [it, is_new] = heard_.emplace(member, std::nullopt);
    if (!is_new) return it->second;
    for (const auto& [feed, head] : picture_.heads) {
      if (feed.centre != member) continue;
      const auto raw = objects_.read(head.commit, ObjectType::commit);
      const auto commit = raw ? parse_commit(*raw) : Result<Commit>(fail(Errc::object_missing));
      if (commit) it->second = it->second ? std::max(*it->second, commit->time) : commit->time;
    }
    return it->second;
  }

  const State& state_;
  const ObjectDb& objects_;
  const Picture& picture_;
  std::map<std::string, std::optional<Timestamp>> heard_;
};

std::string telling(const KitId& kit, const std::string& path, const Withdrawal& said) {
  return kit.str() + (path.empty() ? "" : ":" + path) + ", withdrawn on " + to_utc(said.withdrawn).substr(0, 10) + ": " + said.why;
}

/// By the newest version's word about a path, where it has one: a consent that was given for longer holds for what was published before.
std::optional<Timestamp> end_of_consent(const kit::Manifest& own, const kit::Manifest* newest, const std::string& path) {
  const auto covers = [&](const kit::Consent& consent) { return consent.covers(path); };
  const bool newest_says = newest != nullptr && std::ranges::any_of(newest->consent, covers);
  return consent_end(newest_says ? *newest : own, path);
}

}  // namespace

Result<std::vector<WithdrawalView>> WithdrawalsImpl::find(const WithdrawalQuery& query) const {
  const auto picture = library_.picture();
  if (!picture->roster) return fail(Errc::not_joined);
  TRY(auto rows, library_.state_->withdrawals(query));
  std::vector<WithdrawalView> views;
  Reader reader(*library_.state_, *library_.objects_, *picture);
  for (auto& row : rows) {
    WithdrawalView view;
    view.key = row.key();
    view.audience = row.feed.audience;
    view.record = row.record;
    view.since = row.withdrawal.withdrawn;
    view.why = row.withdrawal.why;
    view.media = row.media;
    TRY(view.named_by, library_.state_->still_naming(row.feed, view.key.number));
    view.by_author = std::move(row.withdrawal);
    CHECK_OK(reader.fill(view));
    views.push_back(std::move(view));
  }
  return views;
}

Result<std::optional<MediaWithdrawal>> WithdrawalsImpl::version_before(const MediaWithdrawal& file) const {
  const auto head = library_.picture()->head({library_.identity_.federation_slug, Audience{}});
  std::optional<MediaWithdrawal> before;
  if (!head) return before;
  CHECK_OK(each_commit(*head, [&](const ObjectId&, const Commit& commit) -> Result<bool> {
    TRY(const auto id, id_at(*library_.objects_, commit.tree, media_withdrawal_path(file.media)));
    if (!id) return true;
    TRY(const auto text, library_.objects_->read(*id, ObjectType::blob));
    if (sha256(text) != file.previous) return true;
    TRY(before, parse_media_withdrawal(text_of(text)));
    return false;
  }));
  return before;
}

Result<std::vector<std::string>> WithdrawalsImpl::files_of(const Sha256& media, const std::string& centre) const {
  std::set<std::string> files;
  TRY(const auto kits, library_.state_->naming(media));
  for (const auto& kit : kits) {
    if (!centre.empty() && kit.centre != centre) continue;
    TRY(const auto rows, library_.state_->kits_of(kit));
    for (const auto& row : rows) {
      const auto tree = read_kit_tree(*library_.objects_, row.kit_tree, KitDepth::names);
      if (!tree) continue;  // damaged: it is told elsewhere
      for (const auto& file : tree->files)
        if (file.media == media) files.insert(kit.str() + ":" + file.path);
    }
  }
  return std::vector<std::string>(files.begin(), files.end());
}

Result<std::vector<WithdrawalView>> WithdrawalsImpl::of_kit(const KitId& kit) const {
  TRY(auto views, find({kit, kit.centre, std::nullopt}));
  TRY(auto others, of_federation());
  std::map<Sha256, std::set<std::string>> files;
  const auto versions = others.empty() ? Result<std::vector<KitVersion>>(std::vector<KitVersion>()) : library_.history(kit);
  if (!versions && versions.error().code != Errc::not_found) return tl::unexpected(versions.error());
  for (const auto& version : versions ? *versions : std::vector<KitVersion>()) {
    const auto tree = read_kit_tree(*library_.objects_, version.kit_tree, KitDepth::names);
    if (!tree) continue;
    for (const auto& file : tree->files)
      if (file.media) files[*file.media].insert(kit.str() + ":" + file.path);
  }
  for (auto& view : others) {
    const auto it = files.find(view.key.media);
    if (it == files.end()) continue;
    view.files.assign(it->second.begin(), it->second.end());
    TRY(const auto still, files_of(view.key.media, kit.centre));
    const auto is_of_kit = [&](const std::string& file) { return file.starts_with(kit.str() + ":"); };
    if (std::ranges::any_of(still, is_of_kit)) view.named_by = {kit};
    views.push_back(std::move(view));
  }
  std::ranges::stable_sort(views, {}, &WithdrawalView::since);
  return views;
}

Result<std::vector<WithdrawalView>> WithdrawalsImpl::of_own_kits() const {
  const auto picture = library_.picture();
  std::vector<WithdrawalView> views;
  if (!picture->word) return views;
  for (const auto& [media, stated] : picture->word->withdrawals->statements) {
    if (!stated.file.withdrawn) continue;
    WithdrawalView view;
    TRY(view.files, files_of(media, library_.identity_.slug));
    if (view.files.empty()) continue;
    view.key = {library_.identity_.federation_slug, 0, media};
    view.since = stated.file.decided;
    view.why = stated.file.why;
    views.push_back(std::move(view));
  }
  return views;
}

Result<bool> WithdrawalsImpl::knows(const Sha256& media) const {
  const auto picture = library_.picture();
  if (picture->word && picture->word->withdrawals->find(media) != nullptr) return true;
  TRY(const auto row, library_.state_->media(media));
  if (row || lies_here(media)) return true;
  TRY(const auto said, library_.state_->withdrawn(media));
  return !said.by.empty();
}

Result<std::vector<WithdrawalView>> WithdrawalsImpl::of_federation() const {
  const auto picture = library_.picture();
  if (!picture->roster || !picture->word) return fail(Errc::not_joined);
  std::vector<WithdrawalView> views;
  Reader reader(*library_.state_, *library_.objects_, *picture);
  for (const auto& [media, stated] : picture->word->withdrawals->statements) {
    WithdrawalView view;
    view.key = {library_.identity_.federation_slug, 0, media};
    view.record = stated.content;
    view.since = stated.file.decided;
    view.why = stated.file.why;
    view.media = 1;
    TRY(view.files, files_of(media));
    view.taken_back = !stated.file.withdrawn;
    if (!view.taken_back) {
      CHECK_OK(reader.fill(view));
    } else {
      view.taken_back_why = std::exchange(view.why, {});
      view.taken_back_at = view.since;
      if (const auto before = version_before(stated.file); before && *before) {
        view.why = (*before)->why;
        view.since = (*before)->decided;
      }
    }
    views.push_back(std::move(view));
  }
  std::ranges::stable_sort(views, {}, &WithdrawalView::since);
  return views;
}

Result<std::optional<WithdrawnBy>> WithdrawalsImpl::withdrawn(const std::string& centre, const Sha256& media) const {
  const auto picture = library_.picture();
  const auto* stated = picture->word ? picture->word->withdrawals->find(media) : nullptr;
  if (stated != nullptr) {
    const WithdrawalKey key{library_.identity_.federation_slug, 0, media};
    return WithdrawnBy{WithdrawnBy::Kind::federation, key.str(), stated->file.why, stated->file.decided};
  }
  TRY(const auto said, library_.state_->withdrawn(media));
  if (said.named) return std::nullopt;
  for (const auto& key : said.by) {
    if (key.centre != centre) continue;
    TRY(const auto rows, library_.state_->withdrawals({std::nullopt, key.centre, key.number}));
    if (!rows.empty())
      return WithdrawnBy{WithdrawnBy::Kind::author, key.str(), rows.front().withdrawal.why, rows.front().withdrawal.withdrawn};
  }
  return std::nullopt;
}

Result<std::optional<WithdrawnBy>> WithdrawalsImpl::judge(const KitId& kit, const KitTreeFile& file, const kit::Manifest& manifest,
                                                          const kit::Manifest* newest) const {
  const auto end = end_of_consent(manifest, newest, file.path);
  if (end && *end <= judged().time) return WithdrawnBy{WithdrawnBy::Kind::consent, "", "", *end};
  if (!file.media) return std::nullopt;
  return withdrawn(kit.centre, *file.media);
}

Result<std::vector<std::string>> WithdrawalsImpl::coming_back(const KitId& kit, const std::vector<KitTreeFile>& files) const {
  TRY(auto rows, library_.state_->withdrawals({kit, kit.centre, std::nullopt}));
  std::ranges::reverse(rows);  // the newest reason counts
  TRY(const auto places, library_.state_->kits_of(kit));
  const auto whole =
      std::ranges::find_if(rows, [](const WithdrawalRow& row) { return row.withdrawal.paths.empty() && !row.withdrawal.earlier; });
  if (places.empty() && whole != rows.end()) return std::vector{telling(kit, "", whole->withdrawal)};
  std::erase_if(rows, [](const WithdrawalRow& row) { return row.withdrawal.paths.empty() || row.withdrawal.epoch == 0; });
  std::set<std::string> texts;  // that it has now
  for (std::size_t i = 0; i < places.size() && !rows.empty(); ++i) {
    const auto tree = read_kit_tree(*library_.objects_, places[i].kit_tree, KitDepth::names);
    if (!tree) {
      rows.clear();  // it is being brought back: its texts may be among those that lack
      break;
    }
    for (const auto& file : tree->files) texts.insert(file.path);
  }
  std::vector<std::string> back;
  for (const auto& file : files) {
    if (file.media) {
      TRY(const auto said, library_.state_->withdrawn_by(kit.centre, *file.media));
      if (said) back.push_back(telling(kit, file.path, said->withdrawal));
    } else if (file.path != kit::manifest_name && !texts.contains(file.path)) {
      const auto said = std::ranges::find_if(rows, [&](const WithdrawalRow& row) { return row.withdrawal.covers(file.path); });
      if (said != rows.end()) back.push_back(telling(kit, file.path, said->withdrawal));
    }
  }
  return back;
}

Status WithdrawalsImpl::may_publish(const Sha256& media, const std::string& where) const {
  const auto picture = library_.picture();
  const auto* stated = picture->word ? picture->word->withdrawals->find(media) : nullptr;
  if (stated == nullptr) return {};
  return fail(Errc::media_withdrawn, where + ": " + stated->file.why);
}

Status WithdrawalsImpl::may_pass(const KitId& kit, std::uint64_t version, const ObjectId& tree) const {
  TRY(auto rows, library_.state_->withdrawals({kit, kit.centre, std::nullopt}));
  std::erase_if(rows, [&](const WithdrawalRow& row) { return !row.withdrawal.versions.contains(version); });
  const auto refused = [&](const std::string& path, const std::string& why) {
    auto what = kit.str() + "@" + std::to_string(version);
    if (!path.empty()) what += ":" + path;
    return fail(Errc::media_withdrawn, why.empty() ? what : what + ": " + why);
  };
  for (const auto& row : rows)
    if (row.withdrawal.paths.empty()) return refused("", row.withdrawal.why);
  auto read = read_kit_tree(*library_.objects_, tree, KitDepth::names);
  if (!read && !rows.empty()) return refused("", rows.front().withdrawal.why);  // its texts are gone by that, as they shall be
  TRY(const auto kit_tree, std::move(read));
  TRY(const auto known, library_.state_->kits_of(kit));
  std::optional<KitTree> newest;
  if (const auto it = std::ranges::max_element(known, {}, &KitRow::version); it != known.end() && it->kit_tree != tree) {
    TRY(newest, read_kit_tree(*library_.objects_, it->kit_tree, KitDepth::names));
  }
  for (const auto& file : kit_tree.files) {
    for (const auto& row : rows)
      if (file.path != kit::manifest_name && row.withdrawal.covers(file.path)) return refused(file.path, row.withdrawal.why);
    TRY(const auto by, judge(kit, file, kit_tree.manifest, newest ? &newest->manifest : nullptr));
    if (by) return refused(file.path, by->why);
  }
  return {};
}

Result<std::vector<State::KitConsent>> WithdrawalsImpl::ending(std::chrono::seconds within) const {
  TRY(auto rows, library_.state_->consents_until(library_.identity_.slug, {judged().time.seconds + within.count()}));
  // What is dealt with has no file any more.
  std::map<KitId, std::vector<KitTree>> trees;
  std::vector<State::KitConsent> ending;
  for (auto& row : rows) {
    auto it = trees.find(row.kit);
    if (it == trees.end()) {
      it = trees.emplace(row.kit, std::vector<KitTree>()).first;
      TRY(const auto kits, library_.state_->kits_of(row.kit));
      for (const auto& kit : kits) {
        TRY(auto tree, read_kit_tree(*library_.objects_, kit.kit_tree, KitDepth::names));
        it->second.push_back(std::move(tree));
      }
    }
    const bool any = std::ranges::any_of(it->second, [&](const KitTree& tree) {
      return std::ranges::any_of(
          tree.files, [&](const KitTreeFile& file) { return file.path != kit::manifest_name && is_below(file.path, row.consent.file); });
    });
    if (any) ending.push_back(std::move(row));
  }
  return ending;
}

}  // namespace essaimage::store
