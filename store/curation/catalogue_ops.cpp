// The curators' acts: each is one step of the federation's feeds, with one decision about one kit for the region, or one for each
// territory.
#include <set>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/curation/consent.hpp"
#include "store/federation/federation_change.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/toml_form.hpp"
#include "store/kit/personal_data.hpp"
#include "store/life/outcome_file.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {

namespace {

using Decision = CatalogueFile::Decision;

Result<std::vector<std::string>> texts_from(const std::vector<std::string>& typed, std::size_t count_max, const char* what) {
  std::set<std::string> texts;
  for (const auto& each : typed) {
    TRY(auto text, plain_text_from(each, limits::name_bytes_max, what));
    texts.insert(std::move(text));
  }
  if (texts.size() > count_max) return fail(Errc::usage, std::string(what) + ": at most " + std::to_string(count_max));
  return std::vector<std::string>(texts.begin(), texts.end());
}

/// What a person says of a review. It names nobody: it is read for years, by all.
Status put_words(const Library::Acceptance& words, Timestamp now, CatalogueFile& file) {
  TRY(file.reason, plain_text_from(words.reason, limits::reason_bytes_max, "reason"));
  TRY(file.themes, texts_from(words.themes, limits::themes_max, "theme"));
  TRY(file.conditions, texts_from(words.conditions, limits::conditions_max, "condition"));
  CHECK_OK(kit::names_nobody(file.reason, "reason", words.anyway));
  for (const auto& condition : file.conditions) CHECK_OK(kit::names_nobody(condition, "condition", words.anyway));
  if (!words.reviewer.empty()) {
    TRY(file.reviewer, plain_text_from(words.reviewer, limits::name_bytes_max, "reviewer"));
    if (!kit::personal_data(file.reviewer).empty()) return fail(Errc::reviewer_person, file.reviewer);
  }
  constexpr std::int64_t day_seconds = 86'400;
  file.reviewed = words.reviewed.value_or(now);
  file.reviewed.seconds -= file.reviewed.seconds % day_seconds;
  if (file.reviewed > now) return fail(Errc::usage, "reviewed: " + day_text(file.reviewed) + " is still to come");
  file.decided = now;
  return {};
}

/// Two that decide at once would not know of each other: who comes second has to name what it replaces.
Status check_replaces(const CatalogueFile* held, const CatalogueFile& next, std::optional<std::uint64_t> after) {
  if (after) {
    const std::uint64_t version = held == nullptr ? 0 : held->version;
    if (*after == version) return {};
  } else {
    if (held == nullptr || held->tree != next.tree) return {};
    if (held->lists() && next.decision == Decision::retired) return {};
  }
  if (held == nullptr) return fail(Errc::catalogue_decided, next.kit.str() + ": nothing is in force that --after could name");
  const auto version = held->kit.str() + "@" + std::to_string(held->kit_version);
  const auto said = std::string(str(held->decision)) + ", " + to_utc(held->decided) + ", \"" + held->reason + "\"";
  return fail(Errc::catalogue_decided, version + ": " + said + "; --after " + std::to_string(held->version));
}

}  // namespace

std::shared_ptr<const Catalogue> LibraryImpl::catalogue() const {
  const auto now = picture();
  return now->word ? now->word->catalogue : nullptr;
}

Result<CatalogueFile> Library::accept(const Acceptance& acceptance, Lacking lacking) {
  return curation().decide(CatalogueFile::Decision::accepted, acceptance, lacking);
}

Result<CatalogueFile> Library::retire(const KitId& id, const std::string& reason, Lacking lacking) {
  return curation().decide(CatalogueFile::Decision::retired, {id, {}, reason}, lacking);
}

