// The header fields that are added to a message, in OpenDMARC's form:
//
//   ID; dmarc=fail (p=reject dis=none) header.from=example.com policy.dmarc=reject
//   ID; spf=pass smtp.mailfrom=example.com
//   ID; dkim=pass header.d=example.com header.s=mail header.a=rsa-sha256 header.b=QmFzZTY0
//   ID; arc=pass header.oldest-pass=0
//   OpenDMARC Filter v1.0 mx.example.org 4F2A1
//
// The first four are called Authentication-Results, the last DMARC-Filter; each is one line. What
// a sender chose goes through AuthResultsWriter, and domains only as names that were parsed.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <dmarc/header_field.h>
#include <dmarc/spf.h>

#include "dkim/check.h"
#include "mail/auth_results.h"
#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/settings.h"

namespace dmarc::policy {

struct DmarcField {
  Result result = Result::none;
  std::string header_from;       ///< the Author Domain; empty: the property is left out
  std::optional<Policy> policy;  ///< the one that applies or would apply
  Policy disposition = Policy::none;
  std::string reason;
};

/// RFC 9989 section 9.1 "Authentication-Results Method Registry Update".
void add_dmarc_result(mail::AuthResultsWriter& writer, const DmarcField& field);
/// The same as a field of its own.
InsertedField dmarc_field(std::string_view authserv_id, const DmarcField& field);

/// RFC 8601 section 2.7.2 "SPF and Sender ID".
InsertedField spf_field(std::string_view authserv_id, const spf::Result& result);

/// RFC 8601 section 2.7.1 "DKIM" and RFC 6008: one result for each signature, the first
/// max_shown_signatures of them. None is "dkim=none".
InsertedField dkim_field(std::string_view authserv_id,
                         std::span<const dkim::SignatureResult> signatures);

inline constexpr std::size_t max_shown_signatures = 20;

/// RFC 8617 section 6 "Communication of Validation Results", with the oldest-pass of its
/// section 5.2 step 5. Of a chain that was verified here; "none" is not written
/// (docs/DECISIONS.md).
InsertedField arc_field(std::string_view authserv_id, const Arc& arc);

InsertedField software_field(const Message& message, const Settings& settings);

/// The Author Domain whose verdict is shown, for header fields and log lines: as the sender wrote
/// it when that is plain ASCII, otherwise as an A-label. Without a verdict, that of the From field
/// if it is a domain name; empty when there is none.
std::string shown_domain(const Judgement& judgement);

}  // namespace dmarc::policy
