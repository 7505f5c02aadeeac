#include "tests/sim/figures.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "proto/codec.hpp"

namespace essaimage::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint32_t chunk_bytes = 65'536;
constexpr std::size_t centres_per_territory = 25;
/// ZMTP's frame and CURVE's box; then TCP and IP, with what acknowledges them.
constexpr std::uint64_t box_bytes = 35, segment_bytes = 1'400, headers_bytes = 52;

std::uint64_t bytes_of_message(const Message& message) {
  if (const auto* slice = std::get_if<message::Slice>(&message)) return slice->bytes->size() + 16;
  return encode(message).size();
}

}  // namespace

Cost Cost::operator-(const Cost& other) const {
  return {messages - other.messages, bytes - other.bytes, line_bytes - other.line_bytes, announcements - other.announcements};
}

Cost& Cost::operator+=(const Cost& other) {
  messages += other.messages;
  bytes += other.bytes;
  line_bytes += other.line_bytes;
  announcements += other.announcements;
  return *this;
}

Region::Region(const FigureOptions& options)
    : options_(options), world_(std::make_unique<World>(options.seed, options.nodes)), plan_(options.seed + 99) {
  std::map<std::size_t, std::set<std::string>> members;
  std::set<std::size_t> reachable{0};
  const std::size_t territories = std::max<std::size_t>(3, options.nodes / centres_per_territory);
  for (std::size_t i = 0; i < options.nodes; ++i) {
    members[i] = {};
    if (i == 0) continue;
    members[i].insert("territory-" + std::to_string(plan_.below(territories)));
    if (plan_.below(100) < options.reachable_percent) reachable.insert(i);
    world_->network.upload[i] = options.upload;
  }
  world_->network.upload[0] = options.upload;
  world_->make_federation(members, reachable);
  world_->check_messages = false;
  world_->network.conditions = {0, 5, 0, 0, 0, 0};
  world_->network.distance_ms_min = 20;
  world_->network.distance_ms_max = 75;
  world_->network.on_sent = [this](std::size_t, std::size_t, const Message& message) { count(message); };
  head_at_.resize(options.nodes);
  kit_at_.resize(options.nodes);
  world_->on_event = [this](std::size_t node, const core::Event& event) {
    if (event.kind == core::Event::Kind::feed_advanced && event.feed == feed_) head_at_[node] = world_->now();
    if (event.kind == core::Event::Kind::media_completed) kit_at_[node] = world_->now();
  };
}

void Region::count(const Message& message) {
  const std::uint64_t bytes = bytes_of_message(message);
  const std::uint64_t boxed = bytes + box_bytes;
  cost_.messages += 1;
  cost_.bytes += bytes;
  // One acknowledgement for two segments: a ping's rides on its pong.
  cost_.line_bytes += boxed + headers_bytes * 3 / 2 * (1 + (boxed - 1) / segment_bytes);
  if (std::holds_alternative<message::Announce>(message)) cost_.announcements += 1;
}

