#include "store/home.hpp"

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/federation/federation_file.hpp"
#include "store/federation/heartbeat_file.hpp"
#include "store/federation/member_file.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/toml_form.hpp"
#include "store/feed/allowed_signers.hpp"
#include "store/feed/commit.hpp"
#include "store/feed/refs.hpp"
#include "store/feed/tree_editor.hpp"
#include "store/git/repository.hpp"
#include "store/kit/attributes.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {
namespace {

constexpr std::string_view making_name = ".making";
constexpr std::string_view identity_name = "identity.toml";

std::string encode(const Identity& identity) {
  return "format = 1\nslug = " + toml_text(identity.slug) + "\nname = " + toml_text(identity.name) + "\nfederation = \"" +
         identity.federation.hex() + "\"\nfederation_slug = " + toml_text(identity.federation_slug) + "\n";
}

bool is_there(const Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

/// A home in the making lies below its own folder, which may be there already (a service's state
/// folder is), and is moved in piece by piece, identity.toml last: without it there is no home. That it lies
/// inside tells that all of it was written: then the move can be gone on with.
class Making {
 public:
  static Result<Making> begin(const Layout& layout) {
    Making making(layout);
    if (is_there(making.inside_.identity())) {  // cut off while it was moved in: that home was made, whole
      CHECK_OK(making.move_in());
      return fail(Errc::home_exists, layout.home.string());
    }
    std::error_code error;
    if (is_there(layout.home)) {
      for (const auto& entry : std::filesystem::directory_iterator(layout.home, error)) {
        if (entry.path().filename() != making_name) return fail(Errc::home_exists, layout.home.string());
      }
      if (error) return fail(Errc::io, layout.home.string() + ": " + error.message());
    }
    CHECK_OK(make_folders(layout.home));
    making.mine_ = true;
    CHECK_OK(remove_folder_tree(making.inside_.home));
    CHECK_OK(make_folders(making.inside_.home));
    CHECK_OK(make_folders(making.inside_.keys()));
    return making;
  }
  Making(Making&& other) noexcept : layout_(std::move(other.layout_)), inside_(std::move(other.inside_)), mine_(other.mine_) {
    other.mine_ = false;
  }
  Making& operator=(Making&&) = delete;
  ~Making() {
    if (mine_) (void)remove_folder_tree(inside_.home);
  }

  const Layout& inside() const { return inside_; }

  /// Goes on with a move that was cut off, also at its very end.
  static Status resume(const Layout& layout) {
    const Making making(layout);
    if (is_there(making.inside_.identity())) return making.move_in();
    return is_there(layout.identity()) ? remove_folder_tree(making.inside_.home) : Status{};
  }

  Status finish(const Identity& identity, std::string_view config) {
    CHECK_OK(replace_file(inside_.config(), bytes_of(config)));
    CHECK_OK(create_file(inside_.state(), {}));  // with its mode: SQLite would ask the umask
    CHECK_OK(State::open(inside_.state()));      // a home without it has lost it
    CHECK_OK(replace_file(inside_.identity(), bytes_of(encode(identity))));
    mine_ = false;  // from here on it is a home, wherever its pieces lie
    return move_in();
  }

  Status move_in() const {
    std::vector<Path> pieces;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(inside_.home, error)) {
      if (entry.path().filename() != identity_name) pieces.push_back(entry.path().filename());
    }
    if (error) return fail(Errc::io, inside_.home.string() + ": " + error.message());
    pieces.emplace_back(identity_name);
    for (const auto& piece : pieces) CHECK_OK(move_durably(inside_.home / piece, layout_.home / piece));
    return remove_folder_tree(inside_.home);
  }

 private:
  explicit Making(const Layout& layout) : layout_(layout), inside_{layout.home / making_name} {}

  Layout layout_, inside_;
  bool mine_ = false;  ///< to be removed if it is not finished
};

struct Keys {
  SigningSecret signing;
  TransportSecret transport;
};

Result<Keys> make_keys(const Layout& layout, const std::string& slug) {
  Keys keys{SigningSecret::generate(), TransportSecret::generate()};
  CHECK_OK(keys.signing.save(layout.signing_key(), slug));
  CHECK_OK(keys.transport.save(layout.transport_key()));
  return keys;
}

/// The tree of the federation's first commit, file by file.
class FirstTree {
 public:
  static Result<FirstTree> begin(const Layout& layout) {
    FirstTree tree;
    TRY(tree.objects_, ObjectDb::open(layout.library() / "objects"));
    TRY(tree.pack_, PackWriter::create(layout.scratch()));
    tree.editor_.emplace(*tree.objects_, std::nullopt);
    CHECK_OK(tree.put(feed_path::attributes, kit::root_attributes));
    CHECK_OK(tree.put(feed_path::lfsconfig, kit::root_lfsconfig));
    return tree;
  }

