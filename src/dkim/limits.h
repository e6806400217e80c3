// How much of a message's signatures and their keys is looked at. Senders choose all of it, so each
// limit is far above genuine mail and low enough that reaching it costs little. docs/LIMITS.md says
// what happens at each.
#pragma once

#include <cstddef>

namespace dmarc::dkim {

/// DKIM-Signature fields of one message that are read; real mail has up to seven.
inline constexpr std::size_t max_signatures_read = 100;

/// Signatures of one message that are verified, and keys asked for. Those that may align with the
/// author come first.
inline constexpr std::size_t max_signatures_verified = 20;

/// Octets of a signature field; z= makes some of 6 kB.
inline constexpr std::size_t max_signature_value = 16 * 1024;

/// Tags of a tag list; nine or ten are usual.
inline constexpr std::size_t max_tags = 100;

/// Names in h=.
inline constexpr std::size_t max_signed_names = 1000;

/// Octets of a key record; one with a key of 4,096 bits has 800.
inline constexpr std::size_t max_key_record = 8 * 1024;

/// TXT records at one name that are read in search of a key, and keys tried with one signature.
inline constexpr std::size_t max_key_answers = 20;
inline constexpr std::size_t max_keys_tried = 4;

/// Signatures tried with a key before other messages of the thread have their turn: of RSA keys
/// with 4,096 bits about a millisecond.
inline constexpr std::size_t max_trials_in_turn = 16;

/// Parsed keys that are kept, and octets of their records.
inline constexpr std::size_t max_cached_keys = 4096;
inline constexpr std::size_t max_cached_key_text = 2 * 1024 * 1024;

/// Seconds by which a signature's time may lie ahead of ours: RFC 6376 section 3.5 leaves it to the
/// verifier. A signer with a clock in the wrong zone is less than a day off.
inline constexpr long max_seconds_ahead = 86'400;

/// Seconds that an expired signature is still good for, for clocks that are not set well.
inline constexpr long expiry_grace = 300;

}  // namespace dmarc::dkim
