// What is erased here: media that authors or the federation have withdrawn, or that consents covered which are over.
#include <algorithm>

#include "store/withdrawal/withdrawals_impl.hpp"

namespace essaimage::store {
namespace {

constexpr std::size_t at_once_max = 256;  // files, in one transaction

bool is_there(const Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

}  // namespace

Withdrawals& LibraryImpl::withdrawals() const { return *withdrawals_; }

Result<std::vector<Sha256>> WithdrawalsImpl::see(const Picture& picture) {
  if (!picture.word) return std::vector<Sha256>();
  std::set<Sha256> blocked;
  for (const auto& [media, stated] : picture.word->withdrawals->statements) {
    if (stated.file.withdrawn) blocked.insert(media);
  }
  TRY(auto changed, library_.state_->set_blocked(blocked));
  const auto judged = library_.judged_now(picture);
  TRY(const auto by_time, library_.state_->set_time(judged.time, judged.sure));
  changed.insert(changed.end(), by_time.begin(), by_time.end());
  if (!changed.empty()) heads_changed_ = true;
  return changed;
}

void WithdrawalsImpl::touched(const std::vector<Sha256>& media) { touched_.insert(media.begin(), media.end()); }

Result<bool> WithdrawalsImpl::settle(bool may_sign) {
  {
    const std::lock_guard changing(library_.changing_);
    if (library_.behind_) CHECK_OK(library_.catch_up_locked());
    const auto now = library_.picture();
    if (!now->roster) return false;
    TRY(const auto changed, see(*now));
    library_.settle_naming(changed);
    CHECK_OK(erase_what_is_due());
  }
  CHECK_OK(collect());
  if (!may_sign) return heads_changed_.load();
  const std::lock_guard changing(library_.changing_);
  if (library_.behind_) CHECK_OK(library_.catch_up_locked());
  const auto now = library_.picture();
  const Member* self = now->roster->find(library_.identity_.slug);
  if (self == nullptr || self->suspended) return false;
  if (const auto expired = withdraw_expired(); !expired) library_.note(expired.error(), "consents that have run out");
  if (heads_changed_.exchange(false)) {
    if (auto done = sign_receipts(); !done) {
      heads_changed_ = true;
      return tl::unexpected<Error>(done.error());
    }
  }
  return !touched_.empty() || heads_changed_;
}

/// At first all that was ever withdrawn, then what has changed.
Result<std::vector<Sha256>> WithdrawalsImpl::candidates() const {
  if (looked_at_all_) return std::vector<Sha256>(touched_.begin(), touched_.end());
  std::set<Sha256> all;
  TRY(const auto rows, library_.state_->withdrawals({}));
  for (const auto& row : rows) {
    TRY(const auto media, library_.state_->withdrawn_media(row.feed, row.withdrawal.number));
    all.insert(media.begin(), media.end());
  }
  for (const auto& [media, stated] : library_.picture()->word->withdrawals->statements) all.insert(media);
  TRY(const auto over, library_.state_->over_media());
  all.insert(over.begin(), over.end());
  return std::vector<Sha256>(all.begin(), all.end());
}

bool WithdrawalsImpl::lies_here(const Sha256& media) const {
  return library_.media_->has(media) || is_there(library_.layout_.partial(media)) || is_there(library_.layout_.damaged() / media.hex());
}

/// Of a feed that is lost here nobody knows what it names.
Result<bool> WithdrawalsImpl::is_due(const Sha256& media) const {
  TRY(const auto said, library_.state_->withdrawn(media));
  if (!said.is_to_go() || said.blocked) return said.is_to_go();
  TRY(const auto row, library_.state_->media(media));
  const auto now = library_.picture();
  return !row || std::ranges::all_of(row->held, [&](const FeedId& feed) { return now->heads.contains(feed); });
}

Status WithdrawalsImpl::erase_what_is_due() {
  TRY(const auto list, candidates());
  std::vector<Sha256> due;
  for (const auto& media : list) {
    if (!lies_here(media)) continue;
    TRY(const bool goes, is_due(media));
    if (goes) due.push_back(media);
    if (due.size() < at_once_max) continue;
    CHECK_OK(erase(due));
    due.clear();
  }
  CHECK_OK(erase(due));
  looked_at_all_ = true;
  touched_.clear();
  return {};
}

/// The record first, durably, as with what is dropped: a file without one is found again at the next start. No receipt is signed
/// while it lies here.
Status WithdrawalsImpl::erase(const std::vector<Sha256>& media) {
  if (media.empty()) return {};
  CHECK_OK(library_.state_->erase(media));
  bool any_damaged = false;
  for (const auto& each : media) {
    CHECK_OK(library_.media_->remove(each));
    CHECK_OK(library_.drop_partial(each));
    const Path damaged = library_.layout_.damaged() / each.hex();
    if (is_there(damaged)) {
      CHECK_OK(remove_file(damaged));
      any_damaged = true;
    }
    library_.holding_.forget(each);
  }
  if (any_damaged) CHECK_OK(sync_folder(library_.layout_.damaged()));
  CHECK_OK(sync_folder(library_.layout_.partials()));
  for (const auto& each : media) library_.tell_need(each);
  heads_changed_ = true;
  return {};
}

}  // namespace essaimage::store
