#include "store/federation/federation_change.hpp"

#include <algorithm>

#include "store/crypto/hash.hpp"
#include "store/federation/neighbour_successions.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/toml_form.hpp"

namespace essaimage::store {
namespace {}  // namespace

std::string invitation_path(const SigningKey& key) {
  return std::string(feed_path::invitations_folder) + "/" + key.hex() + std::string(feed_path::file_suffix);
}

std::string member_path(const std::string& slug) {
  return std::string(feed_path::members_folder) + "/" + slug + std::string(feed_path::file_suffix);
}

MemberFile next_version_of(const FederationWord& word, const std::string& slug) {
  const auto& held = word.members.at(slug);
  MemberFile file = held.file;
  file.version += 1;
  file.previous = held.content;
  file.member.keys = word.roster.members.at(slug).keys;
  return file;
}

std::string mirror_path(const std::string& slug) {
  return std::string(feed_path::mirrors_folder) + "/" + slug + std::string(feed_path::file_suffix);
}

std::size_t size_when_signed(const SigningRequest& request, const std::vector<Demand>& demands) {
  constexpr std::size_t signature_bytes = 310;
  std::size_t lacking = 0;
  for (const auto& demand : demands) lacking += demand.who.threshold - std::min<std::size_t>(demand.who.threshold, demand.signers.size());
  return encode(request).size() + lacking * signature_bytes;
}

FederationChange::FederationChange(LibraryImpl& library) : library_(library), picture_(library.picture()) {}

Result<FederationChange> FederationChange::begin(LibraryImpl& library) {
  if (!library.identity_.is_federation()) return fail(Errc::not_federation);
  FederationChange change(library);
  if (!change.picture_->word) return fail(Errc::corrupt, "the federation's feed cannot be read");
  CHECK_OK(library.may_publish(*change.picture_, Audience{}));
  change.request_.federation = library.identity_.federation;
  change.request_.roles = encode(change.word().federation.file);
  return change;
}

Result<std::optional<Bytes>> FederationChange::read(const std::string& path, const Audience& audience) const {
  const auto head = picture_->head({library_.identity_.slug, audience});
  if (!head) return std::nullopt;
  TRY(const auto tree, library_.tree_of(head->commit));
  TRY(const auto blob, id_at(*library_.objects_, tree, path));
  if (!blob) return std::nullopt;
  TRY(auto content, library_.objects_->read(*blob, ObjectType::blob));
  return std::optional(std::move(content));
}

void FederationChange::put(const std::string& path, std::uint64_t version, const Sha256& previous, const std::string& content,
                           const Audience& audience) {
  request_.statements.push_back({path, version, previous, content, {}, audience});
}

void FederationChange::put_succession(const SuccessionFile& file) {
  request_.neighbours = neighbours_role(word().roster, *word().roster.find(file.slug));
  put(succession_path(file), file.version, file.previous, encode(file));
}

Status FederationChange::put_held_member(const Stated<MemberFile>& member) {
  TRY(const auto content, library_.objects_->read(member.blob, ObjectType::blob));
  TRY(const auto signatures, library_.objects_->read(member.signatures, ObjectType::blob));
  request_.statements.push_back({member_path(member.file.member.slug),
                                 member.file.version,
                                 member.file.previous,
                                 std::string(text_of(content)),
                                 std::string(text_of(signatures)),
                                 {}});
  return {};
}

/// Members and decisions hold by the roles of the newest federation.toml: what its keys have not signed would be in force no more.
Status FederationChange::put_roles(const FederationFile& next) {
  put(std::string(feed_path::federation), next.version, next.previous, encode(next));
  for (const auto& [slug, stated] : word().members) {
    CHECK_OK(add_signed_anew(next, member_path(slug), stated.file.version, stated.file.previous, stated.blob, stated.signatures));
  }
  for (const auto& [slug, stated] : word().mirrors) {
    CHECK_OK(add_signed_anew(next, mirror_path(slug), stated.file.version, stated.file.previous, stated.blob, stated.signatures));
  }
  for (const auto& [key, stated] : word().invitations) {
    if (stated.file.expires <= now()) continue;  // it goes with this commit
    CHECK_OK(add_signed_anew(next, invitation_path(key), 1, {}, stated.blob, stated.signatures));
  }
  CHECK_OK(add_decisions_anew(next, *word().catalogue, {}));
  for (const auto& [territory, catalogue] : picture_->recommended) {
    const Audience audience{Audience::Kind::territory, territory};
    const auto may = library_.may_publish(*picture_, audience);
    if (may) CHECK_OK(add_decisions_anew(next, *catalogue, audience));
    // Keys have to change also while a feed is frozen, then most of all: what stood in it is in force no more.
    else library_.note(may.error(), FeedId{library_.identity_.slug, audience}.str());
  }
  for (const auto& [media, stated] : word().withdrawals->statements) {
    const auto path = media_withdrawal_path(media);
    CHECK_OK(add_signed_anew(next, path, stated.file.version, stated.file.previous, stated.blob, stated.signatures));
  }
  return {};
}

Status FederationChange::add_decisions_anew(const FederationFile& next, const Catalogue& catalogue, const Audience& audience) {
  for (const auto& [kit, stated] : catalogue.decisions) {
    const auto path = feed_path::of_kit(feed_path::catalogue_folder, kit);
    CHECK_OK(add_signed_anew(next, path, stated.file.version, stated.file.previous, stated.blob, stated.signatures, audience));
  }
  return {};
}

Status FederationChange::add_signed_anew(const FederationFile& next, const std::string& path, std::uint64_t version, const Sha256& previous,
                                         const ObjectId& blob, const ObjectId& signatures, const Audience& audience) {
  TRY(const auto role, role_of(path));
  const auto &now = word().federation.file.roles.at(std::string(role)), &then = next.roles.at(std::string(role));
  if (now.keys == then.keys && now.threshold == then.threshold) return {};
  TRY(const auto content, library_.objects_->read(blob, ObjectType::blob));
  TRY(const auto signed_by, library_.objects_->read(signatures, ObjectType::blob));
  const StatementName name{request_.federation, path, version, previous};
  if (verify_statement(name, content, text_of(signed_by), then)) return {};
  TRY(const auto signers, signers_of(name, content, text_of(signed_by), then));
  TRY(auto counting, only_by({signers.begin(), signers.end()}, text_of(signed_by)));
  request_.statements.push_back({path, version, previous, std::string(text_of(content)), std::move(counting), audience});
  return {};
}

Status FederationChange::sign_here() {
  TRY(const auto demands, demands_of(request_));
  std::set<std::string> roles;
  for (const auto& demand : demands) roles.insert(demand.role);
  std::vector<SigningSecret> secrets;
  for (const auto& role : roles) {
    TRY(const auto here, library_.role_secrets(role));
    secrets.insert(secrets.end(), here.begin(), here.end());
  }
  for (const auto& secret : secrets) {
    auto done = sign(request_, secret);
    const bool nothing = !done && (done.error().code == Errc::key_not_of_role || done.error().code == Errc::request_signed);
    if (!done && !nothing) return done;
  }
  return {};
}

/// By the signed time that still counts under those roles, as every receiver will judge: the far time of a stolen heartbeat key does
/// not stand in the way of the change that ends it.
JudgedTime FederationChange::judged_under(const FederationFile& next) const {
  const auto& role = next.roles.at(std::string(role_heartbeat));
  std::optional<Timestamp> newest;
  for (const auto* heartbeat : {&picture_->heartbeat, &word().heartbeat}) {
    if (!*heartbeat || !check_heartbeat(**heartbeat, request_.federation, role)) continue;
    newest = newest ? std::max(*newest, (*heartbeat)->file.time) : (*heartbeat)->file.time;
  }
  return judge_time(library_.now_(), newest);
}

/// Nobody would take it.
Status FederationChange::check_not_over() const {
  auto roles = word().federation.file;
  if (const auto* next = request_.next_roles()) {
    TRY(roles, parse_federation_file(next->content));
  }
  const auto now = judged_under(roles).time;
  TRY(const auto demands, demands_of(request_));
  for (const auto& demand : demands) {
    if (demand.role == role_root && !demand.of_next) continue;  // an expired root may renew itself
    const auto& statement = request_.statements[demand.statement];
    const bool is_new = demand.role == role_root || demand.role == role_heartbeat || !request_.next_roles();
    if (is_new && demand.who.is_over(now))
      return fail(Errc::role_expired, demand.role + ": " + to_utc(*demand.who.expires) + "; " + statement.path);
  }
  return {};
}

Result<bool> FederationChange::commit() {
  CHECK_OK(check_not_over());
  TRY(const auto demands, demands_of(request_));
  if (!std::ranges::all_of(demands, &Demand::is_met)) {
    if (size_when_signed(request_, demands) > request_bytes_max)
      return fail(Errc::too_large, "a request for " + std::to_string(request_.statements.size()) + " signatures");
    return false;
  }
  CHECK_OK(write());
  return true;
}

Status FederationChange::commit_or(std::optional<SigningRequest>* lacking) {
  CHECK_OK(sign_here());
  TRY(const bool done, commit());
  if (done) return {};
  if (lacking != nullptr) {
    *lacking = request_;
    return {};
  }
  TRY(const auto demands, demands_of(request_));
  const auto unmet = std::ranges::find_if_not(demands, &Demand::is_met);
  return fail(Errc::role_threshold, request_.statements[unmet->statement].path + ": " + std::to_string(unmet->signers.size()) + " of " +
                                        std::to_string(unmet->who.threshold) + " signatures of " + unmet->role);
}

Status FederationChange::write() {
  TRY(pack_, PackWriter::create(library_.layout_.scratch()));
  CHECK_OK(write_all());
  TRY(const auto trees, write_trees());
  LibraryImpl::Advance advance;
  advance.published_here = true;
  for (const auto& [audience, tree] : trees) {
    TRY(auto step, library_.sign_step(*picture_, {library_.identity_.slug, audience}, tree, *pack_));
    advance.steps.push_back(std::move(step));
  }
  CHECK_OK(pack_->finish_into(library_.layout_.packs()));
  CHECK_OK(library_.objects_->reload());
  TRY(advance.word, check_trees(trees));
  return library_.advance(std::move(advance));
}

Status FederationChange::write_all() {
  for (const auto& statement : request_.statements) {
    TRY([[maybe_unused]] const auto* editor, editor_of(statement.audience));
  }
  // Invitations that ran out go with the next commit of the region, whatever it is for.
  if (editors_.contains(Audience{})) {
    for (const auto& [key, stated] : word().invitations) {
      if (stated.file.expires <= now()) CHECK_OK(remove(invitation_path(key)));
    }
  }
  for (const auto& statement : request_.statements) CHECK_OK(write_statement(statement));
  return sign_time_anew();
}

Result<TreeEditor*> FederationChange::editor_of(const Audience& audience) {
  const auto it = editors_.find(audience);
  if (it != editors_.end()) return &it->second;
  CHECK_OK(library_.may_publish(*picture_, audience));
  TRY(auto editor, library_.edit_feed(*picture_, {library_.identity_.slug, audience}, *pack_));
  return &editors_.emplace(audience, std::move(editor)).first->second;
}

/// The region first: by its roles the others are judged.
Result<std::vector<std::pair<Audience, ObjectId>>> FederationChange::write_trees() {
  std::vector<std::pair<Audience, ObjectId>> trees;
  for (auto& [audience, editor] : editors_) {
    TRY(const auto tree, editor.write(*pack_));
    trees.emplace_back(audience, tree);
  }
  return trees;
}

Result<std::shared_ptr<const FederationWord>> FederationChange::check_trees(const std::vector<std::pair<Audience, ObjectId>>& trees) const {
  std::shared_ptr<const FederationWord> next;
  Picture held = *picture_;
  for (const auto& [audience, tree] : trees) {
    if (audience == Audience{}) {
      TRY(auto word, read_federation_word(*library_.objects_, tree, library_.identity_.federation, picture_->word.get()));
      CHECK_OK(check_succession(*picture_->word, word));
      CHECK_OK(check_expiry(*picture_->word, word, library_.judged_with(*picture_, word).time));
      next = held.word = std::make_shared<const FederationWord>(std::move(word));
    } else {
      CHECK_OK(library_.check_recommended(*library_.objects_, {library_.identity_.slug, audience}, tree, held));
    }
  }
  return next;
}

Status FederationChange::write_statement(const RequestedStatement& statement) {
  if (removed_.contains(statement.path)) return {};
  CHECK_OK(put_blob(statement.path, statement.content, statement.audience));
  CHECK_OK(put_blob(feed_path::signatures_of(statement.path), statement.signatures, statement.audience));
  if (feed_path::is_member(statement.path)) return remove_used(statement);
  if (feed_path::is_succession(statement.path)) {
    TRY(const auto file, parse_succession_file(statement.content));
    return remove_invitations(file.slug);
  }
  if (statement.path != feed_path::federation) return {};
  const auto again =
      std::string(feed_path::federation_folder) + "/" + std::to_string(statement.version) + std::string(feed_path::file_suffix);
  CHECK_OK(put_blob(again, statement.content));
  return put_blob(feed_path::signatures_of(again), statement.signatures);
}

/// The invitation that it came by; of who is suspended, all: a new key that was on its way would undo it. And the successions that this
/// version takes up.
Status FederationChange::remove_used(const RequestedStatement& member) {
  TRY(const auto file, parse_member_file(member.content));
  if (file.invitation && word().invitations.contains(*file.invitation)) CHECK_OK(remove(invitation_path(*file.invitation)));
  if (file.member.suspended) CHECK_OK(remove_invitations(file.member.slug));
  const auto held = word().members.find(file.member.slug);
  const auto successions = word().successions.find(file.member.slug);
  if (successions == word().successions.end() || held->second.file.version == file.version) return {};
  for (const auto& stated : successions->second) CHECK_OK(remove(succession_path(stated.file)));
  return {};
}

Status FederationChange::remove_invitations(const std::string& slug) {
  for (const auto& [key, stated] : word().invitations) {
    if (stated.file.slug == slug) CHECK_OK(remove(invitation_path(key)));
  }
  return {};
}

Status FederationChange::remove(const std::string& path) {
  if (!removed_.insert(path).second) return {};
  TRY(auto* editor, editor_of({}));
  CHECK_OK(editor->remove(path));
  return editor->remove(feed_path::signatures_of(path));
}

Status FederationChange::put_blob(const std::string& path, std::string_view content, const Audience& audience) {
  TRY(const auto blob, pack_->add(ObjectType::blob, bytes_of(content)));
  TRY(auto* editor, editor_of(audience));
  return editor->set(path, TreeEntry::Mode::file, blob);
}

}  // namespace essaimage::store
