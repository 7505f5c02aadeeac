#pragma once
// A catalogue in memory for the tests of the control server: it does what it is asked, without signatures, and keeps it. One thread.

#include "store/curation.hpp"

namespace essaimage::test {

class FakeCuration final : public store::Curation {
 public:
  using Acceptance = store::Library::Acceptance;
  FakeCuration(store::Library& library, std::shared_ptr<const store::Catalogue>& decided, const std::optional<store::SigningRequest>& asks)
      : library_(library), decided_(decided), asks_(asks) {}

  Result<store::ProposalRow> propose(const Proposing& proposing) override {
    if (proposing.kit.centre != library_.identity().slug) return fail(Errc::proposal_not_own, proposing.kit.str());
    TRY(const auto kit, library_.kit(proposing.kit));
    const store::Proposal proposal{
        proposing.kit, proposing.version.value_or(kit.row.version), kit.row.kit_tree, proposing.to, {1'790'000'000}, proposing.note};
    proposed.push_back({{proposing.kit.centre, kit.row.audience}, proposal});
    return proposed.back();
  }
  Status take_back(const KitId& id) override {
    const auto gone = std::erase_if(proposed, [&](const auto& row) { return row.proposal.kit == id; });
    return gone == 0 ? Status(fail(Errc::proposal_none, id.str())) : Status{};
  }
  Result<std::vector<store::PassedOn>> follow_decisions() override { return std::vector<store::PassedOn>{}; }
  Result<std::optional<store::PassedOn>> passed_on(const KitId& id) const override {
    return passed && passed->kit == id ? passed : std::nullopt;
  }
  Result<store::CatalogueFile> decide(Decision decision, const Acceptance& words, Lacking lacking) override {
    const auto* held = decided_->find(words.kit);
    if (decision == Decision::retired && held == nullptr) return fail(Errc::catalogue_undecided, words.kit.str());
    auto file = held != nullptr ? *held : store::CatalogueFile{};
    if (held != nullptr) file.version += 1;
    CHECK_OK(put(words, decision, file, decision != Decision::retired));
    if (ask(lacking)) return file;
    auto next = std::make_shared<store::Catalogue>(*decided_);
    next->decisions[file.kit].file = file;
    decided_ = next;
    return file;
  }
  Result<std::vector<store::CatalogueFile>> review(Decision decision, const Acceptance& words, const std::string& territory,
                                                   Lacking lacking) override {
    store::CatalogueFile file;
    CHECK_OK(put(words, decision, file, true));
    file.territory = territory.empty() ? "lille" : territory;
    if (ask(lacking)) return std::vector{file};
    auto next = std::make_shared<store::Catalogue>();
    next->decisions[file.kit].file = file;
    recommended[file.territory] = next;
    return std::vector{file};
  }
  Recommendations recommendations() const override { return recommended; }
  Result<std::vector<store::ProposalRow>> proposals(const std::optional<KitId>& id) const override {
    std::vector<store::ProposalRow> rows;
    for (const auto& row : proposed)
      if (!id || row.proposal.kit == *id) rows.push_back(row);
    return rows;
  }
  Result<store::CatalogueHistory> history(const KitId&) const override { return told; }

  std::vector<store::ProposalRow> proposed;
  Recommendations recommended;
  std::optional<store::PassedOn> passed;
  store::CatalogueHistory told;

 private:
  Status put(const Acceptance& words, Decision decision, store::CatalogueFile& file, bool of_kit) const {
    if (of_kit) {
      TRY(const auto kit, library_.kit(words.kit));
      file.kit = words.kit;
      file.kit_version = words.version.value_or(kit.row.version);
      file.tree = kit.row.kit_tree;
    }
    file.decision = decision;
    file.reason = words.reason;
    if (of_kit) file.themes = words.themes;
    file.conditions = words.conditions;
    if (!words.reviewer.empty()) file.reviewer = words.reviewer;
    file.reviewed = words.reviewed.value_or(Timestamp{});
    file.decided = {1'790'000'000};
    return {};
  }
  /// Of an act that needs more keys than this home has.
  bool ask(Lacking lacking) const {
    if (asks_ && lacking != nullptr) *lacking = *asks_;
    return asks_.has_value();
  }

  store::Library& library_;
  std::shared_ptr<const store::Catalogue>& decided_;
  const std::optional<store::SigningRequest>& asks_;
};

}  // namespace essaimage::test
