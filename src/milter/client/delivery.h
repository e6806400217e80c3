// A whole SMTP session, sent to a filter as Postfix sends it.
//
//   Delivery delivery;
//   begin_session(client, session, delivery) and send_message(client, message, delivery);
//   delivery.answer.smtp_reply();   // what the SMTP client hears
//
// Stops at the first refusal, as Postfix does.
//
// Threads: one at a time.
#pragma once

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/header_field.h>
#include <dmarc/ip_address.h>

#include "milter/client/client.h"

namespace dmarc::milter::client {

/// The SMTP client.
struct SmtpSession {
  std::string client_name;
  std::optional<base::IpAddress> address;
  std::string helo;
  std::string login;     ///< the SASL user; empty for a client that did not log in
  std::string mta_name;  ///< the name of the MTA (macro j)
  bool probe = false;    ///< dmarcd is told that this is not mail
};

struct SmtpMessage {
  std::string queue_id;
  std::string sender;  ///< without angle brackets; empty for the null reverse-path
  std::vector<std::string> recipients;
  mail::HeaderBlock header;
  std::string body;  ///< with CRLF line ends
};

/// Header and body of a message in RFC 5322 form, with CRLF or LF line ends.
void set_content(SmtpMessage& message, std::string_view text);

struct Delivery {
  struct Step {
    std::string_view event;
    Response answer;
  };
  std::vector<Step> steps;  ///< all header fields make one, all body chunks another
  Response answer;          ///< the one that decided
  Edits edits;
};

tl::expected<void, Error> begin_session(Client& client, const SmtpSession& session,
                                        Delivery& delivery);
/// Not to be called after a refusal.
tl::expected<void, Error> send_message(Client& client, const SmtpMessage& message,
                                       Delivery& delivery);

}  // namespace dmarc::milter::client
