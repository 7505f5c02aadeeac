#pragma once
// A library in memory for tests of the shell: it answers what it was told to answer, and remembers what was asked.
// What a test does not prepare is "not found". Safe from any thread where the shell's workers use it.

#include <atomic>
#include <functional>
#include <map>
#include <mutex>

#include "store/activity.hpp"
#include "store/curation.hpp"
#include "store/library.hpp"
#include "store/life/life.hpp"
#include "tests/support/fake_facets.hpp"
#include "tests/support/fake_mirrors.hpp"
#include "tests/support/fake_withdrawals.hpp"

namespace essaimage::test {

class FakeSource : public store::Source {
 public:
  explicit FakeSource(Bytes bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t bytes() const override { return bytes_.size(); }
  Result<Bytes> read(std::uint64_t offset, std::size_t bytes_max) override {
    if (offset > bytes_.size()) return fail(Errc::not_found, "beyond the end");
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(offset);
    return Bytes(begin, begin + static_cast<std::ptrdiff_t>(std::min(bytes_max, bytes_.size() - offset)));
  }

 private:
  Bytes bytes_;
};

/// Packs that were accepted, by feed.
struct Accepted {
  std::mutex mutex;
  std::map<FeedId, Bytes> packs;
};

class FakeFeedReception : public store::FeedReception {
 public:
  explicit FakeFeedReception(Accepted& accepted) : accepted_(accepted) {}
  Status append(ByteView bytes) override {
    if (bytes.empty()) return fail(Errc::disk_full, "as the test wants");
    pack_.insert(pack_.end(), bytes.begin(), bytes.end());
    return {};
  }
  Status accept(const FeedId& feed, ByteView) override {
    const std::lock_guard lock(accepted_.mutex);
    accepted_.packs[feed] = pack_;
    return {};
  }

 private:
  Accepted& accepted_;
  Bytes pack_;
};

/// Chunks of two bytes; a chunk with a zero in it is bad, 0xFF is a full disk.
class FakeRunReception : public store::RunReception {
 public:
  explicit FakeRunReception(std::uint32_t first) : next_(first) {}
  Result<Stored> append(ByteView bytes) override {
    Stored stored{next_, 0};
    for (const auto byte : bytes) {
      if (byte == 0) return fail(Errc::chunk_bad, "as the test wants");
      if (byte == 0xFF) return fail(Errc::disk_full, "as the test wants");
      half_ = !half_;
      if (!half_) stored.count += 1;
    }
    next_ += stored.count;
    return stored;
  }

 private:
  std::uint32_t next_;
  bool half_ = false;
};

/// It has nothing to say; how often it was asked to follow the federation is counted.
class FakeCuration : public store::Curation {
 public:
  using Acceptance = store::Library::Acceptance;
  Result<store::ProposalRow> propose(const Proposing&) override { return fail(Errc::not_found); }
  Status take_back(const KitId&) override { return fail(Errc::not_found); }
  Result<std::vector<store::PassedOn>> follow_decisions() override {
    ++follows;
    return passes_on;
  }
  Result<std::optional<store::PassedOn>> passed_on(const KitId&) const override { return std::optional<store::PassedOn>(); }
  Result<store::CatalogueFile> decide(Decision, const Acceptance&, Lacking) override { return fail(Errc::not_found); }
  Result<std::vector<store::CatalogueFile>> review(Decision, const Acceptance&, const std::string&, Lacking) override {
    return fail(Errc::not_found);
  }
  Recommendations recommendations() const override { return {}; }
  Result<std::vector<store::ProposalRow>> proposals(const std::optional<KitId>&) const override {
    return std::vector<store::ProposalRow>{};
  }
  Result<store::CatalogueHistory> history(const KitId&) const override { return store::CatalogueHistory{}; }

  std::atomic<int> follows{0};
  std::vector<store::PassedOn> passes_on;  ///< what follow_decisions() does
};

class FakeLibrary : public store::Library {
 public:
  FakeLibrary() {
    identity_.slug = "moulins";
    identity_.federation_slug = "federation";
    identity_.federation.bytes.fill(9);
  }

