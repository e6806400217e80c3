// One record of a history file, read: every value checked, every name in its canonical form; and
// the numbers that stand for results and policies in OpenDMARC's file and database.
//
//   code(PolicyCode::reject)                  // 16
//   code(std::optional(Policy::quarantine))   // 113, the letter q
//   policy_of_code(113)                       // Policy::quarantine
//
// What the store keeps of a message and what an aggregate report tells of it come from an Entry.
// Two values have a text form of their own, which the file and the store share: the override
// reasons and the ARC chain.
//
// Enumerators with a number of their own have OpenDMARC's. The values of a record's tags are stored
// as the first letter of the word, as a character code; 0 stands for a tag that is not there.
//
// Threads: pure functions and values.
// Limits: of the values of a record, which hold for its writer and for its reader: see below.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <dmarc/evaluate.h>
#include <dmarc/record.h>

#include "dkim/fault.h"
#include "policy/override_reason.h"

namespace dmarc::history {

/// A result of SPF, DKIM or ARC.
enum class AuthCode : std::int8_t {
  undefined = -1,
  pass = 0,
  unused = 1,
  softfail = 2,
  neutral = 3,
  temperror = 4,
  permerror = 5,
  none = 6,
  fail = 7,
  policy = 8,
  nxdomain = 9,
  signed_ = 10,
  unknown = 11,
  discard = 12,
};
std::string_view to_string(AuthCode code);
/// `undefined` for a word that is none of them.
AuthCode parse_auth_code(std::string_view word);

/// What became of the message's evaluation.
enum class PolicyCode : std::uint8_t {
  no_author = 13,
  no_record = 14,
  pass = 15,
  reject = 16,
  quarantine = 17,
  none = 18,  ///< failed, and the policy is none
};

/// What was done with the message.
enum class ActionCode : std::uint8_t {
  reject = 0,
  discard = 1,
  accept = 2,
  tempfail = 3,
  quarantine = 4,
};

enum class SpfScope : std::int8_t { none = -1, mailfrom = 1, helo = 2 };

/// align_dkim, align_spf.
enum class AlignCode : std::uint8_t { not_evaluated = 0, aligned = 4, not_aligned = 5 };

/// arc_policy: whether the chain and its sealers excuse a failure.
enum class ArcPolicyCode : std::uint8_t { pass = 0, unused = 1, fail = 2 };

template <typename Code>
concept NumberedCode = std::same_as<Code, AuthCode> || std::same_as<Code, PolicyCode> ||
    std::same_as<Code, ActionCode> || std::same_as<Code, SpfScope> ||
    std::same_as<Code, AlignCode> || std::same_as<Code, ArcPolicyCode>;

/// The number that is written.
constexpr int code(NumberedCode auto value) {
  return static_cast<int>(value);
}

// Tags of the policy record.

constexpr int code(Policy policy) {
  return policy == Policy::none ? 'n' : policy == Policy::quarantine ? 'q' : 'r';
}
constexpr int code(const std::optional<Policy>& policy) {
  return policy ? code(*policy) : 0;
}
std::optional<Policy> policy_of_code(int code);

constexpr int code(AlignmentMode mode) {
  return mode == AlignmentMode::strict ? 's' : 'r';
}
/// Relaxed for whatever is not strict.
AlignmentMode mode_of_code(int code);

/// The options as bits: "0" is 1, "1" is 2, "d" is 4, "s" is 8.
int code(const FailureOptions& options);
/// The reverse, in the order of the bits.
FailureOptions failure_options_of_code(int code);

// Columns that OpenDMARC's tables do not have.

constexpr int code(PublicSuffixFlag flag) {
  return flag == PublicSuffixFlag::yes ? 'y' : flag == PublicSuffixFlag::no ? 'n' : 'u';
}
PublicSuffixFlag public_suffix_flag_of_code(int code);

/// Whether the owner is testing (t=y).
constexpr int testing_code(const std::optional<bool>& testing) {
  return !testing ? 0 : *testing ? 'y' : 'n';
}
std::optional<bool> testing_of_code(int code);

constexpr int code(const std::optional<DiscoveryMethod>& discovery) {
  return !discovery ? 0 : *discovery == DiscoveryMethod::psl ? 'p' : 't';
}
std::optional<DiscoveryMethod> discovery_of_code(int code);

// --- The record ----------------------------------------------------------------------------------

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

// What the columns of OpenDMARC's tables take.
inline constexpr std::size_t max_job = 128;
inline constexpr std::size_t max_reporter = 255;
/// A selector is a part of a domain name (RFC 6376 section 3.1 "Selectors").
inline constexpr std::size_t max_selector = 253;
/// URIs kept of one record, and octets of one. A longer one is left out: a part of a URI is none.
inline constexpr std::size_t max_uris = 100;
inline constexpr std::size_t max_uri = 4096;

/// What can be one value of a line: printable ASCII without a blank, at most `limit` octets.
bool is_word(std::string_view text, std::size_t limit);

struct DkimSignature {
  std::string domain;
  std::string selector;  ///< empty when it is not known
  AuthCode result = AuthCode::none;
  dkim::Fault fault = dkim::Fault::none;  ///< why it is not a pass, when it was verified here

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
  std::string helo;           ///< may be known where `envelope_from` is empty
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
/// Comments become printable ASCII without ";", cut to max_override_comment.
std::string to_text(const std::vector<policy::OverrideReason>& reasons);
/// The reverse; nothing for a text that is not of that form.
std::optional<std::vector<policy::OverrideReason>> parse_override_reasons(std::string_view text);

/// From dkim::name_of(); none for a word that is not one.
dkim::Fault parse_fault(std::string_view word);

/// RFC 8617 section 4.2.1 "Instance Tags" allows no more.
inline constexpr unsigned max_arc_instance = 50;

/// An ARC chain as OpenDMARC writes it:
///
///   [{ "i": 1, "d":"example.org", "s":"sel", "ip":"192.0.2.1" }, ...]
///
/// Nothing for anything else. OpenDMARC escapes nothing in the strings: a seal whose domain is not
/// a name is left out, and a selector or an address that can't be one is empty.
std::optional<std::vector<ArcSeal>> parse_arc_seals(std::string_view text);

}  // namespace dmarc::history
