#include "tools/ctl/watch_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "proto/counted.hpp"
#include "tools/ctl/events.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/progress_words.hpp"

namespace essaimage::ctl {

namespace {

constexpr std::size_t events_max = 8, watch_bar_width = 20, name_width_max = 44;

bool waits(const Json& kit) {
  const auto at = kit.find("waits");
  return at != kit.end() && at->is_object();
}

std::string bar_of(const Json& progress) {
  const auto total = number_at(progress, "bytes_total"), here = std::min(number_at(progress, "bytes_here"), total);
  const auto full = total == 0 ? 0 : static_cast<std::size_t>(static_cast<double>(here) / static_cast<double>(total) * watch_bar_width);
  return fmt::format("[{}{}]", std::string(full, '#'), std::string(watch_bar_width - full, '-'));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

/// At most `most` of them, and how many more there are.
void cut(std::vector<std::string>& lines, std::size_t most, const Context& context) {
  if (lines.size() <= most) return;
  const auto left_out = lines.size() - (most == 0 ? 0 : most - 1);
  lines.resize(most == 0 ? 0 : most - 1);
  if (most > 0) lines.push_back(fmt::format(fmt::runtime(context.say("  … {} more lines", "  … {} lignes de plus")), left_out));
}

}  // namespace

bool WatchView::take(const Json& item) {
  const auto kind = text_at(item, "kind");
  if (kind == "progress") {
    next_.push_back(item);
    return false;
  }
  if (kind == "state") {
    lost_ = false;
    state_ = item;
    kits_ = std::exchange(next_, {});
    return true;
  }
  // Each piece of a media file would push out all else; how it goes is shown above.
  if (kind == "media-progress") return false;
  // After a daemon was away it is asked for all that it remembers.
  if (std::find(events_.begin(), events_.end(), item) != events_.end()) return false;
  events_.push_back(item);
  if (events_.size() > events_max) events_.pop_front();
  return !state_.is_null();
}

void WatchView::lost() {
  lost_ = true;
  state_ = nullptr;
  kits_.clear();
  next_.clear();
}

WatchView::Lines WatchView::head(std::size_t columns) const {
  if (lost_) {
    const auto said =
        context_.say("The daemon does not answer; this goes on when it does.", "Le démon ne répond pas ; cela reprendra avec lui.");
    return {context_.out_style.paint(Colour::red, shortened(said, columns))};
  }
  if (state_.is_null()) return {};
  const auto language = context_.language;
  const auto& style = context_.out_style;
  const bool level = flag_at(state_, "level");
  const auto connected = number_at(state_, "peers_connected"), known = number_at(state_, "peers_known");
  const auto peers =
      fmt::format(fmt::runtime(context_.say("{} {} of {} known", "{} {} sur {}")), counted(connected, peers_counted, language),
                  by_number(connected, {{"connected", "connecté"}, {"connected", "connectés"}}, language), known);
  const auto said = shortened(
      peers + ", " + (level && connected > 0 ? context_.say("level", "à jour") : context_.say("not level", "pas à jour")), columns);
  Lines lines{style.paint(level && connected > 0 ? Colour::green : Colour::yellow, said)};
  if (const auto traffic = state_.find("traffic"); traffic != state_.end() && text_at(*traffic, "rest") != "none")
    lines.push_back(style.paint(Colour::yellow, shortened(traffic_text(*traffic, context_), columns)));
  const auto coming = number_at(state_, "kits_coming");
  if (coming == 0) {
    lines.push_back(shortened(context_.say("Nothing is to come.", "Rien n'est attendu."), columns));
  } else {
    // Why all of it waits is said below, with the names.
    auto state = state_;
    state.erase("waits");
    const auto text = counted(coming, kits_counted, language) + context_.say(" to come: ", " à venir : ") + progress_text(state, context_);
    lines.push_back(shortened(text, columns));
  }
  for (const auto& due : list_at(state_, "deadlines")) {
    const auto words = due.value("text", Json::object());
    const auto text = text_at(due, "id") + ", " + text_at(words, language == Language::french ? "fr" : "en");
    lines.push_back(style.paint(flag_at(due, "at_risk") ? Colour::yellow : Colour::none, shortened(printable(text), columns)));
  }
  if (const auto room = number_at(state_, "kits_waiting_for_room"); room > 0) {
    const auto text = counted(room, kits_counted, language) + " " +
                      std::string(by_number(room, {{"waits", "attend"}, {"wait", "attendent"}}, language)) +
                      context_.say(" for room; `essaimagectl hold` says more.", " de la place ; `essaimagectl hold` en dit plus.");
    lines.push_back(shortened(text, columns));
  }
  return lines;
}

WatchView::Lines WatchView::coming(std::size_t columns) const {
  Lines lines;
  std::size_t width = 0;
  for (const auto& kit : kits_)
    if (!waits(kit)) width = std::max(width, std::min(display_width(printable(text_at(kit, "kit"))), name_width_max));
  for (const auto& kit : kits_) {
    if (waits(kit) || (number_at(kit, "bytes_total") == 0 && text_at(kit, "state") != "whole")) continue;
    const auto name = shortened(printable(text_at(kit, "kit")), width);
    const bool whole = text_at(kit, "state") == "whole";
    lines.push_back(shortened(fmt::format("  {}{}  {} {:>5}", name, std::string(width - display_width(name), ' '), bar_of(kit),
                                          whole ? "100 %" : share_text(kit)),
                              columns));
    const auto text = whole ? context_.say("whole", "entier") : progress_text(kit, context_);
    lines.push_back(shortened(std::string(4, ' ') + text, columns));
    if (number_at(kit, "files_lacking") > 1) add_files(kit, columns, lines);
  }
  return lines;
}

/// The files that come now, where a kit has several of them.
void WatchView::add_files(const Json& kit, std::size_t columns, Lines& lines) const {
  constexpr std::size_t files_max = 2;
  std::size_t told = 0;
  for (const auto& media : list_at(kit, "media")) {
    const auto path = text_at(media, "path");
    if (path.empty() || list_at(media, "from").empty() || ++told > files_max) continue;
    auto copy = media;
    copy.erase("from");  // the kit's line says it
    lines.push_back(shortened(std::string(6, ' ') + printable(path) + context_.say(": ", " : ") + progress_text(copy, context_), columns));
  }
}

/// By what they wait for: one line for each reason.
WatchView::Lines WatchView::waiting(std::size_t columns) const {
  struct Group {
    std::string code, why, names;
    std::uint64_t kits = 0, bytes = 0;
  };
  std::vector<Group> groups;
  for (const auto& kit : kits_) {
    if (!waits(kit)) continue;
    const auto code = text_at(kit.at("waits"), "code");
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& each) { return each.code == code; });
    if (group == groups.end()) group = groups.insert(groups.end(), {code, {}, {}, 0, 0});
    // Of several files it speaks of several, which is right for several kits too.
    if (group->why.empty() || number_at(kit, "files_lacking") > 1) group->why = wait_text(kit, context_.language);
    group->kits += 1;
    group->bytes += number_at(kit, "bytes_total") - std::min(number_at(kit, "bytes_total"), number_at(kit, "bytes_here"));
    group->names += (group->names.empty() ? "" : ", ") + printable(text_at(kit, "kit"));
  }
  Lines lines;
  for (const auto& group : groups) {
    const auto verb = std::string(by_number(group.kits, {{"waits", "attend"}, {"wait", "attendent"}}, context_.language));
    const auto text = fmt::format("{} ({}) {}{}{}", counted(group.kits, kits_counted, context_.language),
                                  human_bytes(group.bytes, context_.language), verb, context_.say(": ", " : "), group.why);
    for (const auto& line : lines_of(wrapped(text, columns, 2))) lines.push_back(shortened(line, columns));
    lines.push_back(shortened(std::string(4, ' ') + group.names, columns));
  }
  return lines;
}