  void make_federation() { identity_.slug = identity_.federation_slug; }
  void join() { roster_ = std::make_shared<const Roster>(); }
  const store::Identity& identity() const override { return identity_; }
  const store::SigningSecret& signing() const override { return signing_; }
  const store::TransportSecret& transport() const override { return transport_; }
  const store::MediaStore& media() const override { std::abort(); }
  void listen(Listener listener) override { listener_ = std::move(listener); }

  std::shared_ptr<const Roster> roster() const override { return roster_; }
  std::vector<Head> heads() const override { return {}; }
  Result<std::vector<Head>> witnessed() const override { return std::vector<Head>{}; }
  Result<std::vector<Fork>> frozen() const override { return std::vector<Fork>{}; }
  Result<std::vector<MediaNeed>> needs() const override { return std::vector<MediaNeed>{}; }
  Result<Bytes> commit_of(const Head&) const override { return none<Bytes>(); }
  Result<std::map<std::string, Timestamp>> suspended_since() const override { return std::map<std::string, Timestamp>{}; }
  Result<std::vector<FeedVersion>> feed_history(const FeedId&, std::size_t) const override { return std::vector<FeedVersion>{}; }
  std::vector<store::Problem> problems() const override { return {}; }

  Result<std::unique_ptr<store::Publication>> publish(const store::PublishOptions&) override { return fail(Errc::not_found); }
  Status publish_centre(const std::vector<std::string>& endpoints) override {
    published_endpoints = endpoints;
    return {};
  }
  Result<store::Invitation> invite(const Invite&, Lacking) override { return none<store::Invitation>(); }
  Status admit(const message::Join&) override { return fail(Errc::invitation_used); }
  Status name_neighbours(const std::string&, const std::set<std::string>&, std::uint32_t, Lacking) override {
    return fail(Errc::not_found);
  }
  Status suspend(const std::string&, const std::string&, const std::map<FeedId, Order>&, Lacking, bool) override {
    return fail(Errc::not_found);
  }
  Status change_role(const RoleChange&, Lacking) override { return fail(Errc::not_found); }
  Status apply(const store::SigningRequest&) override { return fail(Errc::not_found); }
  Result<std::map<std::string, store::SigningRequest>> requests() const override { return std::map<std::string, store::SigningRequest>{}; }
  Status beat(bool) override {
    ++beats;
    return {};
  }
  Result<store::FederationView> federation() const override { return fail(Errc::not_joined); }
  std::shared_ptr<const store::Catalogue> catalogue() const override { return nullptr; }
  store::Curation& curation() override { return curates; }
  const store::Curation& curation() const override { return curates; }
  Result<store::AdoptionRow> adopt(const KitId&, const std::string&, bool) override { return fail(Errc::not_found); }
  Status unadopt(const KitId&) override { return fail(Errc::not_found); }
  Result<std::vector<store::AdoptionRow>> adoptions(const KitId&) const override { return std::vector<store::AdoptionRow>{}; }
  Result<store::OutcomeRow> report(const Report&) override { return fail(Errc::not_found); }
  Result<store::OutcomeRow> retract(std::uint64_t) override { return fail(Errc::not_found); }
  Result<store::Stages> stages() const override { return store::Stages{}; }
  Result<std::vector<store::OutcomeRow>> outcomes(const store::OutcomeQuery&) const override { return std::vector<store::OutcomeRow>{}; }
  Result<std::vector<store::KitSummary>> adaptations(const KitId&) const override { return std::vector<store::KitSummary>{}; }
  store::Withdrawals& withdrawals() const override { return withdrawals_; }
  FakeWithdrawals& fake_withdrawals() const { return withdrawals_; }

  store::Mirrors& mirrors() override { return no_mirrors; }
  FakeMirrors no_mirrors;
  Result<std::shared_ptr<const store::Activity>> activity() const override { return fail(Errc::not_found); }

