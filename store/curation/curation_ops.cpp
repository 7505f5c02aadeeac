// What a centre proposes, and how its kits follow the federation's decisions into the region.
#include <list>

#include "proto/limits.hpp"
#include "store/curation/consent.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/toml_form.hpp"
#include "store/kit/personal_data.hpp"
#include "store/library/word_change.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {

namespace {

/// What followed a decision, for good: "<tree> <version> <time>". It is not published once more should it be gone from the region.
std::string passed_key(const KitId& kit) { return "passed on " + kit.str(); }

std::string passed_text(const PassedOn& passed) {
  return passed.tree.hex() + " " + std::to_string(passed.version) + " " + to_utc(passed.time);
}

std::optional<PassedOn> passed_from(const KitId& kit, const std::string& text) {
  const auto first = text.find(' '), last = text.rfind(' ');
  if (first == std::string::npos || last <= first) return std::nullopt;
  const auto tree = ObjectId::parse(text.substr(0, first));
  const auto time = parse_utc(text.substr(last + 1));
  if (!tree || !time) return std::nullopt;
  PassedOn passed{kit, 0, *tree, *time};
  const auto digits = text.substr(first + 1, last - first - 1);
  for (const char digit : digits) passed.version = passed.version * 10 + static_cast<unsigned>(digit - '0');
  return passed;
}

}  // namespace

Curation::Recommendations CurationImpl::recommendations() const { return library_.picture()->recommended; }

Result<std::vector<ProposalRow>> CurationImpl::proposals(const std::optional<KitId>& id) const { return library_.state_->proposals(id); }

Result<ProposalRow> CurationImpl::propose(const Proposing& proposing) {
  const std::lock_guard changing(library_.changing_);
  const auto& id = proposing.kit;
  const auto& self = library_.identity_.slug;
  if (id.centre != self) return fail(Errc::proposal_not_own, id.str());
  if (library_.behind_) CHECK_OK(library_.catch_up_locked());
  const auto now = library_.picture();
  if (!now->roster) return fail(Errc::not_joined);
  TRY(const auto version, version_of(id, proposing.version));
  CHECK_OK(library_.withdrawals_->may_pass(id, version.version, version.tree));
  if (proposing.to == Proposal::To::territory) {
    TRY([[maybe_unused]] const auto territories, territories_of(version, {}));
  }
  Proposal proposal{id, version.version, version.tree, proposing.to, library_.now_(), {}};
  if (!proposing.note.empty()) {
    TRY(proposal.note, plain_text_from(proposing.note, limits::reason_bytes_max, "note"));
    CHECK_OK(kit::names_nobody(proposal.note, "note", proposing.anyway));
  }
  // In the widest audience that has the version: all who may know it may know that it is proposed.
  const FeedId feed{self, version.audiences.front()};
  TRY(const auto before, library_.state_->proposals(id));
  TRY(const auto in_feed, library_.state_->proposals_in(feed));
  TRY(auto change, WordChange::begin(library_));
  bool said = false, replaces = false;
  for (const auto& each : before) {
    if (each.feed == feed) {
      replaces = true;
      auto same = each.proposal;
      same.proposed = proposal.proposed;
      said = same == proposal;
      if (said) proposal = each.proposal;
    } else if (library_.may_publish(*now, each.feed.audience)) {
      CHECK_OK(change.remove(each.feed.audience, proposal_path(id)));  // one proposal of a kit at a time
    }
  }
  if (!replaces && in_feed.size() >= limits::proposals_per_feed_max)
    return fail(Errc::too_large, feed.str() + ": " + std::to_string(in_feed.size()) + " proposals");
  if (!said) CHECK_OK(change.put(feed.audience, proposal_path(id), encode(proposal)));
  if (!change.is_empty()) CHECK_OK(change.commit());
  return ProposalRow{feed, proposal};
}

