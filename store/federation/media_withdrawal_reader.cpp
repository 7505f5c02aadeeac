#include "store/federation/media_withdrawal_reader.hpp"

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/federation/paths.hpp"

namespace essaimage::store {
namespace {

/// Nothing for one without effect.
Result<std::optional<Stated<MediaWithdrawal>>> read_one(const ObjectDb& objects, const FederationId& federation, const Role& role,
                                                        const Sha256& media, const ObjectId& blob, const ObjectId& signatures) {
  std::optional<Stated<MediaWithdrawal>> none;
  // What is damaged here says nothing, and takes nobody the members: `verify` tells of it.
  const auto text = objects.read(blob, ObjectType::blob), signed_by = objects.read(signatures, ObjectType::blob);
  if (!text || !signed_by) return none;
  constexpr std::size_t file_bytes_max = 4 * limits::KiB;
  if (text->size() > file_bytes_max || signed_by->size() > limits::statement_bytes_max) return none;
  // One blob may be named at every place: it is parsed at its own alone.
  if (text_of(*text).find("\nmedia = \"" + media.hex() + "\"\n") == std::string_view::npos) return none;
  auto file = parse_media_withdrawal(text_of(*text));
  if (!file || file->media != media) return none;
  const StatementName name{federation, media_withdrawal_path(media), file->version, file->previous};
  if (!verify_statement(name, *text, text_of(*signed_by), role)) return none;
  return std::optional(Stated<MediaWithdrawal>{std::move(*file), sha256(*text), blob, signatures});
}

}  // namespace

Result<std::shared_ptr<const MediaWithdrawals>> read_media_withdrawals(const ObjectDb& objects, const ObjectId& folder,
                                                                       const FederationId& federation, const Role& role,
                                                                       const MediaWithdrawals* known) {
  auto read = std::make_shared<MediaWithdrawals>();
  read->folder = folder;
  if (folder.is_zero()) return read;
  TRY(const auto entries, objects.read_tree(folder));
  if (entries.size() > 3 * limits::withdrawals_per_feed_max) return fail(Errc::too_large, "withdrawals");
  std::map<std::string_view, ObjectId> files;
  for (const auto& entry : entries) files.emplace(entry.name, entry.id);
  for (const auto& [name, blob] : files) {
    const auto signatures = files.find(feed_path::signatures_of(name));
    if (!name.ends_with(feed_path::file_suffix) || signatures == files.end()) continue;
    const auto media = Sha256::parse(name.substr(0, name.size() - feed_path::file_suffix.size()));
    if (!media) continue;
    if (known != nullptr) {
      const auto it = known->statements.find(*media);
      if (it != known->statements.end() && it->second.blob == blob && it->second.signatures == signatures->second) {
        read->statements.insert(*it);
        continue;
      }
    }
    TRY(auto stated, read_one(objects, federation, role, *media, blob, signatures->second));
    if (stated) read->statements.emplace(*media, std::move(*stated));
  }
  return read;
}

Status check_succession(const MediaWithdrawals& held, const MediaWithdrawals& next, bool same_role) {
  for (const auto& [media, stated] : held.statements) {
    const auto it = next.statements.find(media);
    if (it != next.statements.end()) {
      CHECK_OK(check_follows(media_withdrawal_path(media), stated, it->second));
    } else if (same_role) {
      return fail(Errc::role_threshold, "the withdrawal of " + media.hex() + " is there no more, or not signed");
    }
  }
  return {};
}

}  // namespace essaimage::store
