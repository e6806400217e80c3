// The strict reading of a From value: the address list of RFC 5322 section 3.4 "Address
// Specification" with the groups that RFC 6854 allows in From, the obsolete syntax of RFC 5322
// section 4.4 "Obsolete Addressing" and the characters of RFC 6532. <dmarc/author_domain.h> says
// what is accepted beyond these and what is refused although they allow it.
//
//   const auto addresses = mail::parse_address_list(*mail::unfold(value));
//
// Threads: a pure function.
#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <dmarc/author_domain.h>

namespace dmarc::mail {

/// What follows the "@" of one address.
struct AddressDomain {
  std::string text;         ///< without blanks and comments; empty for a literal
  bool is_literal = false;  ///< "[192.0.2.1]": not a domain name
};

struct AddressList {
  std::vector<AddressDomain> addresses;  ///< empty for a list that holds empty groups only
  std::vector<AddressDomain> routes;     ///< the hosts of all source routes
};

struct AddressListError {
  AuthorDefect defect;
  std::string detail;  ///< printable ASCII
};

/// `value` must have been unfolded.
tl::expected<AddressList, AddressListError> parse_address_list(std::string_view value);

}  // namespace dmarc::mail
