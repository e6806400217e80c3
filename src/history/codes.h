// The numbers that stand for results and policies in OpenDMARC's history file and in its database:
// the one table of them, for the writer and the reader of the file and for the store.
//
//   code(PolicyCode::reject)                  // 16
//   code(std::optional(Policy::quarantine))   // 113, the letter q
//   policy_of_code(113)                       // Policy::quarantine
//
// Enumerators with a number of their own have OpenDMARC's. The values of a record's tags are stored
// as the first letter of the word, as a character code; 0 stands for a tag that is not there.
//
// Threads: pure functions.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <dmarc/evaluate.h>
#include <dmarc/record.h>

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

}  // namespace dmarc::history