Status CurationImpl::take_back(const KitId& id) {
  const std::lock_guard changing(library_.changing_);
  if (id.centre != library_.identity_.slug) return fail(Errc::proposal_not_own, id.str());
  if (library_.behind_) CHECK_OK(library_.catch_up_locked());
  TRY(const auto rows, library_.state_->proposals(id));
  TRY(auto change, WordChange::begin(library_));
  Status refused = rows.empty() ? Status(fail(Errc::proposal_none, id.str())) : Status{};
  for (const auto& each : rows) {
    // What cannot be written now keeps the others from nothing; but it stays, and that is told.
    const auto may = library_.may_publish(*library_.picture(), each.feed.audience);
    if (may) CHECK_OK(change.remove(each.feed.audience, proposal_path(id)));
    else refused = may;
  }
  if (!change.is_empty()) CHECK_OK(change.commit());
  return refused;
}

Result<std::optional<PassedOn>> CurationImpl::passed_on(const KitId& id) const {
  TRY(const auto text, library_.state_->get(passed_key(id)));
  return text ? passed_from(id, *text) : std::nullopt;
}

Result<std::vector<PassedOn>> CurationImpl::follow_decisions() {
  const std::lock_guard changing(library_.changing_);
  std::vector<PassedOn> done;
  const auto now = library_.picture();
  if (!now->word || !now->roster) return done;
  if (library_.behind_) CHECK_OK(library_.catch_up_locked());
  ConsentFacts facts;
  TRY(auto proposals, library_.state_->proposals_of(library_.identity_.slug));
  facts.proposals = standing(std::move(proposals), *now);
  for (const auto& row : facts.proposals) {
    const auto& kit = row.proposal.kit;
    TRY(const auto rows, library_.state_->kits_of(kit));
    for (const auto& each : rows)
      if (each.audience == Audience{}) facts.in_region[kit] = each.version;
    TRY(const auto before, passed_on(kit));
    if (before) facts.passed_on[kit] = before->tree;
  }
  for (const auto& row : due_for_region(facts, *now->word->catalogue)) {
    const auto passed = pass_on(row, done);
    if (passed) continue;
    // It keeps the others from nothing.
    const auto& kit = row.proposal.kit;
    library_.note(passed.error(), kit.str() + "@" + std::to_string(row.proposal.kit_version));
    library_.mender_.suspect(row.feed, passed.error());
  }
  return done;
}

/// Adds it to `done` once it is published, though that could not be recorded.
/// The tree is here: it stands in our own feed, whose objects the commit of the region's then names as well.
Status CurationImpl::pass_on(const ProposalRow& row, std::vector<PassedOn>& done) {
  const auto& proposal = row.proposal;
  const auto now = library_.picture();
  CHECK_OK(library_.may_publish(*now, Audience{}));
  // Whatever was withdrawn since it was proposed is not told to more people.
  CHECK_OK(library_.withdrawals_->may_pass(proposal.kit, proposal.kit_version, proposal.tree));
  const FeedId region{library_.identity_.slug, Audience{}};
  TRY(const auto kit, read_kit_tree(*library_.objects_, proposal.tree, KitDepth::names));
  TRY(const auto pack, PackWriter::create(library_.layout_.scratch()));
  TRY(auto editor, library_.edit_feed(*now, region, *pack));
  CHECK_OK(editor.set(kit_path(proposal.kit.slug), TreeEntry::Mode::tree, proposal.tree));
  TRY(const auto tree, editor.write(*pack));
  LibraryImpl::Advance advance;
  advance.published_here = true;
  TRY(auto step, library_.sign_step(*now, region, tree, *pack));
  advance.steps.push_back(std::move(step));
  std::list<ChunkList> lists;  // in their places until they are recorded
  for (const auto& named : kit.media) {
    if (!library_.media_->has(named.media)) continue;  // it is told as lacking, as it is already
    TRY(auto list, library_.read_chunk_list(named.chunk_list));
    lists.push_back(std::move(list));
    advance.published_media.push_back({named.media, {region}, &lists.back()});
  }
  CHECK_OK(library_.publish_pack(*pack, std::move(advance)));
  const PassedOn passed{proposal.kit, proposal.kit_version, proposal.tree, library_.now_()};
  done.push_back(passed);
  // Should this be lost: the version in the region tells as well, as long as it is there.
  return library_.state_->put(passed_key(passed.kit), passed_text(passed));
}

}  // namespace essaimage::store
