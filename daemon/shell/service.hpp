#pragma once
// What the daemon is told by the system and tells it: signals, and systemd's notifications. Linux only.

#include <string>

#include "store/disk/files.hpp"

namespace essaimage::shell {

/// SIGTERM, SIGINT and SIGHUP become readable on the descriptor and interrupt nothing; SIGPIPE and SIGXFSZ (a file
/// beyond its limit) become ordinary errors. Call before the first other thread starts: threads inherit it.
Result<store::Fd> take_signals();

/// The next signal that waits; 0 if none does.
int next_signal(const store::Fd& signals);

/// To systemd, if it started us ($NOTIFY_SOCKET): "READY=1", "STOPPING=1", "STATUS=…". Does nothing otherwise.
void notify_service(const std::string& state);

}  // namespace essaimage::shell
