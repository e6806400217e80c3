// What one check may cost (RFC 7208 section 4.6.4 "DNS Lookup Limits"). The limit on void look-ups
// is configurable and stands in Options. The time for a check is the Resolver's to limit.
#pragma once

#include <cstddef>

namespace dmarc::spf {

/// Terms that ask the DNS (include, a, mx, ptr, exists, redirect) in one check, all records
/// together; the next one is a permerror. This is also what ends loops and bounds recursion.
inline constexpr std::size_t max_dns_terms = 10;

/// Hosts of one MX answer whose addresses are asked for; more are a permerror.
inline constexpr std::size_t max_mx_hosts = 10;

/// Names of the client's PTR answer that are looked at; the rest is ignored, because the owner of
/// the record has no say in them.
inline constexpr std::size_t max_ptr_names = 10;

/// Pieces (literal text and macros) of a macro string that will be expanded, and octets of a HELO
/// name or local part that a macro can stand for. Both are far above what a domain name can hold;
/// they keep a 64 kB record full of macros from costing more than its parsing.
inline constexpr std::size_t max_expanded_pieces = 256;
inline constexpr std::size_t max_macro_value = 1024;

/// Octets of an expanded explanation: twice an SMTP reply line (RFC 5321 section 4.5.3.1.5).
inline constexpr std::size_t max_explanation = 1024;

}  // namespace dmarc::spf
