// What of the lacking media is needed now: by the policy, the choices, and the room there is. And the choices themselves.
#include <algorithm>

#include "store/holding/measure.hpp"
#include "store/library/library_impl.hpp"

namespace essaimage::store {

namespace {

std::uint64_t lacking_bytes(const Layout& layout, const MediaWant& want) {
  return want.bytes - std::min(want.bytes, partial_bytes(layout, want.media));
}

}  // namespace

Result<HoldReason> LibraryImpl::judge_place(const State::KitPlace& place) const {
  const auto now = picture();
  const auto& roster = now->roster;
  const auto media = holding_.policy().media;
  KitFacts facts;
  facts.own = place.id.centre == identity_.slug;
  facts.near = roster && is_near(*roster, identity_.slug, {place.id.centre, place.audience});
  facts.version = place.version;
  facts.kind = place.kind;
  facts.themes = place.themes;
  facts.accepted = media == HoldPolicy::Media::catalogue && now->lists(place.id, identity_.slug);
  if (media == HoldPolicy::Media::adopted) {
    TRY(facts.adopted, state_->is_adopted(place.id, identity_.is_federation() ? std::string() : identity_.slug));
  }
  return judge(facts, place.bytes, holding_.policy(), holding_.choice(place.id));
}

Result<LibraryImpl::Judged> LibraryImpl::judge_want(const MediaWants& lists, bool ranked) const {
  const auto roster = picture()->roster;
  Claim claim;
  FeedList wanted;
  const bool takes_all = !ranked && holding_.takes_all();
  if (!takes_all) {
    TRY(const auto places, state_->kits_naming(lists.front().media));
    std::optional<Claim> best;
    for (const auto& place : places) {
      TRY(const auto reason, judge_place(place));
      if (is_wanted(reason)) wanted.push_back({place.id.centre, place.audience});
      const bool stronger =
          !best || reason < best->reason || (reason == best->reason && best->published_at.seconds < place.published_at.seconds);
      if (stronger) best = Claim{reason, place.published_at, place.id};
    }
    claim = best.value_or(Claim{});
  }
  std::optional<MediaWant> first;
  for (MediaWant want : lists) {
    std::erase_if(want.feeds, [&](const FeedId& feed) {
      // Feeds of an audience that we have left bring nothing more.
      if (roster && !roster->may_hold(identity_.slug, feed.audience)) return true;
      return !wanted.empty() && !contains(wanted, feed);
    });
    // A list that an unwanted kit gave, which may lie, does not count.
    if (!want.feeds.empty()) return Judged{std::move(want), claim};
    if (!first) first = std::move(want);
  }
  return Judged{std::move(*first), claim};
}

Result<std::optional<MediaWant>> LibraryImpl::want_of(const Sha256& media) const {
  TRY(const auto lists, state_->wants_of(media));
  if (lists.empty()) return std::nullopt;
  TRY(auto judged, judge_want(lists, false));
  return std::move(judged.want);
}

Result<std::optional<MediaWant>> LibraryImpl::admit(const MediaWants& lists) {
  TRY(auto judged, judge_want(lists, false));
  MediaWant& want = judged.want;
  // Here, though not for every feed that names it: nobody misses it.
  const auto keep_back = [&](HoldReason why) {
    if (media_->has(want.media)) return holding_.forget(want.media);
    holding_.keep_back(want.media, why, want.bytes);
  };
  if (!is_wanted(judged.claim.reason)) {
    keep_back(judged.claim.reason);
    CHECK_OK(drop_partial(want.media));
    return std::nullopt;
  }
  if (want.feeds.empty()) {
    holding_.forget(want.media);
    return std::nullopt;
  }
  if (holding_.is_granted(want.media)) return std::move(want);
  Space space;
  TRY(space.disk, disk_space(layout_.home));
  const auto lacking = lacking_bytes(layout_, want);
  if (const auto why = holding_.room(space).take(lacking, judged.claim.reason)) {
    keep_back(*why);
    short_of_room_ = true;
    return std::nullopt;
  }
  holding_.grant(want.media, lacking);
  return std::move(want);
}

Result<std::vector<Sha256>> LibraryImpl::media_of(const std::vector<KitId>& kits) const {
  std::vector<Sha256> media;
  for (const auto& kit : kits) {
    TRY(const auto rows, state_->kits_of(kit));
    for (const auto& row : rows) {
      for (const auto& named : row.media) media.push_back(named.media);
    }
  }
  return media;
}

Status LibraryImpl::plan_holding(std::vector<Sha256> touched) {
  short_of_room_ = false;
  TRY(const auto wants, state_->wants());
  TRY(const auto space, measure(layout_, holding_.policy()));
  std::uint64_t all_bytes = 0;
  for (const auto& lists : wants) {
    all_bytes += std::max_element(lists.begin(), lists.end(), [](const auto& a, const auto& b) { return a.bytes < b.bytes; })->bytes;
  }
  // Where everything fits, who has the stronger claim need not be asked.
  const bool ranked = Room(holding_.policy(), space, 0).take(all_bytes, HoldReason::policy).has_value();
  std::map<Sha256, std::uint64_t> granted;
  std::map<Sha256, Holding::Back> back;
  std::vector<Candidate> candidates;
  const auto keep_back = [&](const Sha256& media, HoldReason why, std::uint64_t bytes) {
    if (!media_->has(media)) back[media] = {why, bytes};
  };
  for (const auto& lists : wants) {
    TRY(const auto judged, judge_want(lists, ranked));
    const auto& [want, claim] = judged;
    if (!is_wanted(claim.reason)) {
      keep_back(want.media, claim.reason, want.bytes);
      CHECK_OK(drop_partial(want.media));
    } else if (!want.feeds.empty()) {
      candidates.push_back({want.media, claim.reason, claim.published_at, claim.kit, want.bytes, lacking_bytes(layout_, want)});
    }
  }
  place(candidates, holding_.policy(), space);
  for (const auto& candidate : candidates) {
    if (candidate.waits) {
      keep_back(candidate.media, *candidate.waits, candidate.bytes);
    } else {
      granted[candidate.media] = candidate.lacking_bytes;
    }
  }
  const auto changed = holding_.replace(std::move(granted), std::move(back), space);
  touched.insert(touched.end(), changed.begin(), changed.end());
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const auto& media : touched) tell_need(media);
  short_of_room_ = false;  // what has no room was judged just now
  return {};
}

