#pragma once
// What the transport is told once, at start.

#include <cstddef>
#include <cstdint>
#include <string>

#include "proto/limits.hpp"
#include "proto/time.hpp"

namespace essaimage::shell {

struct TransportOptions {
  std::string listen;                              ///< "tcp://ADDRESS:PORT"; empty: nowhere
  std::uint32_t connections = 256;                 ///< inbound, whether they have proved a key or not
  std::uint32_t connections_per_peer = 8;          ///< of one key
  std::size_t send_queue_bytes = 4 * limits::MiB;  ///< of one link's channel
  bool lan_exempt = true;                          ///< peers on this computer's own networks count as LAN
  Duration pairing_at_most{10'000};                ///< from the connection to a whole link
  Duration dial_at_most{15'000};
};

}  // namespace essaimage::shell
