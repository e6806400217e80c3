// The SPF record of a domain, as the DNS has it (RFC 7208 sections 4.3 to 4.5).
//
// Threads: the caller's.
#pragma once

#include <tl/expected.hpp>

#include <string>

#include <dmarc/resolver.h>

#include "spf/finding.h"

namespace dmarc::spf {

/// The text of the domain's only SPF record; its syntax has not been looked at.
tl::expected<std::string, Trouble> published_record(const dns::Name& domain,
                                                    dns::Resolver& resolver);

/// A name inside a problem: printable, and cut where a sentence would become unreadable.
std::string shown(const dns::Name& name);

/// "the look-up of MX records of example.org failed: ...", for an answer that is a failure.
std::string failed_lookup(const dns::Answer& answer, const dns::Name& name, dns::Type type);

}  // namespace dmarc::spf
