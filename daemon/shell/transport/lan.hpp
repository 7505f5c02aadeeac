#pragma once
// Whether an address lies on a network of this computer's own: reached without crossing the line to the outside. Reads
// the computer's interfaces at each call; safe from any thread.

#include <string>

struct sockaddr;

namespace essaimage::shell {

/// Loopback, link-local, or within the subnet of an interface that is up and no point-to-point one.
bool is_lan(const sockaddr& address);
/// The other end of this TCP connection. False if the descriptor is closed by now.
bool is_lan_peer(int fd);
/// "tcp://ADDRESS:PORT" with a numeric address; false for any other.
bool is_lan_endpoint(const std::string& endpoint);

}  // namespace essaimage::shell
