#pragma once
// Joining, both sides: asking with an invitation, and (on the federation's node) admitting. Whether an invitation is good is
// the store's to say.

#include <map>

#include "daemon/core/context.hpp"
#include "daemon/core/dialer.hpp"
#include "daemon/core/sessions.hpp"

namespace essaimage::core {

class Joiner {
 public:
  Joiner(Context& context, Sessions& sessions, Dialer& dialer) : context_(context), sessions_(sessions), dialer_(dialer) {}

  void start(const std::optional<input::Start::Joining>& joining) { joining_ = joining; }
  const std::optional<input::Start::Joining>& joining() const { return joining_; }
  const std::optional<Error>& error() const { return error_; }

  void request(Link& link, const message::Join& join);
  void admitted(const input::Admitted& admitted);
  void reply(Link& link, const message::JoinReply& reply);
  void link_closed(LinkId link);
  void roster_changed();

 private:
  void accept(Link& link);

  Context& context_;
  Sessions& sessions_;
  Dialer& dialer_;
  std::optional<input::Start::Joining> joining_;
  std::optional<Error> error_;
  std::map<JobId, LinkId> pending_;
};

}  // namespace essaimage::core
