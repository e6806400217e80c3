// One connection of an MTA that sends piece by piece and may send ahead of the answers.
//
//   PiecewiseClient client(daemon.connect());
//   client.begin(mail, 3);                        // queued
//   client.send(17);                              // so many octets of it
//   client.receive([](std::size_t number, const Outcome& outcome) { ... });
//
// Threads: one. An answer that the protocol does not allow throws Broken.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <dmarc/header_field.h>

#include "base/unique_fd.h"
#include "io/clock.h"
#include "milter/wire.h"
#include "played_daemon.h"

namespace dmarc::test {

namespace wire = milter::wire;
using wire::Command;

struct Mail {
  std::string sender;
  std::string address;  ///< of the client
  mail::HeaderBlock header;
  std::string body;
};

/// What became of a message.
struct Outcome {
  char code = 0;  ///< of the packet that ended it; 'y' is an SMTP reply
  bool refused = false;
  bool deferred = false;
  bool says_pass = false;
  bool says_temperror = false;
  bool accepted() const { return !refused && !deferred; }
};

class PiecewiseClient {
 public:
  explicit PiecewiseClient(base::UniqueFd socket) : socket_(std::move(socket)) {
    queue(wire::packet(Command::negotiate,
                       wire::encode({6, wire::action::all, wire::protocol::all, {}})));
    expected_.push_back({Command::negotiate, 0, 0});
  }

  bool is_open() const { return static_cast<bool>(socket_); }
  bool has_unsent() const { return !unsent_.empty(); }
  bool is_idle() const { return unsent_.empty() && expected_.empty(); }
  bool knows_steps() const { return steps_.has_value(); }
  void close() { socket_.reset(); }

  void begin(const Mail& message, std::size_t number) {
    if (address_ != message.address) {
      if (!address_.empty()) queue(wire::packet(Command::quit_new_connection));
      address_ = message.address;
      event(Command::connect,
            wire::Fields().text("mail.example").octet('4').port(25).text(address_).take());
      event(Command::helo, wire::Fields().text("mail.example").take());
    }
    event(Command::mail, wire::Fields().text(message.sender).take());
    for (const mail::HeaderField& field : message.header)
      event(Command::header, wire::Fields().text(field.name).text(field.value).take());
    event(Command::end_of_header, "");
    event(Command::body, message.body);
    event(Command::end_of_message, "", number);
  }

  void queue_abort() { queue(wire::packet(Command::abort)); }
  void queue_quit() { queue(wire::packet(Command::quit)); }

  /// Sends so many octets of what is queued, or as many as the socket takes.
  void send(std::size_t octets) {
    const std::size_t size = std::min(octets, unsent_.size());
    const ssize_t sent = ::send(socket_.get(), unsent_.data(), size, MSG_NOSIGNAL);
    if (sent <= 0) return;
    unsent_.erase(0, static_cast<std::size_t>(sent));
    sent_ += static_cast<std::size_t>(sent);
  }

  /// Calls conclude(number, outcome) for each message that was answered. False when the filter has
  /// closed the connection.
  template <typename Conclude>
  bool receive(Conclude conclude) {
    std::array<char, 65536> buffer;
    for (;;) {
      const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
      if (got < 0) return true;
      input_.append({buffer.data(), static_cast<std::size_t>(got)});
      for (auto packet = input_.next(); packet && *packet; packet = input_.next())
        take(**packet, conclude);
    }
  }

  /// True when the filter has everything that it needs to answer the end of a message.
  bool awaits_judgement() const {
    return !expected_.empty() && expected_.front().command == Command::end_of_message &&
           sent_ >= expected_.front().sent_by;
  }

  std::optional<io::Time> due;  ///< of the message that is awaited

 private:
  struct Expected {
    Command command;
    std::size_t number;   ///< of the mail, when it is the end of one
    std::size_t sent_by;  ///< octets that make it whole
  };

  void queue(const std::string& octets) {
    unsent_ += octets;
    queued_ += octets.size();
  }

  void event(Command command, const std::string& data, std::size_t number = 0) {
    const wire::Event& known = *wire::find_event(command);
    if ((*steps_ & known.unwanted) != 0) return;
    queue(wire::packet(command, data));
    if ((*steps_ & known.silent) == 0) expected_.push_back({command, number, queued_});
  }

  template <typename Conclude>
  void take(const wire::Packet& packet, Conclude conclude) {
    expect(!expected_.empty(), std::string("an answer to nothing: ") + packet.code);
    const Expected front = expected_.front();
    if (front.command == Command::negotiate) {
      expect(packet.code == 'O', "no negotiation");
      steps_ = wire::decode_negotiation(packet.data)->protocol;
      expected_.pop_front();
      return;
    }
    constexpr std::string_view last_codes = "acdrsty";
    if (last_codes.find(packet.code) == std::string_view::npos) {
      expect(front.command == Command::end_of_message, "a change before the end of the message");
      note_change(packet.data);
      return;
    }
    expected_.pop_front();
    if (front.command != Command::end_of_message) return;
    outcome_.code = packet.code;
    outcome_.refused = packet.code == 'r' || (packet.code == 'y' && packet.data.front() == '5');
    outcome_.deferred = packet.code == 't' || (packet.code == 'y' && packet.data.front() == '4');
    due.reset();
    conclude(front.number, std::exchange(outcome_, {}));
  }

  void note_change(std::string_view data) {
    outcome_.says_pass |= data.find("dmarc=pass") != std::string_view::npos;
    outcome_.says_temperror |= data.find("dmarc=temperror") != std::string_view::npos;
  }

  base::UniqueFd socket_;
  std::string address_;
  std::string unsent_;
  std::size_t queued_ = 0, sent_ = 0;
  wire::PacketBuffer input_;
  std::deque<Expected> expected_;
  std::optional<std::uint32_t> steps_;
  Outcome outcome_;
};

}  // namespace dmarc::test
