#include "store/federation/neighbour_successions.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/federation/paths.hpp"

namespace essaimage::store {
namespace {

Status check_able(const Roster& roster, const Member& member) {
  const auto able = roster.able_neighbours(member).size();
  if (member.neighbours_needed > 0 && able >= member.neighbours_needed) return {};
  return fail(Errc::neighbours_too_few, member.slug + ": " + std::to_string(able) + " of " + std::to_string(member.neighbours_needed));
}

}  // namespace

Role neighbours_role(const Roster& roster, const Member& member) {
  Role role;
  role.threshold = member.neighbours_needed;
  for (const Member* neighbour : roster.able_neighbours(member)) {
    const auto& key = neighbour->current_keys().signing;
    role.keys.push_back(key);
    role.notes[key] = neighbour->slug;
  }
  std::sort(role.keys.begin(), role.keys.end());
  return role;
}

Status check_new_keys(const Roster& roster, const SigningKey& signing, const TransportKey& transport) {
  for (const auto& [slug, member] : roster.members) {
    for (const auto& keys : member.keys) {
      if (keys.signing == signing || keys.transport == transport) return fail(Errc::member_keys_taken, slug);
    }
  }
  return {};
}

Status check_goes_on(const FederationWord& word, const SuccessionFile& file) {
  const Member* member = word.roster.find(file.slug);
  if (member == nullptr) return fail(Errc::member_unknown, file.slug);
  const auto list = word.successions.find(file.slug);
  if (list != word.successions.end()) {
    const auto hash = sha256(bytes_of(encode(file)));
    const bool in_force = std::ranges::any_of(list->second, [&](const auto& each) { return each.content == hash; });
    if (in_force) return fail(Errc::request_in_force, succession_path(file));
  }
  const auto superseded = [&](const std::string& why) { return fail(Errc::request_superseded, succession_path(file) + ": " + why); };
  if (member->suspended) return fail(Errc::member_suspended, file.slug + ": " + member->suspended_why);
  if (file.version != member->keys.size() + 1 || file.previous != newest_word(word.members.at(file.slug), word.successions))
    return superseded("key number " + std::to_string(member->keys.size()) + " or its neighbours are not what they were");
  if (file.vouched != vouched_by(*member, word.members, word.successions))
    return superseded("its old key has signed as a neighbour's since");
  CHECK_OK(check_able(word.roster, *member));
  return check_new_keys(word.roster, file.signing, file.transport);
}

Status check_keeps(const FederationWord& word, const MemberFile& next) {
  const Member* held = word.roster.find(next.member.slug);
  if (held == nullptr) return {};
  const auto superseded = [&](const std::string& why) { return fail(Errc::request_superseded, member_path(held->slug) + ": " + why); };
  if (next.member.keys.size() < held->keys.size()) return superseded("its neighbours have given it a new key since");
  const auto& now = held->current_keys();
  const auto& then = next.member.keys[held->keys.size() - 1];
  if (then.signing != now.signing) return superseded("its neighbours have given it a new key since");
  const bool ends = next.member.suspended || next.member.keys.size() > held->keys.size();
  if (ends && then.vouched != vouched_by(*held, word.members, word.successions))
    return superseded("its key has signed as a neighbour's since");
  return {};
}

std::optional<AskedSuccession> asked_by(const Layout& layout, const SigningKey& invitation) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(layout.requests(), error), end; !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().string().ends_with(Layout::asked_suffix)) continue;
    const auto text = read_file(entry->path(), limits::statement_bytes_max);
    auto asked = text ? parse_asked_succession(text_of(*text)) : Result<AskedSuccession>(tl::unexpected(text.error()));
    if (asked && asked->key == invitation) return std::move(*asked);
  }
  return std::nullopt;
}

Status NeighbourSuccessions::name(const std::string& slug, const std::set<std::string>& neighbours, std::uint32_t needed) {
  const auto& word = change_.word();
  const Member* member = word.roster.find(slug);
  if (member == nullptr) return fail(Errc::member_unknown, slug);
  const auto refuse = [](const std::string& why) { return fail(Errc::neighbours_refused, why); };
  if (slug == word.roster.federation_slug) return refuse(slug + ": the federation has none");
  if (neighbours.size() > limits::neighbours_max) return refuse(std::to_string(neighbours.size()) + " named");
  for (const auto& each : neighbours) {
    const Member* neighbour = word.roster.find(each);
    if (neighbour == nullptr) return refuse(each + " is no member");
    if (each == slug) return refuse(each + " itself");
    if (each == word.roster.federation_slug) return refuse(each + ": the federation's node orders what is said, and has no say in it");
    if (neighbour->suspended) return refuse(each + " is suspended");
  }
  if (!neighbours.empty() && (needed < limits::neighbours_needed_min || needed > neighbours.size()))
    return refuse(std::to_string(needed) + " of " + std::to_string(neighbours.size()));
  if (member->neighbours == neighbours && (neighbours.empty() || member->neighbours_needed == needed))
    return fail(Errc::usage, slug + ": nothing changes");
  auto file = next_version_of(word, slug);
  file.member.neighbours = neighbours;
  file.member.neighbours_needed = neighbours.empty() ? 0 : needed;
  change_.put(member_path(slug), file.version, file.previous, encode(file));
  return {};
}

