// The SPF record: syntax (RFC 7208 section 12 "Collected ABNF").
//
// The whole record is read before anything is evaluated, because a syntax error anywhere in it is a
// permerror even behind a mechanism that matches (section 4.6 "Record Evaluation"). The text may
// hold any octets. A Record refers to the text that it was read from and must not outlive it;
// nothing is copied, and reading an ip4 or ip6 term allocates nothing.
//
// Threads: pure functions.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/ip_address.h>
#include <dmarc/spf.h>

#include "spf/finding.h"
#include "spf/macro.h"

namespace dmarc::spf {

enum class Mechanism : std::uint8_t { all, include, a, mx, ptr, ip4, ip6, exists };

/// True for the mechanisms that ask the DNS and therefore count (section 4.6.4).
constexpr bool asks_dns(Mechanism mechanism) {
  return mechanism != Mechanism::all && mechanism != Mechanism::ip4 && mechanism != Mechanism::ip6;
}

struct Directive {
  Code qualifier = Code::pass;  ///< the result when the mechanism matches
  Mechanism mechanism = Mechanism::all;
  /// The domain-spec; nothing for the domain that the record belongs to.
  std::optional<MacroString> target;
  std::optional<base::IpAddress> network;  ///< of ip4 and ip6
  unsigned prefix4 = 32;
  unsigned prefix6 = 128;
  std::string_view text;  ///< as published; visible ASCII
};

struct Record {
  std::vector<Directive> directives;
  std::optional<MacroString> redirect;
  std::optional<MacroString> explanation;
};

/// True when the text begins with the version section (section 4.5 "Selecting Records").
bool is_spf_record(std::string_view text);

/// `text` must be an SPF record by is_spf_record(). The error is plain English in printable ASCII.
tl::expected<Record, std::string> parse_record(std::string_view text);

/// The record of a domain; trouble is a syntax error or more than max_record_terms terms.
tl::expected<Record, Trouble> read_terms(const dns::Name& domain, std::string_view text);

/// Why the domain is not to be asked for a record (section 4.3 "Initial Processing").
std::optional<Trouble> without_record(const dns::Name& domain);

/// The text of the domain's only SPF record in the answer to its TXT question, which owns it; the
/// syntax has not been looked at.
tl::expected<std::string_view, Trouble> published_record(const dns::Name& domain,
                                                         const dns::Answer& answer);

/// The hosts of an MX answer whose addresses can be asked for, in order of preference: a null MX
/// (RFC 7505) and names that no question can hold are left out. Hosts of equal preference stay in
/// the order received.
std::vector<dns::Name> mx_hosts(const dns::Answer& answer);

}  // namespace dmarc::spf
