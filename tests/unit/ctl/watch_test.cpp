// What is told of media on their way: in a column, in a line, and as a picture that is drawn anew.
#include <sstream>

#include "tests/support/catch.hpp"
#include "tools/ctl/events.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/watch_view.hpp"
#include "tools/ctl/words/progress_words.hpp"

namespace watch_test {
using namespace essaimage;
using namespace essaimage::ctl;

namespace {

/// A context that prints nothing.
struct Speaker {
  std::ostringstream out, err;
  std::istringstream in;
  Io io{out, err, in};
  Parsed parsed;
  Context context;
  explicit Speaker(Language language = Language::english) : context{io, parsed, language, false, {}, {}} {}
};

Json moving() {
  return Json::parse(R"({"kind":"progress","time":"2026-03-01T09:30:00Z","kit":"fives/film","state":"coming","bytes_here":40000000,
    "bytes_total":90000000,"bytes_per_second":1200000,"remaining_ms":42000,"files_lacking":1,"from":["deule","fede"],"waits":null})");
}

Json stuck(const std::string& kit, const std::string& code = "paused", const std::string& en = "media are paused on this node") {
  Json json{{"kind", "progress"}, {"kit", kit}, {"state", "coming"}, {"bytes_here", 0}, {"bytes_total", 1'000'000}};
  json["bytes_per_second"] = 0;
  json["remaining_ms"] = nullptr;
  json["from"] = Json::array();
  json["waits"] = {{"code", code}, {"text", {{"en", en}, {"fr", "fr : " + en}}}};
  return json;
}

Json state(std::size_t coming) {
  Json json{{"kind", "state"}, {"level", false}, {"peers_connected", 2}, {"peers_known", 3}, {"traffic", {{"rest", "none"}}}};
  json["kits_coming"] = coming;
  json["kits_waiting_for_room"] = 1;
  json["bytes_here"] = 41'000'000;
  json["bytes_total"] = 93'000'000;
  json["bytes_per_second"] = 1'200'000;
  json["remaining_ms"] = 43'000;
  return json;
}

Json event(const std::string& kind, int number = 1) {
  return {{"number", number}, {"time", "2026-03-01T09:30:00Z"}, {"kind", kind}, {"peer", "deule"}, {"bytes", 5}};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  return out;
}

}  // namespace

TEST_CASE("what comes is told with numbers, what waits with its reason") {
  const Speaker english, french(Language::french);
  CHECK(progress_cell(moving(), Language::english) == "44 %, 42 s left");
  CHECK(progress_text(moving(), english.context) == "40 MB of 90 MB, 1.2 MB/s, 42 s left, from deule, fede");
  CHECK(progress_text(moving(), french.context) == "40 Mo sur 90 Mo, 1,2 Mo/s, encore 42 s, de deule, fede");
  CHECK(progress_cell(stuck("a/b"), Language::french) == "0 %, en pause");
  CHECK(progress_text(stuck("a/b"), english.context) == "0 B of 1.0 MB: media are paused on this node");
  // A reason that is newer than this program is still said.
  CHECK(progress_cell(stuck("a/b", "moon"), Language::english) == "0 %, moon");
  auto nearly = moving();
  nearly["bytes_here"] = 89'999'999;
  CHECK(share_text(nearly) == "99 %");
}

TEST_CASE("every reason for waiting that lasts has a sentence in both languages") {
  for (const auto* key : {"paused", "hours", "no-peer", "no-holder", "refused", "disk-fails"}) {
    INFO(key);
    CHECK_FALSE(short_wait(key, Language::english).empty());
    CHECK(wait_sentence(key, Language::english) != wait_sentence(key, Language::french));
    CHECK_FALSE(wait_sentence(key, Language::french).empty());
  }
  CHECK(short_wait("media", Language::english).empty());
}

TEST_CASE("a picture is drawn once it is whole: what comes, what waits and why, and what happened last") {
  const Speaker speaker;
  WatchView view(speaker.context);
  CHECK_FALSE(view.take(event("peer-connected")));
  CHECK_FALSE(view.take(moving()));
  CHECK_FALSE(view.take(stuck("loos/guide")));
  CHECK_FALSE(view.take(stuck("loos/autre")));
  CHECK(view.take(state(3)));
  const auto text = joined(view.lines(100, 0));
  INFO(text);
  for (const auto* part :
       {"2 peers connected of 3 known, not level", "3 kits to come: 41 MB of 93 MB, 1.2 MB/s, 43 s left", "1 kit waits for room",
        "fives/film  [########------------]  44 %", "40 MB of 90 MB, 1.2 MB/s, 42 s left, from deule, fede",
        "2 kits (2.0 MB) wait: media are paused on this node", "loos/guide, loos/autre", "deule  connected"})
    CHECK(text.find(part) != std::string::npos);
  // Of a kit with several files, those that come.
  auto several = moving();
  several["files_lacking"] = 3;
  several["media"] =
      Json::parse(R"([{"path":"film.mp4","bytes_here":1000000,"bytes_total":2000000,"bytes_per_second":500000,"from":["deule"]},
    {"path":"rest.mp4","bytes_here":5,"bytes_total":9,"from":[]}])");
  (void)view.take(several);
  (void)view.take(state(1));
  const auto files = joined(view.lines(100, 0));
  CHECK(files.find("      film.mp4: 1.0 MB of 2.0 MB, 500 kB/s\n") != std::string::npos);
  CHECK(files.find("rest.mp4") == std::string::npos);
  // The next picture takes the place of this one; a piece of a file is no event worth a line.
  CHECK_FALSE(view.take(event("media-progress", 2)));
  CHECK(view.take(state(0)));
  const auto after = joined(view.lines(100, 0));
  CHECK(after.find("Nothing is to come.") != std::string::npos);
  CHECK(after.find("fives/film") == std::string::npos);
  CHECK(after.find("media is coming") == std::string::npos);
}

