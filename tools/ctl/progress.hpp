#pragma once
// A progress bar on stderr, if that is a terminal; else nothing. One line that is drawn over
// itself, at most ten times a second, and wiped at the end. One thread.

#include <chrono>
#include <optional>
#include <string>

#include "proto/control.hpp"
#include "tools/ctl/context.hpp"

namespace essaimage::ctl {

/// How long it went on, and from how much: for the rate of bytes and the time that is left.
struct Course {
  std::chrono::milliseconds time{0};
  std::uint64_t done_before = 0;
};

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
  /// 2 s left  lampe.stl".
  static std::string line(const std::string& what, const control::Progress& progress,
                          Language language, std::size_t columns, const Course& course = {});

 private:
  const Context& context_;
  std::string what_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{}, begun_{};
  std::optional<std::uint64_t> done_at_begin_;
};

}  // namespace essaimage::ctl