Status LibraryImpl::choose(const KitId& id, KitChoice::Kind kind) {
  CHECK_OK(deadlines_.chosen(id));
  return choose_as(id, {kind, 0});
}

Status LibraryImpl::choose_as(const KitId& id, KitChoice choice) {
  const auto kind = choice.kind;
  const std::lock_guard changing(changing_);
  if (behind_) CHECK_OK(catch_up_locked());  // what was just published is in no index yet
  TRY(const auto rows, state_->kits_of(id));
  if (rows.empty()) return fail(Errc::not_found, id.str());
  if (kind == KitChoice::Kind::dropped && id.centre == identity_.slug) return fail(Errc::own_kit_kept, id.str());
  std::vector<Sha256> touched;
  const bool of_newest = choice.version == 0;
  for (const auto& row : rows) {
    if (of_newest) choice.version = std::max(choice.version, row.version);
    for (const auto& named : row.media) touched.push_back(named.media);
  }
  CHECK_OK(put_choice(id, choice));
  holding_.set_choice(id, choice);
  Status removed;
  if (kind == KitChoice::Kind::dropped && knows_all_feeds()) {
    TRY(const auto list, removable(id));
    removed = remove_media(list);
  }
  CHECK_OK(plan_holding(std::move(touched)));
  return removed;
}

/// On a full disk there may be no room to write down what would make room: then one file goes before its record.
Status LibraryImpl::put_choice(const KitId& id, const KitChoice& choice) {
  auto put = state_->put_choice(id, choice);
  const bool drops = choice.kind == KitChoice::Kind::dropped && knows_all_feeds();
  if (put || put.error().code != Errc::disk_full || !drops) return put;
  TRY(const auto list, removable(id));
  if (list.empty()) return put;
  CHECK_OK(media_->remove(list.front().media));
  CHECK_OK(state_->put_choice(id, choice));
  return state_->forget_media(list.front().media);
}

/// Of kits that were fetched as they were, and have newer versions since: the index knows what the newest name alone.
std::set<Sha256> LibraryImpl::fetched_before(const KitId& but) const {
  std::set<Sha256> media;
  for (const auto& [id, choice] : holding_.choices()) {
    if (choice.kind != KitChoice::Kind::fetched || id == but) continue;
    const auto list = files(id, choice.version);
    for (const auto& file : list ? *list : std::vector<KitFile>{}) {
      if (file.is_media) media.insert(file.media);
    }
  }
  return media;
}

