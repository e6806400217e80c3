#include "sending/curl/transports.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <new>
#include <optional>

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

/// Whether a refusal (5xx) concerns this recipient or this message. Relays refuse a client or a
/// sender that they don't know at RCPT too, where the reply must tell: 530 (RFC 4954 section 6
/// "Status Codes"), X.7.1 "Delivery not authorized" (RFC 3463 section 3.8), or Postfix's words.
bool is_about_the_message(const Transfer::Result& result) {
  if (result.is_begun) return true;
  if (result.code != CURLE_SEND_ERROR) return false;
  if (result.command != "RCPT") return result.command == "DATA";
  const std::string answer = base::lower(result.answer);
  const auto says = [&](std::string_view words) { return answer.find(words) != std::string::npos; };
  return result.status != 530 && result.status != 535 && !says(" 5.7.0 ") && !says(" 5.7.1 ") &&
         !says("relay");
}

Outcome outcome_of(const Transfer::Result& result) {
  if (result.code == CURLE_OK) return {Outcome::State::sent, result.answer};
  if (result.called_off) return {Outcome::State::later, "called off"};
  const bool is_final = result.status >= 500 && result.status < 600;
  if (is_final && is_about_the_message(result)) return {Outcome::State::failed, result.answer};
  const bool is_deferred =
      result.status >= 400 && result.status < 500 && (result.is_begun || result.command == "RCPT");
  return {Outcome::State::later, result.answer, !result.is_begun && !is_deferred};
}

/// Looks at each address just before the socket for it is made, so that no second answer of the DNS
/// can come between.
struct Gate {
  HttpsPost::AddressRule rule;
  std::string refused = {};
};

std::optional<base::IpAddress> address_of(const curl_sockaddr& target) {
  if (target.family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(target.addr).sin_addr;
    return base::IpAddress::from_octets({reinterpret_cast<const char*>(&v4), sizeof v4});
  }
  if (target.family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(target.addr).sin6_addr;
    return base::IpAddress::from_octets({reinterpret_cast<const char*>(&v6), sizeof v6});
  }
  return std::nullopt;
}

curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* target) {
  Gate& gate = *static_cast<Gate*>(user);
  const auto address = address_of(*target);
  if (!address || !gate.rule(*address)) {
    gate.refused = address ? address->text() : "an address of another kind";
    return CURL_SOCKET_BAD;
  }
  return ::socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
}

Outcome outcome_of(const Transfer::Result& result, const Gate& gate) {
  using State = Outcome::State;
  if (result.called_off) return {State::later, "called off"};
  if (result.code != CURLE_OK && !gate.refused.empty())
    return {State::failed, gate.refused + " is not a public address"};
  if (result.status >= 200 && result.status < 300) return {State::sent, result.answer};
  if (result.code == CURLE_UNSUPPORTED_PROTOCOL || result.code == CURLE_URL_MALFORMAT)
    return {State::failed, result.answer};
  const bool is_later =
      result.status == 408 || result.status == 429 || result.status >= 500 || result.status == 0;
  return {is_later ? State::later : State::failed, result.answer};
}

}  // namespace

/// One run, as libcurl's callbacks see it.
struct Upload {
  std::string_view rest = {};
  const Transport::Commit* commit = nullptr;
  Transfer::Result result = {};
  std::array<char, CURL_ERROR_SIZE> problem = {};
  bool is_committed = false;
  std::size_t received = 0;
  /// No exception may pass through libcurl.
  std::exception_ptr thrown = nullptr;
};

namespace {

bool may_finish(Upload& upload) {
  try {
    upload.is_committed = (*upload.commit)();
  } catch (...) {
    upload.thrown = std::current_exception();
  }
  upload.result.called_off = !upload.is_committed;
  return upload.is_committed;
}

std::size_t give_content(char* buffer, std::size_t size, std::size_t count, void* user) {
  Upload& upload = *static_cast<Upload*>(user);
  upload.result.is_begun = true;
  const std::size_t octets = std::min(size * count, upload.rest.size());
  const bool is_last = octets == upload.rest.size();
  if (is_last && !upload.is_committed && !may_finish(upload)) return CURL_READFUNC_ABORT;
  std::memcpy(buffer, upload.rest.data(), octets);
  upload.rest.remove_prefix(octets);
  return octets;
}

/// An SMTP reply or an HTTP status; not a field of an HTTP header.
bool is_reply(std::string_view line) {
  if (line.starts_with("HTTP/")) return true;
  return line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3, base::is_digit);
}

/// "250-text" is followed by further lines of the same reply (RFC 5321 section 4.2.1).
bool goes_on(std::string_view line) {
  return line.size() > 3 && line[3] == '-';
}