Status NeighbourSuccessions::let_ask(const Invitation& invitation, const std::map<FeedId, Order>& last) {
  const auto& roster = change_.word().roster;
  const Member& member = *roster.find(invitation.slug);
  if (member.suspended) return fail(Errc::member_suspended, member.slug + ": " + member.suspended_why);
  CHECK_OK(check_able(roster, member));
  AskedSuccession asked{SigningSecret::from_seed(invitation.seed).public_key(), invitation.slug, invitation.expires, last};
  for (const auto& [feed, order] : last) {
    if (feed.centre != invitation.slug) return fail(Errc::usage, feed.str() + " is not a feed of " + invitation.slug);
    TRY([[maybe_unused]] const auto known, library_.own_commit(feed, order));
  }
  CHECK_OK(make_folders(library_.layout_.requests()));
  CHECK_OK(replace_file(library_.layout_.asked_succession(asked.slug), bytes_of(encode(asked))));
  // Who asked by an older one may be who stole its line.
  return remove_file(library_.layout_.request(asked.slug));
}

Status NeighbourSuccessions::admit(const message::Join& join, const AskedSuccession& asked) {
  const auto& word = change_.word();
  const Member& member = *word.roster.find(asked.slug);
  const auto& keys = member.current_keys();
  if (keys.signing == join.signing && keys.transport == join.transport) return {};
  if (asked.expires <= change_.now()) return fail(Errc::invitation_expired, asked.slug);
  TRY(const auto file, succession_of(join, asked));
  CHECK_OK(check_goes_on(word, file));
  if (const auto before = pending(asked.slug); before && check_goes_on(word, *before)) {
    const bool same = before->signing == join.signing && before->transport == join.transport;
    return same ? fail(Errc::signatures_lacking, asked.slug) : fail(Errc::invitation_used, asked.slug);
  }
  change_.put_succession(file);
  CHECK_OK(library_.keep_request(asked.slug, change_.request()));
  return fail(Errc::signatures_lacking, asked.slug);
}

/// What is held here of its feeds counts, whatever their audience: this node holds them all, a neighbour does not.
Result<SuccessionFile> NeighbourSuccessions::succession_of(const message::Join& join, const AskedSuccession& asked) const {
  const auto& word = change_.word();
  const Member& member = *word.roster.find(asked.slug);
  if (member.keys.size() >= generations_max) return fail(Errc::too_large, asked.slug + ": keys");
  SuccessionFile file;
  file.version = member.keys.size() + 1;
  file.previous = newest_word(word.members.at(asked.slug), word.successions);
  file.slug = asked.slug;
  file.signing = join.signing;
  file.transport = join.transport;
  file.vouched = vouched_by(member, word.members, word.successions);
  for (const auto& [feed, head] : change_.picture().heads) {
    if (feed.centre == asked.slug) file.last_valid[feed] = head;
  }
  for (const auto& [feed, order] : asked.last) {
    TRY(const auto step, library_.own_step(feed, order));
    file.last_valid[feed] = head_of(step.commit, step.id);
  }
  return file;
}

std::optional<SuccessionFile> NeighbourSuccessions::pending(const std::string& slug) const {
  const auto text = read_file(library_.layout_.request(slug), request_bytes_max);
  if (!text) return std::nullopt;
  const auto request = parse_request(text_of(*text));
  if (!request || !request->neighbours) return std::nullopt;
  auto file = parse_succession_file(request->statements.front().content);
  return file ? std::optional(std::move(*file)) : std::nullopt;
}

Status LibraryImpl::name_neighbours(const std::string& slug, const std::set<std::string>& neighbours, std::uint32_t needed,
                                    Lacking lacking) {
  const std::lock_guard changing(changing_);
  TRY(auto change, FederationChange::begin(*this));
  CHECK_OK(NeighbourSuccessions(*this, change).name(slug, neighbours, needed));
  return change.commit_or(lacking);
}

}  // namespace essaimage::store
