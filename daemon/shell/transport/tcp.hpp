#pragma once
// What the kernel knows about a connection whose descriptor ZeroMQ owns. Every function bears a descriptor that is
// closed by now or means something else: then it gives zero. Safe from any thread.

#include <cstdint>

namespace essaimage::shell {

/// The port of our side of a TCP connection.
int local_port(int fd);

/// The bytes that arrived on a TCP connection since it began.
std::uint64_t bytes_received(int fd);

/// Ends a TCP connection whose own side has this port; ZeroMQ then sees that it has ended.
void shut_down(int fd, int port);

}  // namespace essaimage::shell