Result<CurationImpl::Version> CurationImpl::version_of(const KitId& id, std::optional<std::uint64_t> version) const {
  TRY(const auto rows, library_.state_->kits_of(id));
  if (rows.empty()) return fail(Errc::not_found, id.str());
  const auto& newest = std::ranges::max(rows, {}, &KitRow::version);
  Version found{id, version.value_or(newest.version), newest.kit_tree, {}};
  if (found.version == newest.version) {
    for (const auto& row : rows)
      if (row.kit_tree == found.tree) found.audiences.push_back(row.audience);
  } else {
    TRY(const auto versions, library_.history(id));
    for (const auto& each : versions) {
      if (each.version != found.version) continue;
      if (found.audiences.empty()) found.tree = each.kit_tree;
      if (each.kit_tree != found.tree) continue;  // one number was given twice: who may know the one may not know the other
      found.audiences.push_back(each.audience);
    }
  }
  if (found.audiences.empty()) return fail(Errc::not_found, found.str());
  std::ranges::sort(found.audiences);
  return found;
}

/// The catalogue of the region is read by every member, so it names what every member may hold, or may hold by its centre's consent.
Status CurationImpl::check_consent(const Version& version) const {
  if (version.audiences.front() == Audience{}) return {};
  TRY(const auto rows, library_.state_->proposals(version.kit));
  if (has_consented(standing(rows, *library_.picture()), version.tree)) return {};
  return fail(Errc::catalogue_no_consent,
              version.audiences.front().str() + "; essaimagectl catalogue propose " + version.str() + " --to region");
}

/// What the kit's centre agreed to when the request was made, it may have taken back while people signed.
Status FederationChange::check_consent(const RequestedStatement& statement) const {
  if (!statement.path.starts_with(std::string(feed_path::catalogue_folder) + "/")) return {};
  TRY(const auto file, parse_catalogue_file(statement.content));
  const bool lists = file.decision == Decision::accepted || file.decision == Decision::recommended;
  if (lists) CHECK_OK(library_.withdrawals_->may_pass(file.kit, file.kit_version, file.tree));
  if (file.decision != Decision::accepted && file.decision != Decision::declined) return {};
  TRY(const auto rows, library_.state_->proposals(file.kit));
  if (has_consented(standing(rows, *picture_), file.tree)) return {};
  TRY(const auto versions, library_.history(file.kit));
  const bool in_region =
      std::ranges::any_of(versions, [&](const KitVersion& each) { return each.audience == Audience{} && each.kit_tree == file.tree; });
  if (in_region) return {};
  const auto what = file.kit.str() + "@" + std::to_string(file.kit_version);
  return fail(Errc::catalogue_no_consent, what + ": its centre has taken the proposal back");
}

void CurationImpl::add_recommended(const Version& version, CatalogueFile& file) const {
  std::set<std::string> themes, conditions;
  for (const auto& [territory, catalogue] : recommendations()) {
    const auto* said = catalogue->find(version.kit);
    if (said == nullptr || !said->lists() || said->tree != version.tree) continue;
    themes.insert(said->themes.begin(), said->themes.end());
    conditions.insert(said->conditions.begin(), said->conditions.end());
  }
  // Of several territories together they may be more than one statement takes: the first by their bytes.
  const auto take = [](const std::set<std::string>& from, std::size_t count_max, std::vector<std::string>& to) {
    for (auto at = from.begin(); to.size() < count_max && at != from.end(); ++at) to.push_back(*at);
  };
  if (file.themes.empty()) take(themes, limits::themes_max, file.themes);
  if (file.conditions.empty()) take(conditions, limits::conditions_max, file.conditions);
}

Status CurationImpl::say(FederationChange& change, CatalogueFile& file) const {
  const auto path = feed_path::of_kit(feed_path::catalogue_folder, file.kit);
  // It goes on from what lies there, though it be in force no more: who has not heard that the curators have changed knows that.
  TRY(const auto before, change.read(path, file.audience()));
  const auto held = before ? parse_catalogue_file(text_of(*before)) : Result<CatalogueFile>(fail(Errc::not_found));
  file.version = 1;
  file.previous = {};
  if (held && held->kit == file.kit) {
    file.version = held->version + 1;
    file.previous = sha256(*before);
  }
  const auto text = encode(file);
  if (text.size() > limits::decision_bytes_max) return fail(Errc::usage, "themes and conditions: too long together");
  change.put(path, file.version, file.previous, text, file.audience());
  return {};
}

