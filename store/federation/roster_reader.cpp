#include "store/federation/roster_reader.hpp"

#include <algorithm>
#include <set>

#include "proto/limits.hpp"
#include "store/federation/catalogue_reader.hpp"
#include "store/federation/media_withdrawal_reader.hpp"
#include "store/federation/paths.hpp"

namespace essaimage::store {
namespace {

using Entries = std::map<std::string, TreeEntry>;

Result<Entries> entries_of(const ObjectDb& objects, const ObjectId& tree) {
  TRY(auto list, objects.read_tree(tree));
  Entries entries;
  for (auto& entry : list) entries.emplace(entry.name, entry);
  return entries;
}

Result<Entries> folder_of(const ObjectDb& objects, const Entries& root, std::string_view name) {
  const auto it = root.find(std::string(name));
  if (it == root.end()) return Entries{};
  if (it->second.mode != TreeEntry::Mode::tree) return fail(Errc::malformed, std::string(name) + ": not a folder");
  return entries_of(objects, it->second.id);
}

/// A statement as it lies in the tree, not yet verified.
struct Pair {
  ObjectId blob, signatures;
};

Result<Pair> pair_of(const Entries& folder, const std::string& file) {
  const auto content = folder.find(file), signatures = folder.find(feed_path::signatures_of(file));
  if (content == folder.end() || signatures == folder.end()) return fail(Errc::malformed, file + ": not there, or unsigned");
  for (const auto& it : {content, signatures}) {
    if (it->second.mode != TreeEntry::Mode::file) return fail(Errc::malformed, file + ": not a plain file");
  }
  return Pair{content->second.id, signatures->second.id};
}

/// The names without ".toml" of a folder that holds pairs and nothing else.
Result<std::vector<std::string>> names_in(const Entries& folder, std::string_view where) {
  std::vector<std::string> names;
  for (const auto& [name, entry] : folder) {
    if (!name.ends_with(feed_path::file_suffix)) continue;
    names.push_back(name.substr(0, name.size() - feed_path::file_suffix.size()));
  }
  if (folder.size() != names.size() * 2) return fail(Errc::malformed, std::string(where) + ": not statements alone");
  return names;
}

std::string file_name(const std::string& name) { return name + std::string(feed_path::file_suffix); }

const Role& heartbeat_role(const FederationWord& word) { return word.federation.file.roles.at(std::string(role_heartbeat)); }

class RosterReader {
 public:
  RosterReader(const ObjectDb& objects, const FederationId& federation, const FederationWord* known)
      : objects_(objects), federation_(federation), known_(known) {}

  Result<FederationWord> read(const ObjectId& tree) {
    TRY(const auto root, entries_of(objects_, tree));
    CHECK_OK(read_federation(root));
    read_heartbeat(root);
    // The roles may have changed: then nothing that they signed is taken as known.
    if (known_ != nullptr && known_->federation.blob != word_.federation.blob) known_ = nullptr;
    TRY(const auto members, folder_of(objects_, root, feed_path::members_folder));
    CHECK_OK(read_members(members));
    CHECK_OK(read_successions(root));
    TRY(const auto invitations, folder_of(objects_, root, feed_path::invitations_folder));
    CHECK_OK(read_invitations(invitations));
    TRY(const auto mirrors, folder_of(objects_, root, feed_path::mirrors_folder));
    CHECK_OK(read_mirrors(mirrors));
    CHECK_OK(read_decisions(root));
    CHECK_OK(read_withdrawals(root));
    CHECK_OK(make_roster());
    return std::move(word_);
  }

 private:
  Result<std::string> blob(const ObjectId& id, std::size_t bytes_max = limits::statement_bytes_max) const {
    TRY(const auto content, objects_.read(id, ObjectType::blob));
    if (content.size() > bytes_max) return fail(Errc::too_large, "statement " + id.hex());
    return std::string(text_of(content));
  }

  Status verify(const StatementName& name, std::string_view content, const Pair& pair, const Role& role) const {
    TRY(const auto signatures, blob(pair.signatures));
    return verify_statement(name, bytes_of(content), signatures, role);
  }

