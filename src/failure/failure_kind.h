// Which failure reports a domain owner wants about a message (RFC 9989 section 4.7 "DMARC Policy
// Record Format", tag fo; RFC 9991 sections 2 "DMARC Failure Reports" and 3 "Other Failure
// Reports").
//
//   fo   report                      when
//   0    dmarc                       nothing passed and was aligned (this is the default)
//   1    dmarc                       SPF or DKIM did not pass, or was not aligned
//   d    dkim                        a signature failed, whether or not it would have been aligned
//   s    spf                         SPF failed, whether or not it would have been aligned
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <dmarc/evaluate.h>

#include "policy/judgement.h"

namespace dmarc::failure {

enum class FailureKind { dmarc, dkim, spf };
std::string_view to_string(FailureKind kind);

/// How the authentication of one message went, as far as fo asks for it.
struct FailureFacts {
  bool spf_failed = false;    ///< is_spf_failure() of its result
  bool spf_aligned = false;   ///< it passed, too
  bool dkim_failed = false;   ///< some signature did not verify
  bool dkim_aligned = false;  ///< some signature that verified was
};

FailureFacts failure_facts(const policy::Judgement& judgement);

/// By the word in a header field. A temporary error is not a failure: nothing is known then.
bool is_spf_failure(std::string_view result);
bool is_dkim_failure(std::string_view result);

/// What the record asks for. Empty without ruf, and for a record with psd=y (RFC 9991 section 2).
std::vector<FailureKind> requested_reports(const Record& record, const FailureFacts& facts);

/// True when the record that applies is that of a public suffix, by its own word or by the list.
bool is_public_suffix_policy(const Verdict& verdict);

/// The methods that gave no aligned identifier; what the field Identity-Alignment lists, "none"
/// when empty (RFC 9991 section 4 "Reporting Format Update").
std::vector<std::string> unaligned_methods(const FailureFacts& facts);

}  // namespace dmarc::failure
