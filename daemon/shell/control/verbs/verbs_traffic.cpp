// pause and resume: whether media move.

#include "daemon/shell/control/verbs.hpp"

namespace essaimage::shell::verb {

Result<Json> pause(Session& session, Arguments& arguments) {
  TRY(const auto seconds, arguments.number("seconds"));
  CHECK_OK(arguments.nothing_else());
  constexpr std::uint64_t seconds_max = 366 * 86'400;
  if (seconds && (*seconds == 0 || *seconds > seconds_max)) return fail(Errc::usage, "seconds: 1-" + std::to_string(seconds_max));
  std::optional<Duration> length;
  if (seconds) length = std::chrono::seconds(*seconds);
  TRY(const auto state, session.node().pause(length));
  return shell::to_json(state, session.node().now());
}

Result<Json> resume(Session& session, Arguments& arguments) {
  CHECK_OK(arguments.nothing_else());
  TRY(const auto state, session.node().resume());
  return shell::to_json(state, session.node().now());
}

}  // namespace essaimage::shell::verb
