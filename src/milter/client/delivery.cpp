#include "milter/client/delivery.h"

#include "base/ascii.h"

namespace dmarc::milter::client {
namespace {

std::string path(const std::string& address) {
  return "<" + address + ">";
}

/// Records the answers of one session and stops it at the first refusal.
class Transcript {
 public:
  explicit Transcript(Delivery& delivery) : delivery_(delivery) {}

  /// True if the next event may be sent.
  bool took(std::string_view event, Client::Result answer) {
    if (!answer) {
      error_ = answer.error();
      return false;
    }
    if (delivery_.steps.empty() || delivery_.steps.back().event != event)
      delivery_.steps.push_back({event, {}});
    delivery_.steps.back().answer = *answer;
    delivery_.answer = *answer;
    return answer->kind != Response::Kind::disconnect && !answer->refuses();
  }

  tl::expected<void, Error> result() const {
    if (error_) return tl::unexpected(*error_);
    return {};
  }

 private:
  Delivery& delivery_;
  std::optional<Error> error_;
};

bool send_envelope(Client& client, const SmtpMessage& message, Transcript& transcript) {
  // Postfix opens its queue file, and so has a queue id, once a recipient is accepted.
  client.clear_macro("i");
  client.set_macro("mail_addr", message.sender);
  if (!transcript.took("mail", client.mail(path(message.sender)))) return false;
  client.set_macro("i", message.queue_id);
  for (const std::string& recipient : message.recipients) {
    client.set_macro("rcpt_addr", recipient);
    if (!transcript.took("rcpt", client.rcpt(path(recipient)))) return false;
  }
  return transcript.took("data", client.data());
}

bool send_content(Client& client, const SmtpMessage& message, Transcript& transcript) {
  for (const mail::HeaderField& field : message.header)
    if (!transcript.took("header", client.header(base::trim(field.name), field.value)))
      return false;
  if (!transcript.took("end of header", client.end_of_header())) return false;
  return message.body.empty() || transcript.took("body", client.body(message.body));
}

}  // namespace

void set_content(SmtpMessage& message, std::string_view text) {
  std::size_t body = 0;
  message.header = mail::split_header_block(text, body);
  message.body = base::with_crlf(text.substr(body));
}

tl::expected<void, Error> begin_session(Client& client, const SmtpSession& session,
                                        Delivery& delivery) {
  const std::string address = session.address ? session.address->text() : "unknown";
  client.set_macro("j", session.mta_name);
  client.set_macro("daemon_name", session.mta_name);
  client.set_macro("v", "Postfix 3.7.11");
  client.set_macro("_", session.client_name + " [" + address + "]");
  if (!session.login.empty()) {
    client.set_macro("auth_type", "PLAIN");
    client.set_macro("auth_authen", session.login);
  }
  if (session.probe) client.set_macro("dmarcd_probe", "1");
  Transcript transcript(delivery);
  if (transcript.took("connect", client.connect(session.client_name, session.address)))
    transcript.took("helo", client.helo(session.helo));
  return transcript.result();
}

tl::expected<void, Error> send_message(Client& client, const SmtpMessage& message,
                                       Delivery& delivery) {
  Transcript transcript(delivery);
  if (!send_envelope(client, message, transcript) || !send_content(client, message, transcript))
    return transcript.result();
  auto end = client.end_of_message();
  if (!end) return tl::unexpected(end.error());
  transcript.took("end of message", end->answer);
  delivery.edits = std::move(end->edits);
  return client.abort();
}

}  // namespace dmarc::milter::client
