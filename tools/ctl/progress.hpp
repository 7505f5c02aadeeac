#pragma once
// A progress bar on stderr, if that is a terminal: one line that is drawn over itself, at most ten times a second, and wiped
// at the end. What keeps media from coming is said in a sentence of its own, once, also where there is no terminal. One
// thread.

#include <chrono>
#include <optional>
#include <string>

#include "proto/control.hpp"
#include "proto/meter.hpp"
#include "tools/ctl/context.hpp"

namespace essaimage::ctl {

class ProgressBar {
 public:
  /// `what` stands before the bar: "publish".
  ProgressBar(const Context& context, std::string what);
  ~ProgressBar() { wipe(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(const control::Progress& progress);
  /// Makes the line empty, so that other text can stand there.
  void wipe();

  /// The line itself, without the terminal: "publish  [#####-----]  50 %  1.2 MB / 2.4 MB, 600 kB/s,
  /// 2 s left  lampe.stl". Where columns lack, the last goes first, then the bar gets shorter, then `what`.
  static std::string line(const std::string& what, const control::Progress& progress, Language language, std::size_t columns,
                          std::uint64_t rate = 0);

 private:
  using Clock = std::chrono::steady_clock;
  void tell_wait(const std::string& key, Clock::time_point now);

  const Context& context_;
  std::string what_;
  bool drawn_ = false;
  Clock::time_point last_{};
  Meter meter_;
  std::optional<std::uint64_t> done_before_;
  std::string wait_;  ///< what keeps media from coming
  Clock::time_point waits_since_{};
  std::string told_;  ///< for what it waits, as it was said last
};

}  // namespace essaimage::ctl
