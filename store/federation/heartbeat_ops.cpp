// The federation's signed time: its node says it, every node keeps the newest that it has seen, and judges expiries by it.
#include <algorithm>

#include "store/crypto/hash.hpp"
#include "store/federation/federation_change.hpp"
#include "store/federation/paths.hpp"

namespace essaimage::store {

namespace {

constexpr std::string_view witness_key = "heartbeat witnessed";
/// A node that is on in the daytime alone still signs each day.
constexpr std::chrono::seconds beat_after = std::chrono::hours(20);

std::optional<Timestamp> time_of(const std::optional<Heartbeat>& heartbeat) {
  return heartbeat ? std::optional(heartbeat->file.time) : std::nullopt;
}

}  // namespace

JudgedTime LibraryImpl::judged_now(const Picture& picture) const { return judge_time(now_(), time_of(picture.heartbeat)); }

/// By what a new word itself says too: a stolen heartbeat key that named a far time is undone by the word that replaces it.
JudgedTime LibraryImpl::judged_with(const Picture& picture, const FederationWord& word) const {
  return judge_time(now_(), time_of(newest_heartbeat(word, identity_.federation, picture.heartbeat)));
}

/// What was witnessed counts after the feed was lost, or put back from a backup, as well.
Status LibraryImpl::read_witnessed_time(Picture& picture) {
  TRY(const auto text, state_->get(std::string(witness_key)));
  if (text) {
    auto witnessed = parse_heartbeat(*text);
    if (witnessed) picture.heartbeat = std::move(*witnessed);
  }
  if (picture.word) picture.heartbeat = newest_heartbeat(*picture.word, identity_.federation, picture.heartbeat);
  return {};
}

Status LibraryImpl::witness_time(const Picture& picture) {
  if (!picture.heartbeat) return {};
  const auto text = to_text(*picture.heartbeat);
  TRY(const auto known, state_->get(std::string(witness_key)));
  return known == text ? Status{} : state_->put(std::string(witness_key), text);
}

Result<HeartbeatFile> FederationChange::next_heartbeat(Timestamp time) const {
  HeartbeatFile file{1, {}, time};
  TRY(const auto before, read(std::string(feed_path::heartbeat)));
  if (const auto held = before ? parse_heartbeat_file(text_of(*before)) : Result<HeartbeatFile>(fail(Errc::not_found))) {
    file.version = held->version + 1;
    file.previous = sha256(*before);
  }
  return file;
}

/// Under other keys what was signed before counts no more: who then heard nothing further would have no signed time at all, and could
/// not tell how old its word is. A clock that is far beyond the last time signs none by itself, as ever.
Status FederationChange::sign_time_anew() {
  const auto* next = request_.next_roles();
  if (next == nullptr) return {};
  TRY(const auto roles, parse_federation_file(next->content));
  const auto& role = roles.roles.at(std::string(role_heartbeat));
  const auto clock = library_.now_();
  const auto& last = picture_->heartbeat;
  const bool is_beyond = last && clock.seconds - last->file.time.seconds > clock_beyond_max.count();
  if ((last && check_heartbeat(*last, request_.federation, role)) || is_beyond || role.is_over(clock)) return {};
  TRY(const auto here, library_.role_secrets(std::string(role_heartbeat)));
  const auto secret = std::ranges::find_if(here, [&](const auto& each) { return role.has(each.public_key()); });
  if (secret == here.end()) return {};
  TRY(const auto file, next_heartbeat(clock));
  const std::string path(feed_path::heartbeat);
  const auto text = encode(file);
  CHECK_OK(put_blob(path, text));
  return put_blob(feed_path::signatures_of(path),
                  sign_statement({request_.federation, path, file.version, file.previous}, bytes_of(text), {&*secret}));
}

/// Also under keys that have been replaced since: a clock that is far off is so beside them, too.
Result<std::optional<Timestamp>> LibraryImpl::last_witnessed() const {
  TRY(const auto text, state_->get(std::string(witness_key)));
  if (!text) return std::nullopt;
  const auto witnessed = parse_heartbeat(*text);
  return witnessed ? std::optional(witnessed->file.time) : std::nullopt;
}

Status LibraryImpl::beat(bool confirmed) {
  const std::lock_guard changing(changing_);
  TRY(auto change, FederationChange::begin(*this));
  const Timestamp clock = now_();
  auto last = time_of(change.picture().heartbeat);
  if (last) {
    const auto since = std::chrono::seconds(clock.seconds - last->seconds);
    // A clock that stands behind says nothing new; whoever asked for it has to know why.
    if (confirmed && since < std::chrono::seconds(0))
      return fail(Errc::usage,
                  to_utc(clock) + " < " + to_utc(*last) +
                      ": set the clock; if it is right, the heartbeat key named a far time: " + "`federation role rotate heartbeat`");
    // Where the feed has lost it, others may have none.
    const bool is_lost = !change.picture().word->heartbeat;
    const bool is_due = since > std::chrono::seconds(0) && (confirmed || since >= beat_after);
    if (since < std::chrono::seconds(0) || (!is_due && !is_lost)) return {};
  }
  if (!last) {
    TRY(last, last_witnessed());
  }
  if (!confirmed && last && std::chrono::seconds(clock.seconds - last->seconds) > clock_beyond_max)
    return fail(Errc::clock_beyond, to_utc(clock) + "; " + to_utc(*last));
  const std::string path(feed_path::heartbeat);
  TRY(const auto file, change.next_heartbeat(clock));
  change.put(path, file.version, file.previous, encode(file));
  return change.commit_or(nullptr);
}

Result<FederationView> LibraryImpl::federation() const {
  const auto now = picture();
  if (!now->word) return fail(Errc::not_joined);
  const auto& stated = now->word->federation;
  FederationView view;
  view.version = stated.file.version;
  view.roles = stated.file.roles;
  view.clock = now_();
  view.heartbeat = time_of(now->heartbeat);
  if (!view.heartbeat) view.time_lack = now->word->time_lack;
  view.judged = judged_now(*now);
  TRY(const auto signatures, objects_->read(stated.signatures, ObjectType::blob));
  const StatementName name{identity_.federation, std::string(feed_path::federation), stated.file.version, stated.file.previous};
  TRY(view.signers, signers_of(name, bytes_of(encode(stated.file)), text_of(signatures), stated.file.roles.at(std::string(role_root))));
  if (!identity_.is_federation()) return view;
  for (const auto& [role, who] : stated.file.roles) {
    const auto secrets = role_secrets(role);
    if (!secrets) continue;  // whoever wants to use it is told
    for (const auto& secret : *secrets) view.here.insert(secret.public_key());
  }
  return view;
}

}  // namespace essaimage::store
