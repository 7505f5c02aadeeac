#pragma once
// What `watch` shows on a terminal: a picture of what is on its way, drawn anew over the last one about once a second. Items
// of the daemon go in, lines come out; who draws them is terminal-wise (cmd_watch.cpp). One thread.

#include <deque>
#include <map>

#include "tools/ctl/client.hpp"

namespace essaimage::ctl {

class WatchView {
 public:
  explicit WatchView(const Context& context) : context_(context) {}

  /// True if the picture is whole again, and may be drawn: an event came, or how the node is.
  bool take(const Json& item);
  /// The daemon is gone for now: what was said of it counts no longer, but for the events.
  void lost();
  /// At most `rows`, each of at most so many columns; 0: as many as there are.
  std::vector<std::string> lines(std::size_t columns, std::size_t rows) const;

 private:
  using Lines = std::vector<std::string>;
  Lines head(std::size_t columns) const;
  Lines coming(std::size_t columns) const;
  void add_files(const Json& kit, std::size_t columns, Lines& lines) const;
  Lines waiting(std::size_t columns) const;
  Lines events(std::size_t columns) const;

  const Context& context_;
  Json state_;                     ///< null before the first
  std::vector<Json> kits_, next_;  ///< of the last whole picture, and of the one that is being told
  std::deque<Json> events_;
  bool lost_ = false;
};

/// Of the stream that is printed with --json: whether an item says something that the last of its kind and kit did not.
class News {
 public:
  bool is_news(const Json& item);

 private:
  std::map<std::string, std::string> last_;
};

}  // namespace essaimage::ctl
