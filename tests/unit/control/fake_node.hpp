#pragma once
// A node without a network and a library without a disk, for the tests of the control server: they answer what a test puts into
// them, and remember what was asked of them. Thread rule: as the real ones, by one mutex.

#include <atomic>
#include <map>
#include <mutex>

#include "daemon/shell/node.hpp"
#include "store/activity.hpp"
#include "store/life/life.hpp"
#include "store/media/media_store.hpp"
#include "tests/support/fake_facets.hpp"
#include "tests/support/fake_mirrors.hpp"
#include "tests/support/fake_withdrawals.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/unit/control/fake_curation.hpp"
#include "tests/unit/control/fake_publication.hpp"

namespace essaimage::test {

class FakeLibrary final : public store::Library {
 public:
  store::Identity who;
  std::shared_ptr<Roster> members;
  std::vector<store::KitSummary> all_kits;
  std::map<std::string, std::string> contents;  ///< by path
  std::vector<store::KitFile> all_files;
  FakePublication::Log publications;
  std::optional<Audience> published_to;
  std::vector<store::Problem> wrong;  ///< what verify() finds
  std::shared_ptr<const store::Catalogue> decided = std::make_shared<store::Catalogue>();
  std::vector<store::AdoptionRow> adopted;
  std::vector<std::string> calls;
  std::vector<Head> held;
  bool damaged = false;  ///< what was published before cannot be read
  store::HoldingView view;
  Status chosen;                          ///< what choose() returns
  std::vector<store::FeedMedia> removes;  ///< what dropping any kit would remove

