#include "store/healing/scrub.hpp"

#include <charconv>

#include "proto/limits.hpp"
#include "store/library/library_impl.hpp"

namespace essaimage::store {
namespace {

constexpr std::int64_t scrub_every = 30 * 86'400;  // seconds, from the beginning of one to that of the next
constexpr std::uint64_t recorded_every = 64 * limits::MiB;

// Small values of the index.
constexpr std::string_view begun_key = "scrub begun";      // seconds
constexpr std::string_view at_key = "scrub at";            // what was read last; empty: all was
constexpr std::string_view bytes_key = "scrub bytes";      // that were read
constexpr std::string_view damaged_key = "scrub damaged";  // what was found damaged

constexpr std::string_view feed_prefix = "feed ", media_prefix = "media ";

Result<std::uint64_t> number(const State& state, std::string_view key) {
  TRY(const auto text, state.get(std::string(key)));
  std::uint64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

}  // namespace

Result<bool> Scrub::next(const Pace& pace) {
  const std::lock_guard reading(reading_);
  std::string last;
  {
    const std::lock_guard lock(mutex_);
    TRY(auto at, place());
    TRY(const bool due, is_due(at));
    if (!due) return false;
    last = at.last;
  }
  damaged_ = false;
  const auto counted = [&](std::uint64_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      unrecorded_ += bytes;
      if (place_) place_->bytes += bytes;
    }
    return !pace || pace(bytes);
  };
  if (!last.starts_with(media_prefix)) {
    if (const auto head = feed_after(last)) {
      TRY(const bool whole, read_feed(*head, counted));
      return whole ? done(std::string(feed_prefix) + head->feed.str(), damaged_) : Result<bool>(true);
    }
  }
  Sha256 last_media;
  if (last.starts_with(media_prefix)) last_media = Sha256::parse(last.substr(media_prefix.size())).value_or(last_media);
  TRY(const auto media, library_.state_->held_after(last_media));
  if (!media) return done("", false);
  TRY(const bool whole, read_media(*media, counted));
  return whole ? done(std::string(media_prefix) + media->hex(), damaged_) : Result<bool>(true);
}

Result<ScrubView> Scrub::look(bool begin_now) {
  const std::lock_guard lock(mutex_);
  TRY(auto at, place());
  if (begin_now && at.last.empty()) CHECK_OK(begin(at));
  return ScrubView{!at.last.empty(), at.begun, Timestamp{at.begun.seconds + scrub_every}, at.bytes, at.damaged};
}

// --- where it is; `mutex_` is held

Result<Scrub::Place> Scrub::place() {
  if (place_) return *place_;
  const State& state = *library_.state_;
  Place at;
  TRY(const auto begun, number(state, begun_key));
  TRY(const auto last, state.get(std::string(at_key)));
  TRY(at.bytes, number(state, bytes_key));
  TRY(at.damaged, number(state, damaged_key));
  at.begun = Timestamp{static_cast<std::int64_t>(begun)};
  at.last = last.value_or("");
  place_ = at;
  return at;
}

/// Where it is comes last: whatever is cut short before is only read once more.
Status Scrub::record(const Place& place) {
  State& state = *library_.state_;
  CHECK_OK(state.put(std::string(begun_key), std::to_string(place.begun.seconds)));
  CHECK_OK(state.put(std::string(bytes_key), std::to_string(place.bytes)));
  CHECK_OK(state.put(std::string(damaged_key), std::to_string(place.damaged)));
  CHECK_OK(state.put(std::string(at_key), place.last));
  place_ = place;
  unrecorded_ = 0;
  return {};
}

Status Scrub::begin(Place& place) {
  place = {library_.now_(), std::string(feed_prefix), 0, 0};  // nothing yet, and not all
  return record(place);
}

Result<bool> Scrub::is_due(Place& place) {
  if (!place.last.empty()) return true;
  const Timestamp now = library_.now_();
  // What is new was checked when it came. A clock that was wrong is no reason to wait for years.
  if (place.begun == Timestamp{} || place.begun > now) {
    place.begun = now;
    CHECK_OK(record(place));
    return false;
  }
  if (now.seconds - place.begun.seconds < scrub_every) return false;
  CHECK_OK(begin(place));
  return true;
}

// --- reading; `reading_` is held

std::optional<Head> Scrub::feed_after(const std::string& last) const {
  std::optional<Head> next;
  std::string name;
  const auto picture = library_.picture();
  for (const auto& [feed, head] : picture->heads) {
    std::string candidate = std::string(feed_prefix) + feed.str();
    if (candidate <= last || (next && candidate >= name)) continue;
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
  damaged_ = damage.has_value();
  return !stopped;
}

/// Likewise. A damaged one is set aside, and needed again.
Result<bool> Scrub::read_media(const Sha256& media, const Pace& pace) {
  const auto checked = library_.check_held(media, pace);
  if (checked) return true;
  if (checked.error().code == Errc::cancelled) return false;
  library_.note(checked.error(), "media " + media.hex());
  damaged_ = true;
  return true;
}

/// Not each is written down at once: some bytes are read twice after a restart, and the disk is left in peace.
Result<bool> Scrub::done(std::string what, bool damaged) {
  const std::lock_guard lock(mutex_);
  TRY(auto at, place());
  at.last = std::move(what);
  at.damaged += damaged ? 1 : 0;
  if (at.last.empty() || damaged || unrecorded_ >= recorded_every) CHECK_OK(record(at));
  place_ = at;
  return !at.last.empty();
}

}  // namespace essaimage::store
