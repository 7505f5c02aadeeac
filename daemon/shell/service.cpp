#include "daemon/shell/service.hpp"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#ifdef ESSAIMAGE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

namespace essaimage::shell {

Result<store::Fd> take_signals() {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, nullptr);
  ::sigaction(SIGXFSZ, &ignore, nullptr);
  sigset_t taken;
  ::sigemptyset(&taken);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&taken, signal);
  ::pthread_sigmask(SIG_BLOCK, &taken, nullptr);
  store::Fd fd(::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return tl::unexpected<Error>(store::system_error("signalfd", "open"));
  return fd;
}

int next_signal(const store::Fd& signals) {
  signalfd_siginfo info{};
  if (::read(signals.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return 0;
  return static_cast<int>(info.ssi_signo);
}

void notify_service([[maybe_unused]] const std::string& state) {
#ifdef ESSAIMAGE_SYSTEMD
  ::sd_notify(0, state.c_str());
#endif
}

}  // namespace essaimage::shell
