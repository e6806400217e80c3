// What is known about a message at its end, as the MTA told it.
//
// A plain value without a policy: filter::Session fills it event by event, `dmarcctl explain` from
// a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <dmarc/header_field.h>
#include <dmarc/ip_address.h>
#include <dmarc/reverse_path.h>

namespace dmarc::policy {

/// Stands for the MTA's queue id in log lines when it sent none.
inline constexpr std::string_view unknown_job_id = "(unknown-jobid)";

struct Message {
  std::string job_id;                     ///< the MTA's queue id, or unknown_job_id
  std::string mta_name;                   ///< macro j; may be empty
  std::string client_name;                ///< host name as the MTA gave it
  std::optional<base::IpAddress> client;  ///< nothing for a client without an IP address
  std::string helo;
  mail::ReversePath sender;
  std::int64_t arrival = 0;  ///< seconds since 1970; 0: not known
  mail::HeaderBlock header;
  /// The values in it begin as in the message; otherwise a blank may be missing in front of each.
  bool leading_blanks = true;
  bool probe = false;  ///< a test of the filter, not mail: judged, and nothing is kept of it
  bool header_truncated =
      false;  ///< fields were dropped because of a limit: the message can't be judged as a whole
};

}  // namespace dmarc::policy
