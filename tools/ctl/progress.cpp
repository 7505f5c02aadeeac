#include "tools/ctl/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace essaimage::ctl {

namespace {

constexpr std::size_t bar_width = 20;
constexpr std::size_t columns_default = 80;
constexpr std::chrono::milliseconds interval{100};

std::string amount(std::uint64_t value, control::Progress::Unit unit, Language language) {
  return unit == control::Progress::Unit::bytes ? human_bytes(value, language)
                                                : human_number(value, language);
}

/// What the daemon is doing where no bytes are counted; its words are keys.
std::string phase(const std::string& key, Language language) {
  const bool fr = language == Language::french;
  if (key == "confirmation")
    return fr ? "attend qu'un pair confirme la dernière publication"
              : "waits for a peer to confirm the last publication";
  if (key == "commit") return fr ? "enregistre" : "makes it durable";
  if (key == "media") return fr ? "médias" : "media";
  return printable(key);
}

/// ", 600 kB/s, 2 s left"; nothing before a rate can be told.
std::string pace(const control::Progress& progress, std::uint64_t done, const Course& course, Language language) {
  constexpr std::chrono::milliseconds least{1000};
  if (progress.unit != control::Progress::Unit::bytes || course.time < least || done <= course.done_before) return {};
  const auto rate = (done - course.done_before) * 1000 / static_cast<std::uint64_t>(course.time.count());
  if (rate == 0) return {};
  const auto left = static_cast<std::int64_t>((progress.total - done) / rate) * 1000;
  return fmt::format(fmt::runtime(language == Language::french ? ", {}/s, encore {}" : ", {}/s, {} left"),
                     human_bytes(rate, language), human_duration(left, language));
}

}  // namespace

ProgressBar::ProgressBar(const Context& context, std::string what)
    : context_(context), what_(std::move(what)) {}

std::string ProgressBar::line(const std::string& what, const control::Progress& progress,
                              Language language, std::size_t columns, const Course& course) {
  if (progress.total == 0)
    return shortened(fmt::format("{}  {}", what, phase(progress.text, language)), columns);
  const auto done = std::min(progress.done, progress.total);
  const auto share = static_cast<double>(done) / static_cast<double>(progress.total);
  const auto full = static_cast<std::size_t>(share * static_cast<double>(bar_width));
  const auto text = fmt::format(
      "{}  [{}{}] {:3.0f} %  {} / {}{}  {}", what, std::string(full, '#'),
      std::string(bar_width - full, '-'), share * 100, amount(done, progress.unit, language),
      amount(progress.total, progress.unit, language), pace(progress, done, course, language), phase(progress.text, language));
  return shortened(text, columns);
}

void ProgressBar::show(const control::Progress& progress) {
  if (!context_.io.err_is_terminal) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - last_ < interval) return;
  last_ = now;
  drawn_ = true;
  if (!done_at_begin_) {
    begun_ = now;
    done_at_begin_ = progress.done;
  }
  const Course course{std::chrono::duration_cast<std::chrono::milliseconds>(now - begun_), *done_at_begin_};
  const auto columns = context_.io.columns > 0 ? context_.io.columns - 1 : columns_default;
  context_.err() << "\r\x1b[K" << line(what_, progress, context_.language, columns, course) << std::flush;
}

void ProgressBar::wipe() {
  if (drawn_) context_.err() << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace essaimage::ctl
