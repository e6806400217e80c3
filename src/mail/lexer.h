// The tokens that header fields are made of (RFC 5322 section 3.2 "Lexical Tokens"), for the
// parsers of From, Authentication-Results and Received-SPF.
//
//   const auto text = mail::unfold(value);          // first of all; refuses control octets
//   mail::Lexer lexer(*text);
//   lexer.skip_cfws();                              // blanks and comments
//   if (lexer.peek() == '"') lexer.quoted_string();
//
// The lexer walks over its text once and never goes back; nesting is counted, not recursed. It does
// not own the text. After an error it stands where the broken token begins.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/ascii.h"
#include "mail/limits.h"

namespace dmarc::mail {

enum class LexError {
  open_comment,  ///< a comment without its closing parenthesis
  open_quote,    ///< a quoted string without its closing quote
  open_literal,  ///< a domain literal without its closing bracket
  deep_comment,  ///< comments nested deeper than the limit
};

std::string_view describe(LexError error);

/// RFC 5322 section 3.2.3 "Atom", with the characters beyond ASCII that RFC 6532 section 3.2 adds.
inline bool is_atom_octet(char c) {
  static constexpr base::OctetSet atom([](char octet) {
    return base::is_alnum(octet) || base::is_eight_bit(octet) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~").find(octet) != std::string_view::npos;
  });
  return atom.contains(c);
}

/// Joins folded lines (RFC 5322 section 2.2.3 "Long Header Fields"): removes CRLF, or the bare LF
/// that a milter gets in its place, where a blank follows; also at the very end. Any other control
/// octet but TAB is an error, and its offset the answer.
tl::expected<std::string, std::size_t> unfold(std::string_view value);

/// The meaning of what quoted_string() returns: quoted-pairs resolved.
std::string unquote(std::string_view raw);

class Lexer {
 public:
  explicit Lexer(std::string_view text, std::size_t comment_depth = max_comment_depth)
      : text_(text), comment_depth_(comment_depth) {}

  bool at_end() const { return offset_ == text_.size(); }
  std::size_t offset() const { return offset_; }

  /// The next octet; NUL, which no unfolded text holds, at the end.
  char peek() const { return at_end() ? '\0' : text_[offset_]; }

  /// Skips one octet if it is `c`.
  bool accept(char c);

  /// Skips blanks and comments; true when there were any.
  tl::expected<bool, LexError> skip_cfws();

  /// At a '"': skips the quoted string and returns what is between the quotes, as written.
  tl::expected<std::string_view, LexError> quoted_string();

  /// At a '[': skips the domain literal and returns what is between the brackets, as written.
  tl::expected<std::string_view, LexError> domain_literal();

  /// Skips the longest run of octets for which `wanted` holds, and returns it.
  template <typename Predicate>
  std::string_view take_while(Predicate wanted) {
    const std::size_t start = offset_;
    while (!at_end() && wanted(text_[offset_]))
      ++offset_;
    return text_.substr(start, offset_ - start);
  }

 private:
  tl::expected<void, LexError> skip_comment();
  /// From the opening octet to the first unescaped `close`; nothing when there is none.
  tl::expected<std::string_view, LexError> delimited(char close, LexError error);

  std::string_view text_;
  std::size_t offset_ = 0;
  std::size_t comment_depth_;
};

}  // namespace dmarc::mail