Result<CatalogueFile> CurationImpl::decide(Decision decision, const Library::Acceptance& words, Lacking lacking) {
  ESSAIMAGE_ASSERT(decision <= Decision::retired);
  const std::lock_guard changing(library_.changing_);
  if (library_.behind_) CHECK_OK(library_.catch_up_locked());
  TRY(auto change, FederationChange::begin(library_));
  const auto* held = change.word().catalogue->find(words.kit);
  CatalogueFile file;
  if (decision == Decision::retired) {
    // About the version that was reviewed, whatever has become of the kit since.
    if (held == nullptr) return fail(Errc::catalogue_undecided, words.kit.str());
    file = *held;
    file.reviewer = std::string(CatalogueFile::reviewer_curators);
  } else {
    TRY(const auto version, version_of(words.kit, words.version));
    CHECK_OK(check_consent(version));
    if (decision == Decision::accepted) CHECK_OK(library_.withdrawals_->may_pass(version.kit, version.version, version.tree));
    file.kit = version.kit;
    file.kit_version = version.version;
    file.tree = version.tree;
  }
  file.decision = decision;
  const auto was = file;
  CHECK_OK(put_words(words, library_.now_(), file));
  CHECK_OK(check_replaces(held, file, words.after));
  if (decision == Decision::accepted) add_recommended({file.kit, file.kit_version, file.tree, {}}, file);
  if (decision == Decision::retired && file.themes.empty()) file.themes = was.themes;
  if (decision == Decision::retired && file.conditions.empty()) file.conditions = was.conditions;
  CHECK_OK(say(change, file));
  CHECK_OK(change.commit_or(lacking));
  return file;
}

/// Of the author's territories those where everybody may know the version.
Result<std::vector<std::string>> CurationImpl::territories_of(const Version& version, const std::string& asked) const {
  const auto roster = library_.picture()->roster;
  const Member* author = roster->find(version.kit.centre);
  std::vector<std::string> territories;
  for (const auto& territory : author == nullptr ? std::set<std::string>() : author->territories) {
    const Audience audience{Audience::Kind::territory, territory};
    const bool known = std::ranges::any_of(version.audiences, [&](const Audience& each) { return includes(*roster, each, audience); });
    if (known && (asked.empty() || asked == territory)) territories.push_back(territory);
  }
  if (territories.empty()) return fail(Errc::catalogue_not_territory, version.str() + ": " + version.audiences.front().str());
  return territories;
}

Result<std::vector<CatalogueFile>> CurationImpl::review(Decision decision, const Library::Acceptance& words, const std::string& territory,
                                                        Lacking lacking) {
  ESSAIMAGE_ASSERT(decision >= Decision::recommended);
  const std::lock_guard changing(library_.changing_);
  if (library_.behind_) CHECK_OK(library_.catch_up_locked());
  TRY(auto change, FederationChange::begin(library_));
  TRY(const auto version, version_of(words.kit, words.version));
  TRY(const auto territories, territories_of(version, territory));
  if (decision == Decision::recommended) CHECK_OK(library_.withdrawals_->may_pass(version.kit, version.version, version.tree));
  if (words.after && territories.size() > 1) return fail(Errc::usage, "--after needs --territory");
  CatalogueFile file;
  file.kit = version.kit;
  file.kit_version = version.version;
  file.tree = version.tree;
  file.decision = decision;
  CHECK_OK(put_words(words, library_.now_(), file));
  const auto recommended = recommendations();
  std::vector<CatalogueFile> said;
  for (const auto& each : territories) {
    file.territory = each;
    const auto in_force = recommended.find(each);
    CHECK_OK(check_replaces(in_force == recommended.end() ? nullptr : in_force->second->find(file.kit), file, words.after));
    CHECK_OK(say(change, file));
    said.push_back(file);
  }
  CHECK_OK(change.commit_or(lacking));
  return said;
}

}  // namespace essaimage::store
