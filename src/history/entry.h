// One record of a history file, read: every value checked, every name in its canonical form.
//
// What the store keeps of a message and what an aggregate report tells of it come from here. Two
// values have a text form of their own, which the file and the store share: the override reasons
// and the ARC chain.
//
// Threads: pure functions and values.
// Limits: max_override_reasons, max_override_comment, max_arc_instance.
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

/// The policy record of a DMARC Policy Domain, as it was published.
struct PublishedPolicy {
  std::string domain;  ///< the DMARC Policy Domain, lower case, A-labels
  std::optional<Policy> p, sp, np;
  AlignmentMode adkim = AlignmentMode::relaxed;
  AlignmentMode aspf = AlignmentMode::relaxed;
  FailureOptions fo;  ///< none when the record has no address for failure reports
  /// Not known (unset) for messages that OpenDMARC evaluated.
  std::optional<bool> testing;
  std::optional<DiscoveryMethod> discovery;
  PublicSuffixFlag psd = PublicSuffixFlag::unknown;
  std::vector<std::string> rua;  ///< URIs in the order published; not verified
};

struct DkimSignature {
  std::string domain;
  std::string selector;  ///< empty when it is not known
  AuthCode result = AuthCode::none;

  friend bool operator==(const DkimSignature&, const DkimSignature&) = default;
};

/// One instance of an ARC chain, as OpenDMARC records it.
struct ArcSeal {
  unsigned instance = 0;
  std::string domain;
  std::string selector;
  std::string client;  ///< address in the ARC-Authentication-Results field; may be empty
};

struct Entry {
  std::string job;
  std::string reporter;
  std::int64_t received = 0;
  std::string ip;  ///< canonical text; empty for a client without an address
  std::string from;
  std::string envelope_from;  ///< empty for the null reverse-path
  std::vector<DkimSignature> dkim;
  std::uint32_t signatures = 0;  ///< their number, those that `dkim` leaves out included
  AuthCode spf = AuthCode::undefined;
  SpfScope spf_scope = SpfScope::none;
  PolicyCode policy = PolicyCode::no_record;
  ActionCode action = ActionCode::accept;
  AlignCode align_dkim = AlignCode::not_aligned;
  AlignCode align_spf = AlignCode::not_aligned;
  unsigned pct = 0;
  AuthCode arc = AuthCode::pass;
  ArcPolicyCode arc_policy = ArcPolicyCode::unused;
  std::vector<ArcSeal> arc_seals;
  /// The record of the DMARC Policy Domain; `published.domain` is set without a record, too.
  PublishedPolicy published;
  /// The policy that applied, or would have; unset in OpenDMARC's records of a pass.
  std::optional<Policy> requested;
  std::vector<policy::OverrideReason> reasons;
};

/// Reasons kept of one message: one that lies in the record, and one of the receiver's.
inline constexpr std::size_t max_override_reasons = 2;
/// What is kept of a comment.
inline constexpr std::size_t max_override_comment = 100;

/// A message's reasons as one text: "policy_test_mode; local_policy: RejectFailures is off".
/// Comments become printable ASCII without ";".
std::string to_text(const std::vector<policy::OverrideReason>& reasons);
/// The reverse; nothing for a text that is not of that form.
std::optional<std::vector<policy::OverrideReason>> parse_override_reasons(std::string_view text);

/// RFC 8617 section 4.2.1 "Instance Tags" allows no more.
inline constexpr unsigned max_arc_instance = 50;

/// An ARC chain as OpenDMARC writes it:
///
///   [{ "i": 1, "d":"example.org", "s":"sel", "ip":"192.0.2.1" }, ...]
///
/// Nothing for anything else. OpenDMARC escapes nothing in the strings, so a seal whose domain is
/// not a name is left out.
std::optional<std::vector<ArcSeal>> parse_arc_seals(std::string_view text);

}  // namespace dmarc::history
