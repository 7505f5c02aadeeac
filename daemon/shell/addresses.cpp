#include "daemon/shell/addresses.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <memory>

#include "proto/limits.hpp"

namespace essaimage::shell {
namespace {

/// IPv4 addresses of this computer, in the order of its interfaces. Link-local and loopback ones reach nobody.
std::vector<std::string> own_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(first, ::freeifaddrs);
  std::vector<std::string> found;
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
    if ((each->ifa_flags & IFF_UP) == 0 || (each->ifa_flags & IFF_LOOPBACK) != 0) continue;
    const auto& address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr;
    const bool link_local = (ntohl(address.s_addr) >> 16) == 0xA9FE;  // 169.254.0.0/16
    char text[INET_ADDRSTRLEN] = {};
    if (!link_local && ::inet_ntop(AF_INET, &address, text, sizeof text) != nullptr) found.emplace_back(text);
  }
  return found;
}

}  // namespace

std::vector<std::string> reachable_endpoints(const Config& config, const std::string& bound) {
  if (!config.advertise.empty()) return config.advertise;
  if (bound.empty()) return {};
  const auto colon = bound.rfind(':');
  const auto host = bound.substr(0, colon);
  if (host != "tcp://0.0.0.0" && host != "tcp://[::]") return {bound};
  std::vector<std::string> endpoints;
  for (const auto& address : own_addresses()) {
    if (endpoints.size() == limits::endpoints_per_member_max) break;
    endpoints.push_back("tcp://" + address + bound.substr(colon));
  }
  return endpoints;
}

}  // namespace essaimage::shell
