// Receipts: what this centre signs of withdrawals, once what they ask for is done here.
#include <algorithm>

#include "proto/limits.hpp"
#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {
namespace {

constexpr std::size_t receipts_at_once_max = 2'000;  // in one commit; the rest with the next one

}  // namespace

/// All that we hear of in an audience that is ours.
Result<std::vector<WithdrawalsImpl::Answered>> WithdrawalsImpl::to_answer(const Picture& picture) const {
  std::vector<Answered> list;
  TRY(const auto rows, library_.state_->withdrawals({}));
  for (const auto& row : rows) {
    if (!picture.roster->may_hold(library_.identity_.slug, row.feed.audience)) continue;
    list.push_back({row.key(), row.feed.audience, row.record, row.withdrawal.epoch});
  }
  for (const auto& [media, stated] : picture.word->withdrawals->statements) {
    if (stated.file.withdrawn) list.push_back({{library_.identity_.federation_slug, 0, media}, Audience{}, stated.content, 0});
  }
  return list;
}

Result<std::vector<Sha256>> WithdrawalsImpl::media_of(const Answered& withdrawal) const {
  if (withdrawal.key.number == 0) return std::vector<Sha256>{withdrawal.key.media};
  return library_.state_->withdrawn_media({withdrawal.key.centre, withdrawal.audience}, withdrawal.key.number);
}

/// An own feed that fell back (at the end of a mirror) may not have our receipts any more.
void WithdrawalsImpl::forget_answers(const Picture& picture) {
  std::map<Audience, Order> now;
  for (const auto& [feed, head] : picture.heads)
    if (feed.centre == library_.identity_.slug) now[feed.audience] = head.order;
  const bool fell_back = std::ranges::any_of(answered_up_to_, [&](const auto& each) {
    const auto it = now.find(each.first);
    return it == now.end() || it->second < each.second;
  });
  if (fell_back) answered_.clear();
  answered_up_to_ = std::move(now);
}

Result<std::optional<Receipt>> WithdrawalsImpl::receipt_for(const Answered& withdrawal, const std::set<FeedId>& uncollected) {
  auto known = answered_.find(withdrawal.key);
  if (known == answered_.end()) {
    TRY(const auto all, library_.state_->receipts(withdrawal.key));
    const FeedId own{library_.identity_.slug, withdrawal.audience};
    const auto ours = std::ranges::find(all, own, &ReceiptRow::feed);
    if (ours != all.end()) known = answered_.emplace(withdrawal.key, ours->receipt).first;
  }
  const bool same_record = known != answered_.end() && known->second.record == withdrawal.record;
  if (same_record && known->second.kept == 0) {
    if (withdrawal.key.number == 0) return std::nullopt;
    TRY(const auto kits, library_.state_->still_naming({withdrawal.key.centre, withdrawal.audience}, withdrawal.key.number));
    if (kits.empty()) return std::nullopt;  // else it may have come again
  }
  Receipt receipt{withdrawal.key, withdrawal.record, library_.now_(), 0, 0};
  TRY(const auto media, media_of(withdrawal));
  for (const auto& each : media) {
    if (!lies_here(each)) continue;
    TRY(const bool goes, is_due(each));
    if (goes) return std::nullopt;  // it could not be erased yet
    receipt.kept += library_.media_->has(each);
  }
  if (withdrawal.epoch != 0) {
    const FeedId feed{withdrawal.key.centre, withdrawal.audience};
    const auto head = library_.picture()->head(feed);
    if (!head || head->order.epoch < withdrawal.epoch || uncollected.contains(feed)) return std::nullopt;
  }
  TRY(auto erased, library_.state_->erased(media));
  std::erase_if(erased, [&](const Sha256& each) { return library_.media_->has(each); });  // it came again
  receipt.erased = static_cast<std::uint32_t>(erased.size());
  if (!same_record) return receipt;
  // The record of it may have been lost.
  const auto gone = static_cast<std::uint32_t>(media.size()) - receipt.kept;
  receipt.erased = std::min(std::max(receipt.erased, known->second.erased), gone);
  const bool same = receipt.erased == known->second.erased && receipt.kept == known->second.kept;
  return same ? std::nullopt : std::optional(receipt);
}

Status WithdrawalsImpl::sign_receipts() {
  const auto picture = library_.picture();
  TRY(const auto list, to_answer(*picture));
  forget_answers(*picture);
  TRY(const auto left, uncollected());
  std::map<Audience, std::vector<Receipt>> receipts;
  for (const auto& withdrawal : list) {
    auto& of_feed = receipts[withdrawal.audience];
    if (of_feed.size() == receipts_at_once_max) {
      heads_changed_ = true;
      continue;
    }
    TRY(auto receipt, receipt_for(withdrawal, left));
    if (receipt) of_feed.push_back(std::move(*receipt));
  }
  Status status;
  for (const auto& [audience, of_feed] : receipts) {
    if (of_feed.empty()) continue;
    if (auto published = publish(*library_.picture(), audience, of_feed); !published) status = published;
  }
  return status;
}

Status WithdrawalsImpl::publish(const Picture& picture, const Audience& audience, const std::vector<Receipt>& receipts) {
  CHECK_OK(library_.may_publish(picture, audience));
  const FeedId feed{library_.identity_.slug, audience};
  TRY(const auto pack, PackWriter::create(library_.layout_.scratch()));
  TRY(auto editor, library_.edit_feed(picture, feed, *pack));
  for (const auto& receipt : receipts) {
    TRY(const auto blob, pack->add(ObjectType::blob, bytes_of(encode(receipt))));
    CHECK_OK(editor.set(receipt_path(receipt.about), TreeEntry::Mode::file, blob));
  }
  TRY(const auto tree, editor.write(*pack));
  LibraryImpl::Advance advance;
  advance.published_here = true;
  TRY(auto step, library_.sign_step(picture, feed, tree, *pack));
  advance.steps.push_back(std::move(step));
  CHECK_OK(library_.publish_pack(*pack, std::move(advance)));
  for (const auto& receipt : receipts) answered_.insert_or_assign(receipt.about, receipt);
  return {};
}

}  // namespace essaimage::store
