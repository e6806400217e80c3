// The canonical form of header fields (RFC 6376 sections 3.4.1 "The "simple" Header
// Canonicalization Algorithm" and 3.4.2 "The "relaxed" Header Canonicalization Algorithm").
//
//   std::string text;
//   dkim::append_field(text, field, dkim::CanonicalForm::relaxed, dkim::LeadingBlanks::kept);
//   // "subject:x y", without a line end
//
// A value is what stands behind the colon, blanks included. A line end inside is a fold; an MTA may
// have made it LF alone.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <dmarc/header_field.h>

#include "dkim/canonical_form.h"

namespace dmarc::dkim {

/// Whether values begin with the blanks that stand behind the colon, or the MTA took the first
/// away: one is then put back in the simple form.
enum class LeadingBlanks { kept, lost };

/// Appends the canonical field without the CR LF that ends it.
void append_field(std::string& text, const mail::HeaderField& field, CanonicalForm form,
                  LeadingBlanks blanks);

/// The field of the signature itself: without the octets of its value from `begin` up to `end`,
/// those of b= (section 3.7 "Computing the Message Hashes").
void append_signature_field(std::string& text, const mail::HeaderField& field, std::size_t begin,
                            std::size_t end, CanonicalForm form, LeadingBlanks blanks);

}  // namespace dmarc::dkim
