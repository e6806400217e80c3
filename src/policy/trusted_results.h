// Which Authentication-Results fields of a message are believed (RFC 8601 sections 4.1 "Header
// Field Position and Interpretation" and 5 "Removing Existing Header Fields").
//
// A header field is a claim. A filter inserts its field at the top, above whatever the sender
// wrote, so only the topmost block is believed: the fields above the first Received, other fields
// between them, down to the first one that can't be read or whose authserv-id is not exactly a
// trusted one. A field counts as a whole: one that reports a method that is not registered (RFC
// 8601 section 6.2) does not count, because filters that remove forged fields leave what they can't
// read, and ends the block. What each field's results are worth is decided by method:
// policy/authentication.h for SPF, policy/upstream_dkim.h for DKIM, policy/arc.h for ARC.
//
// Whether a field claims a trusted name is read as leniently as any reader might, whether it is
// believed as strictly as possible. The difference is to be removed (policy/removals.h).
//
// With AuthResultsTrust any, every readable field under a trusted name is believed wherever it
// stands, as in OpenDMARC.
//
// Limits: max_examined fields are looked into; of others the id alone is read. Threads: a pure
// function.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "log/event.h"
#include "mail/auth_results.h"
#include "policy/message.h"
#include "policy/settings.h"

namespace dmarc::policy {

struct BelievedField {
  std::size_t index = 0;  ///< among the fields of that name; 1 is the topmost
  std::string authserv_id;
  bool is_ours = false;  ///< under the name that our own fields have
  bool is_plain = true;  ///< every filter reads it alike (mail/plain_spelling.h)
  std::vector<mail::MethodResult> results;
  /// Why some of its results are left out; empty when all are there.
  std::string left_out = {};
};

/// Under a trusted name, or what somebody could take for one, and not believed.
struct DoubtedField {
  std::size_t index = 0;
  std::string authserv_id;
  bool reports_our_dmarc = false;  ///< a result of dmarc under our own name
  std::string reason;              ///< why not, one clause
};

struct TrustedResults {
  std::vector<BelievedField> fields;  ///< topmost first
  std::vector<DoubtedField> doubted;  ///< likewise
  /// A field of the block that does not count reports a result of dkim that is not a pass.
  bool other_dkim_result = false;
  std::vector<log::Event> events;

  /// The results of one method, topmost first.
  std::vector<mail::MethodResult> of_method(std::string_view method) const;

  /// Filters write one field each, or one field for all; nobody has fifty.
  static constexpr std::size_t max_examined = 50;
};

TrustedResults read_trusted_results(const Message& message, const Settings& settings);

}  // namespace dmarc::policy
