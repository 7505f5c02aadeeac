#pragma once
// News of heads along a spanning tree: eager links carry the commit, lazy ones only the head's id; a duplicate prunes the
// tree, a missing announcement grafts it. (Leitão, Pereira, Rodrigues, "Epidemic Broadcast Trees", 2007: Plumtree. The
// tree is one for all feeds, and "payload" is the signed commit: the content is fetched.)

#include <functional>

#include "daemon/core/context.hpp"
#include "daemon/core/judge.hpp"

namespace essaimage::core {

class Announcer {
 public:
  Announcer(Context& context, Judge& judge) : context_(context), judge_(judge) {}

  /// We hold a new head: tell every open link that may know and is not known to hold it, once.
  void head_changed(const FeedId& feed);
  void link_closed(LinkId link);

  /// `fetching_elsewhere`: it comes from another link already, and this one is pruned.
  void announce(Link& link, const message::Announce& announce, const std::function<bool(const FeedId&)>& fetching_elsewhere);
  void have(Link& link, const message::Have& have);
  void graft(Link& link, const message::Graft& graft);
  /// A feed is asked for from a link: if we had pruned it, nobody else told us in time, and it is grafted again. Two
  /// announcements that cross prune each other, and would leave their ends to the next round for ever.
  void asked(Link& link, const FeedId& feed);
  void prune(Link& link) { sides_[link.id].eager = false; }
  /// Both ends have been told to be lazy: it is no link of the tree. They see the same.
  bool is_spare(LinkId link) const;
  /// Grafts what a lazy link told and no eager one announced in time.
  void tick();
  /// Sends the collected lazy heads; call at the end of each input.
  void flush();

 private:
  struct Side {
    bool eager = true;       ///< from us to the peer
    bool pruned = false;     ///< we asked the peer to be lazy
    std::vector<Head> have;  ///< to be told at the end of this input
  };
  void prune_sender(Link& link);
  void tell_lazily(LinkId link, const Head& head);

  Context& context_;
  Judge& judge_;
  std::map<LinkId, Side> sides_;
  std::set<LinkId> telling_;  ///< those that are to be told something
};

}  // namespace essaimage::core
