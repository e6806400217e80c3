// What one check may cost (RFC 7208 section 4.6.4 "DNS Lookup Limits"). The limit on void look-ups
// is configurable and stands in Options. The time for a check is limited by whoever answers its
// questions.
#pragma once

#include <cstddef>

namespace dmarc::spf {

/// Terms that ask the DNS (include, a, mx, ptr, exists, redirect) in one check, all records
/// together; the next one is a permerror. This is also what ends loops and limits how deep records
/// are nested.
inline constexpr std::size_t max_dns_terms = 10;

/// Hosts of one MX answer whose addresses are asked for; more are a permerror.
inline constexpr std::size_t max_mx_hosts = 10;

/// Names of the client's PTR answer that are looked at; the rest is ignored, because the owner of
/// the record has no say in them.
inline constexpr std::size_t max_ptr_names = 10;

/// Questions in one check, foreseen ones included; when one more is needed, permerror. Ten mx terms
/// with ten hosts each and the record itself make 111.
inline constexpr std::size_t max_questions = 120;

/// Octets of all SPF records that one check reads; what is beyond is a permerror. One record can
/// always be read: a TXT answer holds no more than 64 kB.
inline constexpr std::size_t max_record_text = 65536;

/// Terms of one record; a longer one is a permerror. Providers keep records to what fits into a UDP
/// answer, some 25 networks of 20 octets; those that services write by replacing includes with
/// networks have some hundreds. At 1,000 an answer has 16 kB, which many resolvers refuse to carry.
inline constexpr std::size_t max_record_terms = 1000;

/// Macros of one macro string that will be expanded, and octets of a HELO name or local part that a
/// macro can stand for. Both are far above what a domain name can hold; they keep a 64 kB record
/// full of macros from costing more than its parsing.
inline constexpr std::size_t max_expanded_macros = 256;
inline constexpr std::size_t max_macro_value = 1024;

/// Octets of an expanded explanation: twice an SMTP reply line (RFC 5321 section 4.5.3.1.5).
inline constexpr std::size_t max_explanation = 1024;

}  // namespace dmarc::spf
