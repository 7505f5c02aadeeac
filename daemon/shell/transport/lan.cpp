#include "daemon/shell/transport/lan.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <span>

namespace essaimage::shell {
namespace {

/// The bytes of an address, an IPv4 one within IPv6 as IPv4. Empty for anything else.
std::span<const std::uint8_t> bytes_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address).sin_addr;
    return {reinterpret_cast<const std::uint8_t*>(&in), sizeof in};
  }
  if (address.sa_family != AF_INET6) return {};
  const auto& in6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  const std::span<const std::uint8_t> bytes(in6.s6_addr, sizeof in6.s6_addr);
  return IN6_IS_ADDR_V4MAPPED(&in6) ? bytes.subspan(12) : bytes;
}

bool is_local_by_itself(std::span<const std::uint8_t> bytes) {
  if (bytes.size() == 4) return bytes[0] == 127 || (bytes[0] == 169 && bytes[1] == 254);
  const bool link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
  bool loopback = bytes[15] == 1;
  for (std::size_t i = 0; i < 15; ++i) loopback = loopback && bytes[i] == 0;
  return link_local || loopback;
}

bool same_subnet(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, std::span<const std::uint8_t> mask) {
  if (a.size() != b.size() || a.size() != mask.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((a[i] & mask[i]) != (b[i] & mask[i])) return false;
  }
  return true;
}

}  // namespace

bool is_lan(const sockaddr& address) {
  const auto bytes = bytes_of(address);
  if (bytes.empty()) return false;
  if (is_local_by_itself(bytes)) return true;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return false;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(first, ::freeifaddrs);
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_netmask == nullptr) continue;
    if ((each->ifa_flags & IFF_UP) == 0 || (each->ifa_flags & IFF_POINTOPOINT) != 0) continue;
    if (same_subnet(bytes, bytes_of(*each->ifa_addr), bytes_of(*each->ifa_netmask))) return true;
  }
  return false;
}

bool is_lan_peer(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return false;
  return is_lan(reinterpret_cast<const sockaddr&>(address));
}

bool is_lan_endpoint(const std::string& endpoint) {
  constexpr std::size_t scheme = 6;  // "tcp://"
  const auto colon = endpoint.rfind(':');
  if (colon == std::string::npos || colon <= scheme) return false;
  std::string host = endpoint.substr(scheme, colon - scheme);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return is_lan(reinterpret_cast<const sockaddr&>(v4));
  if (host.size() < 2 || host.front() != '[' || host.back() != ']') return false;
  host = host.substr(1, host.size() - 2);
  host = host.substr(0, host.find('%'));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  return ::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1 && is_lan(reinterpret_cast<const sockaddr&>(v6));
}

}  // namespace essaimage::shell