  Status put(std::string_view path, std::string_view content) {
    TRY(const auto id, pack_->add(ObjectType::blob, bytes_of(content)));
    return editor_->set(path, TreeEntry::Mode::file, id);
  }

  Status put_statement(const StatementName& name, const std::string& content, const SigningSecret& role, std::string_view other_path = {}) {
    const auto path = other_path.empty() ? std::string_view(name.path) : other_path;
    CHECK_OK(put(path, content));
    return put(feed_path::signatures_of(path), sign_statement(name, bytes_of(content), {&role}));
  }

  Result<ObjectId> commit(Commit commit, const SigningSecret& secret, const Layout& layout) {
    TRY(commit.tree, editor_->write(*pack_));
    TRY(const auto id, pack_->add(ObjectType::commit, sign_commit(commit, secret)));
    CHECK_OK(pack_->finish_into(layout.packs()));
    TRY(const auto refs, Refs::open(layout));
    CHECK_OK(refs->update({{commit.feed, {}, id}}));
    return id;
  }

 private:
  std::unique_ptr<ObjectDb> objects_;
  std::unique_ptr<PackWriter> pack_;
  std::optional<TreeEditor> editor_;
};

MemberFile own_membership(const Identity& identity, const Keys& keys, Timestamp now) {
  MemberFile file;
  file.member.slug = identity.slug;
  file.member.name = identity.name;
  file.member.keys.push_back({1, keys.signing.public_key(), keys.transport.public_key(), {}});
  file.since = now;
  return file;
}

Status write_signers(const Layout& layout, const Identity& identity, const MemberFile& own) {
  Roster roster;
  roster.federation = identity.federation;
  roster.federation_slug = identity.slug;
  roster.members[identity.slug] = own.member;
  roster.index();
  return replace_file(layout.allowed_signers(), bytes_of(allowed_signers(roster)));
}

Status check_new_federation(const NewFederation& federation, const std::string& slug) {
  if (!is_slug(slug)) return fail(Errc::usage, "slug: " + slug);
  if (!is_plain_text(federation.name, limits::name_bytes_max)) return fail(Errc::usage, "name: " + federation.name);
  if (federation.endpoints.size() > limits::endpoints_per_member_max) return fail(Errc::usage, "too many endpoints");
  for (const auto& endpoint : federation.endpoints) {
    if (!is_endpoint(endpoint)) return fail(Errc::usage, "not tcp://host:port: " + endpoint);
  }
  return {};
}

Result<Identity> parse_identity(std::string_view text, const std::string& file) {
  TRY(const auto table, TomlTable::parse(text, file));
  Identity identity;
  TRY(identity.slug, table.text("slug"));
  TRY(identity.name, table.text("name"));
  TRY(identity.federation_slug, table.text("federation_slug"));
  TRY(const auto federation, table.text("federation"));
  TRY(identity.federation, FederationId::parse(federation));
  return identity;
}

}  // namespace

