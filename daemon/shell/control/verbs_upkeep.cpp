// verify, which re-reads everything that is held, and watch, which tells what happens.

#include "daemon/shell/control/verbs.hpp"

namespace essaimage::shell::verb {

Result<Json> verify(Session& session, Arguments& arguments) {
  CHECK_OK(arguments.nothing_else());
  std::optional<Error> ended;
  std::uint64_t checked = 0;
  const auto problems =
      session.node().library().verify([&](std::uint64_t done, std::uint64_t total) {
        checked = done;
        auto status = session.pause(std::chrono::milliseconds(0));
        if (status) status = session.progress(done, total, control::Progress::Unit::bytes, "");
        if (!status) ended = status.error();
        return status.has_value();
      });
  if (ended) return tl::unexpected(*ended);
  if (!problems) return tl::unexpected(problems.error());
  std::vector<Json> list;
  for (const auto& problem : *problems) {
    auto json = to_json(problem.error);
    json["where"] = problem.where;
    list.push_back(std::move(json));
  }
  CHECK_OK(session.list(list));
  return Json{{"problems", list.size()}, {"bytes", checked}};
}

Result<Json> watch(Session& session, Arguments& arguments) {
  constexpr std::chrono::milliseconds interval{50};
  TRY(const auto after, arguments.number("after"));
  TRY(const auto count, arguments.number("count"));
  CHECK_OK(arguments.nothing_else());
  auto& node = session.node();
  std::uint64_t number = 0;
  if (after) {
    number = *after;
  } else if (const auto kept = node.events_after(0); !kept.empty()) {
    number = kept.back().number;
  }
  std::uint64_t told = 0;
  for (;;) {
    for (const auto& event : node.events_after(number)) {
      number = event.number;
      CHECK_OK(session.item(to_json(event)));
      if (++told == count.value_or(0)) return Json{{"events", told}, {"last", number}};
    }
    CHECK_OK(session.pause(interval));
  }
}

}  // namespace essaimage::shell::verb