Result<std::vector<FeedMedia>> LibraryImpl::removable(const KitId& id) const {
  TRY(const auto rows, state_->kits_of(id));
  const auto fetched = fetched_before(id);
  std::vector<FeedMedia> list;
  for (const auto& row : rows) {
    for (const auto& named : row.media) {
      const auto same = [&](const FeedMedia& other) { return other.media == named.media; };
      if (fetched.contains(named.media) || std::any_of(list.begin(), list.end(), same)) continue;
      TRY(const auto held, state_->media(named.media));
      const bool recorded = held && !held->held.empty();  // also of one that went before its record (put_choice)
      if (!recorded && !media_->has(named.media)) continue;
      // An earlier version of ours may be the only one that names it.
      const auto own = [&](const FeedId& feed) { return feed.centre == identity_.slug; };
      if (held && std::any_of(held->held.begin(), held->held.end(), own)) continue;
      // Nor does anybody know what a lost feed names.
      const auto lost = [&](const FeedId& feed) { return !picture()->head(feed); };
      if (held && std::any_of(held->held.begin(), held->held.end(), lost)) continue;
      TRY(const auto places, state_->kits_naming(named.media));
      bool wanted = false;
      for (const auto& place : places) {
        if (wanted || place.id == id) continue;
        TRY(const auto reason, judge_place(place));
        wanted = is_wanted(reason);
      }
      if (!wanted) list.push_back({{id.centre, row.audience}, named.media, named.bytes});
    }
  }
  return list;
}

/// The record first, durably: a file without one is found again at the next start, and then dropped again. The other way round
/// something would count as held that is not there.
Status LibraryImpl::remove_media(const std::vector<FeedMedia>& list) {
  for (const auto& each : list) {
    CHECK_OK(state_->forget_media(each.media));
    CHECK_OK(media_->remove(each.media));
  }
  return {};
}

/// Else what a feed names that could not be read looks as if nobody wanted it.
bool LibraryImpl::knows_all_feeds() const { return picture()->heads.size() == refs_->snapshot()->size(); }

Result<FeedList> LibraryImpl::lost_feeds() const {
  const auto now = picture();
  FeedList lost;
  TRY(const auto before, witnessed());
  for (const Head& witness : before) {
    const auto head = now->head(witness.feed);
    if (!head || head->order < witness.order) lost.push_back(witness.feed);
  }
  const auto refs = refs_->snapshot();
  for (const auto& [feed, id] : *refs) {
    if (!now->heads.contains(feed) && !contains(lost, feed)) lost.push_back(feed);
  }
  return lost;
}

bool LibraryImpl::lacks_feeds() const {
  const auto lost = lost_feeds();
  return !lost || !lost->empty();
}

void LibraryImpl::finish_drops() {
  if (behind_ || lacks_feeds()) return;
  for (const auto& [id, choice] : holding_.choices()) {
    if (choice.kind != KitChoice::Kind::dropped) continue;
    const auto list = removable(id);
    const auto removed = list ? remove_media(*list) : Status(tl::unexpected<Error>(list.error()));
    if (!removed) note(removed.error(), id.str());
  }
}

Status LibraryImpl::check_room() {
  if (!holding_.waits_for_room() && !holding_.grants_any()) return {};
  const std::lock_guard changing(changing_);
  if (!holding_.waits_for_room()) {
    TRY(const auto disk, disk_space(layout_.home));
    if (disk.free_bytes >= floor_bytes(holding_.policy(), disk)) return {};
  }
  return plan_holding({});
}

Result<HoldingView> LibraryImpl::holding(bool measured) const {
  HoldingView view;
  view.policy = holding_.policy();
  view.choices = holding_.choices();
  view.promised_bytes = holding_.promised_bytes();
  if (measured) {
    view.media_bytes = media_bytes(layout_);
    // What was promised when it was granted is less by what has come since.
    view.promised_bytes = 0;
    TRY(const auto wants, state_->wants());
    for (const auto& lists : wants) {
      if (holding_.is_granted(lists.front().media)) view.promised_bytes += lacking_bytes(layout_, lists.front());
    }
  }
  TRY(const auto disk, disk_space(layout_.home));
  view.free_bytes = disk.free_bytes;
  view.not_held = holding_.kept_back_by_reason();
  return view;
}

void LibraryImpl::add_holding(KitSummary& kit) const {
  kit.choice = holding_.choice(kit.row.id);
  if (kit.is_whole()) return;
  for (const auto& named : kit.row.media) {
    const auto why = holding_.kept_back(named.media);
    if (!why) continue;
    if (!kit.why_not) kit.why_not = why;
    kit.not_held.files += 1;
    kit.not_held.bytes += named.bytes;
  }
}

}  // namespace essaimage::store