Result<Identity> create_federation_home(const Layout& layout, const NewFederation& federation, std::string_view config, Timestamp now) {
  const std::string slug = federation.slug.empty() ? slug_from(federation.name) : federation.slug;
  CHECK_OK(check_new_federation(federation, slug));
  TRY(auto making, Making::begin(layout));
  const Layout& inside = making.inside();
  TRY(const auto keys, make_keys(inside, slug));

  FederationFile file;
  file.slug = slug;
  file.name = federation.name;
  std::map<std::string, SigningSecret> roles;
  for (const auto name : all_roles) {
    const std::string role(name);
    const auto secret = SigningSecret::generate();
    CHECK_OK(secret.save(inside.role_key(role), slug + " " + role));
    file.roles[role] = Role{{secret.public_key()}, 1, std::nullopt};
    roles.emplace(role, secret);
  }
  const std::string word = encode(file);
  const Identity identity{slug, federation.name, sha256(bytes_of(word)), slug};
  const FeedId feed{slug, Audience{}};
  CHECK_OK(create_repository(inside, feed));

  TRY(auto tree, FirstTree::begin(inside));
  const auto& root = roles.at(std::string(role_root));
  const StatementName word_name{identity.federation, std::string(feed_path::federation), 1, {}};
  CHECK_OK(tree.put_statement(word_name, word, root));
  CHECK_OK(tree.put_statement(word_name, word, root, std::string(feed_path::federation_folder) + "/1.toml"));
  const auto own = own_membership(identity, keys, now);
  const StatementName own_name{identity.federation, std::string(feed_path::members_folder) + "/" + slug + ".toml", 1, {}};
  CHECK_OK(tree.put_statement(own_name, encode(own), roles.at(std::string(role_members))));
  const StatementName beat_name{identity.federation, std::string(feed_path::heartbeat), 1, {}};
  CHECK_OK(tree.put_statement(beat_name, encode(HeartbeatFile{1, {}, now}), roles.at(std::string(role_heartbeat))));
  CHECK_OK(tree.put(feed_path::centre, encode(CentreFile{federation.name, "", federation.endpoints})));

  Commit commit;
  commit.time = now;
  commit.federation = identity.federation;
  commit.feed = feed;
  commit.order = {1, 1, 1};
  TRY(const auto id, tree.commit(commit, keys.signing, inside));
  ESSAIMAGE_ASSERT(!id.is_zero());
  CHECK_OK(write_signers(inside, identity, own));
  CHECK_OK(making.finish(identity, config));
  return identity;
}

Result<Identity> create_joining_home(const Layout& layout, const Invitation& invitation, std::string_view config) {
  CHECK_OK(check_invitation(invitation));
  TRY(auto making, Making::begin(layout));
  const Layout& inside = making.inside();
  TRY(const auto keys, make_keys(inside, invitation.slug));
  const Identity identity{invitation.slug, invitation.name, invitation.federation, invitation.federation_slug};
  CHECK_OK(create_repository(inside, FeedId{invitation.federation_slug, Audience{}}));
  CHECK_OK(replace_file(inside.allowed_signers(), {}));
  CHECK_OK(create_file(inside.invitation(), bytes_of(to_text(invitation) + "\n")));
  CHECK_OK(making.finish(identity, config));
  return identity;
}

Result<Identity> renew_invitation(const Layout& layout, const Invitation& invitation) {
  CHECK_OK(check_invitation(invitation));
  TRY(auto identity, load_identity(layout));
  TRY(const auto lock, lock_home(layout.lock()));
  TRY(const auto refs, Refs::open(layout));
  const bool same = identity.slug == invitation.slug && identity.federation == invitation.federation;
  if (!same || !refs->snapshot()->empty()) return fail(Errc::home_exists, layout.home.string());
  CHECK_OK(replace_file(layout.invitation(), bytes_of(to_text(invitation) + "\n")));
  return identity;
}

Status finish_making(const Layout& layout) { return Making::resume(layout); }

Result<Identity> load_identity(const Layout& layout) {
  const auto content = read_file(layout.identity(), limits::statement_bytes_max);
  if (!content) {
    if (content.error().code != Errc::not_found) return tl::unexpected(content.error());
    // It is the last piece that a home gets: where the first ones are, it was lost.
    const bool was_there = is_there(layout.signing_key());
    return was_there ? fail(Errc::home_damaged, layout.identity().string()) : fail(Errc::home_missing, layout.home.string());
  }
  auto identity = parse_identity(text_of(*content), layout.identity().string());
  if (!identity) return fail(Errc::home_damaged, layout.identity().string() + ": " + to_line(identity.error()));
  if (encode(*identity) != text_of(*content)) return fail(Errc::home_damaged, layout.identity().string());
  return identity;
}

Result<std::optional<Invitation>> load_invitation(const Layout& layout) {
  const auto content = read_file(layout.invitation(), 4 * limits::KiB);
  if (!content) {
    if (content.error().code == Errc::not_found) return std::optional<Invitation>();
    return tl::unexpected(content.error());
  }
  TRY(auto invitation, parse_invitation(text_of(*content)));
  return std::optional(std::move(invitation));
}

}  // namespace essaimage::store