TEST_CASE("a picture fits into its terminal, and keeps the kits that come rather than the events") {
  const Speaker speaker(Language::french);
  WatchView view(speaker.context);
  for (int i = 0; i < 20; ++i) (void)view.take(event("peer-connected", i));
  for (int i = 0; i < 30; ++i) {
    auto kit = moving();
    kit["kit"] = "fives/un-kit-au-nom-assez-long-pour-deborder-" + std::to_string(i);
    (void)view.take(kit);
  }
  for (const auto* why : {"un", "deux", "trois"}) (void)view.take(stuck("loos/guide", "turn", why));
  (void)view.take(state(31));
  for (const std::size_t rows : {5U, 12U, 24U, 200U}) {
    const auto lines = view.lines(79, rows);
    CHECK(lines.size() <= rows);
    for (const auto& line : lines) CHECK(display_width(line) <= 79);
  }
  const auto text = joined(view.lines(79, 24));
  INFO(text);
  CHECK(text.find("encore 42 s") != std::string::npos);
  CHECK(text.find("lignes de plus") != std::string::npos);
}

TEST_CASE("an event about a media file is told by its kit and path, or by its hash") {
  auto completed = event("media-completed");
  completed["media"] = std::string(64, 'a');
  CHECK(event_line(completed, Language::english, {}).find("aaaaaaaaaaaa") != std::string::npos);
  completed["kit"] = "fives/film";
  completed["path"] = "film.mp4";
  const auto line = event_line(completed, Language::english, {});
  CHECK(line.find("fives/film: film.mp4") != std::string::npos);
  CHECK(line.find("aaaa") == std::string::npos);
}

TEST_CASE("when the daemon goes the picture says so, keeps what happened, and goes on with it") {
  Speaker speaker;
  WatchView view(speaker.context);
  view.take(event("peer-connected"));
  view.take(moving());
  view.take(state(1));
  CHECK(joined(view.lines(80, 24)).find("fives/film") != std::string::npos);
  view.lost();
  const auto lost = joined(view.lines(80, 24));
  CHECK(lost.find("The daemon does not answer") == 0);
  CHECK(lost.find("fives/film") == std::string::npos);
  CHECK(lost.find("connected") != std::string::npos);
  view.take(state(0));
  CHECK(joined(view.lines(80, 24)).find("does not answer") == std::string::npos);
}

TEST_CASE("on a narrow terminal the reason for waiting is whole, in as many lines as it takes") {
  const Speaker speaker;
  WatchView view(speaker.context);
  (void)view.take(stuck("loos/guide", "refused", "the peer loos serves no media now (it may be paused)"));
  auto all = state(1);
  all["waits"] = stuck("x")["waits"];
  (void)view.take(all);
  const auto lines = view.lines(40, 24);
  const auto text = joined(lines);
  INFO(text);
  for (const auto& line : lines) CHECK(display_width(line) <= 40);
  CHECK(text.find("  1 kit (1.0 MB) waits: the peer loos\n  serves no media now (it may be paused)\n") != std::string::npos);
  CHECK(text.find("1 kit to come: 41 MB of 93 MB, 1.2 MB/s") != std::string::npos);
}

TEST_CASE("media that rest because of the hour say at which hours they move") {
  const Speaker english, french(Language::french);
  const Json state{{"rest", "hours"}, {"hours", {"20:00-07:00", "12:00-13:30"}}};
  CHECK(traffic_text(state, english.context).find("they move at 20:00-07:00, 12:00-13:30") != std::string::npos);
  CHECK(traffic_text(state, french.context).find("mais à 20:00-07:00, 12:00-13:30") != std::string::npos);
}

TEST_CASE("of a stream, what says nothing new is left out") {
  News news;
  auto same = moving();
  CHECK(news.is_news(moving()));
  same["time"] = "2026-03-01T09:30:01Z";
  CHECK_FALSE(news.is_news(same));
  auto other = moving();
  other["kit"] = "fives/autre";
  CHECK(news.is_news(other));
  auto further = moving();
  further["bytes_here"] = 41'000'000;
  CHECK(news.is_news(further));
  auto paused = state(1);
  paused["traffic"] = {{"rest", "paused"}, {"ends_in_ms", 5'000}};
  CHECK(news.is_news(paused));
  paused["traffic"]["ends_in_ms"] = 4'000;
  CHECK_FALSE(news.is_news(paused));
  CHECK(news.is_news(event("level")));
  CHECK(news.is_news(event("level")));
}

}  // namespace watch_test
