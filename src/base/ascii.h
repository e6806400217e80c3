// ASCII text without locales: the protocols here are defined on octets, and <cctype> is not.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::base {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_alpha(char c) {
  return is_upper(c) || is_lower(c);
}
constexpr bool is_alnum(char c) {
  return is_alpha(c) || is_digit(c);
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
constexpr bool is_space(char c) {
  return is_blank(c) || c == '\r' || c == '\n';
}
constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
constexpr bool is_eight_bit(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}
constexpr char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The octets for which a predicate holds, as a table: to ask it takes one look.
///
///   constexpr OctetSet digits([](char c) { return is_digit(c); });
///   digits.contains(c)
class OctetSet {
 public:
  template <typename Predicate>
  constexpr explicit OctetSet(Predicate holds) : members_{} {
    for (std::size_t octet = 0; octet < members_.size(); ++octet)
      members_[octet] = holds(static_cast<char>(octet));
  }
  constexpr bool contains(char c) const { return members_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> members_;
};

/// A copy with ASCII letters in lower case; other octets as they are.
std::string lower(std::string_view text);

/// Equality without regard to the case of ASCII letters.
bool iequals(std::string_view a, std::string_view b);
bool istarts_with(std::string_view text, std::string_view prefix);

/// Without spaces, tabs, CR and LF at both ends.
std::string_view trim(std::string_view text);

/// The parts between separators, empty ones included: split("a,,b", ',') is {"a", "", "b"};
/// split("", ',') is {""}.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The parts between runs of spaces, tabs, CR and LF, none of them empty.
std::vector<std::string_view> words(std::string_view text);

/// Every line ended by CR LF: an LF alone gets its CR. A file of this system becomes what was sent.
std::string with_crlf(std::string_view text);

/// Text that is safe in a log line, a terminal or an SMTP reply: octets outside printable ASCII,
/// and the backslash, become \xHH. At most `limit` octets of `text` are shown, then "..." follows.
std::string printable(std::string_view text, std::size_t limit = 256);

/// The candidate that differs from `text` by the fewest edits, ignoring case, if that is near
/// enough to be a typing error (at most a third of its length); empty otherwise.
std::string_view nearest(std::string_view text, const std::vector<std::string_view>& candidates);

}  // namespace dmarc::base
