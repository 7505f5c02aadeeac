#include "daemon/shell/control/server.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <list>
#include <system_error>
#include <thread>

#include "daemon/shell/control/verbs.hpp"
#include "proto/limits.hpp"

namespace essaimage::shell {

namespace {

/// A client that asks nothing for so long gives its place to others.
constexpr std::chrono::minutes idle_max{10};
/// What is refused is told within this, or not at all: the accepting thread must not hang on one
/// client.
constexpr std::chrono::milliseconds refusal_stall{100};

/// Closes its descriptor.
struct OwnedFd {
  int fd = -1;
  ~OwnedFd() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

struct ControlServer::Impl {
  struct Client {
    std::thread thread;
    std::atomic<bool> done{false};
  };

  Impl(Node& the_node, const std::filesystem::path& home) : node(the_node), place{home, the_node.now()} {}

  void accept_clients();
  void welcome(int fd);
  void serve(control::Connection connection);
  void reap(bool all);

  Node& node;
  const Session::Place place;
  std::filesystem::path socket;  ///< empty until it is ours to remove
  OwnedFd listener;
  OwnedFd stop;               ///< an eventfd that is readable for ever once we stop
  std::list<Client> clients;  ///< of the accepting thread, and of the destructor after it
  std::thread acceptor;
};

ControlServer::ControlServer() = default;

Result<std::unique_ptr<ControlServer>> ControlServer::start(const std::filesystem::path& socket, Node& node) {
  std::unique_ptr<ControlServer> server(new ControlServer);
  std::error_code ignored;
  const auto absolute = std::filesystem::absolute(socket, ignored);
  server->impl_ = std::make_unique<Impl>(node, (absolute.empty() ? socket : absolute).parent_path());
  auto& impl = *server->impl_;
  impl.stop.fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (impl.stop.fd < 0) return fail(Errc::io, std::string("eventfd: ") + std::strerror(errno));
  TRY(impl.listener.fd, control::listen(socket));
  impl.socket = socket;
  impl.acceptor = std::thread([&impl] { impl.accept_clients(); });
  return server;
}

ControlServer::~ControlServer() {
  if (impl_ == nullptr) return;
  // Nobody may find a socket that no daemon answers.
  if (!impl_->socket.empty()) ::unlink(impl_->socket.c_str());
  ::eventfd_write(impl_->stop.fd, 1);
  if (impl_->acceptor.joinable()) impl_->acceptor.join();
  impl_->reap(true);
}

void ControlServer::Impl::accept_clients() {
  for (;;) {
    std::array<pollfd, 2> fds{pollfd{listener.fd, POLLIN, 0}, pollfd{stop.fd, POLLIN, 0}};
    if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return;
    if (fds[1].revents != 0) return;
    reap(false);
    if (fds[0].revents == 0) continue;
    if (const auto fd = control::accept(listener.fd)) {
      welcome(*fd);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
      // Poll would return at once for the client that still waits: pause, or be told to stop.
      pollfd stopped{stop.fd, POLLIN, 0};
      if (::poll(&stopped, 1, 100) > 0) return;
    }
  }
}

void ControlServer::Impl::welcome(int fd) {
  control::Connection connection(fd, stop.fd);
  if (!connection.peer_is_allowed()) {
    (void)connection.send(control::failure_of({Errc::control_stranger, {}}), refusal_stall);
    return;
  }
  if (clients.size() >= limits::control_clients_max) {
    (void)connection.send(control::failure_of({Errc::control_busy, {}}), refusal_stall);
    return;
  }
  auto& client = clients.emplace_back();
  try {
    client.thread = std::thread([this, &client, own = std::move(connection)]() mutable {
      serve(std::move(own));
      client.done = true;
    });
  } catch (const std::system_error&) {  // no thread to be had: the connection is closed, the client
                                        // may try again
    clients.pop_back();
  }
}

void ControlServer::Impl::serve(control::Connection connection) {
  for (;;) {
    auto frame = connection.receive(idle_max);
    if (!frame || !*frame) {
      const bool garbage = !frame && (frame.error().code == Errc::malformed || frame.error().code == Errc::too_large);
      if (garbage || (!frame && frame.error().code == Errc::stopping))
        (void)connection.send(control::failure_of(frame.error()), refusal_stall);
      return;
    }
    const auto* request = std::get_if<control::Request>(&**frame);
    if (request == nullptr) {
      (void)connection.send(control::failure_of({Errc::malformed, "expected a request"}), refusal_stall);
      return;
    }
    Session session(node, connection, place);
    auto reply = run_verb(session, *request);
    if (reply) {
      const auto sent = connection.send(control::Reply{dump(*reply)});
      if (sent) continue;
      if (sent.error().code != Errc::too_large) return;
      reply = tl::unexpected(sent.error());
    }
    // An upload may still be on its way: after a failure the connection says so and ends.
    (void)connection.send(control::failure_of(reply.error()), refusal_stall);
    return;
  }
}

void ControlServer::Impl::reap(bool all) {
  for (auto client = clients.begin(); client != clients.end();) {
    if (!all && !client->done) {
      ++client;
      continue;
    }
    client->thread.join();
    client = clients.erase(client);
  }
}

}  // namespace essaimage::shell
