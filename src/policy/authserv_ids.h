// Authentication service identifiers (RFC 8601 section 2.5 "Authentication Service Identifier
// Field"): the one that this program writes, and which ones it believes.
//
// Ids are compared without regard to case. With AuthservIDWithJobID the job id follows after a
// slash ("mx.example.org/4F2A1"), which ties a field to one message: a sender can't know it.
//
// The names in TrustedAuthservIDs are believed. Our own is believed too, because filters on one
// host share the host's name, with one exception: a name that we alone use (AuthservID OpenDMARC
// beside TrustedAuthservIDs mail.example.org). Nobody in front of us writes fields under it, and
// nobody removes them, so a field under it is the sender's. With AuthResultsTrust any there is no
// exception, as in OpenDMARC.
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
  /// that others might believe it too. Includes an id with another message's job id.
  bool claims_trust(std::string_view id) const;

 private:
  bool is_believed(std::string_view id) const;
  bool is_ours(std::string_view id) const;

  std::vector<std::string> believed_;
  std::string own_;
  std::string job_id_;
  bool with_job_id_;
};

}  // namespace dmarc::policy
