#include "daemon/shell/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>

#include <mutex>
#include <nlohmann/json.hpp>

#include "proto/text.hpp"

namespace essaimage::shell {
namespace {

constexpr std::size_t text_bytes_max = 2048;

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::trace: return spdlog::level::trace;
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warn: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::off: break;
  }
  return spdlog::level::off;
}

std::string_view name_of(LogLevel level) {
  static constexpr std::string_view names[] = {"trace", "debug", "info", "warn", "error", "off"};
  return names[static_cast<std::size_t>(level)];
}

std::string human(const LogLine& line) {
  std::string text = std::string(line.category) + ": " + printable(line.message);
  for (const auto& [name, value] : line.fields) text += " " + name + "=" + printable(value);
  return text;
}

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[40];
  const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  const auto rest = std::to_string(1000 + ms % 1000).substr(1);
  return std::string(text, size) + "." + rest + "Z";
}

std::string json(const LogLine& line) {
  nlohmann::ordered_json object;
  object["time"] = utc_now();
  object["level"] = name_of(line.level);
  object["category"] = line.category;
  object["code"] = line.code;
  object["message"] = printable(line.message);
  for (const auto& [name, value] : line.fields) object[name] = printable(value);
  return object.dump();
}

}  // namespace

std::string printable(std::string_view text) {
  if (text.size() > text_bytes_max) {
    // Not in the middle of a character: bytes 10xxxxxx continue one.
    std::size_t end = text_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text = text.substr(0, end);
  }
  const bool utf8 = is_utf8(text);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool control = byte < 0x20 || byte == 0x7f;
    out += control || (!utf8 && byte >= 0x80) ? '?' : c;
  }
  return out;
}

struct Log::Impl {
  LogConfig config;
  store::Path file;
  Language language = Language::english;
  std::mutex mutex;
  std::shared_ptr<spdlog::logger> logger;  ///< null: nothing is written

  /// The logger with its sinks; throws spdlog_ex where the file cannot be opened.
  void open() {
    const auto level = spdlog_level(config.level);
    // ansicolor_sink looks whether stderr is a terminal, and colours only then.
    std::vector<spdlog::sink_ptr> sinks = {std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>()};
    if (config.file) {
      sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), std::size_t{config.file_mib} * 1024 * 1024,
                                                                             config.files_kept));
    }
    auto made = std::make_shared<spdlog::logger>("essaimage", sinks.begin(), sinks.end());
    made->set_level(level);
    made->set_pattern(config.format == LogFormat::json ? "%v" : "%Y-%m-%d %H:%M:%S.%e %^%-5l%$ %v");
    made->flush_on(spdlog::level::trace);                // few lines, and the last ones matter most
    made->set_error_handler([](const std::string&) {});  // a full disk must not end the daemon
    logger = std::move(made);
  }

  Status try_open() {
    const std::lock_guard lock(mutex);
    try {
      open();
      return {};
    } catch (const spdlog::spdlog_ex& error) {
      return fail(Errc::io, file.string() + ": " + error.what());
    }
  }
};

Log::Log() : impl_(std::make_unique<Impl>()) {}
Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(const LogConfig& config, const store::Path& file, Language language) {
  std::unique_ptr<Log> log(new Log);
  log->impl_->config = config;
  log->impl_->file = file;
  log->impl_->language = language;
  CHECK_OK(log->impl_->try_open());
  return log;
}

std::unique_ptr<Log> Log::none() { return std::unique_ptr<Log>(new Log); }

void Log::write(const LogLine& line) {
  std::shared_ptr<spdlog::logger> logger;
  {
    const std::lock_guard lock(impl_->mutex);
    logger = impl_->logger;
  }
  const auto level = spdlog_level(line.level);
  if (!logger || !logger->should_log(level)) return;
  logger->log(level, "{}", impl_->config.format == LogFormat::json ? json(line) : human(line));
}

void Log::write(LogLevel level, std::string_view category, const Error& error) {
  const auto text = describe(error.code, impl_->language);
  LogLine line{level, category, std::string(text.code), to_line(error, impl_->language), {}};
  if (level >= LogLevel::warn) line.message += " (" + std::string(text.next_step) + ")";
  write(line);
}

void Log::write(const core::Event& event) { write(line_of(event, impl_->language)); }

Status Log::reopen() { return impl_->logger ? impl_->try_open() : Status{}; }

Language Log::language() const { return impl_->language; }

}  // namespace essaimage::shell
