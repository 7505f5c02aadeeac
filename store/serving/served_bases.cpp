#include "store/serving/served_bases.hpp"

#include <algorithm>

namespace essaimage::store {

bool ServedBase::is_worth_trying() { return idle_ < idle_max || ++passed_over_ % tried_every == 0; }

void ServedBase::tried(bool helped) {
  if (helped) {
    idle_ = 0;
  } else {
    ++idle_;
  }
}

std::shared_ptr<ServedBase> ServedBases::find(const State& state, const MediaStore& store, const FeedId& feed, const Sha256& base,
                                              const Sha256& newer, std::uint64_t newer_bytes) {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(kept_.begin(), kept_.end(), [&](const auto& each) { return each->is_of(feed, base, newer); });
  if (known != kept_.end()) {
    const auto held = state.holds(feed, base);
    if (held && *held && store.has(base)) {
      kept_.splice(kept_.begin(), kept_, known);
      return kept_.front();
    }
    kept_.erase(known);
    return nullptr;
  }
  auto opened = BaseMedia::open(state, store, feed, base, newer_bytes);
  if (!opened) return nullptr;
  kept_.push_front(std::make_shared<ServedBase>(std::move(*opened), newer));
  if (kept_.size() > kept_max) kept_.pop_back();
  return kept_.front();
}

}  // namespace essaimage::store
