// A header field as the MTA handed it over.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::mail {

/// Name and value as received: the value may hold folding (CRLF or LF and white space), 8-bit and
/// control octets. A milter delivers the value without the colon; whether a leading blank is kept
/// does not matter to any parser here.
struct HeaderField {
  std::string name;
  std::string value;
};

/// The fields of a message from top to bottom.
using HeaderBlock = std::vector<HeaderField>;

/// Compares field names: without regard to case (RFC 5322 section 1.2.2) and without the blanks
/// that obsolete syntax allows between a name and its colon (RFC 5322 section 4.5).
bool is_field(const HeaderField& field, std::string_view name);

/// The fields of that name, from top to bottom. The pointers belong to `block`.
std::vector<const HeaderField*> fields_named(std::span<const HeaderField> block,
                                             std::string_view name);

/// Splits the header block of a message in RFC 5322 form (CRLF or LF line ends) into fields. Stops
/// at the empty line; `body_offset` gets the offset of the body. Lines that are no field, and
/// continuation lines with nothing to continue, end the block, as they do in Postfix. For tools and
/// tests: a milter gets its fields ready-made.
HeaderBlock split_header_block(std::string_view message, std::size_t& body_offset);

}  // namespace dmarc::mail