WatchView::Lines WatchView::events(std::size_t columns) const {
  Lines lines;
  for (const auto& event : events_) lines.push_back(shortened(std::string(2, ' ') + event_line(event, context_.language, {}), columns));
  return lines;
}

WatchView::Lines WatchView::lines(std::size_t columns, std::size_t rows) const {
  auto out = head(columns);
  auto of_kits = coming(columns), of_waits = waiting(columns), of_events = events(columns);
  if (rows > 0) {
    // What comes is what one looks for; of events a few are enough.
    auto room = rows - std::min(rows, out.size() + 2);
    const auto events_least = std::min<std::size_t>(of_events.size(), room / 4);
    cut(of_kits, room - std::min(room, events_least + std::min<std::size_t>(of_waits.size(), 2)), context_);
    room -= std::min(room, of_kits.size());
    cut(of_waits, room - std::min(room, events_least), context_);
    room -= std::min(room, of_waits.size());
    if (of_events.size() > room) of_events.erase(of_events.begin(), of_events.end() - static_cast<std::ptrdiff_t>(room));
  }
  for (auto* part : {&of_kits, &of_waits}) out.insert(out.end(), part->begin(), part->end());
  if (!of_events.empty()) {
    out.push_back(context_.out_style.paint(Colour::dim, context_.say("What happened last:", "Derniers événements :")));
    out.insert(out.end(), of_events.begin(), of_events.end());
  }
  return out;
}

bool News::is_news(const Json& item) {
  const auto kind = text_at(item, "kind");
  if (kind != "progress" && kind != "state") return true;
  auto copy = item;
  copy.erase("time");
  // What runs down by itself is no news.
  if (const auto traffic = copy.find("traffic"); traffic != copy.end() && traffic->is_object()) traffic->erase("ends_in_ms");
  auto& last = last_[kind + " " + text_at(item, "kit")];
  auto text = copy.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text == last) return false;
  last = std::move(text);
  return true;
}

}  // namespace essaimage::ctl
