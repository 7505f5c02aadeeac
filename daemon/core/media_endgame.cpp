// The end of a media file: a peer that has nothing else to bring takes over what a much slower one still owes, which is
// cancelled there. Nothing is asked twice at a time; wasted is what is under way on the slow link, and of one chunk what came.
#include "daemon/core/media_planner.hpp"

namespace essaimage::core {

void MediaPlanner::end_game() {
  if (resting_ || store_rest_.lasts(context_.now)) return;
  for (auto& [id, source] : sources_) {
    Link* link = context_.links.find(id);
    // Whoever has offers left finds work of its own in plan().
    if (link == nullptr || !link->is_open() || source.runs > 0 || source.rests_until > context_.now) continue;
    const auto job = slowest_for(id, source);
    if (!job) continue;
    const Sha256 media = runs_.at(*job).media;
    const std::uint32_t first = runs_.at(*job).first, count = runs_.at(*job).count;
    end(runs_.find(*job), true);
    Want& want = *wants_.find(media);
    const Holding& holding = source.holdings.at(media);
    for (std::uint32_t i = first; i < first + count; ++i) {
      std::uint32_t stop = i;
      while (stop < first + count && want.chunks[stop] == Want::Chunk::missing && holding.holds(stop)) ++stop;
      if (stop == i) continue;
      begin(*link, source, holding, want, i, stop - i).taken_over = true;
      i = stop - 1;
    }
  }
}

/// Of the runs that this link could end much sooner, the one that has the longest to go.
std::optional<JobId> MediaPlanner::slowest_for(LinkId link, const Source& source) {
  std::optional<JobId> slowest;
  // Under a limit of ours it is we who make a link look slow.
  if (const Link* here = context_.links.find(link); here == nullptr || (allowance_ && !here->lan)) return slowest;
  Duration longest{};
  for (const auto& [job, run] : runs_) {
    const auto holding = source.holdings.find(run.media);
    const bool settled = run.last || run.taken_over || !run.credit.owed() || context_.now - run.begun_at < settings::takeover_at_least;
    if (run.link == link || settled || holding == source.holdings.end() || holding->second.retry_at > context_.now) continue;
    bool holds_all = true;
    for (std::uint32_t i = 0; i < run.count; ++i) holds_all = holds_all && (run.settled[i] || holding->second.holds(run.first + i));
    const std::size_t runs_there = std::max<std::size_t>(sources_.at(run.link).runs, 1);
    const Duration there = time_left(run, flows_[run.link].rate(context_.now) / runs_there);
    const Duration here = time_left(run, flows_[link].usual_rate());
    if (!holds_all || there < settings::takeover_at_least || there < here * settings::takeover_factor || there <= longest) continue;
    longest = there;
    slowest = job;
  }
  return slowest;
}

Duration MediaPlanner::time_left(const Run& run, std::size_t bytes_per_second) const {
  const std::uint64_t left = run.expected - run.credit.received;
  if (bytes_per_second == 0) return settings::answer_within;
  return std::min<Duration>(Duration(static_cast<std::int64_t>(left * 1000 / bytes_per_second)), settings::answer_within);
}

}  // namespace essaimage::core
