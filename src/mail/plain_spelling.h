// Whether an Authentication-Results value is spelled so plainly that every filter reads it alike.
//
//   if (parse_auth_results(value) && is_plainly_spelled(value)) ... its dkim=pass may count
//
// A DKIM filter in front removes the fields that a sender forged under its name, but only those
// that it can read, and some read less than the grammar allows. What such a filter leaves in the
// message because it can't read it must not be believed by whoever can. So a value is plain only if
// it has:
//
//   - no comment that touches the word before it ("mx.example(x); dkim=pass" is another id, and
//     "dkim(x)=pass" another method, to those who take the comment for a part of the word),
//   - no empty element but the last, no empty value, no value that ends in "." or "=" or has two of
//     them in a row,
//   - no version behind a method ("dkim/1=pass"), no property without a type or of a type other
//     than smtp, header, body and policy, and reason= nowhere but right behind the result (RFC 8601
//     section 2.2 "Formal Definition"),
//   - no backslash, and no quoted string that is empty or begins with "(",
//   - at most 2,000 octets, 15 results and 500 tokens, where the fixed tables of others end.
//
// Threads: a pure function; one pass over the text.
#pragma once

#include <cstddef>
#include <string_view>

namespace dmarc::mail {

inline constexpr std::size_t max_plain_value = 2'000;
inline constexpr std::size_t max_plain_results = 15;
inline constexpr std::size_t max_plain_tokens = 500;

/// `value` is one that parse_auth_results() reads.
bool is_plainly_spelled(std::string_view value);

}  // namespace dmarc::mail
