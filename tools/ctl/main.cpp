// essaimagectl: the process around ctl::run. What it knows of the terminal and of signals stays
// here.

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "tools/ctl/context.hpp"

namespace {

int interrupted = -1;

/// Only write(): the rest of the program notices at its next wait, cleans up, and ends.
extern "C" void on_signal(int) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = ::write(interrupted, &one, sizeof one);
}

void catch_signals() {
  interrupted = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // a second Ctrl-C ends at once
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGXFSZ, SIG_IGN);
}

void measure(essaimage::ctl::Io& io) {
  winsize size{};
  if (::ioctl(io.out_is_terminal ? STDOUT_FILENO : STDERR_FILENO, TIOCGWINSZ, &size) != 0) return;
  io.columns = size.ws_col;
  io.rows = size.ws_row;
}

/// Knows colours, and cursor movements.
bool is_able() {
  const auto* terminal = std::getenv("TERM");
  return terminal != nullptr && std::string_view(terminal) != "dumb";
}

bool colours_allowed() {
  const auto* refused = std::getenv("NO_COLOR");
  return (refused == nullptr || *refused == '\0') && is_able();
}

}  // namespace

int main(int argc, char** argv) {
  catch_signals();
  std::ios::sync_with_stdio(false);
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const bool out = ::isatty(STDOUT_FILENO) == 1, err = ::isatty(STDERR_FILENO) == 1;
  essaimage::ctl::Io io{std::cout,         std::cerr,   std::cin,         out, err,     ::isatty(STDIN_FILENO) == 1, 0,
                        colours_allowed(), interrupted, out && is_able(), 0,   &measure};
  measure(io);
  return static_cast<int>(essaimage::ctl::run(arguments, io));
}
