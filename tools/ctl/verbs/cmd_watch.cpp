// watch: what happens and what is on its way, as it goes.

#include <poll.h>

#include <chrono>
#include <ostream>
#include <utility>

#include "tools/ctl/events.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/watch_view.hpp"

namespace essaimage::ctl::verb {

namespace {

/// Draws the view over what it drew before.
class Screen {
 public:
  explicit Screen(const Context& context) : context_(context) {}

  /// Thousands of events in a second are no reason for thousands of pictures.
  void draw_soon(const WatchView& view, bool changed, bool at_once) {
    constexpr std::chrono::milliseconds interval{100};
    if (changed && (at_once || std::chrono::steady_clock::now() - last_ >= interval)) draw(view);
  }

  void draw(const WatchView& view) {
    last_ = std::chrono::steady_clock::now();
    auto& io = context_.io;
    if (io.measure != nullptr) io.measure(io);  // the window may have another size now
    // The last column and row are left free: what stands there makes some terminals scroll.
    const auto columns = io.columns > 1 ? io.columns - 1 : 79, rows = io.rows > 1 ? io.rows - 1 : 23;
    std::string text;
    if (drawn_ > 0) text += "\x1b[" + std::to_string(std::min(drawn_, rows)) + "A";
    text += "\r\x1b[J";
    const auto lines = view.lines(columns, rows);
    for (const auto& line : lines) text += line + "\n";
    drawn_ = lines.size();
    context_.out() << text << std::flush;
  }

 private:
  const Context& context_;
  std::size_t drawn_ = 0;  ///< lines
  std::chrono::steady_clock::time_point last_;
};

/// A daemon that was stopped, or is being updated, is waited for by whoever sits before the picture.
bool may_return(const Error& error) {
  return error.code == Errc::control_closed || error.code == Errc::control_not_running || error.code == Errc::control_busy ||
         error.code == Errc::stopping;
}

/// False if somebody stops the watching meanwhile.
bool wait_a_second(const Context& context) {
  pollfd interrupt{context.io.interrupt, POLLIN, 0};
  return ::poll(&interrupt, 1, 1'000) == 0;
}

/// Until the daemon goes, or somebody stops it: what it told goes where it belongs.
Result<Json> watch_once(const Context& context, const Json& arguments, const std::function<Status(const Json&)>& item) {
  TRY(auto client, Client::connect(context));
  Client::Handlers handlers;
  handlers.item = item;
  return client.ask("watch", arguments, handlers);
}

Result<Json> watch_drawn(const Context& context, Json arguments) {
  WatchView view(context);
  Screen screen(context);
  bool seen = false;
  std::uint64_t events = 0;
  for (;;) {
    auto reply = watch_once(context, arguments, [&](const Json& item) -> Status {
      seen = true;
      events += item.contains("number") ? 1 : 0;
      screen.draw_soon(view, view.take(item), text_at(item, "kind") == "state");
      return context.out() ? Status{} : fail(Errc::cancelled);
    });
    if (reply) screen.draw(view);
    if (reply || !seen || !may_return(reply.error())) return reply;
    view.lost();
    screen.draw(view);
    arguments["after"] = 0;  // one that starts anew has told nothing yet
    if (const auto count = number_at(arguments, "count"); count > 0) {
      if (events >= count) return Json::object();
      arguments["count"] = count - std::exchange(events, 0);
    }
    if (!wait_a_second(context)) return fail(Errc::cancelled);
  }
}

}  // namespace

Result<ExitCode> watch(Context& context) {
  Json arguments = Json::object();
  if (context.parsed.has("all")) arguments["after"] = 0;
  if (context.parsed.has("count")) {
    TRY(arguments["count"], parse_seconds(context.parsed.value("count"), "count"));
  }
  const bool drawn = context.io.redraws && !context.json;
  if (drawn || context.json) arguments["progress"] = true;
  News news;
  const auto print = [&](const Json& item) -> Status {
    if (!context.json) {
      context.out() << event_line(item, context.language, context.out_style) << std::endl;
    } else if (news.is_news(item)) {
      // Whoever reads on the other end of a pipe waits for it.
      context.out() << item.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    }
    return context.out() ? Status{} : fail(Errc::cancelled);
  };
  const auto reply = drawn ? watch_drawn(context, arguments) : watch_once(context, arguments, print);
  // It goes on until somebody stops it: that is how it ends well.
  if (reply || reply.error().code == Errc::cancelled) return ExitCode::ok;
  if (!context.json) return tl::unexpected(reply.error());
  // Of a stream of lines the last is one, too.
  context.out() << error_json(reply.error(), context.language, -1) << std::endl;
  return exit_code_of(reply.error());
}

}  // namespace essaimage::ctl::verb
