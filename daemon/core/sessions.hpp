#pragma once
// Opening, keeping and ending links: greeting, membership at every message, refusal of strangers, one link per peer, rates,
// liveness. What an open link is used for is decided elsewhere.

#include <functional>

#include "daemon/core/context.hpp"

namespace essaimage::core {

class Sessions {
 public:
  explicit Sessions(Context& context) : context_(context) {}

  /// Nothing was heard from an open link for a while: ping it.
  std::function<void(Link&)> on_silent;
  /// News do not come by this link, nor go by it: it may be silent for longer.
  std::function<bool(LinkId)> is_spare;

  /// False if the link was refused at once.
  bool link_up(const input::LinkUp& up, const std::optional<input::Start::Joining>& joining);

  enum class Verdict {
    drop,     ///< done with, or refused
    joining,  ///< a Join, from whomever
    opened,   ///< this Hello opened the link
    deliver,  ///< a message of an open link of a member
  };
  Verdict received(Link& link, const Message& message);

  void greet(Link& link);   ///< our Hello, once
  void refuse(Link& link);  ///< Refused, once
  void writable(const input::Writable& change);
  void roster_changed();  ///< cuts who is no member any more
  void tick();

 private:
  Verdict hello(Link& link, const message::Hello& hello);
  Verdict from_stranger(Link& link, const Message& message);
  bool has_one_of(const std::string& territory) const;
  bool make_room(const Member* newcomer);
  void keep_one(Link& newest);
  void draw_patience(Link& link) { link.patience = static_cast<std::uint16_t>(context_.random.below(1001)); }
  /// The open links by which news come: how many, and the one that has been open longest.
  struct Tree {
    std::size_t links = 0;
    LinkId oldest{};
  };
  Tree tree() const;
  const settings::Silence& silence_of(const Link& link, const Tree& tree) const;
  bool is_dead(const Link& link, const settings::Silence& silence) const;
  void ask(Link& link);
  std::size_t strangers() const;
  std::size_t members() const;

  Context& context_;
};

}  // namespace essaimage::core
