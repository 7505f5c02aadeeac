// Mirrors: the federation links territories and ends that; and the rules by which own kits go into them.
#include <algorithm>
#include <functional>

#include "proto/limits.hpp"
#include "store/federation/federation_change.hpp"
#include "store/federation/toml_form.hpp"
#include "store/kit/personal_data.hpp"
#include "store/library/kit_tree.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {
namespace {

Status check_territories(const std::set<std::string>& territories, const FederationWord& word) {
  if (territories.size() < 2 || territories.size() > limits::territories_per_mirror_max)
    return fail(Errc::usage, "between: 2 to " + std::to_string(limits::territories_per_mirror_max) + " territories");
  for (const auto& slug : territories) {
    const auto belongs = [&](const auto& each) { return each.second.file.member.territories.contains(slug); };
    if (std::ranges::none_of(word.members, belongs)) return fail(Errc::mirror_territory, slug);
  }
  return {};
}

bool is_of(const Member& member, const std::set<std::string>& territories) {
  return std::ranges::any_of(territories, [&](const auto& slug) { return member.territories.contains(slug); });
}

/// Of the feeds of centres for which the mirror is over: what is held of them now, and nothing later.
void name_what_counts(MirrorFile& file, const Picture& picture, const std::function<bool(const Member&)>& is_over) {
  for (const auto& [feed, head] : picture.heads) {
    if (feed.audience != file.audience()) continue;
    const Member* author = picture.roster->find(feed.centre);
    if (author != nullptr && is_over(*author)) file.last_accepted[feed.centre] = head.order;
  }
}

MirrorFile next_of(const Stated<MirrorFile>& held) {
  MirrorFile file = held.file;
  file.version += 1;
  file.previous = held.content;
  return file;
}

/// Empty: it keeps its name.
Status rename(MirrorFile& file, const std::string& name) {
  if (name.empty()) return {};
  TRY(file.name, plain_text_from(name, limits::name_bytes_max, "name"));
  return {};
}

Status put(FederationChange& change, const MirrorFile& file, Mirrors::Lacking lacking) {
  const auto text = encode(file);
  if (text.size() > mirror_bytes_max) return fail(Errc::too_large, mirror_path(file.slug) + ": feeds");
  change.put(mirror_path(file.slug), file.version, file.previous, text);
  return change.commit_or(lacking);
}

Result<const FederationWord*> word_of(const Picture& picture) {
  if (!picture.word) return fail(Errc::not_joined);
  return picture.word.get();
}

/// Of an own kit, the newest row for a territory of that mirror; null: it is in none of them.
const KitRow* in_territory(const std::vector<KitRow>& rows, const std::set<std::string>& territories) {
  const KitRow* newest = nullptr;
  for (const auto& row : rows) {
    const bool linked = row.audience.kind == Audience::Kind::territory && territories.contains(row.audience.slug);
    if (linked && (newest == nullptr || row.version > newest->version)) newest = &row;
  }
  return newest;
}

}  // namespace

Result<MirrorFile> MirrorsImpl::begin(const Begin& begin, Lacking lacking) {
  const std::lock_guard changing(library_.changing_);
  TRY(auto change, FederationChange::begin(library_));
  if (!is_slug(begin.slug)) return fail(Errc::usage, "slug: " + begin.slug);
  CHECK_OK(check_territories(begin.territories, change.word()));
  MirrorFile file;
  const auto held = change.word().mirrors.find(begin.slug);
  if (held != change.word().mirrors.end()) {
    if (held->second.file.runs()) return fail(Errc::mirror_exists, begin.slug);
    file = next_of(held->second);
  } else if (change.word().mirrors.size() >= limits::mirrors_max) {
    return fail(Errc::too_large, "more than " + std::to_string(limits::mirrors_max) + " mirrors");
  }
  file.slug = begin.slug;
  if (file.name.empty()) file.name = begin.slug;
  CHECK_OK(rename(file, begin.name));
  file.territories = begin.territories;
  file.begun = library_.now_();
  file.begun_why.clear();
  if (!begin.why.empty()) {
    TRY(file.begun_why, plain_text_from(begin.why, limits::reason_bytes_max, "why"));
    CHECK_OK(kit::names_nobody(file.begun_why, "why", begin.anyway));
  }
  file.ended.reset();
  file.ended_why.clear();
  CHECK_OK(put(change, file, lacking));
  return file;
}

