#include "store/federation/succession_reader.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/federation/paths.hpp"

namespace essaimage::store {
namespace {

class SuccessionReader {
 public:
  SuccessionReader(const ObjectDb& objects, const FederationId& federation, const StatedMembers& members, const Successions* known)
      : objects_(objects), federation_(federation), members_(members), known_(known) {}

  Result<Successions> read(const ObjectId& folder) {
    Successions all;
    std::size_t count = 0;
    TRY(const auto slugs, objects_.read_tree(folder));
    for (const auto& entry : slugs) {
      if (entry.mode != TreeEntry::Mode::tree || !members_.contains(entry.name)) return wrong(entry.name, "of no member");
      TRY(all[entry.name], read_member(entry.name, entry.id));
      count += all[entry.name].size();
      if (count > limits::members_max) return fail(Errc::too_large, std::string(feed_path::successions_folder));
    }
    return all;
  }

 private:
  static tl::unexpected<Error> wrong(const std::string& slug, const std::string& what) {
    return fail(Errc::malformed, std::string(feed_path::successions_folder) + "/" + slug + ": " + what);
  }

  /// Generation after generation, each going on from the one before.
  Result<std::vector<StatedSuccession>> read_member(const std::string& slug, const ObjectId& folder) const {
    const auto& member = members_.at(slug);
    TRY(const auto entries, objects_.read_tree(folder));
    std::map<std::string, ObjectId> files;
    for (const auto& entry : entries) files.emplace(entry.name, entry.id);
    std::vector<StatedSuccession> successions;
    auto before = member.content;
    for (auto generation = member.file.member.keys.size() + 1; 2 * successions.size() < files.size(); ++generation) {
      const auto name = std::to_string(generation) + std::string(feed_path::file_suffix);
      const auto content = files.find(name), signatures = files.find(feed_path::signatures_of(name));
      if (content == files.end() || signatures == files.end() || generation > generations_max)
        return wrong(slug, "not generation after generation, each signed");
      TRY(auto stated, read_one(slug, generation, content->second, signatures->second));
      if (stated.file.version != generation || stated.file.slug != slug || stated.file.previous != before)
        return fail(Errc::role_threshold, succession_path(stated.file) + " does not go on from what is in force");
      before = stated.content;
      successions.push_back(std::move(stated));
    }
    if (successions.empty()) return wrong(slug, "empty");
    return successions;
  }

  Result<StatedSuccession> read_one(const std::string& slug, std::size_t generation, const ObjectId& blob,
                                    const ObjectId& signatures) const {
    if (known_ != nullptr && known_->contains(slug)) {
      for (const auto& stated : known_->at(slug)) {
        if (stated.file.version == generation && stated.blob == blob && stated.signatures == signatures) return stated;
      }
    }
    TRY(const auto text, objects_.read(blob, ObjectType::blob));
    TRY(const auto signed_by, objects_.read(signatures, ObjectType::blob));
    if (std::max(text.size(), signed_by.size()) > limits::statement_bytes_max) return fail(Errc::too_large, "succession of " + slug);
    StatedSuccession stated;
    TRY(stated.file, parse_succession_file(text_of(text)));
    stated.content = sha256(text);
    stated.blob = blob;
    stated.signatures = signatures;
    const StatementName name{federation_, succession_path(stated.file), stated.file.version, stated.file.previous};
    TRY(stated.signers, all_signers_of(name, text, text_of(signed_by)));
    return stated;
  }

  const ObjectDb& objects_;
  const FederationId& federation_;
  const StatedMembers& members_;
  const Successions* known_;
};

/// The keys that a member has by its file and these successions.
std::vector<MemberKeys> keys_with(const MemberFile& file, const std::vector<StatedSuccession>& successions) {
  auto keys = file.member.keys;
  for (const auto& stated : successions) {
    keys.back().last_valid = stated.file.last_valid;
    keys.back().vouched = stated.file.vouched;
    MemberKeys next{stated.file.version, stated.file.signing, stated.file.transport, {}};
    keys.push_back(std::move(next));
  }
  return keys;
}

/// Which successions count, from those that need no other one to those that build on them.
class Judge {
 public:
  Judge(const StatedMembers& members, const std::string& federation_slug, const Successions& successions)
      : members_(members), federation_slug_(federation_slug), successions_(successions) {}

  /// Of successions that count all.
  std::set<std::string> who_signed(const StatedSuccession& stated) {
    for (const auto& [slug, list] : successions_) counting_[slug] = list.size();
    return neighbours_of(stated.file.slug, stated);
  }