  const store::Identity& identity() const override { return who; }
  const store::SigningSecret& signing() const override { return signing_; }
  const store::TransportSecret& transport() const override { return transport_; }
  const store::MediaStore& media() const override { return *media_; }
  void listen(Listener) override {}
  std::shared_ptr<const Roster> roster() const override { return members; }
  std::vector<Head> heads() const override { return held; }
  Result<std::vector<Head>> witnessed() const override { return std::vector<Head>{}; }
  std::vector<store::Problem> problems() const override { return {}; }
  Result<std::vector<Fork>> frozen() const override { return std::vector<Fork>{}; }
  Result<std::vector<MediaNeed>> needs() const override { return std::vector<MediaNeed>{}; }
  Result<Bytes> commit_of(const Head&) const override { return fail(Errc::not_found); }
  Result<std::map<std::string, Timestamp>> suspended_since() const override { return std::map<std::string, Timestamp>{}; }
  Result<std::vector<FeedVersion>> feed_history(const FeedId& feed, std::size_t) const override {
    if (damaged) return fail(Errc::corrupt);
    return std::vector{FeedVersion{{feed, {1, 1, 3}, {}}, {1'772'357'400}}};
  }

  Result<std::unique_ptr<store::Publication>> publish(const store::PublishOptions& options) override {
    published_to = options.audience;
    return std::make_unique<FakePublication>(publications);
  }
  Status publish_centre(const std::vector<std::string>&) override { return {}; }
  /// Of an act that needs more keys than this home has.
  bool ask(Lacking lacking) const {
    if (asks && lacking != nullptr) *lacking = *asks;
    return asks.has_value();
  }
  Result<store::Invitation> invite(const Invite& invite, Lacking lacking) override {
    store::Invitation out;
    ask(lacking);
    if (invite.by_neighbours)
      calls.push_back("new key of " + invite.slug + " by its neighbours, feeds cut: " + std::to_string(invite.last.size()));
    else if (invite.new_key) calls.push_back(std::string("new key of ") + invite.slug + (invite.reinstate ? ", reinstated" : ""));
    out.slug = invite.slug;
    out.name = invite.name;
    out.federation_slug = who.federation_slug;
    out.endpoint = invite.endpoint;
    out.expires = {invite.valid.count()};
    return out;
  }
  Status admit(const message::Join&) override { return {}; }
  Status name_neighbours(const std::string& slug, const std::set<std::string>& neighbours, std::uint32_t needed, Lacking lacking) override {
    ask(lacking);
    calls.push_back("neighbours of " + slug + ": " + std::to_string(needed) + " of " + std::to_string(neighbours.size()));
    return {};
  }
  Status suspend(const std::string& slug, const std::string& why, const std::map<FeedId, Order>& last, Lacking lacking, bool) override {
    if (ask(lacking)) return {};
    calls.push_back("suspend " + slug + ": " + why);
    for (const auto& [feed, order] : last) calls.push_back("last " + feed.str() + " " + order.str());
    return {};
  }

  Status change_role(const RoleChange& change, Lacking lacking) override {
    changes.push_back(change);
    ask(lacking);
    return {};
  }
  Status apply(const store::SigningRequest& request) override {
    calls.push_back("apply " + request.statements.front().path);
    return {};
  }
  Result<std::map<std::string, store::SigningRequest>> requests() const override { return joins; }
  Status beat(bool confirmed) override {
    calls.push_back(confirmed ? "beat, confirmed" : "beat");
    return {};
  }
  Result<store::FederationView> federation() const override {
    if (members == nullptr) return fail(Errc::not_joined);
    return roles;
  }
  std::optional<store::SigningRequest> asks;  ///< what acts lack
  std::vector<RoleChange> changes;
  std::map<std::string, store::SigningRequest> joins;
  store::FederationView roles{.heartbeat = Timestamp{}};  ///< it has signed the time just now

  std::shared_ptr<const store::Catalogue> catalogue() const override { return decided; }
  FakeCuration curates{*this, decided, asks};
  store::Curation& curation() override { return curates; }
  const store::Curation& curation() const override { return curates; }
  Result<store::AdoptionRow> adopt(const KitId& id, const std::string& note, bool) override {
    if (id.centre == who.slug) return fail(Errc::own_kit_adopted, id.str());
    TRY(const auto found, kit(id));
    adopted.push_back({{who.slug, {}}, {id, found.row.version, found.row.kit_tree, {1'790'000'000}, note}});
    return adopted.back();
  }
  Status unadopt(const KitId& id) override {
    const auto gone = std::erase_if(adopted, [&](const auto& row) { return row.adoption.kit == id && row.feed.centre == who.slug; });
    return gone == 0 ? Status(fail(Errc::not_adopted, id.str())) : Status{};
  }
  Result<std::vector<store::AdoptionRow>> adoptions(const KitId& id) const override {
    std::vector<store::AdoptionRow> rows;
    for (const auto& row : adopted)
      if (row.adoption.kit == id) rows.push_back(row);
    return rows;
  }

  std::vector<store::OutcomeRow> reported;
  Result<store::Stages> stages() const override {
    store::Stages stages{members, decided, {}};
    for (const auto& row : reported) stages.tested.push_back(row.outcome.kit);
    std::ranges::sort(stages.tested);
    for (const auto& row : adopted) stages.adopters[row.adoption.kit].push_back(row.feed.centre);
    return stages;
  }
  Result<store::OutcomeRow> report(const Report& report) override {
    TRY(const auto found, kit(report.kit));
    CHECK_OK(store::check_facts(report.facts));
    const auto version = report.version.value_or(found.row.version);
    reported.push_back(
        {{who.slug, found.row.audience}, {report.kit, reported.size() + 1, version, found.row.kit_tree, {1'790'000'000}, report.facts}});
    calls.push_back(report.anyway ? "report anyway" : "report");
    return reported.back();
  }
  Result<store::OutcomeRow> retract(std::uint64_t number) override {
    TRY(const auto rows, outcomes({std::nullopt, who.slug, number, std::nullopt, 0}));
    if (rows.empty()) return fail(Errc::outcome_none, std::to_string(number));
    std::erase_if(reported, [&](const auto& row) { return row.feed.centre == who.slug && row.outcome.number == number; });
    return rows.front();
  }
  Result<std::vector<store::OutcomeRow>> outcomes(const store::OutcomeQuery& query) const override {
    std::vector<store::OutcomeRow> rows;
    for (const auto& row : reported) {
      if (query.kit && row.outcome.kit != *query.kit) continue;
      if (!query.centre.empty() && row.feed.centre != query.centre) continue;
      if (query.after && place_of(row) <= std::tuple(query.after->first_day, query.after->feed, query.after->number)) continue;
      if (!query.number || row.outcome.number == *query.number) rows.push_back(row);
    }
    std::ranges::sort(rows, {}, place_of);
    if (query.limit != 0 && rows.size() > query.limit) rows.resize(query.limit);
    most_outcomes = std::max(most_outcomes, rows.size());
    return rows;
  }
  mutable std::size_t most_outcomes = 0;  ///< that were given at once
  static std::tuple<Timestamp, FeedId, std::uint64_t> place_of(const store::OutcomeRow& row) {
    return {row.outcome.facts.first_day, row.feed, row.outcome.number};
  }
  mutable FakeWithdrawals withdrawn;
  store::Withdrawals& withdrawals() const override { return withdrawn; }
  Result<std::vector<store::KitSummary>> adaptations(const KitId& id) const override {
    std::vector<store::KitSummary> adapted;
    for (const auto& kit : all_kits) {
      if (kit.row.adapted_from && kit.row.adapted_from->kit == id) adapted.push_back(kit);
    }
    return adapted;
  }

  store::Mirrors& mirrors() override { return linked; }
  FakeMirrors linked;
  Result<std::shared_ptr<const store::Activity>> activity() const override { return happened; }
  std::shared_ptr<const store::Activity> happened = std::make_shared<store::Activity>();

  Result<store::PackSource> open_pack(const FeedId&, const ObjectId&, bool) override { return fail(Errc::not_found); }
  Result<std::unique_ptr<store::Source>> open_run(const FeedId&, const Sha256&, const ObjectId&, std::uint32_t, std::uint32_t,
                                                  const Sha256&) override {
    return fail(Errc::not_found);
  }
  Result<std::vector<Sha256>> find_media(const FeedId&, const std::vector<Sha256>&) const override { return std::vector<Sha256>{}; }
  Result<std::unique_ptr<store::FeedReception>> receive_feed() override { return fail(Errc::not_found); }
  void settle_by(std::function<void()>) override {}
  void settle_media() override {}
  Result<std::unique_ptr<store::RunReception>> receive_run(const FeedId&, const Sha256&, std::uint32_t, std::uint32_t,
                                                           const Sha256&) override {
    return fail(Errc::not_found);
  }
  Status keep_fork(const FeedId&, ByteView, ByteView) override { return {}; }
  Result<std::vector<ResolvedFork>> resolve_forks() override { return forks; }
  std::vector<ResolvedFork> forks;

  Result<std::vector<store::KitSummary>> kits() const override {
    const std::lock_guard lock(kits_mutex_);
    return all_kits;
  }
  /// Also while a client looks.
  void make_whole(std::size_t kit) {
    const std::lock_guard lock(kits_mutex_);
    all_kits[kit].media_here = all_kits[kit].media_total;
    all_kits[kit].bytes_here = all_kits[kit].row.bytes;
  }
  Result<store::KitSummary> kit(const KitId& id) const override {
    for (const auto& kit : all_kits)
      if (kit.row.id == id) return kit;
    return fail(Errc::not_found, id.str());
  }
  Result<std::vector<KitId>> kits_naming(const Sha256& media) const override {
    std::vector<KitId> ids;
    for (const auto& kit : all_kits)
      for (const auto& named : kit.row.media)
        if (named.media == media) ids.push_back(kit.row.id);
    return ids;
  }
  test::FakeDeadlines due;
  test::FakeSearch finder;
  store::Deadlines& deadlines() override { return due; }
  const store::KitSearch& search() const override { return finder; }
  Result<std::vector<store::KitVersion>> history(const KitId& id) const override {
    TRY(const auto found, kit(id));
    std::vector<store::KitVersion> out;
    for (auto version = found.row.version; version > 0; --version) {
      out.emplace_back();
      out.back().version = version;
      out.back().told_at = told_at;
    }
    return out;
  }
  Result<std::vector<store::KitFile>> files(const KitId& id, std::optional<std::uint64_t>) const override {
    TRY([[maybe_unused]] const auto found, kit(id));
    return all_files;
  }
  Result<Bytes> read_file(const store::KitFile& file, std::uint64_t offset, std::size_t bytes_max) const override {
    const auto piece = std::string_view(contents.at(file.path)).substr(offset, bytes_max);
    return Bytes(bytes_of(piece).begin(), bytes_of(piece).end());
  }
  Result<store::HoldingView> holding(bool) const override { return view; }
  Status choose(const KitId& id, store::KitChoice::Kind kind) override {
    calls.push_back(std::string(str(kind)) + " " + id.str());
    return chosen;
  }
  Result<std::vector<store::FeedMedia>> removable(const KitId& id) const override {
    TRY([[maybe_unused]] const auto found, kit(id));
    return removes;
  }
  Status check_room() override { return {}; }
  Result<std::vector<store::Problem>> verify(const std::function<bool(std::uint64_t, std::uint64_t)>& progress) override {
    if (!progress(50, 100) || !progress(100, 100)) return fail(Errc::cancelled);
    return wrong;
  }
  Status release_memory() override { return {}; }
  Status consolidate() override { return {}; }
  Result<bool> scrub_next(const Pace&) override { return false; }
  Result<store::ScrubView> scrub(bool begin) override {
    if (begin) scrubbing.reading = true;
    return scrubbing;
  }
  store::ScrubView scrubbing;
  Timestamp told_at;  ///< of all versions
  bool is_behind() const override { return false; }
  Status catch_up() override { return {}; }
  void tell_media(const Sha256&) override {}
  Status recheck(const Sha256&) override { return {}; }

  void add_file(const std::string& path, const std::string& content, bool here = true) {
    store::KitFile file;
    file.path = path;
    file.bytes = content.size();
    file.here = here;
    file.is_media = !here;
    all_files.push_back(file);
    contents[path] = content;
  }
  void add_kit(const KitId& id, std::uint64_t version = 1) {
    store::KitSummary kit;
    kit.row.id = id;
    kit.row.version = version;
    kit.row.title = "Lampe à lire";
    kit.row.kind = "prototype";
    kit.row.stage = "prototype";
    kit.audiences = {Audience{}};
    all_kits.push_back(kit);
  }

 private:
  mutable std::mutex kits_mutex_;
  TempFolder folder_;
  std::unique_ptr<store::MediaStore> media_ = store::MediaStore::open(store::Layout{folder_.path()}).value();
  store::SigningSecret signing_ = store::SigningSecret::generate();
  store::TransportSecret transport_ = store::TransportSecret::generate();
};

class FakeNode final : public shell::Node {
 public:
  FakeLibrary lib;
  std::vector<std::string> reachable_at{"tcp://127.0.0.1:7490"};
  std::map<Sha256, std::vector<std::string>> holders;  ///< what locate() finds
  std::atomic<bool> ends{false};
  std::atomic<std::int64_t> step_ms{1000};  ///< how far the clock goes each time that somebody looks

  void set_clock(std::int64_t ms) { clock_ = ms; }

  FakeNode() {
    lib.who = {"wazemmes", "Centre social de Wazemmes", {}, "fede"};
    lib.members = std::make_shared<Roster>();
    lib.members->federation_slug = "fede";
    for (const auto* slug : {"fede", "wazemmes", "fives"}) {
      Member member;
      member.slug = slug;
      member.name = slug;
      member.keys.emplace_back();
      if (std::string_view(slug) != "fives") member.territories = {"lille"};
      lib.members->members[slug] = member;
    }
    picture_.joined = true;
    picture_.own_heads_confirmed = true;
    picture_.level = true;
  }

  template <class Change>
  void change(Change apply) {
    const std::lock_guard lock(mutex_);
    apply(picture_);
  }
  void tell(core::Event::Kind kind, const std::string& peer, std::optional<Sha256> media = std::nullopt) {
    core::Event event;
    event.kind = kind;
    event.peer = peer;
    event.media = media;
    const std::lock_guard lock(mutex_);
    events_.push_back({events_.size() + 1, {1'772'357'400}, event});
  }

  store::Library& library() override { return lib; }
  const shell::Config& config() const override { std::abort(); }
  Result<core::NodeStatus> status() override {
    const std::lock_guard lock(mutex_);
    return picture_;
  }
  Rates rates;  ///< what media_rates() says; set before anybody asks
  Result<Rates> media_rates() override { return rates; }
  Instant now() const override { return {clock_ += step_ms}; }
  Result<std::uint64_t> sync_now() override {
    const std::lock_guard lock(mutex_);
    return ++picture_.sync_rounds_asked;
  }
  shell::Traffic::State moves;  ///< what traffic() says
  Result<shell::Traffic::State> pause(std::optional<Duration> length) override {
    moves = {shell::Traffic::Rest::paused, length ? std::optional(now() + *length) : std::nullopt, {}};
    return moves;
  }
  Result<shell::Traffic::State> resume() override { return moves = {}; }
  Result<shell::Traffic::State> traffic() override { return moves; }
  Result<store::ScrubView> scrub(bool begin) override { return lib.scrub(begin); }
  std::vector<std::string> endpoints() const override { return reachable_at; }
  Result<core::effect::Located> locate(std::vector<core::MediaPlace> media) override {
    core::effect::Located located{1, {}, true};
    for (const auto& place : media) located.holders.push_back(holders[place.media]);
    return located;
  }
  std::vector<NumberedEvent> events_after(std::uint64_t number) const override {
    const std::lock_guard lock(mutex_);
    std::vector<NumberedEvent> out;
    for (const auto& event : events_)
      if (event.number > number) out.push_back(event);
    return out;
  }
  bool stopping() const override { return ends; }

 private:
  mutable std::mutex mutex_;
  mutable std::atomic<std::int64_t> clock_{0};
  core::NodeStatus picture_;
  std::vector<NumberedEvent> events_;
};

}  // namespace essaimage::test