Result<MirrorFile> MirrorsImpl::change(const Begin& wish, Lacking lacking) {
  const std::lock_guard changing(library_.changing_);
  TRY(auto change, FederationChange::begin(library_));
  CHECK_OK(check_runs(change.picture(), wish.slug));
  const auto& held = change.word().mirrors.at(wish.slug);
  MirrorFile file = next_of(held);
  if (!wish.territories.empty()) {
    CHECK_OK(check_territories(wish.territories, change.word()));
    file.territories = wish.territories;
  }
  CHECK_OK(rename(file, wish.name));
  if (file.territories == held.file.territories && file.name == held.file.name) return fail(Errc::usage, wish.slug + ": it is so already");
  name_what_counts(file, change.picture(),
                   [&](const Member& author) { return author.slug != library_.identity_.slug && !is_of(author, file.territories); });
  CHECK_OK(put(change, file, lacking));
  return file;
}

/// Names the last order that is accepted of each of its feeds, which is what is held here: so old and new members converge on the
/// same, also those that were away.
Result<MirrorFile> MirrorsImpl::end(const std::string& slug, const std::string& why, Lacking lacking, bool anyway) {
  const std::lock_guard changing(library_.changing_);
  TRY(auto change, FederationChange::begin(library_));
  CHECK_OK(check_runs(change.picture(), slug));
  const auto& held = change.word().mirrors.at(slug);
  MirrorFile file = next_of(held);
  file.ended = library_.now_();
  TRY(file.ended_why, plain_text_from(why, limits::reason_bytes_max, "why"));
  CHECK_OK(kit::names_nobody(file.ended_why, "why", anyway));
  name_what_counts(file, change.picture(), [](const Member&) { return true; });
  CHECK_OK(put(change, file, lacking));
  return file;
}

Result<std::vector<MirrorFile>> MirrorsImpl::list() const {
  const auto now = library_.picture();
  TRY(const auto* const word, word_of(*now));
  std::vector<MirrorFile> mirrors;
  for (const auto& [slug, stated] : word->mirrors) mirrors.push_back(stated.file);
  return mirrors;
}

Result<MirrorFile> MirrorsImpl::find(const std::string& slug) const {
  const auto now = library_.picture();
  TRY(const auto* const word, word_of(*now));
  const auto it = word->mirrors.find(slug);
  if (it == word->mirrors.end()) return fail(Errc::mirror_unknown, slug);
  return it->second.file;
}

Status MirrorsImpl::check_runs(const Picture& picture, const std::string& slug) {
  TRY(const auto* const word, word_of(picture));
  const auto it = word->mirrors.find(slug);
  if (it == word->mirrors.end()) return fail(Errc::mirror_unknown, slug);
  return it->second.file.runs() ? Status{} : fail(Errc::mirror_ended, slug + ": " + it->second.file.ended_why);
}

// --- the rules of this home
// -------------------------------------------------------------------------------------------------------

Result<MirrorRules> MirrorsImpl::rules() const { return read_mirror_rules(library_.layout_); }

Result<MirrorRule> MirrorsImpl::change_rule(const RuleChange& change) {
  const std::lock_guard changing(library_.changing_);
  TRY(auto all, rules());
  if (!change.off) {
    const auto now = library_.picture();
    CHECK_OK(library_.may_publish(*now, {Audience::Kind::mirror, change.mirror}));
    if (change.themes.empty() && change.kits.empty()) return fail(Errc::usage, "theme or kit");
  } else if (!all.contains(change.mirror)) {
    TRY([[maybe_unused]] const auto known, find(change.mirror));
    return MirrorRule{};
  }
  MirrorRule& rule = all[change.mirror];
  if (change.off && change.themes.empty() && change.kits.empty()) {
    rule.themes.clear();
    rule.kits.clear();
  }
  for (const auto& text : change.themes) {
    TRY(const auto theme, plain_text_from(text, limits::name_bytes_max, "theme"));
    if (change.off) rule.themes.erase(theme);
    else rule.themes.insert(theme);
  }
  for (const auto& kit : change.kits) {
    if (!is_slug(kit)) return fail(Errc::kit_id_malformed, kit);
    if (change.off) rule.kits.erase(kit);
    else rule.kits.insert(kit);
  }
  if (rule.themes.size() > limits::themes_max || rule.kits.size() > limits::rule_kits_max) return fail(Errc::too_large, change.mirror);
  const MirrorRule result = rule;
  if (result.is_off() && result.copies.empty()) all.erase(change.mirror);
  CHECK_OK(write_mirror_rules(library_.layout_, all));
  return result;
}