void Region::begin() {
  std::vector<std::pair<std::uint64_t, std::size_t>> starts;
  for (std::size_t i = 0; i < options_.nodes; ++i) starts.emplace_back(i == 0 ? 0 : plan_.below(60'000), i);
  std::sort(starts.begin(), starts.end());
  std::uint64_t passed = 0;
  for (const auto& [at, node] : starts) {
    world_->run_for(Duration(static_cast<std::int64_t>(at - passed)));
    passed = at;
    world_->start(node);
  }
  world_->run_for(minutes(5));
}

std::size_t Region::author() {
  do {
    last_author_ = 1 + plan_.below(options_.nodes - 1);
  } while (!world_->node(last_author_).up || !world_->node(last_author_).replica->own_heads_confirmed());
  return last_author_;
}

void Region::publish(std::size_t node, bool with_media) {
  feed_ = world_->feed_of(node, {});
  std::fill(head_at_.begin(), head_at_.end(), std::nullopt);
  std::fill(kit_at_.begin(), kit_at_.end(), std::nullopt);
  if (with_media) {
    std::vector<std::uint32_t> chunks(options_.kit_bytes / chunk_bytes, chunk_bytes);
    if (const auto rest = options_.kit_bytes % chunk_bytes; rest != 0) chunks.push_back(static_cast<std::uint32_t>(rest));
    dynamic_cast<MemoryStores&>(world_->stores()).next_media(node, std::move(chunks));
  }
  const bool published = world_->publish(node, {Audience{}}, with_media ? 1 : 0);
  ESSAIMAGE_ASSERT(published);
  kit_at_[node] = world_->now();
}

void Region::wait_for(const std::vector<std::optional<Instant>>& arrived, Duration within) {
  const Instant from = world_->now();
  const auto all = [&] {
    if (options_.progress != Duration{} && (world_->now() - from) % options_.progress == Duration{}) {
      const auto have = std::count_if(arrived.begin(), arrived.end(), [](const auto& at) { return at.has_value(); });
      std::fprintf(stderr, "after %lld s %lld have it\n", static_cast<long long>((world_->now() - from).count() / 1000),
                   static_cast<long long>(have));
    }
    for (std::size_t i = 0; i < arrived.size(); ++i) {
      if (world_->node(i).up && !arrived[i]) return false;
    }
    return true;
  };
  (void)world_->run_until(all, within, seconds(1));
}

Arrivals Region::since(const std::vector<std::optional<Instant>>& arrived, const std::vector<Instant>& from) const {
  Arrivals times;
  for (std::size_t i = 0; i < arrived.size(); ++i) {
    if (arrived[i]) times.push_back(std::max<std::int64_t>(0, (*arrived[i] - from[i]).count()));
  }
  std::sort(times.begin(), times.end());
  return times;
}

Spread Region::head() {
  const Cost before = cost_;
  const std::vector<Instant> from(options_.nodes, world_->now());
  publish(author(), false);
  wait_for(head_at_, minutes(5));
  world_->run_for(seconds(10));  // what follows: prunes, and rounds with whoever was not known to hold it
  return {since(head_at_, from), cost_ - before};
}

Spread Region::kit() {
  const Cost before = cost_;
  const std::vector<Instant> from(options_.nodes, world_->now());
  publish(author(), true);
  wait_for(kit_at_, minutes(120));
  return {since(kit_at_, from), cost_ - before};
}

Cost Region::idle(Duration time) {
  const Cost before = cost_;
  world_->run_for(time);
  return cost_ - before;
}

std::pair<Arrivals, Arrivals> Region::morning() {
  std::vector<std::size_t> off;
  for (std::size_t i = 1; i < options_.nodes; ++i) {
    if (plan_.below(10) == 0) continue;
    world_->crash(i);
    off.push_back(i);
  }
  world_->run_for(minutes(10));
  publish(author(), true);
  wait_for(kit_at_, minutes(120));
  std::vector<std::pair<std::uint64_t, std::size_t>> starts;
  for (const std::size_t node : off) starts.emplace_back(plan_.below(30 * 60'000), node);
  std::sort(starts.begin(), starts.end());
  std::vector<Instant> from(options_.nodes);
  std::uint64_t passed = 0;
  for (const auto& [at, node] : starts) {
    world_->run_for(Duration(static_cast<std::int64_t>(at - passed)));
    passed = at;
    from[node] = world_->now();
    world_->start(node);
  }
  wait_for(kit_at_, minutes(120));
  std::vector<std::optional<Instant>> heads(options_.nodes), kits(options_.nodes);
  for (const std::size_t node : off) {
    heads[node] = head_at_[node];
    kits[node] = kit_at_[node];
  }
  return {since(heads, from), since(kits, from)};
}

double Region::links_per_node() const {
  return 2 * static_cast<double>(world_->network.linked().size()) / static_cast<double>(options_.nodes);
}

std::size_t Region::islands() const {
  std::vector<std::size_t> part(options_.nodes);
  std::iota(part.begin(), part.end(), 0);
  const auto root = [&](std::size_t node) {
    while (part[node] != node) node = part[node] = part[part[node]];
    return node;
  };
  for (const auto& [a, b] : world_->network.linked()) {
    if (a != 0 && b != 0) part[root(a)] = root(b);
  }
  std::size_t islands = 0;
  for (std::size_t i = 1; i < options_.nodes; ++i) islands += root(i) == i ? 1 : 0;
  return islands;
}

}  // namespace essaimage::sim
