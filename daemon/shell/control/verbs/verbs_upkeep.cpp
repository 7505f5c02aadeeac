// verify, which re-reads everything that is held, scrub, which does so slowly, and what ends the forks of this centre's feeds.

#include "daemon/shell/control/verbs.hpp"

namespace essaimage::shell::verb {

Result<Json> verify(Session& session, Arguments& arguments) {
  CHECK_OK(arguments.nothing_else());
  std::optional<Error> ended;
  std::uint64_t checked = 0;
  const auto problems = session.node().library().verify([&](std::uint64_t done, std::uint64_t total) {
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

Result<Json> scrub(Session& session, Arguments& arguments) {
  TRY(const bool look, arguments.flag("look"));
  CHECK_OK(arguments.nothing_else());
  TRY(const auto view, session.node().scrub(!look));
  const bool known = view.begun != Timestamp{};
  return Json{{"reading", view.reading},
              {"begun", known ? Json(to_utc(view.begun)) : Json()},
              {"due", known ? Json(to_utc(view.due)) : Json()},
              {"bytes", view.bytes},
              {"damaged", view.damaged}};
}

Result<Json> fork_resolve(Session& session, Arguments& arguments) {
  CHECK_OK(arguments.nothing_else());
  TRY(const auto resolved, session.node().library().resolve_forks());
  auto feeds = Json::array();
  for (const auto& [forked, head] : resolved)
    feeds.push_back({{"feed", head.feed.str()}, {"forked", forked.str()}, {"order", head.order.str()}});
  return Json{{"feeds", std::move(feeds)}};
}

}  // namespace essaimage::shell::verb
