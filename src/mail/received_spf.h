// The Received-SPF field (RFC 7208 section 9.1 "The Received-SPF Header Field"), as other SPF
// filters write it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mail/auth_results.h"

namespace dmarc::mail {

struct ReceivedSpf {
  ResultWord result = ResultWord::none;
  std::string identity;       ///< identity=, lower case: "mailfrom", "helo"; empty when absent
  std::string envelope_from;  ///< envelope-from=, quoting and angle brackets removed
  std::string helo;
  std::string client_ip;
  std::string receiver;
};

/// Nothing if the value does not begin with a result word, breaks the syntax, has one of these keys
/// twice, or exceeds the limits (16 KiB, 50 pairs, comments 32 deep).
std::optional<ReceivedSpf> parse_received_spf(std::string_view value);

}  // namespace dmarc::mail
