#include "daemon/shell/log.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace log_test {
using namespace essaimage;
using namespace essaimage::shell;

namespace {

LogConfig quiet(LogFormat format, LogLevel level = LogLevel::info) {
  LogConfig config;
  config.format = format;
  config.level = level;
  return config;
}

std::vector<std::string> lines_of(const store::Path& file) {
  std::istringstream in(test::read_text(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("JSON lines are objects with time, level, category, code, message and fields") {
  const test::TempFolder folder;
  auto log = Log::open(quiet(LogFormat::json), folder / "log", Language::english);
  REQUIRE(log);
  (*log)->write({LogLevel::warn, "peer", "peer.misbehaved", "it said \"no\"\n", {{"peer", "lille\x1b[2J"}}});
  (*log)->write({LogLevel::debug, "peer", "peer.x", "not at this level", {}});
  const auto lines = lines_of(folder / "log");
  REQUIRE(lines.size() == 1);
  const auto object = nlohmann::json::parse(lines[0]);
  CHECK(object["level"] == "warn");
  CHECK(object["category"] == "peer");
  CHECK(object["code"] == "peer.misbehaved");
  CHECK(object["message"] == "it said \"no\"?");
  CHECK(object["peer"] == "lille?[2J");
  CHECK(object["time"].get<std::string>().size() == std::string("2026-01-01T00:00:00.000Z").size());
}

TEST_CASE("Human lines hold one event each, whatever the peer put into it") {
  const test::TempFolder folder;
  auto log = Log::open(quiet(LogFormat::human), folder / "log", Language::english);
  REQUIRE(log);
  (*log)->write({LogLevel::info, "peer", "peer.connected", "one\ntwo", {{"agent", "{} %v \xff"}}});
  const auto lines = lines_of(folder / "log");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("peer: one?two agent={} %v ?") != std::string::npos);
  CHECK(lines[0].find('\x1b') == std::string::npos);
}

TEST_CASE("An error is logged with its code, cause and next step, in the language that was asked for") {
  const test::TempFolder folder;
  auto log = Log::open(quiet(LogFormat::json), folder / "log", Language::french);
  REQUIRE(log);
  (*log)->write(LogLevel::error, "node", Error{Errc::disk_full, "/srv"});
  const auto object = nlohmann::json::parse(lines_of(folder / "log").at(0));
  CHECK(object["code"] == "disk.full");
  CHECK(object["message"].get<std::string>().find("le disque est plein") != std::string::npos);
  CHECK(object["message"].get<std::string>().find("/srv") != std::string::npos);
}

TEST_CASE("After the file was moved away, reopening begins a new one") {
  const test::TempFolder folder;
  auto log = Log::open(quiet(LogFormat::human), folder / "log", Language::english);
  REQUIRE(log);
  (*log)->write({LogLevel::info, "node", "node.a", "before", {}});
  std::filesystem::rename(folder / "log", folder / "log.old");
  REQUIRE((*log)->reopen());
  (*log)->write({LogLevel::info, "node", "node.b", "after", {}});
  CHECK(test::read_text(folder / "log.old").find("after") == std::string::npos);
  CHECK(test::read_text(folder / "log").find("after") != std::string::npos);
}

TEST_CASE("The file is rotated at its size, and only so many older ones are kept") {
  const test::TempFolder folder;
  auto config = quiet(LogFormat::human);
  config.file_mib = 1;
  config.files_kept = 1;
  auto log = Log::open(config, folder / "log", Language::english);
  REQUIRE(log);
  const std::string text(2000, 'x');
  for (int i = 0; i < 1200; ++i) (*log)->write({LogLevel::info, "node", "node.x", text, {}});
  std::uintmax_t bytes = 0;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    bytes += entry.file_size();
    ++files;
  }
  CHECK(files == 2);
  CHECK(bytes <= 2 * 1024 * 1024);
}

TEST_CASE("A log that cannot be opened is an error, not an exception") {
  const test::TempFolder folder;
  std::filesystem::create_directory(folder / "log");
  const auto log = Log::open(quiet(LogFormat::human), folder / "log", Language::english);
  REQUIRE_FALSE(log);
  CHECK(log.error().code == Errc::io);
}

TEST_CASE("Every event of the core has a line of its own in both languages") {
  std::set<std::string> codes;
  const auto last = static_cast<int>(core::Event::Kind::kit_passed_on);
  for (int kind = 0; kind <= last; ++kind) {
    core::Event event;
    event.kind = static_cast<core::Event::Kind>(kind);
    event.peer = "lille";
    event.error = Error{Errc::malformed, "x"};
    const auto english = line_of(event, Language::english), french = line_of(event, Language::french);
    CHECK(english.message != french.message);
    CHECK(english.fields.size() == 3);
    codes.insert(english.code);
  }
  CHECK(codes.size() == static_cast<std::size_t>(last) + 1);
}

TEST_CASE("Long texts are cut between characters") {
  const std::string text = std::string(2047, 'a') + "é" + std::string(100, 'b');
  CHECK(printable(text) == std::string(2047, 'a'));
}

}  // namespace log_test
