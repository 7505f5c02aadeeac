// essaimaged: the daemon of one node. Reads the command line and the configuration, opens the home, runs the loop, and
// ends within two seconds of SIGTERM whatever is under way.

#include <malloc.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <condition_variable>
#include <cstdio>
#include <iostream>
#include <thread>

#include "daemon/shell/control/server.hpp"
#include "daemon/shell/runtime.hpp"
#include "daemon/shell/service.hpp"
#include "proto/exit_codes.hpp"
#include "proto/language.hpp"
#include "proto/version.hpp"
#include "store/disk/unreadable_pages.hpp"

namespace essaimage {
namespace {

/// SIGTERM gives two seconds; what is under way may be abandoned, because all that was promised is on the disk.
constexpr Duration jobs_patience{900};
constexpr Duration end_patience{1'500};

struct Options {
  std::string home;
  std::string log_level;
};

/// --home, else $ESSAIMAGE_HOME, else $XDG_DATA_HOME/essaimage, else ~/.local/share/essaimage.
store::Path home_of(const Options& options) {
  const auto variable = [](const char* name) { return std::string(std::getenv(name) ? std::getenv(name) : ""); };
  if (!options.home.empty()) return options.home;
  if (const auto home = variable("ESSAIMAGE_HOME"); !home.empty()) return home;
  if (const auto data = variable("XDG_DATA_HOME"); !data.empty()) return store::Path(data) / "essaimage";
  return store::Path(variable("HOME")) / ".local" / "share" / "essaimage";
}

/// Ends the process if it has not ended by itself in time.
class Watchdog {
 public:
  explicit Watchdog(Duration patience) : thread_([this, patience] { watch(patience); }) {}
  ~Watchdog() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    signal_.notify_all();
    thread_.join();
  }

 private:
  void watch(Duration patience) {
    std::unique_lock lock(mutex_);
    if (!signal_.wait_for(lock, patience, [this] { return over_; })) ::_exit(0);
  }

  std::mutex mutex_;
  std::condition_variable signal_;
  bool over_ = false;
  std::thread thread_;
};

/// Opening a large home may take a while, before any loop reads signals. SIGTERM or SIGINT then end the process: there
/// is nothing that it could have acknowledged.
class OpeningGuard {
 public:
  explicit OpeningGuard(const store::Fd& signals) : thread_([this, fd = signals.get()] { watch(fd); }) {}
  ~OpeningGuard() {
    const std::uint64_t one = 1;
    (void)!::write(opened_.get(), &one, sizeof one);
    thread_.join();
  }

 private:
  void watch(int signals) {
    pollfd items[] = {{opened_.get(), POLLIN, 0}, {signals, POLLIN, 0}};
    while (::poll(items, 2, -1) < 0) {
    }
    // A SIGHUP here ends the process too: a log that is not open yet needs no opening anew.
    if (items[0].revents == 0) ::_exit(0);
  }

  store::Fd opened_{::eventfd(0, EFD_CLOEXEC)};
  std::thread thread_;
};

Timestamp civil_now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::seconds>(time).count()};
}

ExitCode exit_code_of(const Error& error) {
  switch (error.code) {
    case Errc::usage:
    case Errc::config_wrong:
    case Errc::config_key_unknown: return ExitCode::usage;
    // Somebody must act first: starting again is of no use.
    case Errc::home_damaged:
    case Errc::key_foreign:
    case Errc::key_unusable:
    case Errc::home_missing: return ExitCode::refused;
    default: return ExitCode::failed;
  }
}

ExitCode explain(const Error& error, Language language) {
  const auto text = describe(error.code, language);
  std::fprintf(stderr, "essaimaged: %s\n  → %s\n  code%s %s\n", to_line(error, language).c_str(), std::string(text.next_step).c_str(),
               language == Language::french ? "\u00A0:" : ":", std::string(text.code).c_str());
  return exit_code_of(error);
}

