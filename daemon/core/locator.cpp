#include "daemon/core/locator.hpp"

#include <algorithm>

namespace essaimage::core {

void Locator::locate(const input::Locate& locate) {
  const bool too_much = jobs_.size() >= settings::locates_max || locate.media.size() > settings::locate_media_max;
  Job& job = jobs_[locate.job];
  job.media = locate.media;
  job.ends_at = context_.now + settings::locate_within;
  for (auto& [id, link] : context_.links.all()) {
    if (link.is_open() && !too_much) ask(link, locate.job, job);
  }
  if (too_much) job.unanswered = locate.media.size();  // nobody was asked: nothing is known
  if (too_much || job.unanswered == 0) finish(locate.job);
}

void Locator::ask(Link& link, JobId id, Job& job) {
  Questions& questions = asked_[link.id];
  // What the peer may still tell of earlier questions is dear only as long as there is little of it.
  if (questions.size() + job.media.size() > settings::subscriptions_per_link)
    std::erase_if(questions, [](const auto& each) { return each.second.empty(); });
  // Who answers nothing is not asked for ever.
  if (questions.size() + job.media.size() > settings::subscriptions_per_link) {
    job.unanswered += 1;
    return;
  }
  std::map<FeedId, std::vector<Sha256>> by_feed;
  for (const MediaPlace& place : job.media) {
    if (!context_.shared(link, place.feed)) continue;
    auto& waiting = questions[place];
    if (waiting.size() >= settings::locates_max) std::erase_if(waiting, [this](JobId each) { return !jobs_.contains(each); });
    if (std::find(waiting.begin(), waiting.end(), id) != waiting.end()) continue;  // named twice
    waiting.push_back(id);
    by_feed[place.feed].push_back(place.media);
    job.unanswered += 1;
  }
  if (questions.empty()) asked_.erase(link.id);
  for (const auto& [feed, media] : by_feed) {
    for (std::size_t at = 0; at < media.size(); at += limits::media_per_message_max) {
      const std::size_t end = std::min(media.size(), at + limits::media_per_message_max);
      context_.send(link, message::MediaQuery{
                              feed, {media.begin() + static_cast<std::ptrdiff_t>(at), media.begin() + static_cast<std::ptrdiff_t>(end)}});
    }
  }
}

message::MediaHave Locator::have(const Link& link, const message::MediaHave& have) {
  message::MediaHave rest{have.feed, {}};
  const auto of_link = asked_.find(link.id);
  for (const auto& item : have.items) {
    const MediaPlace place{have.feed, item.media};
    const auto question = of_link == asked_.end() ? Questions::iterator{} : of_link->second.find(place);
    const bool known = of_link != asked_.end() && question != of_link->second.end();
    const bool waited = known && !question->second.empty();
    if (!waited && (!known || wants_.find(item.media) != nullptr)) {
      rest.items.push_back(item);
      continue;
    }
    if (waited) {
      const JobId id = question->second.front();
      question->second.erase(question->second.begin());
      answered(id, place, item.complete && context_.shared(link, have.feed) ? link.name : std::string());
    }
    // Of what is whole there nothing more is told.
    if (item.complete && question->second.empty()) of_link->second.erase(question);
  }
  if (of_link != asked_.end() && of_link->second.empty()) asked_.erase(of_link);
  return rest;
}

/// `holder`: empty if it is none.
void Locator::answered(JobId id, const MediaPlace& place, const std::string& holder) {
  const auto it = jobs_.find(id);
  if (it == jobs_.end()) return;  // its time was over
  if (!holder.empty()) it->second.holders[place].insert(holder);
  it->second.unanswered -= 1;
  if (it->second.unanswered == 0) finish(id);
}

void Locator::link_closed(LinkId link) {
  const auto it = asked_.find(link);
  if (it == asked_.end()) return;
  const Questions questions = std::move(it->second);
  asked_.erase(it);
  for (const auto& [place, jobs] : questions) {
    for (const JobId id : jobs) answered(id, place, {});
  }
}

void Locator::tick() {
  std::vector<JobId> over;
  for (const auto& [id, job] : jobs_) {
    if (context_.now >= job.ends_at) over.push_back(id);
  }
  for (const JobId id : over) finish(id);
}

void Locator::finish(JobId id) {
  const auto it = jobs_.find(id);
  effect::Located located{id, {}, it->second.unanswered == 0};
  for (const MediaPlace& place : it->second.media) {
    const auto& holders = it->second.holders[place];
    located.holders.emplace_back(holders.begin(), holders.end());
  }
  jobs_.erase(it);
  context_.emit(std::move(located));
}

}  // namespace essaimage::core
