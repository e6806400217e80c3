// What one aggregate report is made of, as values: the store fills them, the XML writer reads them.
//
// They hold what was observed and published; what RFC 9990 wants left out or put differently in a
// report is the writer's to know.
//
// Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/evaluate.h>
#include <dmarc/record.h>

#include "history/codes.h"
#include "policy/override_reason.h"

namespace dmarc::history {

/// Seconds since 1970, UTC; `end` is no part of it.
struct Period {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// The policy record of a DMARC Policy Domain, as it was seen last in the period.
struct PublishedPolicy {
  std::string domain;  ///< the DMARC Policy Domain, lower case, A-labels
  std::optional<Policy> p, sp, np;
  AlignmentMode adkim = AlignmentMode::relaxed;
  AlignmentMode aspf = AlignmentMode::relaxed;
  std::string fo;  ///< "0:1:d"; empty when there is nobody to send failure reports to
  /// Not known (unset) for messages that OpenDMARC evaluated.
  std::optional<bool> testing;
  std::optional<DiscoveryMethod> discovery;
  PublicSuffixFlag psd = PublicSuffixFlag::unknown;
  std::vector<std::string> rua;  ///< URIs in the order published; not verified
};

using policy::OverrideReason;

/// Reasons kept of one message: the Domain Owner's test mode, and one of the receiver's.
inline constexpr std::size_t max_override_reasons = 2;
/// What is kept of a comment.
inline constexpr std::size_t max_override_comment = 100;

/// A message's reasons as one text: "policy_test_mode; local_policy: policies are not enforced".
/// Comments become printable ASCII without ";".
std::string to_text(const std::vector<OverrideReason>& reasons);
/// The reverse; nothing for a text that is not of that form.
std::optional<std::vector<OverrideReason>> parse_override_reasons(std::string_view text);

struct DkimSignature {
  std::string domain;
  std::string selector;  ///< empty when it is not known
  AuthCode result = AuthCode::none;

  friend bool operator==(const DkimSignature&, const DkimSignature&) = default;
};

/// Messages that have everything but the time in common.
struct AggregateRow {
  /// What was done. `pass`: nothing had to be, although the policy enforces.
  enum class Disposition { none, pass, quarantine, reject };

  std::string source_ip;  ///< canonical text
  std::uint64_t count = 0;
  Disposition disposition = Disposition::none;
  bool dkim_aligned = false;
  bool spf_aligned = false;
  std::vector<OverrideReason> reasons;
  std::string header_from;
  std::string envelope_from;  ///< empty for the null reverse-path
  std::vector<DkimSignature> dkim;
  /// Of the MAIL FROM identity, whose domain is `envelope_from`; unset when only HELO was checked,
  /// or nothing.
  std::optional<AuthCode> spf;
};

}  // namespace dmarc::history
