// Report files by https, to those who ask for it with an "https:" URI.
//
//   HttpsPost post(base::is_public);
//   post.send("https://reports.example.org/dmarc", gzip_octets, commit);
//
// The URI was chosen by somebody else, who must not reach what only this host can reach (attack
// RPT-07): the address that is really connected to must be a public one, redirects are not
// followed, and no proxy of the environment is used.
//
// Threads: belongs to one thread.
#pragma once

#include <string>
#include <string_view>

#include <dmarc/ip_address.h>

#include "sending/curl/transfer.h"
#include "sending/transport.h"

namespace dmarc::sending {

class HttpsPost {
 public:
  /// Whether an address may be connected to.
  using AddressRule = bool (*)(const base::IpAddress&);

  /// `ca_file` may be empty for the system's authorities.
  explicit HttpsPost(AddressRule rule, const std::string& ca_file = {}, TimeLimits limits = {});

  /// Sent with a 2xx answer; later with 408, 429 and 5xx; otherwise failed.
  Outcome send(const std::string& url, std::string_view gzip, const Transport::Commit& commit);

 private:
  Transfer transfer_;
  AddressRule rule_;
};

}  // namespace dmarc::sending
