// How much of a header field or a path is looked at. An attacker chooses every octet of them, so
// each limit is far above genuine mail and low enough that reading up to it costs little.
// docs/LIMITS.md says what happens at each.
#pragma once

#include <cstddef>

namespace dmarc::mail {

/// Octets of a From value. Postfix silently cuts a field at 60,000 octets (name included), so a
/// value about that long may lack its end, and with it the author.
inline constexpr std::size_t max_from_value = 59'000;

/// Octets at each end of a From value that are searched for visible domains; a milter packet of
/// another MTA can be longer than Postfix's.
inline constexpr std::size_t max_from_searched = 64 * 1024;

/// Addresses in one From value. Genuine messages have one, rarely a handful.
inline constexpr std::size_t max_from_addresses = 100;

/// Texts in one From value that are tried as a visible domain. Each may cost an IDNA conversion.
inline constexpr std::size_t max_from_candidates = 2'000;

/// Nesting of comments. Real ones nest once or twice.
inline constexpr std::size_t max_comment_depth = 32;

/// Octets of a reverse-path. RFC 5321 section 4.5.3.1.3 "Path" asks for 256; forwarders and
/// variable envelope return paths exceed that, Postfix allows 2,048.
inline constexpr std::size_t max_path = 2'048;

/// Octets of an Authentication-Results value.
inline constexpr std::size_t max_auth_results_value = 64 * 1024;

/// Results in one Authentication-Results field: one for each method, but also for each signature.
inline constexpr std::size_t max_auth_results = 100;

/// Properties of one result.
inline constexpr std::size_t max_result_properties = 50;

/// Octets of a Received-SPF value.
inline constexpr std::size_t max_received_spf_value = 16 * 1024;

/// Key and value pairs in a Received-SPF field; RFC 7208 section 9.1 names seven.
inline constexpr std::size_t max_received_spf_pairs = 50;

/// Octets of an ARC-Seal or ARC-Authentication-Results value: the latter holds a whole
/// Authentication-Results value.
inline constexpr std::size_t max_arc_value = max_auth_results_value;

/// Sets of an ARC chain (RFC 8617 section 4.2.1 "Instance Tags").
inline constexpr std::size_t max_arc_sets = 50;

}  // namespace dmarc::mail
