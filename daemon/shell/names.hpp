#pragma once
// Endpoints with a host's name, looked up off the loop: a name server that does not answer takes seconds, and ZeroMQ would
// wait for it in the one thread that moves the bytes of every connection.

#include <string>

#include "proto/error.hpp"

namespace essaimage::shell {

/// "tcp://192.0.2.1:7373", "tcp://[2001:db8::1]:7373": nothing to look up.
bool is_numeric(const std::string& endpoint);

/// The same endpoint with the first address of its host. Blocks as long as the system's resolver does. Errc::timed_out
/// with the resolver's reason.
Result<std::string> look_up(const std::string& endpoint);

}  // namespace essaimage::shell
