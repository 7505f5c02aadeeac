#include "daemon/shell/names.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <array>
#include <memory>
#include <string_view>

namespace essaimage::shell {
namespace {

constexpr std::string_view scheme = "tcp://";

struct Parts {
  std::string host, port;
};

Parts parts_of(const std::string& endpoint) {
  const auto rest = endpoint.starts_with(scheme) ? endpoint.substr(scheme.size()) : endpoint;
  const auto colon = rest.rfind(':');
  if (colon == std::string::npos) return {rest, ""};
  return {rest.substr(0, colon), rest.substr(colon + 1)};
}

}  // namespace

bool is_numeric(const std::string& endpoint) {
  const auto host = parts_of(endpoint).host;
  if (host.starts_with('[')) return true;
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1;
}

Result<std::string> look_up(const std::string& endpoint) {
  const auto [host, port] = parts_of(endpoint);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &first);
  if (code != 0) return fail(Errc::timed_out, host + ": " + ::gai_strerror(code));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(first, ::freeaddrinfo);
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(first->ai_addr, first->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
    return fail(Errc::timed_out, host + ": no address");
  const std::string address = text.data();
  return std::string(scheme) + (first->ai_family == AF_INET6 ? "[" + address + "]" : address) + ":" + port;
}

}  // namespace essaimage::shell
