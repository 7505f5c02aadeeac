#include "store/scrub.hpp"

#include <cstdlib>

#include "proto/limits.hpp"
#include "store/library_impl.hpp"

namespace essaimage::store {
namespace {

constexpr std::int64_t scrub_every = 30 * 86'400;  // seconds, from the beginning of one to that of the next
constexpr std::uint64_t recorded_every = 64 * limits::MiB;

// Small values of the index.
constexpr std::string_view begun_key = "scrub begun";  // seconds
constexpr std::string_view at_key = "scrub at";        // what was read last; empty: all was

constexpr std::string_view feed_prefix = "feed ", media_prefix = "media ";

}  // namespace

Result<bool> Scrub::next(const Pace& pace) {
  const std::lock_guard lock(mutex_);
  TRY(const bool due, is_due());
  if (!due) return false;
  const auto counted = [&](std::uint64_t bytes) {
    unrecorded_ += bytes;
    return !pace || pace(bytes);
  };
  if (!last_.starts_with(media_prefix)) {
    if (const auto head = feed_after_last()) {
      TRY(const bool whole, read_feed(*head, counted));
      return whole ? done(std::string(feed_prefix) + head->feed.str()) : Result<bool>(true);
    }
  }
  Sha256 last;
  if (last_.starts_with(media_prefix)) last = Sha256::parse(last_.substr(media_prefix.size())).value_or(last);
  TRY(const auto media, library_.state_->held_after(last));
  if (!media) return done("");
  const auto checked = library_.check_held(*media, counted);
  if (!checked && checked.error().code == Errc::cancelled) return true;
  if (!checked) library_.note(checked.error(), "media " + media->hex());
  return done(std::string(media_prefix) + media->hex());
}

/// Whether there is something to read now.
Result<bool> Scrub::is_due() {
  if (!known_) {
    TRY(const auto begun, library_.state_->get(std::string(begun_key)));
    TRY(const auto at, library_.state_->get(std::string(at_key)));
    begun_ = begun ? Timestamp{std::strtoll(begun->c_str(), nullptr, 10)} : Timestamp{};
    last_ = at.value_or("");
    known_ = true;
  }
  if (!last_.empty()) return true;
  const Timestamp now = library_.now_();
  // What is new was checked when it came. A clock that was wrong is no reason to wait for years.
  const bool first = begun_ == Timestamp{} || begun_ > now;
  if (!first && now.seconds - begun_.seconds < scrub_every) return false;
  if (!first) {
    last_ = feed_prefix;  // nothing yet, and not all
    CHECK_OK(library_.state_->put(std::string(at_key), last_));
  }
  begun_ = now;
  CHECK_OK(library_.state_->put(std::string(begun_key), std::to_string(now.seconds)));
  return !first;
}

std::optional<Head> Scrub::feed_after_last() const {
  std::optional<Head> next;
  std::string name;
  const auto picture = library_.picture();
  for (const auto& [feed, head] : picture->heads) {
    std::string candidate = std::string(feed_prefix) + feed.str();
    if (candidate <= last_ || (next && candidate >= name)) continue;
    name = std::move(candidate);
    next = head;
  }
  return next;
}

/// False if `pace` stopped it.
Result<bool> Scrub::read_feed(const Head& head, const Pace& pace) {
  bool stopped = false;
  const auto damage = library_.damage_of(head, library_.picture()->roster.get(), [&](std::uint64_t bytes) {
    stopped = stopped || !pace(bytes);
    return !stopped;
  });
  if (damage) library_.mender_.suspect(head.feed, *damage);
  return !stopped;
}

Result<bool> Scrub::done(std::string what) {
  const bool record = what.empty() || unrecorded_ >= recorded_every;
  last_ = std::move(what);
  if (record) {
    CHECK_OK(library_.state_->put(std::string(at_key), last_));
    unrecorded_ = 0;
  }
  return !last_.empty();
}

}  // namespace essaimage::store