  Result<store::PackSource> open_pack(const FeedId& feed, const ObjectId&, bool) override {
    opened += 1;
    if (before_open) before_open();
    const auto found = packs.find(feed);
    if (found == packs.end()) return fail(Errc::not_found);
    return store::PackSource{std::make_unique<FakeSource>(found->second), Bytes{1, 2, 3}};
  }
  Result<std::unique_ptr<store::Source>> open_run(const FeedId&, const Sha256&, const ObjectId&, std::uint32_t, std::uint32_t,
                                                  const Sha256&) override {
    return fail(Errc::not_found);
  }
  Result<std::vector<Sha256>> find_media(const FeedId&, const std::vector<Sha256>& media) const override { return media; }
  Result<std::unique_ptr<store::FeedReception>> receive_feed() override { return std::make_unique<FakeFeedReception>(accepted); }
  Result<std::unique_ptr<store::RunReception>> receive_run(const FeedId&, const Sha256& media, std::uint32_t first, std::uint32_t,
                                                           const Sha256&) override {
    if (media.is_zero()) return fail(Errc::not_found, "no longer needed");
    return std::make_unique<FakeRunReception>(first);
  }
  void settle_by(std::function<void()> ask) override { ask_to_settle = std::move(ask); }
  void settle_media() override {
    ++settled;
    settled.notify_all();
  }
  Status keep_fork(const FeedId&, ByteView, ByteView) override { return fork_status; }
  Result<std::vector<ResolvedFork>> resolve_forks() override { return std::vector<ResolvedFork>{}; }

  Result<std::vector<store::KitSummary>> kits() const override { return std::vector<store::KitSummary>{}; }
  Result<store::KitSummary> kit(const KitId&) const override { return none<store::KitSummary>(); }
  Result<std::vector<KitId>> kits_naming(const Sha256&) const override { return none<std::vector<KitId>>(); }
  test::FakeDeadlines due;
  test::FakeSearch finder;
  store::Deadlines& deadlines() override { return due; }
  const store::KitSearch& search() const override { return finder; }
  Result<std::vector<store::KitVersion>> history(const KitId&) const override { return none<std::vector<store::KitVersion>>(); }
  Result<std::vector<store::KitFile>> files(const KitId&, std::optional<std::uint64_t>) const override {
    return none<std::vector<store::KitFile>>();
  }
  Result<Bytes> read_file(const store::KitFile&, std::uint64_t, std::size_t) const override { return none<Bytes>(); }
  Result<store::HoldingView> holding(bool) const override { return store::HoldingView{}; }
  Status choose(const KitId&, store::KitChoice::Kind) override { return {}; }
  Result<std::vector<store::FeedMedia>> removable(const KitId&) const override { return std::vector<store::FeedMedia>{}; }
  Status check_room() override { return {}; }
  Result<std::vector<store::Problem>> verify(const std::function<bool(std::uint64_t, std::uint64_t)>&) override {
    return std::vector<store::Problem>{};
  }
  Status release_memory() override {
    ++released;
    return {};
  }
  Status consolidate() override { return {}; }
  Result<bool> scrub_next(const Pace&) override { return false; }
  Result<store::ScrubView> scrub(bool) override { return store::ScrubView{}; }
  bool is_behind() const override { return false; }
  Status catch_up() override { return {}; }
  void tell_media(const Sha256& media) override { told.push_back(media); }
  Status recheck(const Sha256&) override { return {}; }

  /// As if something changed.
  void tell(const store::Change& change) { listener_(change); }

  FakeCuration curates;
  std::map<FeedId, Bytes> packs;  ///< to serve
  std::function<void()> before_open;
  std::atomic<unsigned> opened{0};
  Status fork_status;
  Accepted accepted;
  std::function<void()> ask_to_settle;
  std::atomic<int> settled{0};
  std::vector<std::string> published_endpoints;
  std::vector<Sha256> told;
  std::atomic<int> beats{0};
  std::atomic<int> released{0};
  std::shared_ptr<const Roster> roster_;

 private:
  template <class T>
  static Result<T> none() {
    return fail(Errc::not_found);
  }

  store::Identity identity_;
  store::SigningSecret signing_ = store::SigningSecret::generate();
  store::TransportSecret transport_ = store::TransportSecret::generate();
  Listener listener_;
  mutable FakeWithdrawals withdrawals_;
};

}  // namespace essaimage::test
