#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "resolver/exchange.h"

namespace dmarc::resolver {
namespace {

/// Messages read at one go; what remains is read when the other exchanges had their turn.
constexpr int burst = 16;

class UdpExchange final : public Exchange {
 public:
  UdpExchange(base::UniqueFd socket, Octets query)
      : Exchange(std::move(socket), std::move(query)) {}

  std::uint32_t events() const override { return EPOLLIN; }

  State proceed(Inbox& inbox) override {
    for (int i = 0; i < burst; ++i) {
      const ssize_t size = ::recv(descriptor(), inbox.data(), inbox.size(), MSG_DONTWAIT);
      if (size < 0) {
        if (errno == EINTR) continue;
        // Anything else is what ICMP says about the address, for example that the port is closed.
        return errno == EAGAIN ? State::waiting : State::broken;
      }
      reply_ = {inbox.data(), static_cast<std::size_t>(size)};
      if (is_reply_to(reply_, query_)) return State::replied;
      ++rejected_;
    }
    return State::waiting;
  }
};

}  // namespace

std::unique_ptr<Exchange> exchange_by_udp(const SocketAddress& server, Octets query) {
  base::UniqueFd socket(::socket(server.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return nullptr;
  // Connecting chooses a random port and lets the kernel drop what others send to it.
  if (::connect(socket.get(), server.get(), server.size) != 0) return nullptr;
  if (::send(socket.get(), query.data(), query.size(), MSG_NOSIGNAL) < 0) return nullptr;
  return std::make_unique<UdpExchange>(std::move(socket), std::move(query));
}

}  // namespace dmarc::resolver
