// Mail by SMTP, to the local MTA or a smart host (RFC 5321; STARTTLS: RFC 3207; AUTH: RFC 4954).
//
//   auto transport = SmtpTransport::make(settings.smtp);
//   (*transport)->send({"", {"dmarc@example.org"}}, message);
//
// The connection is kept for further messages. libcurl speaks the protocol.
//
// Threads: belongs to one thread.
#pragma once

#include <tl/expected.hpp>

#include <memory>
#include <string>

#include "sending/curl/transfer.h"
#include "sending/settings.h"
#include "sending/transport.h"

namespace dmarc::sending {

class SmtpTransport final : public Transport {
 public:
  /// Reads the password. The error is one line.
  static tl::expected<std::unique_ptr<SmtpTransport>, std::string> make(const SmtpServer& server,
                                                                        TimeLimits limits = {});

  /// A 5xx answer to MAIL, RCPT or the message is final. What the server says of us, before that
  /// or to AUTH, is a matter for the administrator, so the message waits.
  Outcome send(const Envelope& envelope, std::string_view message, const Commit& commit) override;
  using Transport::send;

 private:
  SmtpTransport(const SmtpServer& server, std::string password, TimeLimits limits);

  Transfer transfer_;
};

}  // namespace dmarc::sending
