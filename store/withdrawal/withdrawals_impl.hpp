#pragma once
// The inside of withdrawal: what authors and the federation order (withdraw.cpp, rewrite.cpp), what is erased here for it
// (settle.cpp), texts (collect.cpp), receipts (receipts.cpp), looking (views.cpp). Internal to the library, whose part it is.
//
// What is to go follows from what lies here, whenever somebody looks: no list of things to do is kept that could be lost.
// Locks: those of LibraryImpl, in its order; `mutex_` is a leaf.

#include <functional>

#include "store/git/forget_objects.hpp"
#include "store/library/library_impl.hpp"
#include "store/withdrawal/withdrawals.hpp"

namespace essaimage::store {

class WithdrawalsImpl final : public Withdrawals {
 public:
  explicit WithdrawalsImpl(LibraryImpl& library) : library_(library) {}

  Result<std::vector<WithdrawalRow>> withdraw(const Wish& wish) override;
  Result<std::vector<MediaWithdrawal>> withdraw_media(const Cause& cause, std::optional<SigningRequest>* lacking) override;
  Result<std::vector<Sha256>> media_at(const KitId& kit, const std::string& path) const override;
  Result<std::vector<WithdrawalView>> find(const WithdrawalQuery& query) const override;
  Result<std::vector<WithdrawalView>> of_federation() const override;
  Result<std::vector<WithdrawalView>> of_kit(const KitId& kit) const override;
  Result<std::vector<WithdrawalView>> of_own_kits() const override;
  Result<bool> knows(const Sha256& media) const override;
  Result<std::optional<WithdrawnBy>> withdrawn(const std::string& centre, const Sha256& media) const override;
  Result<std::vector<State::KitConsent>> ending(std::chrono::seconds within) const override;
  Result<bool> settle(bool may_sign) override;

  // --- what the library tells; `changing_` is held
  /// The index judges by this picture: its word, and its time. Returns the media of which that has changed.
  Result<std::vector<Sha256>> see(const Picture& picture);
  /// Who names these has changed.
  void touched(const std::vector<Sha256>& media);
  /// Feeds have other heads, or media came: what was signed may not be true any more.
  void heads_changed() { heads_changed_ = true; }
  /// The highest version of a kit that was withdrawn: what is published under its name again goes on from there. 0: none.
  Result<std::uint64_t> last_version(const KitId& kit) const;

  /// What of a kit that is to be published its author took back before, and no kit of its has now: "a/lampe:photo.jpg, withdrawn on
  /// 2026-03-20: why". Of texts the path alone is known.
  Result<std::vector<std::string>> coming_back(const KitId& kit, const std::vector<KitTreeFile>& files) const;
  /// Errc::media_withdrawn if the federation has withdrawn it; `where` tells people what it is.
  Status may_publish(const Sha256& media, const std::string& where) const;
  /// Errc::media_withdrawn if that version of a kit has anything that its author or the federation has withdrawn, or that no consent
  /// covers any more: nobody passes it on, nor recommends it.
  Status may_pass(const KitId& kit, std::uint64_t version, const ObjectId& tree) const;
  /// Whether a file of a kit may be given out, by its kit's consents and by withdrawals.
  Result<std::optional<WithdrawnBy>> judge(const KitId& kit, const KitTreeFile& file, const kit::Manifest& manifest,
                                           const kit::Manifest* newest) const;

  // --- rewrite.cpp; likewise
  /// The commits of an own feed from the newest on, each once: behind those that its head builds on, the epochs that were left for
  /// another reason than a withdrawal, as at the end of a mirror. `look` returns false when it has seen enough.
  Status each_commit(const Head& head, const std::function<Result<bool>(const ObjectId&, const Commit&)>& look) const;
  struct Epoch {
    ObjectId last;                     ///< tree of its head
    std::string slug = {};             ///< of the kit of which these versions are left out
    std::set<ObjectId> left_out = {};  ///< trees of the kit
    std::optional<std::pair<ObjectId, ObjectId>> resolves = {};
  };
  /// The feed once more, as an epoch of its own.
  Result<LibraryImpl::Advance::Step> rewrite(const Picture& picture, const Head& head, const Epoch& epoch, PackWriter& pack) const;

 private:
  /// "wazemmes/lampe:photo.jpg": as kits name it now.
  Result<std::vector<std::string>> files_of(const Sha256& media, const std::string& centre = {}) const;  ///< of all, or of that one
  /// As the federation's feed had it; nothing if that is not held any more.
  Result<std::optional<MediaWithdrawal>> version_before(const MediaWithdrawal& file) const;

  // --- withdraw.cpp; `changing_` is held
  struct Found;   ///< of one own feed: what of the kit it has, in which version
  struct Drafts;  ///< what is withdrawn, as it will be published
  Result<std::vector<WithdrawalRow>> withdraw_locked(const Wish& wish, bool expired);
  /// `newest`: the kit's newest row of all feeds, if it is in any.
  Result<std::optional<Found>> find_in(const Head& head, const Wish& wish, const KitRow* newest) const;
  Result<ObjectId> without(const ObjectId& kit_tree, const Withdrawal& said, std::uint64_t version, PackWriter& pack) const;
  Result<std::uint64_t> next_number() const;
  /// Of own kits, what is covered by consents that are over.
  Status withdraw_expired();

  // --- settle.cpp; likewise
  Status erase_what_is_due();
  Result<bool> is_due(const Sha256& media) const;
  bool lies_here(const Sha256& media) const;
  Status erase(const std::vector<Sha256>& media);
  Result<std::vector<Sha256>> candidates() const;

  // --- receipts.cpp; likewise
  struct Answered {
    WithdrawalKey key;
    Audience audience;
    Sha256 record;
    std::uint64_t epoch = 0;
  };
  Result<std::vector<Answered>> to_answer(const Picture& picture) const;
  Result<std::vector<Sha256>> media_of(const Answered& withdrawal) const;
  /// Nothing while it is not done, or if that is what was signed before.
  Result<std::optional<Receipt>> receipt_for(const Answered& withdrawal, const std::set<FeedId>& uncollected);
  void forget_answers(const Picture& picture);
  Status sign_receipts();
  Status publish(const Picture& picture, const Audience& audience, const std::vector<Receipt>& receipts);

  // --- collect.cpp
  /// Of the feeds whose author withdrew texts, the epoch that the last of those withdrawals began.
  Result<std::map<FeedId, std::uint64_t>> epochs_without_texts() const;
  /// Those of them of which texts may lie here still.
  Result<std::set<FeedId>> uncollected() const;
  Status collect();
  Result<std::size_t> forget_unreached(const Picture& picture, const std::map<FeedId, std::uint64_t>& begun) const;
  Result<std::vector<ObjectId>> left_that_stay(const FeedId& feed, std::uint64_t begun) const;
  Status forget_what_was_set_aside() const;
  Status note_collected(const FeedId& feed, std::uint64_t epoch);

  JudgedTime judged() const { return library_.judged_now(*library_.picture()); }

  LibraryImpl& library_;
  std::int64_t rests_until_ = 0;  ///< of collect(), by the clock; on its thread
  // Under `changing_`:
  bool looked_at_all_ = false;                 ///< since the start
  std::set<Sha256> touched_;                   ///< since erase_what_is_due()
  std::map<WithdrawalKey, Receipt> answered_;  ///< what we have signed, as far as it was looked up
  std::map<Audience, Order> answered_up_to_;   ///< own heads at that time
  std::atomic<bool> heads_changed_ = true;     ///< receipts are to be looked at
};

}  // namespace essaimage::store
