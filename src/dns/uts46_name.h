// A domain that IDNA2008 refuses, as programs that go by UTS #46 and Punycode alone write it: there
// are names with symbols in the DNS, and mail comes from them.
//
//   dns::uts46_name("☃.example")->text()      // "xn--n3h.example"
//
// Unlike Name::parse() it leaves out RFC 5892's list of what a label may hold and RFC 5891's rules
// on hyphens, directions and joiners. A name made here has as many labels as were written.
//
// Threads: a pure function.
#pragma once

#include <optional>
#include <string_view>

#include <dmarc/domain_name.h>

namespace dmarc::dns {

/// Nothing for a text that UTS #46 refuses as well: bidirectional controls, private characters,
/// octets that are not UTF-8.
std::optional<Name> uts46_name(std::string_view text);

}  // namespace dmarc::dns
