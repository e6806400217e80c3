// Authentication service identifiers (RFC 8601 section 2.5 "Authentication Service Identifier
// Field"): the one that this program writes, and which ones it believes.
//
// The names in TrustedAuthservIDs are believed. Our own is believed too, because filters on one
// host share the host's name, with one exception: a name that we alone use (AuthservID OpenDMARC
// beside TrustedAuthservIDs mail.example.org). Nobody in front of us writes fields under it, and
// nobody removes them, so a field under it is the sender's. With AuthResultsTrust any there is no
// exception, as in OpenDMARC.
//
// With AuthservIDWithJobID the job id follows after a slash ("mx.example.org/4F2A1"), which ties a
// field to one message: a sender can't know it. Then our own name is believed in that form alone,
// also when it is listed, and not at all while the MTA has not told the job id; other trusted names
// in both forms.
//
// An id is believed only as it is, letters in either case. What could be taken for it, such as
// another way to write the same host name, only claims to be trusted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/message.h"
#include "policy/settings.h"

namespace dmarc::policy {

/// The id without the job id: AuthservID, or else the MTA's name, or else the host's.
std::string base_authserv_id(const Message& message, const Settings& settings);

/// The one that this message's fields get: with the job id when the settings ask for it.
std::string authserv_id_for(const Message& message, const Settings& settings);

class AuthservIds {
 public:
  AuthservIds(const Message& message, const Settings& settings);

  /// True when results under this id are believed.
  bool trusts(std::string_view id) const;

  /// True when a field with this id pretends to come from a filter whose results are believed, so
  /// that others might believe it. Includes an id with any job id or port, and other ways to write
  /// a host name: with a dot at the end, as an A-label or not.
  bool claims_trust(std::string_view id) const;

  /// The same for the name of our own fields alone.
  bool claims_our_name(std::string_view id) const;

 private:
  bool is_believed(std::string_view id) const;
  bool is_ours(std::string_view id) const;

  std::vector<std::string> believed_;
  std::string own_;
  std::string job_id_;  ///< empty: not known
  bool with_job_id_;
};

}  // namespace dmarc::policy