Status serve(shell::Runtime::Parts parts) {
  const auto socket = parts.layout.control_socket();
  const auto home = parts.layout.home.string();
  shell::Log& log = *parts.log;
  TRY(auto runtime, shell::Runtime::open(std::move(parts)));
  TRY(auto control, shell::ControlServer::start(socket, *runtime));
  const auto ready = [&] {
    std::string where;
    for (const auto& endpoint : runtime->endpoints()) where += (where.empty() ? "" : " ") + endpoint;
    log.write({shell::LogLevel::info,
               "node",
               "node.ready",
               log.language() == Language::french ? "prêt" : "ready",
               {{"version", std::string(version_text())}, {"home", home}, {"endpoints", where}}});
    shell::notify_service("READY=1\nSTATUS=" + (where.empty() ? "connecting out" : where));
  };
  runtime->run(ready);
  shell::notify_service("STOPPING=1");
  log.write({shell::LogLevel::info, "node", "node.ending", log.language() == Language::french ? "s'arrête" : "ending", {}});
  const Watchdog watchdog(end_patience);
  control.reset();
  if (!runtime->wait_for_jobs(jobs_patience)) {
    log.write({shell::LogLevel::info,
               "node",
               "node.abandoned",
               log.language() == Language::french ? "un travail a été abandonné\u00A0; rien de ce qui est acquis n'est perdu"
                                                  : "a job was abandoned; nothing acknowledged is lost",
               {}});
    ::_exit(0);
  }
  return {};
}

Status run(const Options& options, Language& language) {
  // Before anything starts a thread.
  TRY(auto signals, shell::take_signals());
  shell::Runtime::Parts parts;
  // Absolute, so that no library resolves it against another folder.
  std::error_code unresolved;
  const auto home = std::filesystem::absolute(home_of(options), unresolved);
  parts.layout.home = unresolved ? home_of(options) : home.lexically_normal();
  ::umask(0077);  // SQLite and the log make files of their own
  parts.signals = std::move(signals);
  CHECK_OK(store::finish_making(parts.layout));
  if (const auto identity = store::load_identity(parts.layout); !identity) return tl::unexpected(identity.error());
  TRY(parts.config, shell::load_config(parts.layout, language));
  if (!options.log_level.empty()) {
    TRY(parts.config.log.level, shell::parse_log_level(options.log_level));
  }
  {
    const OpeningGuard guard(parts.signals);
    TRY(parts.library, store::Library::open(parts.layout, civil_now, parts.config.hold));
  }
  TRY(parts.log, shell::Log::open(parts.config.log, parts.layout.log(), language));
  return serve(std::move(parts));
}

}  // namespace
}  // namespace essaimage

int main(int argc, char** argv) {
  using namespace essaimage;
  // One heap for all threads: what is free at the end of any other stays with the process for ever, which is most of what a burst
  // of work took. Measured: 38 MB instead of 62 a minute after 10,000 kits, and no slower.
  ::mallopt(M_ARENA_MAX, 1);
  store::survive_unreadable_pages();
  Language language = language_of_environment();
  const bool french = language == Language::french;
  Options options;
  CLI::App app{french ? "Le démon d'un nœud essaimage\u00A0: il garde une bibliothèque de kits et l'échange avec ses pairs."
                      : "The daemon of an essaimage node: it keeps a library of kits and replicates it with its peers.",
               "essaimaged"};
  app.set_version_flag("--version", "essaimaged " + std::string(version_text()));
  app.add_option("--home", options.home,
                 french ? "dossier du nœud (sinon $ESSAIMAGE_HOME, $XDG_DATA_HOME/essaimage, ~/.local/share/essaimage)"
                        : "the node's folder (else $ESSAIMAGE_HOME, $XDG_DATA_HOME/essaimage, ~/.local/share/essaimage)");
  app.add_option("--log-level", options.log_level, "trace, debug, info, warn, error, off");
  bool foreground = false;
  app.add_flag("--foreground", foreground,
               french ? "sans effet\u00A0: il reste toujours au premier plan" : "no effect: it always stays in the foreground");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
  }
  try {
    const auto status = run(options, language);
    return static_cast<int>(status ? ExitCode::ok : explain(status.error(), language));
  } catch (const std::exception& error) {
    return static_cast<int>(explain(Error{Errc::internal, error.what()}, language));
  }
}