  Status read_federation(const Entries& root) {
    TRY(const auto newest, pair_of(root, std::string(feed_path::federation)));
    const auto older = root.find(std::string(feed_path::federation_folder));
    if (older != root.end()) word_.versions_folder = older->second.id;
    if (known_ != nullptr && known_->federation.blob == newest.blob && known_->federation.signatures == newest.signatures &&
        known_->versions_folder == word_.versions_folder) {
      word_.federation = known_->federation;
      word_.versions = known_->versions;
      return {};
    }
    TRY(const auto folder, folder_of(objects_, root, feed_path::federation_folder));
    TRY(const auto names, names_in(folder, feed_path::federation_folder));
    Stated<FederationFile> last;
    for (std::uint64_t version = 1; version <= names.size(); ++version) {
      TRY(const auto pair, pair_of(folder, file_name(std::to_string(version))));
      TRY(const auto text, blob(pair.blob));
      const Sha256 content = sha256(bytes_of(text));
      if (version == 1 && content != federation_) return fail(Errc::feed_wrong_federation, content.hex());
      TRY(auto file, parse_federation_file(text));
      if (file.version != version || file.previous != last.content || (version > 1 && file.slug != last.file.slug)) {
        return fail(Errc::malformed, "federation.toml " + std::to_string(version) + ": does not follow the one before");
      }
      const StatementName name{federation_, std::string(feed_path::federation), version, file.previous};
      if (version > 1) CHECK_OK(verify(name, text, pair, last.file.roles.at(std::string(role_root))));
      CHECK_OK(verify(name, text, pair, file.roles.at(std::string(role_root))));
      last = {std::move(file), content, pair.blob, pair.signatures};
      word_.versions.push_back(content);
    }
    if (names.empty() || newest.blob != last.blob || newest.signatures != last.signatures) {
      return fail(Errc::malformed, "federation.toml: not the newest of its versions");
    }
    word_.federation = std::move(last);
    return {};
  }

  /// One that does not count says nothing, and harms nothing else: it only makes the picture look old, and why is kept.
  void read_heartbeat(const Entries& root) {
    word_.time_lack = TimeLack::absent;
    const auto pair = pair_of(root, std::string(feed_path::heartbeat));
    if (!pair) return;
    word_.time_lack = TimeLack::form;
    const auto text = blob(pair->blob), signatures = blob(pair->signatures);
    if (!text || !signatures) return;
    const auto file = parse_heartbeat_file(*text);
    if (!file) return;
    Heartbeat heartbeat{*file, *signatures};
    if (const auto counts = check_heartbeat(heartbeat, federation_, heartbeat_role(word_)); !counts) {
      word_.time_lack = counts.error().code == Errc::role_expired ? TimeLack::role_over : TimeLack::key;
      return;
    }
    word_.heartbeat = std::move(heartbeat);
    word_.time_lack.reset();
  }

  Status read_members(const Entries& folder) {
    TRY(const auto names, names_in(folder, feed_path::members_folder));
    if (names.size() > limits::members_max) return fail(Errc::too_large, "members");
    for (const auto& name : names) {
      TRY(const auto pair, pair_of(folder, file_name(name)));
      if (known_ != nullptr) {
        const auto it = known_->members.find(name);
        if (it != known_->members.end() && it->second.blob == pair.blob && it->second.signatures == pair.signatures) {
          word_.members.insert(*it);
          continue;
        }
      }
      TRY(const auto text, blob(pair.blob));
      TRY(auto file, parse_member_file(text));
      if (file.member.slug != name) return fail(Errc::malformed, "members/" + file_name(name) + ": another's");
      CHECK_OK(verify(statement(feed_path::members_folder, name, file.version, file.previous), text, pair, members_role()));
      word_.members[name] = {std::move(file), sha256(bytes_of(text)), pair.blob, pair.signatures};
    }
    return {};
  }

  Status read_successions(const Entries& root) {
    const auto it = root.find(std::string(feed_path::successions_folder));
    const auto folder = it == root.end() ? ObjectId{} : it->second.id;
    TRY(word_.successions, store::read_successions(objects_, folder, federation_, word_.members, word_.federation.file.slug,
                                                   known_ == nullptr ? nullptr : &known_->successions));
    return {};
  }

  Status read_invitations(const Entries& folder) {
    TRY(const auto names, names_in(folder, feed_path::invitations_folder));
    if (names.size() > limits::members_max) return fail(Errc::too_large, "invitations");
    for (const auto& name : names) {
      TRY(const auto pair, pair_of(folder, file_name(name)));
      TRY(const auto key, SigningKey::parse(name));
      if (known_ != nullptr) {
        const auto it = known_->invitations.find(key);
        if (it != known_->invitations.end() && it->second.blob == pair.blob && it->second.signatures == pair.signatures) {
          word_.invitations.insert(*it);
          continue;
        }
      }
      TRY(const auto text, blob(pair.blob));
      TRY(auto file, parse_invitation_file(text));
      if (file.key != key) return fail(Errc::malformed, "invitations/" + file_name(name) + ": another's");
      CHECK_OK(verify(statement(feed_path::invitations_folder, name, file.version, {}), text, pair, members_role()));
      word_.invitations[key] = {std::move(file), sha256(bytes_of(text)), pair.blob, pair.signatures};
    }
    return {};
  }

