#pragma once
// The parts of a replica, wired. Only replica.cpp and status.cpp see them all.

#include "daemon/core/announcer.hpp"
#include "daemon/core/dialer.hpp"
#include "daemon/core/fetcher.hpp"
#include "daemon/core/joiner.hpp"
#include "daemon/core/judge.hpp"
#include "daemon/core/locator.hpp"
#include "daemon/core/media_answers.hpp"
#include "daemon/core/media_planner.hpp"
#include "daemon/core/reconciler.hpp"
#include "daemon/core/server.hpp"
#include "daemon/core/sessions.hpp"
#include "daemon/core/uplink.hpp"

namespace essaimage::core {

struct Parts {
  explicit Parts(const Notary& notary) : context(notary) {}

  Context context;
  std::map<LinkId, Flow> flows;
  Wants wants;
  Sessions sessions{context};
  Dialer dialer{context};
  Judge judge{context};
  Joiner joiner{context, sessions, dialer};
  Announcer announcer{context, judge};
  Reconciler reconciler{context};
  Fetcher fetcher{context, judge, flows};
  Uplink uplink{context};
  Server server{context, uplink};
  MediaAnswers answers{context, wants};
  MediaPlanner planner{context, wants, flows};
  Locator locator{context, wants};
  bool own_heads_confirmed = false;
};

NodeStatus status_of(const Parts& parts, Instant now);
bool is_level(const Parts& parts);

}  // namespace essaimage::core
