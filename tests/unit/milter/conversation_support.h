// A conversation with a small world behind it, and an MTA's packets.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dmarc/zone.h>

#include "filter/environment.h"
#include "milter/conversation.h"
#include "milter/wire.h"
#include "support/log_capture.h"

namespace dmarc::test {

namespace wire = milter::wire;
using wire::Command;
using wire::Fields;
using wire::packet;

inline std::string offer(std::uint32_t version = 6, std::uint32_t actions = wire::action::all,
                         std::uint32_t steps = wire::protocol::all) {
  return packet(Command::negotiate, wire::encode({version, actions, steps, {}}));
}

inline std::string client_packet(std::string_view address = "192.0.2.1") {
  return packet(Command::connect,
                Fields().text("mail.example").octet('4').port(25).text(address).take());
}

inline std::string macro_packet(Command stage, std::string_view name, std::string_view value) {
  return packet(Command::macro,
                Fields().octet(static_cast<char>(stage)).text(name).text(value).take());
}

inline std::string mail_packet(std::string_view path) {
  return packet(Command::mail, Fields().text(path).take());
}

inline std::string header_packet(std::string_view name, std::string_view value) {
  return packet(Command::header, Fields().text(name).text(value).take());
}

/// A message from MAIL to its end.
inline std::string message_packets(std::string_view author) {
  return mail_packet("<a@sender.example>") + header_packet("From", author) +
         packet(Command::end_of_message);
}

/// What a conversation needs.
struct World {
  explicit World(std::shared_ptr<dns::AsyncResolver> answers) : resolver(std::move(answers)) {
    settings.authserv_id = "mx";
    settings.reject_failures = true;
  }
  World()
      : World(std::make_shared<dns::Zone>(
            *dns::Zone::parse("_dmarc.author.example TXT \"v=DMARC1; p=reject\"\n"))) {}

  milter::EngineOptions options() {
    return {.environment =
                [this] {
                  auto environment = std::make_shared<filter::Environment>();
                  environment->settings = std::make_shared<const policy::Settings>(settings);
                  environment->resolver = resolver;
                  environment->lookup_limits.timeout = timeout;
                  environment->sink = &log;
                  return environment;
                },
            .connection_limit = &connection_limit,
            .sink = &log};
  }

  policy::Settings settings;
  std::shared_ptr<dns::AsyncResolver> resolver;
  std::chrono::milliseconds timeout{60000};
  LogCapture log;
  filter::ConnectionLimit connection_limit{2, log};
};

/// The codes of the packets in `octets`; a number of the first reply, for example "y550".
inline std::string codes(std::string_view octets) {
  std::string text;
  for (auto next = wire::take_packet(octets); next && *next; next = wire::take_packet(octets)) {
    text += (*next)->code;
    if ((*next)->code == 'y') text += (*next)->data.substr(0, 3);
  }
  return text;
}

}  // namespace dmarc::test