  Status read_mirrors(const Entries& folder) {
    TRY(const auto names, names_in(folder, feed_path::mirrors_folder));
    if (names.size() > limits::mirrors_max) return fail(Errc::too_large, "mirrors");
    for (const auto& name : names) {
      TRY(const auto pair, pair_of(folder, file_name(name)));
      const auto* known = known_ == nullptr || !known_->mirrors.contains(name) ? nullptr : &known_->mirrors.at(name);
      if (known != nullptr && known->blob == pair.blob && known->signatures == pair.signatures) {
        word_.mirrors[name] = *known;
        continue;
      }
      TRY(const auto text, blob(pair.blob, mirror_bytes_max));
      TRY(auto file, parse_mirror_file(text));
      if (file.slug != name) return fail(Errc::malformed, "mirrors/" + file_name(name) + ": another's");
      CHECK_OK(verify(statement(feed_path::mirrors_folder, name, file.version, file.previous), text, pair, members_role()));
      word_.mirrors[name] = {std::move(file), sha256(bytes_of(text)), pair.blob, pair.signatures};
    }
    return {};
  }

  Status read_decisions(const Entries& root) {
    const auto it = root.find(std::string(feed_path::catalogue_folder));
    const auto folder = it == root.end() ? ObjectId{} : it->second.id;
    if (known_ != nullptr && known_->catalogue->folder == folder) {
      word_.catalogue = known_->catalogue;
      return {};
    }
    const auto& curators = word_.federation.file.roles.at(std::string(role_curators));
    TRY(word_.catalogue, read_catalogue(objects_, folder, federation_, curators, known_ != nullptr ? known_->catalogue.get() : nullptr));
    return {};
  }

  Status read_withdrawals(const Entries& root) {
    const auto it = root.find(std::string(feed_path::withdrawals_folder));
    const auto folder = it == root.end() ? ObjectId{} : it->second.id;
    const auto* known = known_ != nullptr ? known_->withdrawals.get() : nullptr;
    if (known != nullptr && known->folder == folder) {
      word_.withdrawals = known_->withdrawals;
      return {};
    }
    const auto& role = word_.federation.file.roles.at(std::string(role_withdrawals));
    TRY(word_.withdrawals, read_media_withdrawals(objects_, folder, federation_, role, known));
    return {};
  }

  Status make_roster() {
    Roster& roster = word_.roster;
    roster.federation = federation_;
    roster.federation_slug = word_.federation.file.slug;
    roster.federation_name = word_.federation.file.name;
    std::set<SigningKey> signing;
    std::set<TransportKey> transport;
    for (const auto& [slug, stated] : word_.members) {
      Member& member = roster.members[slug] = stated.file.member;
      member.keys = keys_of(slug, word_.members, word_.successions, roster.federation_slug);
      for (const auto& keys : member.keys) {
        if (!signing.insert(keys.signing).second || !transport.insert(keys.transport).second) {
          return fail(Errc::malformed, "members/" + file_name(slug) + ": a key that another has");
        }
      }
    }
    if (!roster.members.contains(roster.federation_slug)) {
      return fail(Errc::malformed, "the federation is not among its members");
    }
    for (const auto& [slug, stated] : word_.mirrors) {
      const auto& mirror = stated.file;
      if (mirror.runs()) roster.mirrors[slug] = mirror.territories;
      for (const auto& [centre, order] : mirror.last_accepted) roster.mirror_ends[{centre, mirror.audience()}] = order;
    }
    roster.index();
    return {};
  }

  const Role& members_role() const { return word_.federation.file.roles.at(std::string(role_members)); }

  StatementName statement(std::string_view folder, const std::string& name, std::uint64_t version, const Sha256& previous) const {
    return {federation_, std::string(folder) + "/" + file_name(name), version, previous};
  }

