#include "daemon/shell/runtime.hpp"

#include <signal.h>

#include <chrono>
#include <ctime>
#include <future>
#include <map>

#include "daemon/core/replica.hpp"
#include "daemon/shell/addresses.hpp"
#include "daemon/shell/change_input.hpp"
#include "daemon/shell/control/readiness.hpp"
#include "daemon/shell/deadline_watch.hpp"
#include "daemon/shell/event_ring.hpp"
#include "daemon/shell/mailbox.hpp"
#include "daemon/shell/media_meters.hpp"
#include "daemon/shell/names.hpp"
#include "daemon/shell/notary.hpp"
#include "daemon/shell/service.hpp"
#include "daemon/shell/start.hpp"
#include "daemon/shell/store_jobs.hpp"
#include "daemon/shell/transport/transport.hpp"
#include "daemon/shell/upkeep.hpp"
#include "daemon/shell/word_watch.hpp"
#include "daemon/shell/worker.hpp"
#include "store/deadlines.hpp"

namespace essaimage::shell {
namespace {

constexpr std::size_t events_max = 1000;
constexpr std::chrono::seconds answer_within{1};
constexpr std::chrono::seconds located_within{6};  // the core answers sooner
constexpr Duration upkeep_every{1'000};
constexpr Duration deadlines_every{30'000};
constexpr Duration word_every{60'000};
constexpr std::size_t names_waiting_max = 64;

Instant monotonic_now() {
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<Duration>(time).count()};
}

/// Minutes since midnight, as the clock on the wall shows.
unsigned minute_of_day() {
  const std::time_t time = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&time, &local);
  return static_cast<unsigned>(local.tm_hour * 60 + local.tm_min);
}

TransportOptions options_of(const Config& config) {
  TransportOptions options;
  options.listen = config.listen;
  options.connections = config.limits.connections;
  options.connections_per_peer = config.limits.connections_per_peer;
  options.lan_exempt = config.traffic.lan_exempt;
  options.send_queue_bytes = std::size_t{config.limits.send_queue_mib} * limits::MiB;
  return options;
}

template <class Answer>
Result<Answer> wait_for(std::future<Answer> answer, std::chrono::seconds within) {
  if (answer.wait_for(within) != std::future_status::ready) return fail(Errc::timed_out, "essaimaged is busy");
  try {
    return answer.get();
  } catch (const std::future_error&) {  // the question was dropped unanswered
    return fail(Errc::timed_out, "essaimaged is ending");
  }
}

}  // namespace

struct Runtime::Impl {
  explicit Impl(Parts given) : parts(std::move(given)), replica(notary), events(events_max), traffic(parts.config.traffic) {}

  /// Destroyed in the opposite order: the workers end before what they use.
  Parts parts;
  RealNotary notary;
  core::Replica replica;
  EventRing events;
  std::unique_ptr<Mailbox> mailbox;
  std::unique_ptr<Transport> transport;
  std::unique_ptr<DeadlineWatch> deadlines;
  std::unique_ptr<WordWatch> word;
  std::unique_ptr<StoreJobs> jobs;
  std::unique_ptr<Upkeep> upkeep;
  std::unique_ptr<Worker> names;  ///< looks hosts up
  std::vector<std::string> endpoints;
  std::optional<core::input::Start> start;
  std::atomic<bool> stopping{false};

  // Of the loop's thread:
  Instant now;
  std::optional<Instant> wake_at;
  Instant upkeep_at;
  Instant deadlines_at;
  Instant word_at;
  core::JobId last_locate = 0;
  std::map<core::JobId, std::shared_ptr<std::promise<core::effect::Located>>> locating;

  Traffic traffic;
  MediaMeters meters;

  // --- the loop ---
  void turn();
  Traffic::State obey_traffic();
  void obey_signals();
  void watch_deadlines();
  void watch_word();
  void feed(const core::Input& input);

  // --- effects ---
  void perform(const core::effect::Dial& e);
  void perform(const core::effect::Close& e) { transport->close(e.link); }
  void perform(const core::effect::Send& e) { transport->send(e.link, e.message); }
  void perform(const core::effect::WakeAt& e) { wake_at = e.at; }
  void perform(const core::effect::Located& e) {
    if (const auto asker = locating.extract(e.job)) asker.mapped()->set_value(e);
  }
  void perform(const core::effect::Report& e) {
    if (e.event.kind == core::Event::Kind::media_progress && e.event.media) meters.brought(*e.event.media, e.event.bytes);
    parts.log->write(e.event);
    events.add(civil_now(), e.event);
  }
  void perform(const core::effect::WriteRun& e) {
    meters.came(e.media, e.bytes->size(), now);
    jobs->perform(e);
  }
  template <class StoreEffect>
  void perform(const StoreEffect& effect) {
    jobs->perform(effect);
  }

