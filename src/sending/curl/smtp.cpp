#include "sending/curl/smtp.h"

#include "base/ascii.h"
#include "base/read_file.h"

namespace dmarc::sending {
namespace {

std::string url_of(const SmtpServer& server) {
  const bool is_v6 = server.host.find(':') != std::string::npos;
  return (server.tls == SmtpServer::Tls::implicit ? "smtps://" : "smtp://") +
         (is_v6 ? "[" + server.host + "]" : server.host) + ":" + std::to_string(server.port);
}

/// The first line of the file.
tl::expected<std::string, std::string> read_password(const SmtpServer& server) {
  if (server.user.empty()) return std::string();
  if (!server.password.empty()) return server.password;
  if (server.password_file.empty())
    return tl::unexpected(std::string("ReportSmtpUser needs ReportSmtpPasswordFile"));
  const auto text = base::read_file(server.password_file);
  if (!text) return tl::unexpected(server.password_file + ": " + base::error_text(text.error()));
  return std::string(base::trim(text->substr(0, text->find('\n'))));
}

bool is_about_the_message(const Transfer::Result& result) {
  return result.is_begun || result.code == CURLE_SEND_ERROR;  // refused MAIL, RCPT or DATA
}

Outcome outcome_of(const Transfer::Result& result) {
  if (result.code == CURLE_OK) return {Outcome::State::sent, result.answer};
  if (result.called_off) return {Outcome::State::later, "called off"};
  const bool is_final = result.status >= 500 && result.status < 600;
  return {is_final && is_about_the_message(result) ? Outcome::State::failed : Outcome::State::later,
          result.answer};
}

}  // namespace

tl::expected<std::unique_ptr<SmtpTransport>, std::string> SmtpTransport::make(
    const SmtpServer& server, TimeLimits limits) {
  auto password = read_password(server);
  if (!password) return tl::unexpected(password.error());
  return std::unique_ptr<SmtpTransport>(new SmtpTransport(server, *std::move(password), limits));
}

SmtpTransport::SmtpTransport(const SmtpServer& server, std::string password, TimeLimits limits)
    : transfer_("smtp,smtps", limits) {
  transfer_.set(CURLOPT_URL, url_of(server).c_str());
  transfer_.set(CURLOPT_UPLOAD, 1L);
  switch (server.tls) {
    case SmtpServer::Tls::none:
      break;
    case SmtpServer::Tls::opportunistic:
      transfer_.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_TRY));
      transfer_.set(CURLOPT_SSL_VERIFYPEER, 0L);
      transfer_.set(CURLOPT_SSL_VERIFYHOST, 0L);
      break;
    case SmtpServer::Tls::starttls:
    case SmtpServer::Tls::implicit:
      transfer_.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
      break;
  }
  if (!server.ca_file.empty()) transfer_.set(CURLOPT_CAINFO, server.ca_file.c_str());
  if (server.user.empty()) return;
  transfer_.set(CURLOPT_USERNAME, server.user.c_str());
  transfer_.set(CURLOPT_PASSWORD, password.c_str());
}

Outcome SmtpTransport::send(const Envelope& envelope, std::string_view message,
                            const Commit& commit) {
  CurlList recipients;
  for (const std::string& recipient : envelope.recipients)
    recipients.add(recipient);
  transfer_.set(CURLOPT_MAIL_FROM, envelope.sender.c_str());
  transfer_.set(CURLOPT_MAIL_RCPT, recipients.get());
  transfer_.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
  const Outcome outcome = outcome_of(transfer_.run(message, commit));
  transfer_.set(CURLOPT_MAIL_RCPT, static_cast<curl_slist*>(nullptr));
  return outcome;
}

}  // namespace dmarc::sending