  const ObjectDb& objects_;
  const FederationId& federation_;
  const FederationWord* known_;
  FederationWord word_;
};

}  // namespace

Result<FederationWord> read_federation_word(const ObjectDb& objects, const ObjectId& tree, const FederationId& federation,
                                            const FederationWord* known) {
  return RosterReader(objects, federation, known).read(tree);
}

Status check_succession(const FederationWord& held, const FederationWord& next) {
  CHECK_OK(check_follows(std::string(feed_path::federation), held.federation, next.federation));
  // Not only the next version: nor may an older one have become another.
  const bool same_past =
      next.versions.size() >= held.versions.size() && std::equal(held.versions.begin(), held.versions.end(), next.versions.begin());
  if (!same_past) return fail(Errc::role_threshold, "federation.toml: not with the versions that are held");
  if (held.heartbeat && next.heartbeat && next.heartbeat->file.time < held.heartbeat->file.time) {
    // A stolen key may have named a far time: under other keys, or an end of the role before that time, time begins anew.
    const auto& role = heartbeat_role(next);
    if (heartbeat_role(held).keys == role.keys && !role.is_over(held.heartbeat->file.time))
      return fail(Errc::role_threshold, "heartbeat.toml goes back");
  }
  for (const auto& [slug, stated] : held.members) {
    const auto it = next.members.find(slug);
    if (it == next.members.end()) return fail(Errc::role_threshold, "the member " + slug + " has vanished");
    CHECK_OK(check_follows("members/" + slug, stated, it->second));
  }
  CHECK_OK(check_succession(held.successions, next.members, next.successions));
  for (const auto& [slug, stated] : held.mirrors) {
    const auto it = next.mirrors.find(slug);
    if (it == next.mirrors.end()) return fail(Errc::role_threshold, "the mirror " + slug + " has vanished");
    CHECK_OK(check_follows("mirrors/" + slug, stated, it->second));
  }
  const auto is_same = [&](std::string_view role) {
    const auto &before = held.federation.file.roles.at(std::string(role)), &after = next.federation.file.roles.at(std::string(role));
    return before.keys == after.keys && before.threshold == after.threshold;
  };
  CHECK_OK(check_succession(*held.withdrawals, *next.withdrawals, is_same(role_withdrawals)));
  return check_succession(*held.catalogue, *next.catalogue, is_same(role_curators));
}

Status check_expiry(const FederationWord& held, const FederationWord& next, Timestamp now) {
  const auto over = [&](std::string_view role, const std::string& what) -> Status {
    const auto& who = next.federation.file.roles.at(std::string(role));
    if (!who.is_over(now)) return {};
    return fail(Errc::role_expired, std::string(role) + ": " + to_utc(*who.expires) + "; " + what);
  };
  if (next.federation.content != held.federation.content) CHECK_OK(over(role_root, std::string(feed_path::federation)));
  for (const auto& [slug, stated] : next.members) {
    const auto it = held.members.find(slug);
    if (it == held.members.end() || it->second.content != stated.content) CHECK_OK(over(role_members, "members/" + slug));
  }
  for (const auto& [slug, stated] : next.mirrors) {
    const auto it = held.mirrors.find(slug);
    if (it == held.mirrors.end() || it->second.content != stated.content) CHECK_OK(over(role_members, "mirrors/" + slug));
  }
  for (const auto& [key, stated] : next.invitations) {
    const auto it = held.invitations.find(key);
    if (it == held.invitations.end() || it->second.content != stated.content) CHECK_OK(over(role_members, "invitations/" + key.hex()));
  }
  for (const auto& [media, stated] : next.withdrawals->statements) {
    const auto it = held.withdrawals->statements.find(media);
    if (it == held.withdrawals->statements.end() || it->second.content != stated.content)
      CHECK_OK(over(role_withdrawals, media_withdrawal_path(media)));
  }
  if (next.catalogue == held.catalogue) return {};
  return check_expiry(*held.catalogue, *next.catalogue, next.federation.file.roles.at(std::string(role_curators)), now);
}

std::optional<Heartbeat> newest_heartbeat(const FederationWord& word, const FederationId& federation,
                                          const std::optional<Heartbeat>& witnessed) {
  if (!witnessed || !check_heartbeat(*witnessed, federation, heartbeat_role(word))) return word.heartbeat;
  if (word.heartbeat && word.heartbeat->file.time >= witnessed->file.time) return word.heartbeat;
  return witnessed;
}

Result<Roster> read_roster(const ObjectDb& objects, const ObjectId& tree, const FederationId& federation) {
  TRY(auto word, read_federation_word(objects, tree, federation));
  return std::move(word.roster);
}

}  // namespace essaimage::store
