// The federation's acts on its own roles: who may say what, with which keys, how many of them, until when.
#include <algorithm>

#include "proto/limits.hpp"
#include "store/federation/neighbour_successions.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/toml_form.hpp"

namespace essaimage::store {

namespace {

bool is_there(const Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Status add_key(Role& role, const SigningKey& key, const std::string& note) {
  if (role.has(key)) return fail(Errc::role_key_known, to_openssh(key));
  if (role.keys.size() >= role_keys_max) return fail(Errc::too_large, "keys of a role: at most " + std::to_string(role_keys_max));
  role.keys.push_back(key);
  std::sort(role.keys.begin(), role.keys.end());
  if (note.empty()) return {};
  TRY(role.notes[key], plain_text_from(note, limits::name_bytes_max, "note"));
  return {};
}

Status remove_key(Role& role, const SigningKey& key) {
  if (std::erase(role.keys, key) == 0) return fail(Errc::key_not_of_role, to_openssh(key));
  role.notes.erase(key);
  return {};
}

Status check_role(const std::string& name, const Role& role, Timestamp now) {
  if (role.keys.empty()) return fail(Errc::usage, name + ": a role needs a key");
  if (role.threshold == 0 || role.threshold > role.keys.size())
    return fail(Errc::usage, name + ": threshold " + std::to_string(role.threshold) + " of " + std::to_string(role.keys.size()) +
                                 (role.keys.size() == 1 ? " key" : " keys"));
  if (name == role_heartbeat && role.threshold > 1) return fail(Errc::usage, "heartbeat: the federation's node signs it alone, each day");
  if (role.is_over(now)) return fail(Errc::usage, name + ": " + to_utc(*role.expires) + " is past");
  return {};
}

/// "curators: 1 of 2, root: 0 of 1"
std::string lacking_of(const std::vector<Demand>& demands) {
  std::string text;
  std::set<std::string> told;
  for (const auto& demand : demands) {
    if (demand.is_met()) continue;
    const auto one = demand.role + ": " + std::to_string(demand.signers.size()) + " of " + std::to_string(demand.who.threshold);
    if (told.insert(one).second) text += (text.empty() ? "" : ", ") + one;
  }
  return text;
}

}  // namespace

Result<std::vector<SigningSecret>> LibraryImpl::role_secrets(const std::string& role) const {
  std::vector<SigningSecret> secrets;
  for (const Path& file : {layout_.role_key(role), layout_.next_role_key(role)}) {
    if (!is_there(file)) continue;
    TRY(auto secret, SigningSecret::load(file));
    secrets.push_back(std::move(secret));
  }
  return secrets;
}

namespace {

/// Its key signs for that role: then nothing may take its place.
Result<bool> is_in_use(const Path& file, const Role& role) {
  if (!is_there(file)) return false;
  TRY(const auto secret, SigningSecret::load(file));
  return role.has(secret.public_key());
}

}  // namespace

/// One that was made for a rotation which is not in force yet serves the next one too: the request that names it may still come.
Result<SigningSecret> LibraryImpl::next_secret(const std::string& role, const Role& now) {
  const Path file = layout_.next_role_key(role);
  if (is_there(file)) {
    TRY(auto secret, SigningSecret::load(file));
    if (!now.has(secret.public_key())) return secret;
    TRY(const bool both, is_in_use(layout_.role_key(role), now));
    if (both) return fail(Errc::usage, role + ": two of its keys lie in this home; remove one of them first");
    CHECK_OK(move_durably(file, layout_.role_key(role)));
  }
  auto secret = SigningSecret::generate();
  CHECK_OK(secret.save(file, identity_.slug + " " + role));
  return secret;
}

Status LibraryImpl::replace_own_key(const std::string& name, Role& role) {
  TRY(const auto fresh, next_secret(name, role));
  TRY(const auto here, role_secrets(name));
  const auto old = std::ranges::find_if(here, [&](const auto& secret) { return role.has(secret.public_key()); });
  if (old == here.end()) return fail(Errc::key_not_of_role, name + ": none of its keys lies in this home");
  const auto note = role.notes.find(old->public_key());
  const std::string whose = note == role.notes.end() ? std::string() : note->second;
  CHECK_OK(remove_key(role, old->public_key()));
  return add_key(role, fresh.public_key(), whose);
}

Status LibraryImpl::change_role(const RoleChange& wish, Lacking lacking) {
  const std::lock_guard changing(changing_);
  TRY(auto change, FederationChange::begin(*this));
  FederationFile next = change.word().federation.file;
  const auto it = next.roles.find(wish.role);
  if (it == next.roles.end()) return fail(Errc::role_unknown, wish.role);
  Role& role = it->second;
  if (wish.rotate) CHECK_OK(replace_own_key(wish.role, role));
  if (wish.add) CHECK_OK(add_key(role, *wish.add, wish.note));
  if (wish.remove) CHECK_OK(remove_key(role, *wish.remove));
  if (wish.threshold) role.threshold = *wish.threshold;
  if (wish.expires) role.expires = *wish.expires == never ? std::nullopt : wish.expires;
  CHECK_OK(check_role(wish.role, role, change.judged_under(next).time));
  if (encode(next) == encode(change.word().federation.file)) return fail(Errc::usage, wish.role + ": nothing changes");
  next.version += 1;
  next.previous = change.word().federation.content;
  CHECK_OK(change.put_roles(next));
  CHECK_OK(change.commit_or(lacking));
  take_next_keys();
  return {};
}

void LibraryImpl::take_next_keys() {
  const auto now = picture();
  for (const auto& [name, role] : now->word->federation.file.roles) {
    const Path file = layout_.next_role_key(name);
    if (!is_there(file)) continue;
    const auto used = is_in_use(file, role), in_its_way = is_in_use(layout_.role_key(name), role);
    if (!used) note(used.error(), file.string());
    if (!used || !*used || in_its_way.value_or(false)) continue;
    if (const auto moved = move_durably(file, layout_.role_key(name)); !moved) note(moved.error(), file.string());
  }
}

Status LibraryImpl::apply(const SigningRequest& request) {
  const std::lock_guard changing(changing_);
  TRY(auto change, FederationChange::begin(*this));
  CHECK_OK(change.take(request));
  TRY(const bool done, change.commit());
  if (!done) {
    TRY(const auto demands, demands_of(change.request()));
    return fail(Errc::signatures_lacking, lacking_of(demands));
  }
  take_next_keys();
  drop_old_requests();
  return {};
}

namespace {

/// Who has to sign is who is in the role now, which may have changed since the centre asked; no signature covers `roles`.
Status renew(SigningRequest& request, const FederationWord& word, const std::vector<SigningSecret>& secrets) {
  request.roles = encode(word.federation.file);
  if (request.neighbours) {
    TRY(const auto file, parse_succession_file(request.statements.front().content));
    const Member* member = word.roster.find(file.slug);
    if (member != nullptr) request.neighbours = neighbours_role(word.roster, *member);
  }
  for (const auto& secret : secrets) {
    auto done = sign(request, secret);
    const bool nothing = !done && (done.error().code == Errc::key_not_of_role || done.error().code == Errc::request_signed);
    if (!done && !nothing) return done;
  }
  return {};
}

}  // namespace

// --- who asks to join where the members role needs more than the keys of this home -------------------------------------------

Result<std::map<std::string, SigningRequest>> LibraryImpl::requests() const {
  std::map<std::string, SigningRequest> requests;
  if (!identity_.is_federation()) return fail(Errc::not_federation);
  std::error_code error;
  std::filesystem::directory_iterator entry(layout_.requests(), error);
  if (error) return requests;  // nobody asked yet
  const auto now = picture();
  TRY(const auto secrets, role_secrets(std::string(role_members)));
  for (; entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto slug = entry->path().stem().string();
    if (!is_slug(slug) || entry->path().extension() != feed_path::file_suffix) continue;  // one that is being written
    const auto text = store::read_file(entry->path(), request_bytes_max);
    auto request = text ? parse_request(text_of(*text)) : Result<SigningRequest>(tl::unexpected(text.error()));
    if (!request) continue;
    CHECK_OK(renew(*request, *now->word, secrets));
    requests.emplace(slug, std::move(*request));
  }
  if (error) return fail(Errc::io, layout_.requests().string() + ": " + error.message());
  return requests;
}

Status LibraryImpl::keep_request(const std::string& slug, const SigningRequest& request) {
  CHECK_OK(make_folders(layout_.requests()));
  return replace_file(layout_.request(slug), bytes_of(encode(request)));
}

std::optional<MemberFile> LibraryImpl::pending_member(const MemberFile& as) const {
  const auto all = requests();
  if (!all) return std::nullopt;
  const auto it = all->find(as.member.slug);
  if (it == all->end()) return std::nullopt;
  const auto& statement = it->second.statements.front();
  auto file = parse_member_file(statement.content);
  const bool would_do = file && it->second.federation == identity_.federation && file->invitation == as.invitation &&
                        file->version == as.version && file->previous == as.previous;
  return would_do ? std::optional(std::move(*file)) : std::nullopt;
}

/// Those of centres that have joined, or of which something else was said since.
void LibraryImpl::drop_old_requests() {
  const auto all = requests();
  const auto now = picture();
  if (!all) return;
  const auto drop = [&](const Path& file) {
    if (const auto gone = remove_file(file); !gone) note(gone.error(), file.string());
  };
  for (const auto& [slug, request] : *all) {
    if (request.neighbours) {
      const auto file = parse_succession_file(request.statements.front().content);
      if (file && check_goes_on(*now->word, *file)) continue;
      drop(layout_.request(slug));
      const Member* member = now->word->roster.find(slug);
      const bool given = file && member != nullptr && member->current_keys().signing == file->signing;
      if (given) drop(layout_.asked_succession(slug));  // it serves once
      continue;
    }
    const auto member = now->word->members.find(slug);
    const auto held = member == now->word->members.end() ? std::uint64_t{0} : member->second.file.version;
    if (request.statements.front().version <= held) drop(layout_.request(slug));
  }
}

}  // namespace essaimage::store