  /// Runs `question` on the loop's thread and waits for its answer.
  template <class Answer>
  Result<Answer> ask(std::function<Answer()> question);
};

Runtime::Runtime() = default;
Runtime::~Runtime() = default;

Result<std::unique_ptr<Runtime>> Runtime::open(Parts parts) {
  std::unique_ptr<Runtime> runtime(new Runtime);
  runtime->impl_ = std::make_unique<Impl>(std::move(parts));
  Impl& impl = *runtime->impl_;
  store::Library& library = *impl.parts.library;
  for (const auto& problem : library.problems()) impl.parts.log->write(LogLevel::warn, "node", problem.error);
  TRY(impl.mailbox, Mailbox::create());
  TRY(impl.transport, Transport::open(options_of(impl.parts.config), library.transport()));
  impl.endpoints = reachable_endpoints(impl.parts.config, impl.transport->endpoint());
  library.listen([mailbox = impl.mailbox.get()](const store::Change& change) { mailbox->post(input_of(change)); });
  TRY(const auto invitation, store::load_invitation(impl.parts.layout));
  TRY(impl.start, make_start(library, impl.parts.config, invitation));
  impl.names = std::make_unique<Worker>("names", names_waiting_max);
  impl.jobs = std::make_unique<StoreJobs>(library, *impl.parts.log,
                                          [mailbox = impl.mailbox.get()](core::Input input) { mailbox->post(std::move(input)); });
  impl.deadlines = std::make_unique<DeadlineWatch>(library, *impl.parts.log);
  impl.word = std::make_unique<WordWatch>(library, *impl.parts.log);
  impl.upkeep = std::make_unique<Upkeep>(library, *impl.jobs, impl.endpoints, [&impl](const store::PassedOn& passed) {
    impl.mailbox->ask([&impl, passed] {
      core::Event event;
      event.kind = core::Event::Kind::kit_passed_on;
      event.feed = FeedId{passed.kit.centre, Audience{}};
      event.kit = passed.kit;
      impl.perform(core::effect::Report{std::move(event)});
    });
  });
  return runtime;
}

void Runtime::run(const std::function<void()>& ready) {
  Impl& impl = *impl_;
  impl.now = monotonic_now();
  impl.feed(*std::exchange(impl.start, std::nullopt));
  impl.obey_traffic();
  ready();
  while (!impl.stopping) impl.turn();
  impl.mailbox->take();  // whoever still waits for an answer gets none
  impl.locating.clear();
  impl.names->stop();
  impl.jobs->stop();
}

void Runtime::stop() {
  impl_->stopping = true;
  impl_->mailbox->ask([] {});
}

bool Runtime::wait_for_jobs(Duration at_most) {
  const Instant until = monotonic_now() + at_most;
  return impl_->jobs->wait_end(at_most) && impl_->names->wait_end(std::max(until - monotonic_now(), Duration{0}));
}

// --- the loop ------------------------------------------------------------------------------------------------------------

void Runtime::Impl::turn() {
  const Instant next = std::min(wake_at.value_or(upkeep_at), upkeep_at);
  const int descriptors[] = {mailbox->fd(), parts.signals.get()};
  transport->wait({descriptors, parts.signals ? 2U : 1U}, next - monotonic_now());
  now = monotonic_now();
  if (parts.signals) obey_signals();
  std::vector<core::Input> inputs;
  transport->collect(now, inputs);
  for (const auto& input : inputs) feed(input);
  for (auto& letter : mailbox->take()) {
    if (const auto* input = std::get_if<core::Input>(&letter)) feed(*input);
    else std::get<Mailbox::Question>(letter)();
  }
  if (wake_at && now >= *wake_at) {
    wake_at.reset();
    feed(core::input::Tick{});
  }
  if (now >= upkeep_at) {
    upkeep_at = now + upkeep_every;
    meters.forget_idle(now);
    obey_traffic();
    upkeep->turn(now, [this] { return replica.status(now).own_heads_confirmed; });
    watch_deadlines();
    watch_word();
  }
}

/// Tells the core when what may move has changed.
Traffic::State Runtime::Impl::obey_traffic() {
  const unsigned minute = minute_of_day();
  if (const auto news = traffic.news(now, minute)) feed(*news);
  return traffic.state(now, minute);
}

/// What the loop knows goes along; the kits are looked up where the disk may be read.
void Runtime::Impl::watch_deadlines() {
  if (now < deadlines_at) return;
  deadlines_at = now + deadlines_every;
  if (parts.library->deadlines().is_empty()) return;
  auto arrivals = std::make_shared<const Arrivals>(replica.status(now), meters.rates(now), obey_traffic());
  jobs->run_on_store([this, arrivals, at = now] { return deadlines->look(*arrivals, at, civil_now()); });
}

void Runtime::Impl::watch_word() {
  if (now < word_at) return;
  word_at = now + word_every;
  jobs->run_on_store([this] { return word->look(); });
}

void Runtime::Impl::obey_signals() {
  while (const int signal = next_signal(parts.signals)) {
    if (signal != SIGHUP) {
      stopping = true;
    } else if (const auto status = parts.log->reopen(); !status) {
      parts.log->write(LogLevel::error, "node", status.error());
    }
  }
}

void Runtime::Impl::feed(const core::Input& input) {
  if (const auto* failed = std::get_if<core::input::DialFailed>(&input)) {
    parts.log->write({LogLevel::debug,
                      "transport",
                      "transport.dial-failed",
                      failed->reason,
                      {{"endpoint", failed->endpoint}, {"key", failed->peer.hex().substr(0, 8)}}});
  }
  upkeep->saw(input, now);
  replica.on(input, now);
  while (const auto effect = replica.next()) {
    std::visit([this](const auto& each) { perform(each); }, *effect);
  }
}

void Runtime::Impl::perform(const core::effect::Dial& e) {
  if (is_numeric(e.endpoint)) return transport->dial(e.peer, e.endpoint, now);
  names->post([this, peer = e.peer, endpoint = e.endpoint] {
    const auto found = look_up(endpoint);
    if (found) {
      mailbox->ask([this, peer, address = *found] { transport->dial(peer, address, now); });
    } else {
      mailbox->post(core::input::DialFailed{peer, endpoint, found.error().detail});
    }
  });
}

// --- Node ----------------------------------------------------------------------------------------------------------------

template <class Answer>
Result<Answer> Runtime::Impl::ask(std::function<Answer()> question) {
  if (stopping) return fail(Errc::timed_out, "essaimaged is ending");
  auto promise = std::make_shared<std::promise<Answer>>();
  auto answer = promise->get_future();
  mailbox->ask([promise = std::move(promise), question = std::move(question)] { promise->set_value(question()); });
  return wait_for(std::move(answer), answer_within);
}

store::Library& Runtime::library() { return *impl_->parts.library; }
const Config& Runtime::config() const { return impl_->parts.config; }
Instant Runtime::now() const { return monotonic_now(); }
std::vector<std::string> Runtime::endpoints() const { return impl_->endpoints; }
std::vector<Node::NumberedEvent> Runtime::events_after(std::uint64_t number) const { return impl_->events.after(number); }
bool Runtime::stopping() const { return impl_->stopping; }

Result<core::NodeStatus> Runtime::status() {
  return impl_->ask<core::NodeStatus>([impl = impl_.get()] { return impl->replica.status(impl->now); });
}

Result<Node::Rates> Runtime::media_rates() {
  return impl_->ask<Rates>([impl = impl_.get()] { return impl->meters.rates(impl->now); });
}

Result<Traffic::State> Runtime::pause(std::optional<Duration> length) {
  return impl_->ask<Traffic::State>([impl = impl_.get(), length] {
    impl->traffic.pause(impl->now, length);
    return impl->obey_traffic();
  });
}

Result<Traffic::State> Runtime::resume() {
  return impl_->ask<Traffic::State>([impl = impl_.get()] {
    impl->traffic.resume();
    return impl->obey_traffic();
  });
}

Result<Traffic::State> Runtime::traffic() {
  return impl_->ask<Traffic::State>([impl = impl_.get()] { return impl->obey_traffic(); });
}

Result<store::ScrubView> Runtime::scrub(bool begin) {
  TRY(const auto view, impl_->parts.library->scrub(begin));
  // The question is for the loop, where jobs are given.
  if (begin) impl_->mailbox->ask([impl = impl_.get()] { impl->jobs->scrub(); });
  return view;
}

Result<std::uint64_t> Runtime::sync_now() {
  return impl_->ask<std::uint64_t>([impl = impl_.get()] {
    impl->feed(core::input::SyncNow{});
    return impl->replica.status(impl->now).sync_rounds_asked;
  });
}

Result<core::effect::Located> Runtime::locate(std::vector<core::MediaPlace> media) {
  if (impl_->stopping) return fail(Errc::timed_out, "essaimaged is ending");
  auto promise = std::make_shared<std::promise<core::effect::Located>>();
  auto answer = promise->get_future();
  impl_->mailbox->ask([impl = impl_.get(), promise = std::move(promise), media = std::move(media)] {
    const core::JobId job = ++impl->last_locate;
    impl->locating[job] = promise;
    impl->feed(core::input::Locate{job, media});
  });
  return wait_for(std::move(answer), located_within);
}

}  // namespace essaimage::shell
