#include "daemon/shell/transport/tcp.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "store/disk/files.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"

namespace tcp_test {
using namespace essaimage;
using namespace essaimage::shell;

namespace {

/// A connection over loopback.
struct Connection {
  Connection() : listener(::socket(AF_INET, SOCK_STREAM, 0)), client(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const auto generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener.get(), generic, size) == 0);
    REQUIRE(::listen(listener.get(), 1) == 0);
    REQUIRE(::getsockname(listener.get(), generic, &size) == 0);
    port = ntohs(address.sin_port);
    REQUIRE(::connect(client.get(), generic, size) == 0);
    server = store::Fd(::accept(listener.get(), nullptr, nullptr));
    REQUIRE(server);
  }
  store::Fd listener, client, server;
  int port = 0;
};

}  // namespace

TEST_CASE("The kernel tells the port of a connection and how many bytes have come") {
  const Connection connection;
  CHECK(local_port(connection.server.get()) == connection.port);
  CHECK(local_port(connection.client.get()) != connection.port);
  const auto bytes = test::noise(1000, 1);
  REQUIRE(::send(connection.client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == 1000);
  Bytes got(1000);
  REQUIRE(::recv(connection.server.get(), got.data(), got.size(), MSG_WAITALL) == 1000);
  CHECK(bytes_received(connection.server.get()) == 1000);
}

TEST_CASE("Only a connection of the port that is named is shut down") {
  const Connection connection;
  std::uint8_t byte = 1;
  shut_down(connection.client.get(), connection.port);  // its own port is another
  REQUIRE(::send(connection.client.get(), &byte, 1, MSG_NOSIGNAL) == 1);
  REQUIRE(::recv(connection.server.get(), &byte, 1, 0) == 1);
  shut_down(connection.server.get(), connection.port);
  CHECK(::recv(connection.client.get(), &byte, 1, 0) == 0);
}

TEST_CASE("Descriptors that are closed or no connection are harmless") {
  CHECK(local_port(-1) == 0);
  CHECK(bytes_received(-1) == 0);
  CHECK(local_port(0) == 0);
  shut_down(-1, 80);
}

}  // namespace tcp_test
