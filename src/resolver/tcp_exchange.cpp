// RFC 7766 "DNS Transport over TCP", one query per connection: truncated answers are rare.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "resolver/exchange.h"

namespace dmarc::resolver {
namespace {

class TcpExchange final : public Exchange {
 public:
  TcpExchange(base::UniqueFd socket, Octets query)
      : Exchange(std::move(socket), std::move(query)), outgoing_(framed(query_)) {}

  // Edge-triggered, so that one registration serves for both directions.
  std::uint32_t events() const override { return EPOLLIN | EPOLLOUT | EPOLLET; }

  State proceed(Inbox&) override {
    if (!send_rest()) return State::broken;
    return receive_rest();
  }

 private:
  /// False when the connection is broken.
  bool send_rest() {
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

  State receive_rest() {
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
      if (incoming_.size() > frame_length_size) return judge();
      incoming_.resize(frame_length_size +
                       static_cast<std::size_t>(incoming_[0] << 8 | incoming_[1]));
      if (incoming_.size() == frame_length_size) return State::broken;
    }
  }

  State judge() {
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

std::unique_ptr<Exchange> exchange_by_tcp(const SocketAddress& server, Octets query) {
  base::UniqueFd socket(::socket(server.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return nullptr;
  if (::connect(socket.get(), server.get(), server.size) != 0 && errno != EINPROGRESS)
    return nullptr;
  return std::make_unique<TcpExchange>(std::move(socket), std::move(query));
}

}  // namespace dmarc::resolver
