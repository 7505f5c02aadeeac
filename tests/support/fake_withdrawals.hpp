#pragma once
// Withdrawals of a library in memory: what a test puts into them, and what was asked. Safe where the library's mutex is held, or
// from one thread.

#include <atomic>

#include "store/library.hpp"
#include "store/withdrawal/withdrawals.hpp"

namespace essaimage::test {

class FakeWithdrawals final : public store::Withdrawals {
 public:
  std::vector<store::WithdrawalView> views, federations, against_own;
  std::vector<store::State::KitConsent> consents;
  std::set<Sha256> unknown;
  std::vector<Wish> wishes;
  std::vector<Cause> causes;
  std::atomic<int> settled{0}, signed_too{0};

  Result<std::vector<store::WithdrawalRow>> withdraw(const Wish& wish) override {
    wishes.push_back(wish);
    std::vector<store::WithdrawalRow> rows;
    for (const auto& view : views) rows.push_back({{view.key.centre, view.audience}, *view.by_author, view.record, view.media});
    return rows;
  }
  Result<std::vector<store::MediaWithdrawal>> withdraw_media(const Cause& cause, std::optional<store::SigningRequest>*) override {
    causes.push_back(cause);
    std::vector<store::MediaWithdrawal> files;
    for (const auto& media : cause.media) files.push_back({1, {}, media, !cause.undo, cause.why, {}});
    return files;
  }
  Result<std::vector<Sha256>> media_at(const KitId&, const std::string&) const override { return fail(Errc::withdraw_nothing); }
  Result<std::vector<store::WithdrawalView>> find(const store::WithdrawalQuery& query) const override {
    auto found = views;
    std::erase_if(found, [&](const auto& view) {
      return (query.kit && view.by_author->kit != *query.kit) || (query.number && view.key.number != *query.number) ||
             (!query.centre.empty() && view.key.centre != query.centre);
    });
    return found;
  }
  Result<std::vector<store::WithdrawalView>> of_federation() const override { return federations; }
  Result<std::vector<store::WithdrawalView>> of_kit(const KitId& kit) const override {
    TRY(auto found, find({kit, kit.centre, std::nullopt}));
    for (const auto& view : federations)
      if (std::ranges::any_of(view.files, [&](const auto& file) { return file.starts_with(kit.str() + ":"); })) found.push_back(view);
    return found;
  }
  Result<std::vector<store::WithdrawalView>> of_own_kits() const override { return against_own; }
  Result<bool> knows(const Sha256& media) const override { return !unknown.contains(media); }
  Result<std::optional<store::WithdrawnBy>> withdrawn(const std::string&, const Sha256&) const override { return std::nullopt; }
  Result<std::vector<store::State::KitConsent>> ending(std::chrono::seconds) const override { return consents; }
  Result<bool> settle(bool may_sign) override {
    ++settled;
    if (may_sign) ++signed_too;
    return false;
  }
};

}  // namespace essaimage::test