  Status judge() {
    for (bool any = true; any;) {
      any = false;
      for (const auto& [slug, list] : successions_) {
        auto& counting = counting_[slug];
        while (counting < list.size() && counts(slug, list[counting])) {
          ++counting;
          any = true;
        }
      }
    }
    for (const auto& [slug, list] : successions_) {
      const auto counting = counting_[slug];
      if (counting == list.size()) continue;
      const auto& member = members_.at(slug).file.member;
      const auto have = std::to_string(neighbours_of(slug, list[counting]).size()), needed = std::to_string(member.neighbours_needed);
      return fail(Errc::role_threshold, succession_path(list[counting].file) + ": " + have + " of " + needed + " neighbours");
    }
    return {};
  }

 private:
  bool counts(const std::string& slug, const StatedSuccession& stated) const {
    const auto& member = members_.at(slug).file.member;
    // Whom the members role suspended it alone can let go on; and the federation is no centre among others.
    if (member.suspended || slug == federation_slug_ || member.neighbours_needed < limits::neighbours_needed_min) return false;
    return neighbours_of(slug, stated).size() >= member.neighbours_needed;
  }

  /// Distinct ones: a neighbour with two keys is one. Those that the member's own file names, which only the members role signs.
  std::set<std::string> neighbours_of(const std::string& slug, const StatedSuccession& stated) const {
    std::set<std::string> signed_by;
    for (const auto& each : members_.at(slug).file.member.neighbours) {
      if (has_signed(each, stated)) signed_by.insert(each);
    }
    return signed_by;
  }

  bool has_signed(const std::string& neighbour, const StatedSuccession& stated) const {
    const auto it = members_.find(neighbour);
    if (it == members_.end() || neighbour == federation_slug_ || neighbour == stated.file.slug) return false;
    const auto own = successions_.find(neighbour);
    const auto keys = own == successions_.end() ? it->second.file.member.keys : keys_with(it->second.file, own->second);
    const auto at = counting_.find(neighbour);
    const auto given = it->second.file.member.keys.size() + (at == counting_.end() ? 0 : at->second);
    for (std::size_t i = 0; i < given; ++i) {
      const bool may_sign = i + 1 == keys.size() && !it->second.file.member.suspended;
      if (!may_sign && !keys[i].vouched.contains(stated.content)) continue;
      if (std::ranges::find(stated.signers, keys[i].signing) != stated.signers.end()) return true;
    }
    return false;
  }

  const StatedMembers& members_;
  const std::string& federation_slug_;
  const Successions& successions_;
  std::map<std::string, std::size_t> counting_;  ///< how many of a member's count, so far
};

}  // namespace

std::vector<MemberKeys> keys_of(const std::string& slug, const StatedMembers& members, const Successions& successions,
                                const std::string& federation_slug) {
  const auto& file = members.at(slug).file;
  const auto list = successions.find(slug);
  if (list == successions.end()) return file.member.keys;
  auto keys = keys_with(file, list->second);
  Judge judge(members, federation_slug, successions);
  for (const auto& stated : list->second) keys[stated.file.version - 1].by_neighbours = judge.who_signed(stated);
  return keys;
}

Result<Successions> read_successions(const ObjectDb& objects, const ObjectId& folder, const FederationId& federation,
                                     const StatedMembers& members, const std::string& federation_slug, const Successions* known) {
  if (folder.is_zero()) return Successions{};
  TRY(auto all, SuccessionReader(objects, federation, members, known).read(folder));
  CHECK_OK(Judge(members, federation_slug, all).judge());
  return all;
}

Sha256 newest_word(const Stated<MemberFile>& member, const Successions& successions) {
  const auto it = successions.find(member.file.member.slug);
  return it == successions.end() ? member.content : it->second.back().content;
}

std::set<Sha256> vouched_by(const Member& member, const StatedMembers& members, const Successions& successions) {
  auto vouched = member.current_keys().vouched;  // of who is suspended: as it was then
  if (member.suspended) return vouched;
  for (const auto& [slug, list] : successions) {
    if (!members.at(slug).file.member.neighbours.contains(member.slug)) continue;
    for (const auto& stated : list) {
      if (std::ranges::find(stated.signers, member.current_keys().signing) != stated.signers.end()) vouched.insert(stated.content);
    }
  }
  return vouched;
}

Status check_succession(const Successions& held, const StatedMembers& next_members, const Successions& next) {
  for (const auto& [slug, list] : held) {
    const auto& keys = next_members.at(slug).file.member.keys;
    const auto lies = next.find(slug);
    for (const auto& stated : list) {
      const auto is_it = [&](const auto& each) { return each.content == stated.content; };
      const bool same = lies != next.end() && std::ranges::any_of(lies->second, is_it);
      const auto place = stated.file.version - 1;
      const bool taken_up =
          place < keys.size() && keys[place].signing == stated.file.signing && keys[place].transport == stated.file.transport;
      if (!same && !taken_up) return fail(Errc::role_threshold, succession_path(stated.file) + " is in force, and not there any more");
    }
  }
  return {};
}

}  // namespace essaimage::store
