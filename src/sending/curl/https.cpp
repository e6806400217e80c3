#include "sending/curl/https.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>

namespace dmarc::sending {
namespace {

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
    return {State::failed, gate.refused + " is no public address"};
  if (result.status >= 200 && result.status < 300) return {State::sent, result.answer};
  if (result.code == CURLE_UNSUPPORTED_PROTOCOL || result.code == CURLE_URL_MALFORMAT)
    return {State::failed, result.answer};
  const bool is_later =
      result.status == 408 || result.status == 429 || result.status >= 500 || result.status == 0;
  return {is_later ? State::later : State::failed, result.answer};
}

}  // namespace

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