void note_reply(std::string& answer, std::string_view line) {
  if (!goes_on(answer)) {
    answer = line;
    return;
  }
  if (answer.size() < max_answer)
    answer.append(" ").append(line.substr(std::min<std::size_t>(line.size(), 4)));
  if (!goes_on(line)) answer[3] = ' ';
}

std::size_t take_line(char* data, std::size_t size, std::size_t count, void* user) {
  const std::string_view line = base::trim({data, size * count});
  // 221 answers the QUIT after a refusal, which is what counts.
  if (is_reply(line) && !line.starts_with("221"))
    note_reply(static_cast<Upload*>(user)->result.answer, line);
  return size * count;
}

/// Notes the command that goes out; libcurl's error codes don't tell MAIL from RCPT.
int note_command(CURL*, curl_infotype type, char* data, std::size_t size, void* user) {
  const std::string_view line = base::trim({data, size});
  // QUIT follows the refusal that counts.
  if (type != CURLINFO_HEADER_OUT || line == "QUIT") return 0;
  static_cast<Upload*>(user)->result.command = line.substr(0, line.find(' '));
  return 0;
}

std::size_t drop(char*, std::size_t size, std::size_t count, void* user) {
  std::size_t& received = static_cast<Upload*>(user)->received;
  received += size * count;
  return received <= max_response ? size * count : 0;
}

}  // namespace

void CurlList::add(const std::string& text) {
  curl_slist* const longer = curl_slist_append(list_, text.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  list_ = longer;
}

Transfer::Transfer(const char* protocols, TimeLimits limits)
    : upload_(std::make_unique<Upload>()), handle_(curl_easy_init()) {
  if (!handle_) throw std::runtime_error("libcurl can't be used");
  set(CURLOPT_PROTOCOLS_STR, protocols);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.all.count()));
  set(CURLOPT_ERRORBUFFER, upload_->problem.data());
  set(CURLOPT_READFUNCTION, give_content);
  set(CURLOPT_READDATA, upload_.get());
  set(CURLOPT_HEADERFUNCTION, take_line);
  set(CURLOPT_HEADERDATA, upload_.get());
  set(CURLOPT_WRITEFUNCTION, drop);
  set(CURLOPT_WRITEDATA, upload_.get());
  set(CURLOPT_DEBUGFUNCTION, note_command);
  set(CURLOPT_DEBUGDATA, upload_.get());
  set(CURLOPT_VERBOSE, 1L);
}

Transfer::~Transfer() = default;

Transfer::Result Transfer::run(std::string_view content, const Transport::Commit& commit) {
  *upload_ = Upload{.rest = content, .commit = &commit};
  Result& result = upload_->result;
  result.code = curl_easy_perform(handle_.get());
  if (upload_->thrown) std::rethrow_exception(upload_->thrown);
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &result.status);
  // What the server has said explains a refusal, but not a connection that broke.
  if (result.code != CURLE_OK && result.status < 400) {
    const bool is_explained = upload_->problem.front() != '\0';
    result.answer = is_explained ? upload_->problem.data() : curl_easy_strerror(result.code);
  }
  result.answer = base::printable(result.answer, max_answer);
  return result;
}

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

HttpsPost::HttpsPost(AddressRule rule, const std::string& ca_file, TimeLimits limits)
    : transfer_("https", limits), rule_(rule) {
  transfer_.set(CURLOPT_POST, 1L);
  transfer_.set(CURLOPT_USERAGENT, "dmarcd");
  // An upload that libcurl would have to begin anew on another connection can't be called off.
  transfer_.set(CURLOPT_FRESH_CONNECT, 1L);
  transfer_.set(CURLOPT_FORBID_REUSE, 1L);
  transfer_.set(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  if (!ca_file.empty()) transfer_.set(CURLOPT_CAINFO, ca_file.c_str());
}

Outcome HttpsPost::send(const std::string& url, std::string_view gzip,
                        const Transport::Commit& commit) {
  Gate gate{rule_};
  CurlList fields;
  fields.add("Content-Type: application/gzip");
  fields.add("Expect:");
  transfer_.set(CURLOPT_URL, url.c_str());
  transfer_.set(CURLOPT_HTTPHEADER, fields.get());
  transfer_.set(CURLOPT_OPENSOCKETDATA, &gate);
  transfer_.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(gzip.size()));
  const Outcome outcome = outcome_of(transfer_.run(gzip, commit), gate);
  transfer_.set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
  transfer_.set(CURLOPT_OPENSOCKETDATA, static_cast<Gate*>(nullptr));
  return outcome;
}

}  // namespace dmarc::sending
