#include "tools/ctl/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "tools/ctl/words/progress_words.hpp"

namespace essaimage::ctl {

namespace {

constexpr std::size_t bar_width = 20, bar_width_short = 8, what_width_min = 8;
constexpr std::size_t bar_columns_default = 80;
constexpr std::chrono::milliseconds interval{100};

std::string amount(std::uint64_t value, control::Progress::Unit unit, Language language) {
  return unit == control::Progress::Unit::bytes ? human_bytes(value, language) : human_number(value, language);
}

/// What the daemon is doing where no bytes are counted; its words are keys.
std::string phase(const std::string& key, Language language) {
  const bool fr = language == Language::french;
  if (key == "confirmation")
    return fr ? "attend qu'un pair confirme la dernière publication" : "waits for a peer to confirm the last publication";
  if (key == "commit") return fr ? "enregistre" : "makes it durable";
  if (key == "media") return fr ? "médias" : "media";
  if (auto wait = short_wait(key, language); !wait.empty()) return wait;
  return printable(key);
}

/// ", 600 kB/s, 2 s left"; nothing before a rate can be told.
std::string pace(std::uint64_t left_bytes, std::uint64_t rate, Language language) {
  const auto left = time_for(left_bytes, rate);
  if (!left) return {};
  return fmt::format(fmt::runtime(language == Language::french ? ", {}/s, encore {}" : ", {}/s, {} left"), human_bytes(rate, language),
                     human_duration(left->count(), language));
}

std::string bar_of(double share, std::size_t width) {
  const auto full = std::min(width, static_cast<std::size_t>(share * static_cast<double>(width)));
  return fmt::format("[{}{}] ", std::string(full, '#'), std::string(width - full, '-'));
}

}  // namespace

ProgressBar::ProgressBar(const Context& context, std::string what) : context_(context), what_(std::move(what)) {}

std::string ProgressBar::line(const std::string& what, const control::Progress& progress, Language language, std::size_t columns,
                              std::uint64_t rate) {
  if (progress.total == 0) return shortened(fmt::format("{}  {}", what, phase(progress.text, language)), columns);
  const auto done = std::min(progress.done, progress.total);
  const auto share = static_cast<double>(done) / static_cast<double>(progress.total);
  auto numbers = fmt::format("{:3.0f} %  {} / {}", share * 100, amount(done, progress.unit, language),
                             amount(progress.total, progress.unit, language));
  auto last = "  " + phase(progress.text, language);
  if (!short_wait(progress.text, language).empty()) {
    numbers += std::exchange(last, {});  // why nothing comes matters more than how fast it came
  } else if (progress.unit == control::Progress::Unit::bytes) {
    numbers += pace(progress.total - done, rate, language);
  }
  for (const auto width : {bar_width, bar_width_short}) {
    for (const auto& end : {last, std::string()}) {
      auto text = fmt::format("{}  {}{}{}", what, bar_of(share, width), numbers, end);
      if (columns == 0 || display_width(text) <= columns) return text;
    }
  }
  const auto numbers_width = display_width(numbers) + 2;
  const auto room = columns > numbers_width + what_width_min ? columns - numbers_width : what_width_min;
  return shortened(fmt::format("{}  {}", shortened(what, room), numbers), columns);
}

/// A pause lasts until somebody ends it: it is said at once. Anything else may be over in a moment.
void ProgressBar::tell_wait(const std::string& key, Clock::time_point now) {
  constexpr std::chrono::seconds patience{3};
  if (key != wait_) {
    wait_ = key;
    waits_since_ = now;
  }
  const auto sentence = wait_sentence(key, context_.language);
  const bool lasts = key == "paused" || key == "hours" || now - waits_since_ >= patience;
  if (told_ == key || sentence.empty() || !lasts) return;
  told_ = key;
  wipe();
  context_.err() << sentence << std::endl;
}

void ProgressBar::show(const control::Progress& progress) {
  const auto now = Clock::now();
  const auto before = done_before_.value_or(progress.done);
  done_before_ = progress.done;
  if (progress.done > before) told_.clear();  // it went on: what it waits for next is news
  tell_wait(progress.text, now);
  if (!context_.io.err_is_terminal) return;
  const Instant instant{std::chrono::duration_cast<Duration>(now.time_since_epoch()).count()};
  if (progress.done > before) meter_.came(progress.done - before, instant);
  if (drawn_ && now - last_ < interval) return;
  last_ = now;
  drawn_ = true;
  const auto columns = context_.io.columns > 0 ? context_.io.columns - 1 : bar_columns_default;
  context_.err() << "\r\x1b[K" << line(what_, progress, context_.language, columns, meter_.rate(instant)) << std::flush;
}

void ProgressBar::wipe() {
  if (drawn_) context_.err() << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace essaimage::ctl
