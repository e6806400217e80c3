// How reports are sent and in whose name, as configured.
//
// Values only; the passwords and keys stay in their files until they are needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dkim/signer.h"
#include "sending/addresses.h"
#include "sending/consent.h"

namespace dmarc::sending {

/// A server that takes mail: the local MTA or a smart host.
struct SmtpServer {
  enum class Tls {
    none,
    opportunistic,  ///< STARTTLS where it is offered, with any certificate; where a password is
                    ///< sent the default is `starttls`
    starttls,       ///< STARTTLS, with a valid certificate
    implicit,       ///< TLS from the start (port 465), with a valid certificate
  };
  std::string host = "127.0.0.1";
  std::uint16_t port = 25;
  Tls tls = Tls::opportunistic;
  std::string ca_file = {};        ///< empty: the system's
  std::string user = {};           ///< empty: no authentication
  std::string password_file = {};  ///< needed with a user, unless there is a `password`
  std::string password = {};       ///< given directly, not by a file
};

struct Settings {
  enum class Way { smtp, command };

  Way way = Way::smtp;
  SmtpServer smtp;
  std::vector<std::string> command;  ///< ReportCommand in words; empty: unusable
  /// The From address of reports; its domain is the "receiver" of file names and subjects. Unset
  /// only where the host has no usable name.
  std::optional<MailAddress> email;
  std::string org_name;                ///< empty: the domain of `email`
  std::string contact;                 ///< further contact information in reports; may be empty
  std::optional<MailAddress> bcc;      ///< gets a copy of each report
  std::optional<MailAddress> bounces;  ///< where bounces go; unset: the null reverse-path
  std::optional<dkim::SigningKey> dkim;
  bool https = false;           ///< whether "https:" destinations get reports
  bool older_format = false;    ///< aggregate reports in the form of RFC 7489
  std::size_t max_message = 0;  ///< octets of one mail; a larger report is split
  NoReportsList no_reports;
};

}  // namespace dmarc::sending
