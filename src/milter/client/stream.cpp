#include "milter/client/stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace dmarc::milter::client {
namespace {

tl::unexpected<Error> failure(Error::Kind kind, std::string text) {
  return tl::unexpected(Error{kind, std::move(text)});
}

tl::unexpected<Error> broken(int error) {
  return failure(Error::Kind::closed, std::string("the connection broke: ") + std::strerror(error));
}

bool would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

tl::expected<void, Error> Stream::await(short events, Clock::time_point deadline) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd wait{socket_.get(), events, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(std::max<long>(left, 0)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return broken(errno);
    if (left <= 0)
      return failure(Error::Kind::timeout,
                     "no answer within " + std::to_string(timeout_.count()) + " ms");
  }
}

tl::expected<void, Error> Stream::flush() {
  const auto deadline = Clock::now() + timeout_;
  std::string_view rest = output_;
  if (!socket_ && !rest.empty()) return failure(Error::Kind::closed, "the connection is closed");
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (!would_block(errno)) {
      return broken(errno);
    } else if (auto ready = await(POLLOUT, deadline); !ready) {
      return ready;
    }
  }
  output_.clear();
  return {};
}

tl::expected<void, Error> Stream::read_some(Clock::time_point deadline) {
  std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) {
      input_.append({buffer.data(), static_cast<std::size_t>(got)});
      return {};
    }
    if (got == 0) return failure(Error::Kind::closed, "the filter closed the connection");
    if (!would_block(errno)) return broken(errno);
    if (auto ready = await(POLLIN, deadline); !ready) return ready;
  }
}

tl::expected<wire::Packet, Error> Stream::receive() {
  if (!socket_) return failure(Error::Kind::closed, "the connection is closed");
  // An answer may have come before the filter closed its end, so it is read even when the rest of
  // what was to be sent can't be.
  const auto flushed = flush();
  if (!flushed && flushed.error().kind != Error::Kind::closed)
    return tl::unexpected(flushed.error());
  const auto deadline = Clock::now() + timeout_;
  for (;;) {
    auto next = input_.next();
    if (!next)
      return failure(Error::Kind::protocol,
                     "the filter sent " + std::string(describe(next.error())));
    if (*next) return std::move(**next);
    if (auto more = read_some(deadline); !more) return tl::unexpected(more.error());
  }
}

}  // namespace dmarc::milter::client
