#include "tests/sim/git_store.hpp"

#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "daemon/shell/change_input.hpp"
#include "daemon/shell/start.hpp"
#include "store/crypto/hash.hpp"
#include "store/feed/commit.hpp"
#include "tests/sim/must.hpp"
#include "tests/sim/role_events.hpp"
#include "tests/sim/seeded_random.hpp"
#include "tests/support/file_size_limit.hpp"

namespace essaimage::sim {
namespace {

/// Whoever joins late, after days that went by, is still expected.
constexpr std::chrono::seconds invitation_valid = std::chrono::days(365);

void copy_home(const store::Path& from, const store::Path& to) {
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

}  // namespace

struct GitStore::Saved final : Backup {
  store::Path home;
};

GitStore::GitStore(GitStores& all, std::size_t node, std::string slug)
    : all_(all), node_(node), slug_(std::move(slug)), layout_{all.folder() / slug_} {}

GitStore::~GitStore() = default;

// --- opening -------------------------------------------------------------------------------------------------------------

void GitStore::open_new(std::vector<std::string> endpoints) {
  endpoints_ = std::move(endpoints);
  open();
  transport_ = library_->transport().public_key();
  for (const Head& head : library_->heads()) all_.kits.add(head.commit, std::nullopt);  // of a new federation
}

void GitStore::open() {
  inputs_.clear();
  library_ = must(store::Library::open(layout_, [this] { return all_.time(node_); }), slug_ + " cannot be opened");
  library_->listen([this](const store::Change& change) { changed(change); });
  jobs_ = std::make_unique<shell::StoreJobs>(
      *library_, *log_, [this](core::Input input) { inputs_.push_back(std::move(input)); }, shell::Worker::Runs::within_post);
  upkeep_ = std::make_unique<shell::Upkeep>(*library_, *jobs_, endpoints_);
  if (node_ == 0) all_.federation_says(library_->roster());
}

void GitStore::close() {
  upkeep_.reset();
  jobs_.reset();
  library_.reset();
  inputs_.clear();
}

/// As kill -9 leaves it: what the library does to the home while it is closed is undone.
void GitStore::crash() {
  store::Path as_killed = layout_.home;
  as_killed += ".killed";
  copy_home(layout_.home, as_killed);
  close();
  std::filesystem::remove_all(layout_.home);
  std::filesystem::rename(as_killed, layout_.home);
  open();
}

SimStore::BackupPtr GitStore::backup() {
  auto saved = std::make_shared<Saved>();
  saved->home = layout_.home;
  saved->home += ".backup";
  std::filesystem::remove_all(saved->home);
  copy_home(layout_.home, saved->home);
  return saved;
}

void GitStore::restore(const BackupPtr& backup, bool keep_witnessed) {
  const auto witnessed = must(library_->witnessed(), slug_ + " cannot tell what it witnessed");
  close();
  std::filesystem::remove_all(layout_.home);
  copy_home(dynamic_cast<const Saved&>(*backup).home, layout_.home);
  if (keep_witnessed) {
    const auto state = must(store::State::open(layout_.state()), slug_ + " has no state");
    must(state->witness(witnessed), slug_ + " cannot witness");
  }
  open();
}

/// One of its packs.
void GitStore::lose_objects() {
  close();
  std::set<store::Path> packs;
  for (const auto& entry : std::filesystem::directory_iterator(layout_.packs())) {
    if (entry.path().extension() == ".pack") packs.insert(entry.path());
  }
  if (!packs.empty()) {
    store::Path pack = *std::next(packs.begin(), static_cast<std::ptrdiff_t>(all_.random.below(packs.size())));
    std::filesystem::remove(pack);
    std::filesystem::remove(pack.replace_extension(".idx"));
  }
  open();
}

// --- the core's side -----------------------------------------------------------------------------------------------------

core::input::Start GitStore::start_input(std::uint64_t seed) {
  inputs_.clear();  // part of the start
  const auto invitation = must(store::load_invitation(layout_), slug_ + " has no invitation");
  auto start = must(shell::make_start(*library_, shell::Config{}, invitation), slug_ + " cannot start");
  start.seed = seed;
  return start;
}

void GitStore::changed(const store::Change& change) {
  core::Input input = shell::input_of(change);
  if (const auto* head = std::get_if<store::change::HeadChanged>(&change); head != nullptr && head->published_here) {
    all_.kits.add(head->head.commit, must(store::parse_commit(*head->commit), slug_ + " published").parent);
    if (node_ == 0) all_.roles.note_spoken(all_.time(0));
  }
  if (const auto* said = std::get_if<store::change::RosterChanged>(&change); said != nullptr && node_ == 0) {
    all_.federation_says(said->roster);
  }
  upkeep_->saw(input, all_.now());
  inputs_.push_back(std::move(input));
}

Inputs GitStore::perform(const core::Effect& effect) {
  std::optional<test::FileSizeLimit> full;
  if (disk_fails()) full.emplace(all_.random.below(2) == 0 ? 0 : all_.random.below(50'000));
  const auto perform = [this](const auto& each) {
    if constexpr (requires { jobs_->perform(each); }) jobs_->perform(each);
  };
  std::visit(perform, effect);
  return take();
}

Inputs GitStore::upkeep(Instant now, bool confirmed) {
  upkeep_->turn(now, [confirmed] { return confirmed; });
  return take();
}

// --- what people do ------------------------------------------------------------------------------------------------------

Result<SimStore::Published> GitStore::publish(const std::vector<Audience>& audiences, std::size_t media) {
  // Kits that a feed has find their audience themselves, and their feeds advance in one step; for new ones it is named.
  std::vector<KitDraft> known;
  Status status;
  for (const Audience& audience : audiences) {
    const auto& held = all_.kits.at(head({slug_, audience}).commit);
    // Now and then a kit of the territory goes to the region.
    const bool is_wide = audience.kind == Audience::Kind::region && all_.random.below(8) != 0;
    const std::string slug = (is_wide ? "kit-" : "local-") + std::to_string(all_.random.below(3));
    KitDraft draft = all_.kits.next(slug, held, media, all_.random);
    if (held.contains(slug)) known.push_back(std::move(draft));
    else if (auto alone = publish_together(audience, {draft}); !alone) status = std::move(alone);
  }
  if (!known.empty()) {
    if (auto together = publish_together(std::nullopt, known); !together) status = std::move(together);
  }
  Published published;
  published.inputs = take();
  for (const core::Input& input : published.inputs) {
    const auto* changed = std::get_if<core::input::HeadChanged>(&input);
    if (changed != nullptr && changed->published_here) published.heads.push_back(changed->head);
  }
  if (published.heads.empty() && !status) return tl::unexpected<Error>(std::move(status).error());
  return published;
}

Status GitStore::publish_together(const std::optional<Audience>& audience, const std::vector<KitDraft>& drafts) {
  store::PublishOptions options;
  options.audience = audience;
  TRY(const auto publication, library_->publish(options));
  for (const KitDraft& draft : drafts) CHECK_OK(put(*publication, draft));
  TRY(const auto results, publication->commit());
  for (const store::PublishedKit& kit : results) {
    const auto draft = std::find_if(drafts.begin(), drafts.end(), [&](const KitDraft& each) { return each.slug == kit.id.slug; });
    if (!kit.unchanged) all_.kits.put(kit.commit, *draft);
  }
  return {};
}

Status GitStore::put(store::Publication& publication, const KitDraft& draft) {
  CHECK_OK(publication.begin_kit(draft.slug));
  const auto add = [&](const std::string& path, ByteView bytes) -> Status {
    CHECK_OK(publication.begin_file(path, false, bytes.size()));
    CHECK_OK(publication.write(Bytes(bytes.begin(), bytes.end())));
    return publication.end_file();
  };
  CHECK_OK(add("kit.toml", bytes_of(draft.manifest())));
  for (const auto& [path, file] : draft.files) CHECK_OK(add(path, file.content()));
  return publication.end_kit();
}

SimStore::Published GitStore::resolve_forks() {
  std::map<FeedId, ObjectId> before;
  for (const Head& head : heads()) before[head.feed] = head.commit;
  Published published;
  for (const auto& [forked, head] : must(library_->resolve_forks(), slug_ + " cannot resolve its forks")) {
    for (const ObjectId& commit : chain(head.feed)) all_.kits.repeat(commit, before.at(head.feed));
    published.heads.push_back(head);
  }
  published.inputs = take();
  return published;
}

Result<Inputs> GitStore::suspend(const std::string& slug) {
  CHECK_OK(library_->suspend(slug, "as the simulation wants it"));
  return take();
}

// --- looking -------------------------------------------------------------------------------------------------------------

core::RosterPtr GitStore::roster() const { return library_ ? library_->roster() : nullptr; }
std::vector<Head> GitStore::heads() const { return library_ ? library_->heads() : std::vector<Head>{}; }

Head GitStore::head(const FeedId& feed) const {
  for (const Head& head : heads()) {
    if (head.feed == feed) return head;
  }
  return {};
}

std::vector<ObjectId> GitStore::chain(const FeedId& feed) const {
  std::vector<ObjectId> commits;
  Head at = head(feed);
  while (!at.commit.is_zero()) {
    commits.push_back(at.commit);
    const auto raw = must(library_->commit_of(at), slug_ + " lacks a commit of " + feed.str());
    at.commit = must(store::parse_commit(raw), slug_ + " holds nonsense in " + feed.str()).parent.value_or(ObjectId{});
  }
  std::reverse(commits.begin(), commits.end());
  return commits;
}

std::set<FeedId> GitStore::frozen() const {
  std::set<FeedId> feeds;
  if (!library_) return feeds;
  for (const Fork& fork : must(library_->frozen(), slug_ + " cannot tell its forks")) feeds.insert(fork.feed);
  return feeds;
}

void GitStore::each_feed(const Look& look) const {
  std::set<FeedId> without_head = frozen();
  for (const Head& head : heads()) look(head, without_head.erase(head.feed) > 0);
  for (const FeedId& feed : without_head) look({feed, {}, {}}, true);
}

std::vector<Sha256> GitStore::named(const FeedId& feed) const { return all_.kits.media_at(head(feed).commit); }

bool GitStore::is_whole(const FeedId& feed, const Sha256& media) const {
  const auto found = library_->find_media(feed, {media});
  return found && !found->empty();
}

/// The newest version of each kit is, byte for byte, what its author published.
std::string GitStore::check_kit(const store::KitSummary& kit) const {
  const auto history = library_->history(kit.row.id);
  const auto files = library_->files(kit.row.id, std::nullopt);
  if (!history || history->empty() || !files) return "cannot be read";
  const auto& kits = all_.kits.at(history->front().commit);
  const auto published = kits.find(kit.row.id.slug);
  if (published == kits.end()) return "was never published in " + history->front().commit.hex();
  auto missing = published->second.files;
  for (const store::KitFile& file : *files) {
    const auto it = published->second.files.find(file.path);
    const bool is_manifest = file.path == "kit.toml";
    if (it == published->second.files.end() && !is_manifest) return file.path + " was never published";
    missing.erase(file.path);
    if (!file.here) continue;
    Bytes bytes;
    while (bytes.size() < file.bytes) {
      const auto piece = library_->read_file(file, bytes.size(), 100'000);
      if (!piece || piece->empty()) return file.path + " cannot be read" + (piece ? "" : ": " + to_line(piece.error()));
      bytes.insert(bytes.end(), piece->begin(), piece->end());
    }
    const Sha256 expected = is_manifest ? store::sha256(bytes_of(published->second.manifest())) : it->second.sha256;
    if (store::sha256(bytes) != expected) return file.path + " is not what was published";
  }
  return missing.empty() ? "" : missing.begin()->first + " is missing";
}

std::vector<std::string> GitStore::verify() {
  if (!library_) return {};
  std::vector<std::string> wrong;
  const auto problems = library_->verify({});
  if (!problems) wrong.push_back("verify: " + to_line(problems.error()));
  else {
    for (const store::Problem& problem : *problems) {
      // That a version died with the only disk that held it is true, and no fault; one that others hold is missed by the
      // check for convergence.
      if (problem.error.code == Errc::feed_rollback) continue;
      wrong.push_back("verify: " + problem.where + ": " + to_line(problem.error));
    }
  }
  const auto kits = library_->kits();
  if (!kits) return {"its kits cannot be listed: " + to_line(kits.error())};
  for (const store::KitSummary& kit : *kits) {
    if (const auto why = check_kit(kit); !why.empty()) wrong.push_back(kit.row.id.str() + ": " + why);
  }
  inputs_.clear();
  return wrong;
}

// --- all of them ---------------------------------------------------------------------------------------------------------

GitStores::GitStores(core::Random& world_random, std::function<Instant()> now, bool keep_homes)
    : random(world_random), now_(std::move(now)), keep_homes_(keep_homes) {
  seed_sodium(random.next());
  const bool in_memory = std::getenv("TMPDIR") == nullptr && std::filesystem::is_directory("/dev/shm");
  const store::Path base = in_memory ? store::Path("/dev/shm") : std::filesystem::temp_directory_path();
  std::string name = (base / "essaimage-sim-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  folder_ = name;
}

GitStores::~GitStores() {
  if (keep_homes_) {
    std::printf("homes: %s\n", folder_.c_str());
    return;
  }
  // Before the libraries are closed: what they still write goes nowhere.
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::unique_ptr<SimStore> GitStores::make(std::size_t node, const std::string& slug) {
  auto store = std::make_unique<GitStore>(*this, node, slug);
  stores_.push_back(store.get());
  return store;
}

std::string GitStores::endpoint_of(std::size_t node) const { return "tcp://sim:" + std::to_string(7000 + node); }

void GitStores::found(const std::map<std::size_t, Founded>& members) {
  ESSAIMAGE_ASSERT(members.size() == 1 && members.contains(0));
  must(store::create_federation_home(stores_[0]->layout(), {"Fédération", "federation", {endpoint_of(0)}}, "", time(0)), "no federation");
  stores_[0]->open_new({endpoint_of(0)});
  roles.note_spoken(time(0));
  roles.note_member(slug_of(0), stores_[0]->library().signing().public_key(), {});
}

Inputs GitStores::invite(std::size_t node, const std::set<std::string>& territories) {
  const std::string slug = stores_[node]->layout().home.filename().string();
  const auto invitation =
      must(stores_[0]->library().invite({slug, "Centre " + slug, territories, invitation_valid, endpoint_of(0)}), "no invitation");
  must(store::create_joining_home(stores_[node]->layout(), invitation, ""), "no home");
  stores_[node]->open_new(random.below(2) == 0 ? std::vector{endpoint_of(node)} : std::vector<std::string>{});
  roles.note_member(slug, stores_[node]->library().signing().public_key(), territories);
  return stores_[0]->take();
}

Timestamp GitStores::time(std::size_t node) const {
  const Timestamp truth{1'790'000'000 + now_().ms / 1000 + days_passed * 86'400};
  const auto own = wall_clocks.find(node);
  return own == wall_clocks.end() ? truth : own->second.read(truth);
}

std::unique_ptr<RoleActs> GitStores::role_acts(World& world) { return std::make_unique<RoleEvents>(world, *this); }

std::optional<FeedId> GitStores::feed_of(ByteView raw) const {
  const auto commit = store::parse_commit(raw);
  return commit ? std::optional(commit->feed) : std::nullopt;
}

SharedBytes GitStores::forge(ByteView raw, core::Random& by) const {
  auto commit = store::parse_commit(raw);
  if (!commit) return nullptr;
  commit->order.seq += 1 + by.below(3);
  if (!commit->parent) commit->parent = commit->tree;  // none is for the first of a feed alone
  Bytes seed(32, static_cast<std::uint8_t>(by.below(20)));
  return std::make_shared<const Bytes>(store::sign_commit(*commit, store::SigningSecret::from_seed(seed)));
}

StoresMaker git_stores(bool keep_homes) {
  return [keep_homes](core::Random& random, std::function<Instant()> now) {
    return std::make_unique<GitStores>(random, std::move(now), keep_homes);
  };
}

}  // namespace essaimage::sim
