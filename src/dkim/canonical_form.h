// The two canonicalizations of header and body (RFC 6376 section 3.4 "Canonicalization").
#pragma once

namespace dmarc::dkim {

enum class CanonicalForm { simple, relaxed };

}  // namespace dmarc::dkim