Result<std::vector<KitRow>> MirrorsImpl::wanted_places(const MirrorRules& rules, const Picture& picture, const std::vector<KitRow>& rows) {
  std::vector<KitRow> wanted;
  for (const auto& row : rows) {
    if (row.audience.kind == Audience::Kind::mirror) {
      const auto rule = rules.find(row.audience.slug);
      const bool copied = rule != rules.end() && rule->second.copies.contains(row.id.slug);
      if (copied || !check_runs(picture, row.audience.slug)) continue;
    }
    wanted.push_back(row);
  }
  return wanted;
}

std::vector<Audience> MirrorsImpl::takers(const MirrorRules& rules, const Picture& picture, const Audience& audience,
                                          const std::string& kit, const std::vector<std::string>& themes) const {
  std::vector<Audience> mirrors;
  if (audience.kind != Audience::Kind::territory) return mirrors;
  for (const auto& [slug, rule] : rules) {
    const Audience mirror{Audience::Kind::mirror, slug};
    if (!rule.takes(kit, themes) || !includes(*picture.roster, mirror, audience)) continue;
    if (library_.may_publish(picture, mirror)) mirrors.push_back(mirror);
  }
  return mirrors;
}

Status MirrorsImpl::note_copies(const MirrorRules& held, const std::vector<PublishedKit>& copies,
                                const std::vector<PublishedKit>& wished) const {
  auto next = held;
  for (const auto& kit : copies) next[kit.audience.slug].copies.insert(kit.id.slug);
  for (const auto& kit : wished) {
    if (kit.audience.kind != Audience::Kind::mirror || !next.contains(kit.audience.slug)) continue;
    next[kit.audience.slug].copies.erase(kit.id.slug);
  }
  return encode(next) == encode(held) ? Status{} : write_mirror_rules(library_.layout_, next);
}

Result<std::vector<PublishedKit>> MirrorsImpl::apply_rules() {
  const std::lock_guard changing(library_.changing_);
  std::vector<PublishedKit> copies;
  TRY(const auto all, rules());
  const auto now = library_.picture();
  if (all.empty() || !now->roster) return copies;
  if (library_.behind_) CHECK_OK(library_.catch_up_locked());
  const auto& self = library_.identity_.slug;
  TRY(const auto rows, library_.state_->kits());
  std::map<std::string, std::vector<KitRow>> own;
  for (const auto& row : rows) {
    if (row.id.centre == self) own[row.id.slug].push_back(row);
  }
  TRY(const auto pack, PackWriter::create(library_.layout_.scratch()));
  std::map<Audience, TreeEditor> editors;
  for (const auto& [slug, places] : own) {
    const auto region = std::ranges::find(places, Audience{}, &KitRow::audience);
    for (const auto& [mirror, territories] : now->roster->mirrors) {
      const auto* from = in_territory(places, territories);
      const Audience audience{Audience::Kind::mirror, mirror};
      const auto there = std::ranges::find(places, audience, &KitRow::audience);
      if (from == nullptr || (there != places.end() && there->version >= from->version)) continue;
      if (region != places.end() && region->version >= from->version) continue;  // everybody has it
      if (std::ranges::count(takers(all, *now, from->audience, slug, from->themes), audience) == 0) continue;
      const auto may = library_.withdrawals_->may_pass(from->id, from->version, from->kit_tree);
      if (!may) {  // it keeps the others from nothing
        library_.note(may.error(), audience.str());
        library_.mender_.suspect({self, from->audience}, may.error());
        continue;
      }
      if (!editors.contains(audience)) {
        TRY(auto editor, library_.edit_feed(*now, {self, audience}, *pack));
        editors.emplace(audience, std::move(editor));
      }
      CHECK_OK(editors.at(audience).set(kit_path(slug), TreeEntry::Mode::tree, from->kit_tree));
      copies.push_back({from->id, audience, from->version, true, false, from->files, from->bytes, {}});
    }
  }
  if (copies.empty()) return copies;
  CHECK_OK(note_copies(all, copies, {}));
  LibraryImpl::Advance advance;
  advance.published_here = true;
  for (auto& [audience, editor] : editors) {
    TRY(const auto tree, editor.write(*pack));
    TRY(auto step, library_.sign_step(*now, {self, audience}, tree, *pack));
    for (auto& copy : copies) {
      if (copy.audience == audience) copy.commit = step.id;
    }
    advance.steps.push_back(std::move(step));
  }
  CHECK_OK(library_.publish_pack(*pack, std::move(advance)));
  return copies;
}

}  // namespace essaimage::store
