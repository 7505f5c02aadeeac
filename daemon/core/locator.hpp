#pragma once
// Who else holds certain media whole: asked of every open link that may hold their feed, for people, and before a kit is
// dropped. A question is answered by those that are connected now; who is silent for locate_within does not count.
// Bounded: settings::locates_max at once, of locate_media_max media each.
//
// A peer goes on telling of what it did not hold when it was asked (WIRE.md, section 10). Such news, of media that we do not
// want, is taken here, so that it does not count as idle talk.

#include <map>
#include <set>

#include "daemon/core/context.hpp"
#include "daemon/core/wants.hpp"

namespace essaimage::core {

class Locator {
 public:
  Locator(Context& context, const Wants& wants) : context_(context), wants_(wants) {}

  /// Answered by effect::Located, at once if nobody can be asked or too much is asked.
  void locate(const input::Locate& locate);
  /// True if something was asked on that link, so that have() must see what it tells.
  bool asked(LinkId link) const { return asked_.contains(link); }
  /// Takes what answers a question; returns the rest.
  message::MediaHave have(const Link& link, const message::MediaHave& have);
  void link_closed(LinkId link);
  void tick();

 private:
  struct Job {
    std::vector<MediaPlace> media;  ///< as asked
    std::map<MediaPlace, std::set<std::string>> holders;
    std::size_t unanswered = 0;
    Instant ends_at;
  };
  /// The jobs whose question about this media has no answer yet, in the order of the questions; none: more may be told.
  using Questions = std::map<MediaPlace, std::vector<JobId>>;

  void ask(Link& link, JobId id, Job& job);
  void answered(JobId id, const MediaPlace& place, const std::string& holder);
  void finish(JobId id);

  Context& context_;
  const Wants& wants_;
  std::map<JobId, Job> jobs_;
  std::map<LinkId, Questions> asked_;
};

}  // namespace essaimage::core
