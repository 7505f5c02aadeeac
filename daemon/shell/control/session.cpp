#include "daemon/shell/control/session.hpp"

namespace essaimage::shell {

namespace {
constexpr std::chrono::milliseconds progress_interval{100};
}

Status Session::item(const Json& json) { return connection_.send(control::Item{dump(json)}); }

Status Session::data(std::uint32_t file, Bytes bytes, bool end) { return connection_.send(control::Data{file, std::move(bytes), end}); }

Status Session::progress(std::uint64_t done, std::uint64_t total, control::Progress::Unit unit, std::string text) {
  const auto now = std::chrono::steady_clock::now();
  const bool last = total > 0 && done >= total;
  if (!last && progress_at_ && now - *progress_at_ < progress_interval) return {};
  progress_at_ = now;
  return connection_.send(control::Progress{done, total, unit, std::move(text)});
}

Result<control::Frame> Session::upload(std::chrono::milliseconds timeout) {
  TRY(auto frame, connection_.receive(timeout));
  if (!frame) return fail(Errc::timed_out, "nothing came from the client");
  if (!std::holds_alternative<control::Item>(*frame) && !std::holds_alternative<control::Data>(*frame))
    return fail(Errc::malformed, "expected an item or data");
  return std::move(*frame);
}

Status Session::pause(std::chrono::milliseconds time) {
  if (node_.stopping()) return fail(Errc::stopping);
  return connection_.pause(time);
}

}  // namespace essaimage::shell
