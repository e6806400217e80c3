#include "resolver/exchange.h"

#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace dmarc::resolver {
namespace {

// ---- sockets

base::UniqueFd connect_to(const ServerAddress& server, int type) {
  const SocketAddress address(server);
  base::UniqueFd socket(::socket(address.family(), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return {};
  if (::connect(socket.get(), address.get(), address.size) == 0 || errno == EINPROGRESS)
    return socket;
  return {};
}

// ---- UDP

/// Messages read in a row; what remains is read when the other exchanges have had their turn.
constexpr int burst = 16;

class UdpExchange final : public Exchange {
 public:
  UdpExchange(base::UniqueFd socket, Octets query)
      : Exchange(std::move(socket), std::move(query)) {}

  std::uint32_t events() const override { return EPOLLIN; }

  bool repeat() override {
    const ssize_t sent = ::send(descriptor(), query_.data(), query_.size(), MSG_NOSIGNAL);
    // What the kernel had no room for is lost, as on the way.
    return sent >= 0 || is_want_of_means(errno);
  }

  State proceed(Buffer& buffer) override {
    for (int i = 0; i < burst; ++i) {
      const ssize_t size = ::recv(descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size < 0) {
        if (errno == EINTR) continue;
        // Anything else is what ICMP says about the address, for example that the port is closed.
        return errno == EAGAIN ? State::waiting : State::broken;
      }
      reply_ = {buffer.data(), static_cast<std::size_t>(size)};
      if (is_reply_to(reply_, query_)) return State::replied;
      ++rejected_;
    }
    return State::waiting;
  }
};

// ---- TCP: RFC 7766 "DNS Transport over TCP", one query per connection: truncated answers are rare

class TcpExchange final : public Exchange {
 public:
  TcpExchange(base::UniqueFd socket, Octets query)
      : Exchange(std::move(socket), std::move(query)), outgoing_(framed(query_)) {}

  // Edge-triggered, so that one registration serves for both directions.
  std::uint32_t events() const override { return EPOLLIN | EPOLLOUT | EPOLLET; }

  State proceed(Buffer&) override {
    if (!send_remaining()) return State::broken;
    return receive_remaining();
  }

 private:
  /// False when the connection is broken.
  bool send_remaining() {
    while (sent_ < outgoing_.size()) {
      const ssize_t size = ::send(descriptor(), outgoing_.data() + sent_, outgoing_.size() - sent_,
                                  MSG_NOSIGNAL | MSG_DONTWAIT);
      if (size < 0) {
        if (errno == EINTR) continue;
        return errno == EAGAIN;
      }
      sent_ += static_cast<std::size_t>(size);
    }
    return true;
  }

  State receive_remaining() {
    while (true) {
      while (received_ < incoming_.size()) {
        const ssize_t size = ::recv(descriptor(), incoming_.data() + received_,
                                    incoming_.size() - received_, MSG_DONTWAIT);
        if (size == 0) return State::broken;
        if (size > 0)
          received_ += static_cast<std::size_t>(size);
        else if (errno != EINTR)
          return errno == EAGAIN ? State::waiting : State::broken;
      }
      if (incoming_.size() > frame_length_size) return check();
      incoming_.resize(frame_length_size +
                       static_cast<std::size_t>(incoming_[0] << 8 | incoming_[1]));
      if (incoming_.size() == frame_length_size) return State::broken;
    }
  }

  State check() {
    reply_ = OctetView(incoming_).subspan(frame_length_size);
    if (is_reply_to(reply_, query_)) return State::replied;
    ++rejected_;
    return State::broken;
  }

  const Octets outgoing_;
  std::size_t sent_ = 0;
  Octets incoming_ = Octets(frame_length_size);  ///< grows once, when the length has been read
  std::size_t received_ = 0;
};

}  // namespace

bool is_want_of_means(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM ||
         error == EAGAIN;
}

// Connecting chooses a random port and lets the kernel drop what others send to it.
base::UniqueFd SystemNetwork::connect_udp(const ServerAddress& server) {
  return connect_to(server, SOCK_DGRAM);
}

base::UniqueFd SystemNetwork::connect_tcp(const ServerAddress& server) {
  return connect_to(server, SOCK_STREAM);
}

std::uint16_t SystemNetwork::query_id() {
  if (used_ids_ == ids_.size()) {
    // getrandom(2): up to 256 octets always come in one piece.
    static_assert(sizeof ids_ <= 256);
    if (::getrandom(ids_.data(), sizeof ids_, 0) != sizeof ids_)
      throw std::system_error(errno, std::generic_category(), "getrandom");
    used_ids_ = 0;
  }
  return ids_[used_ids_++];
}

std::unique_ptr<Exchange> exchange_by_udp(base::UniqueFd socket, Octets query) {
  if (!socket || ::send(socket.get(), query.data(), query.size(), MSG_NOSIGNAL) < 0) return nullptr;
  return std::make_unique<UdpExchange>(std::move(socket), std::move(query));
}

std::unique_ptr<Exchange> exchange_by_tcp(base::UniqueFd socket, Octets query) {
  if (!socket) return nullptr;
  return std::make_unique<TcpExchange>(std::move(socket), std::move(query));
}

}  // namespace dmarc::resolver
