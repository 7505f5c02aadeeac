#include "proto/control_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace essaimage::control {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t read_bytes = 64 * 1024;
constexpr int backlog = 16;

Error io_error(const std::filesystem::path& path, int number) { return {Errc::io, path.string() + ": " + std::strerror(number)}; }

/// A name of at most 107 bytes for a socket at the end of a path of any length: through its open
/// folder.
class ShortName {
 public:
  explicit ShortName(const std::filesystem::path& socket) {
    const auto folder = socket.parent_path().empty() ? std::filesystem::path(".") : socket.parent_path();
    folder_ = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    address_.sun_family = AF_UNIX;
    name_ = "/proc/self/fd/" + std::to_string(folder_) + "/" + socket.filename().string();
    if (folder_ >= 0 && name_.size() < sizeof address_.sun_path) std::memcpy(address_.sun_path, name_.c_str(), name_.size() + 1);
  }
  ShortName(const ShortName&) = delete;
  ShortName& operator=(const ShortName&) = delete;
  ~ShortName() {
    if (folder_ >= 0) ::close(folder_);
  }
  bool usable() const { return address_.sun_path[0] != '\0'; }
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static socklen_t size() { return sizeof(sockaddr_un); }

 private:
  int folder_ = -1;
  std::string name_;
  sockaddr_un address_{};
};

int open_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

}  // namespace

Connection::~Connection() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Connection> Connection::connect(const std::filesystem::path& socket, int interrupt) {
  const ShortName name(socket);
  if (!name.usable()) return fail(Errc::control_not_running, socket.string());
  const int fd = open_socket();
  if (fd < 0) return tl::unexpected(io_error(socket, errno));
  Connection connection(fd, interrupt);
  while (::connect(fd, name.address(), ShortName::size()) != 0) {
    if (errno == EINTR) continue;
    if (errno == EACCES || errno == EPERM) return fail(Errc::control_stranger, socket.string());
    // EAGAIN: the queue of a Unix listener is full. It is emptied at once by a daemon that is well.
    return fail(errno == EAGAIN ? Errc::control_busy : Errc::control_not_running, socket.string());
  }
  return connection;
}

/// True when ready, false when the time is over.
Result<bool> Connection::wait(short events, milliseconds timeout) {
  const auto until = Clock::now() + timeout;
  for (;;) {
    std::array<pollfd, 2> fds{pollfd{fd_, events, 0}, pollfd{interrupt_, POLLIN, 0}};
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
    const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(std::clamp<long long>(left, 0, 3'600'000)));
    if (ready < 0 && errno != EINTR) return fail(Errc::io, std::strerror(errno));
    if (fds[1].revents != 0) return fail(Errc::stopping);
    if (ready > 0 && fds[0].revents != 0) return true;
    if (left <= 0) return false;
  }
}

Status Connection::send(const Frame& frame, milliseconds stall) {
  TRY(const auto bytes, encode(frame));
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto n = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n > 0) {
      sent += static_cast<std::size_t>(n);
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != EAGAIN) return fail(Errc::control_closed, std::strerror(errno));
    TRY(const bool room, wait(POLLOUT, stall));
    if (!room) return fail(Errc::control_closed, "no byte was taken for a long time");
  }
  return {};
}

Result<std::optional<Frame>> Connection::receive(milliseconds timeout) {
  const auto until = Clock::now() + timeout;
  std::array<std::uint8_t, read_bytes> buffer;
  for (;;) {
    TRY(auto frame, reader_.next());
    if (frame) return frame;
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
    TRY(const bool ready, wait(POLLIN, std::max(left, milliseconds(0))));
    if (!ready) return std::nullopt;
    const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n > 0) reader_.append(ByteView(buffer.data(), static_cast<std::size_t>(n)));
    if (n == 0) return fail(Errc::control_closed, reader_.pending() > 0 ? "in the middle of a frame" : "");
    if (n < 0 && errno != EINTR && errno != EAGAIN) return fail(Errc::control_closed, std::strerror(errno));
  }
}

Status Connection::pause(milliseconds timeout) {
  // POLLRDHUP alone: frames that wait to be read do not end the pause.
  TRY(const bool gone, wait(POLLRDHUP, timeout));
  if (gone) return fail(Errc::control_closed);
  return {};
}

bool Connection::peer_is_allowed() const {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

Result<int> listen(const std::filesystem::path& socket) {
  const ShortName name(socket);
  if (!name.usable()) return tl::unexpected(io_error(socket, errno));
  if (::unlink(socket.c_str()) != 0 && errno != ENOENT) return tl::unexpected(io_error(socket, errno));
  const int fd = open_socket();
  if (fd < 0) return tl::unexpected(io_error(socket, errno));
  // Nobody can connect before listen(); by then the mode is right.
  if (::bind(fd, name.address(), ShortName::size()) != 0 || ::chmod(socket.c_str(), 0600) != 0 || ::listen(fd, backlog) != 0) {
    const int number = errno;
    ::close(fd);
    return tl::unexpected(io_error(socket, number));
  }
  return fd;
}

std::optional<int> accept(int listener) {
  const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  return fd < 0 ? std::nullopt : std::optional(fd);
}

}  // namespace essaimage::control
