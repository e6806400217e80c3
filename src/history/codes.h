// The numbers that stand for results and policies in OpenDMARC's history file and in its database.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <dmarc/record.h>

namespace dmarc::history {

/// A result of SPF or DKIM.
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

/// The options of the fo tag ("1:d:s") as bits: 0 is 1, 1 is 2, d is 4, s is 8.
int fo_bits(std::string_view fo);
/// The reverse; empty for 0.
std::string fo_text(int bits);

/// The letter of a tag's value as its character code; 0 for a tag that is not there.
int policy_letter(const std::optional<Policy>& policy);
std::optional<Policy> policy_of_letter(int code);
int mode_letter(AlignmentMode mode);
/// Relaxed for whatever is not strict.
AlignmentMode mode_of_letter(int code);

}  // namespace dmarc::history
