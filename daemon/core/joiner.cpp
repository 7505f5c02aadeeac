#include "daemon/core/joiner.hpp"

#include <algorithm>

namespace essaimage::core {

void Joiner::request(Link& link, const message::Join& join) {
  // Asked again after the first answer was lost: the keys are a member's already.
  if (context_.member(link) != nullptr) return accept(link);
  const bool busy = pending_.size() >= settings::joins_at_once;
  const bool again = std::any_of(pending_.begin(), pending_.end(), [&](const auto& each) { return each.second == link.id; });
  if (!context_.access.is_federation() || join.federation != context_.access.federation() || busy || again) {
    sessions_.refuse(link);
    return;
  }
  if (join.transport != link.peer) {
    context_.send(link, message::JoinReply{false, {}});
    return context_.close(link);
  }
  const JobId job = context_.new_job();
  pending_.emplace(job, link.id);
  context_.emit(effect::Admit{job, join});
}

void Joiner::accept(Link& link) {
  context_.send(link, message::JoinReply{true, {}});
  sessions_.greet(link);
}

void Joiner::admitted(const input::Admitted& admitted) {
  const auto it = pending_.find(admitted.job);
  if (it == pending_.end()) return;
  Link* link = context_.links.find(it->second);
  pending_.erase(it);
  if (link == nullptr) return;
  if (admitted.status && context_.member(*link) != nullptr) {
    context_.report(Event::Kind::member_admitted, context_.member(*link)->slug);
    return accept(*link);
  }
  const Error error = admitted.status ? Error{Errc::internal, "admitted, and not in the roster"} : admitted.status.error();
  context_.report(Event::Kind::join_refused, link->name, {}, error);
  // Only who proved to hold an invitation learns why.
  const bool proved = error.code != Errc::signature_bad && error.code != Errc::malformed;
  context_.send(*link, message::JoinReply{false, proved ? std::string(describe(error.code, Language::english).code) : ""});
  context_.close(*link);
}

void Joiner::reply(Link& link, const message::JoinReply& reply) {
  if (!joining_ || link.peer != joining_->transport || context_.access.joined()) return;
  if (reply.accepted) {
    error_.reset();
    sessions_.greet(link);
    return;
  }
  error_ = Error{errc_from(reply.code).value_or(Errc::signature_bad), joining_->federation_slug};
  context_.report(Event::Kind::join_refused, link.name, {}, error_);
  dialer_.refused(link, Errc::peer_refuses);
  context_.close(link);
}

void Joiner::link_closed(LinkId link) {
  // The store's work goes on: it counts until it is answered.
  for (auto& [job, asked_by] : pending_) {
    if (asked_by == link) asked_by = 0;
  }
}

void Joiner::roster_changed() {
  if (!joining_ || !context_.access.joined()) return;
  joining_.reset();
  error_.reset();
  context_.report(Event::Kind::joined, context_.access.own_slug());
}

}  // namespace essaimage::core
