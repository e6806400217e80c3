#include "raw_client.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <stdexcept>

#include "milter/client/stream.h"

namespace dmarc::test {

using milter::wire::Command;
using milter::wire::Fields;

RawClient::RawClient(const DaemonProcess& daemon) {
  auto connected = milter::client::connect_to(daemon.socket(), patience);
  if (!connected) throw std::runtime_error("no connection: " + connected.error());
  socket_ = std::move(*connected);
}

bool RawClient::await(short event) const {
  pollfd ready{socket_.get(), event, 0};
  return ::poll(&ready, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) > 0;
}

RawClient& RawClient::send(std::string_view octets) {
  while (!octets.empty() && await(POLLOUT)) {
    const ssize_t sent = ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
  return *this;
}

RawClient& RawClient::send(Command command, std::string_view data) {
  return send(milter::wire::packet(command, data));
}

RawClient& RawClient::negotiate(const milter::wire::Negotiation& offer) {
  send(Command::negotiate, milter::wire::encode(offer));
  if (receive().empty()) throw std::runtime_error("no answer to the negotiation");
  return *this;
}

std::string RawClient::receive() {
  std::array<char, 4096> buffer;
  const ssize_t got = await(POLLIN) ? ::recv(socket_.get(), buffer.data(), buffer.size(), 0) : -1;
  // A reset is what a closed connection looks like when the daemon had not read everything.
  if (got < 0 && errno != ECONNRESET) throw std::runtime_error("no answer");
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
}

bool RawClient::is_closed_by_daemon() {
  while (!receive().empty()) {
  }
  return true;
}

void RawClient::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_.reset();
}

std::string client_fields() {
  return Fields().text("mail.example").octet('4').port(25).text("192.0.2.1").take();
}

std::string header_fields() {
  return Fields().text("From").text("a@author.example").take();
}

const std::vector<std::pair<Command, std::string>>& conversation() {
  static const std::vector<std::pair<Command, std::string>> pieces{
      {Command::connect, client_fields()},
      {Command::helo, Fields().text("mail.example").take()},
      {Command::mail, Fields().text("<a@author.example>").take()},
      {Command::rcpt, Fields().text("<b@example.net>").take()},
      {Command::data, ""},
      {Command::header, header_fields()},
      {Command::end_of_header, ""},
      {Command::body, "text\r\n"},
      {Command::end_of_message, ""},
  };
  return pieces;
}

}  // namespace dmarc::test
