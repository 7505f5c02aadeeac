#include "tests/integration/mutator.hpp"

#include <map>
#include <random>
#include <vector>

#include "daemon/shell/transport/sockets.hpp"
#include "daemon/shell/transport/zap.hpp"

namespace essaimage::test {
namespace {

using Parts = std::vector<Bytes>;  ///< of a message of ZeroMQ

Parts receive(zmq::socket_t& socket) {
  Parts parts;
  for (bool more = true; more;) {
    zmq::message_t part;
    if (!socket.recv(part, zmq::recv_flags::dontwait)) return {};
    const auto* data = static_cast<const std::uint8_t*>(part.data());
    parts.emplace_back(data, data + part.size());
    more = part.more();
  }
  return parts;
}

/// What cannot be sent is lost, as it is where a line is cut.
void send(zmq::socket_t& socket, const Parts& parts) {
  try {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto flags = zmq::send_flags::dontwait | (i + 1 < parts.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
      if (!socket.send(zmq::buffer(parts[i].data(), parts[i].size()), flags)) return;
    }
  } catch (const zmq::error_t&) {
  }
}

class Mutation {
 public:
  explicit Mutation(std::uint64_t seed) : random_(seed) {}

  bool due(unsigned every) { return below(every) == 0; }

  /// None, one or several messages in place of this one.
  std::vector<Bytes> of(Bytes bytes) {
    earlier_.push_back(bytes);
    if (earlier_.size() > 50) earlier_.erase(earlier_.begin());
    const Bytes& other = earlier_[below(earlier_.size())];
    switch (below(9)) {
      case 0: return {};
      case 1: return {bytes, bytes};
      case 2: return {other, bytes};
      case 3: bytes.resize(below(bytes.size() + 1)); break;
      case 4: bytes.resize(bytes.size() + below(100), static_cast<std::uint8_t>(below(256))); break;
      case 5:  // the front of one, the end of another
        bytes.resize(below(bytes.size() + 1));
        bytes.insert(bytes.end(), other.begin() + static_cast<std::ptrdiff_t>(below(other.size() + 1)), other.end());
        break;
      case 6:  // what a long number begins with, or a length
        for (std::size_t i = below(bytes.size() + 1), end = std::min(bytes.size(), i + 9); i < end; ++i) bytes[i] = 0xFF;
        break;
      default:  // a bit, or a few
        for (std::size_t n = below(3) + 1; n > 0 && !bytes.empty(); --n)
          bytes[below(bytes.size())] ^= static_cast<std::uint8_t>(1U << below(8));
    }
    return {std::move(bytes)};
  }

 private:
  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

  std::mt19937_64 random_;
  std::vector<Bytes> earlier_;
};

}  // namespace

class Mutator::Loop {
 public:
  Loop(Mutator& owner, Ends ends, std::uint64_t seed, unsigned every)
      : owner_(owner), ends_(std::move(ends)), mutation_(seed), every_(every) {
    front_.bind(ends_.front);
  }

  void run() {
    while (!owner_.ends_) {
      std::vector<zmq_pollitem_t> items{{zap_.handle(), 0, ZMQ_POLLIN, 0}, {front_.handle(), 0, ZMQ_POLLIN, 0}};
      for (auto& [identity, socket] : backs_) items.push_back({socket.handle(), 0, ZMQ_POLLIN, 0});
      (void)zmq_poll(items.data(), static_cast<int>(items.size()), 20);
      zap_.serve();
      for (Parts parts = receive(front_); parts.size() > 1; parts = receive(front_)) forward(std::move(parts));
      for (auto& [identity, socket] : backs_) {
        for (Parts parts = receive(socket); !parts.empty(); parts = receive(socket)) {
          parts.insert(parts.begin(), identity);
          send(front_, parts);
        }
      }
    }
  }

 private:
  void forward(Parts parts) {
    const Bytes identity = parts.front();
    parts.erase(parts.begin());
    auto it = backs_.find(identity);
    if (it == backs_.end()) {
      it = backs_.emplace(identity, shell::make_client(context_, ends_.member, ends_.node.public_key())).first;
      it->second.connect(ends_.back);
    }
    ++owner_.passed_;
    if (!mutation_.due(every_)) return send(it->second, parts);
    ++owner_.changed_;
    for (Bytes& bytes : mutation_.of(parts.back())) {
      parts.back() = std::move(bytes);
      send(it->second, parts);
    }
  }

  Mutator& owner_;
  const Ends ends_;
  Mutation mutation_;
  const unsigned every_;
  zmq::context_t context_{1};
  shell::Zap zap_{context_, [](const TransportKey&) { return true; }};
  zmq::socket_t front_ = shell::make_server(context_, ends_.node);
  std::map<Bytes, zmq::socket_t> backs_;  ///< by the identity of a connection of the member
};

Mutator::Mutator(Ends ends, std::uint64_t seed, unsigned every)
    : thread_([this, loop = std::make_shared<Loop>(*this, std::move(ends), seed, every)] { loop->run(); }) {}

Mutator::~Mutator() {
  ends_ = true;
  thread_.join();
}

}  // namespace essaimage::test
