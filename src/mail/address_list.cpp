#include "mail/address_list.h"

#include <algorithm>
#include <optional>
#include <span>

#include <dmarc/ip_address.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/lexer.h"
#include "mail/limits.h"

namespace dmarc::mail {
namespace {

struct Token {
  enum class Kind { atom, quoted_string, literal, special };

  Kind kind;
  std::string_view text;  // without quotes and brackets, otherwise as written
  std::size_t offset;

  bool is(char c) const { return kind == Kind::special && text.front() == c; }
  bool is_word() const { return kind == Kind::atom || kind == Kind::quoted_string; }
};

using Tokens = std::span<const Token>;
using Failure = tl::unexpected<AddressListError>;
using Done = tl::expected<void, AddressListError>;

Failure fail(AuthorDefect defect, std::string_view what, std::size_t offset) {
  return Failure({defect, std::string(what) + " at octet " + std::to_string(offset + 1)});
}

Failure fail(std::string_view what, std::size_t offset) {
  return fail(AuthorDefect::syntax, what, offset);
}

Failure fail(LexError error, std::size_t offset) {
  const bool deep = error == LexError::deep_comment;
  return fail(deep ? AuthorDefect::too_long : AuthorDefect::syntax, describe(error), offset);
}

tl::expected<Token, AddressListError> next_token(Lexer& lexer, std::string_view value) {
  const std::size_t offset = lexer.offset();
  const char next = lexer.peek();
  if (next == '"' || next == '[') {
    const auto inner = next == '"' ? lexer.quoted_string() : lexer.domain_literal();
    if (!inner) return fail(inner.error(), offset);
    return Token{next == '"' ? Token::Kind::quoted_string : Token::Kind::literal, *inner, offset};
  }
  if (is_atom_octet(next)) return Token{Token::Kind::atom, lexer.take_while(is_atom_octet), offset};
  if (next == '\\' || next == ')') return fail("stray quoting or parenthesis", offset);
  lexer.accept(next);
  return Token{Token::Kind::special, value.substr(offset, 1), offset};
}

tl::expected<std::vector<Token>, AddressListError> tokenize(std::string_view value) {
  std::vector<Token> tokens;
  Lexer lexer(value);
  for (;;) {
    if (const auto skipped = lexer.skip_cfws(); !skipped)
      return fail(skipped.error(), lexer.offset());
    if (lexer.at_end()) return tokens;
    const auto token = next_token(lexer, value);
    if (!token) return Failure(token.error());
    tokens.push_back(*token);
  }
}

// An encoded word is display text and never part of an address (RFC 2047 section 5 "Use of
// encoded-words in Message Headers"); a program that decodes it there sees another address.
bool holds_encoded_word(std::string_view text) {
  const std::size_t start = text.find("=?");
  return start != std::string_view::npos && text.find("?=", start + 2) != std::string_view::npos;
}

/// Checks what one side of the "@", its dots included, may hold whatever its grammar.
Done check_text(std::string_view text, std::size_t offset) {
  if (!base::is_utf8(text)) return fail(AuthorDefect::bad_octet, "address is not UTF-8", offset);
  if (base::has_bidi_control(text))
    return fail(AuthorDefect::bad_octet, "bidirectional control in an address", offset);
  if (holds_encoded_word(text)) return fail("encoded word in an address", offset);
  return {};
}

// RFC 5321 section 4.1.3 "Address Literals". RFC 5322 allows nearly any text between the brackets;
// some reader could take that for an address.
bool is_address_literal(std::string_view text) {
  constexpr std::string_view tag = "IPv6:";
  text = base::trim(text);
  if (base::istarts_with(text, tag)) text.remove_prefix(tag.size());
  return base::IpAddress::parse(text).has_value();
}

/// The words and dots of one side of the "@", put together. Dots may stand anywhere: Name refuses
/// them where a domain can't have them, and Japanese mobile providers gave out mailboxes with dots
/// in a row and at the end.
tl::expected<std::string, AddressListError> join(Tokens tokens, std::string_view side) {
  std::string text;
  bool after_word = false;
  for (const Token& token : tokens) {
    if (!token.is('.') && (!token.is_word() || after_word))
      return fail(std::string(side) + " is not words with dots between them", token.offset);
    after_word = !token.is('.');
    text += token.text;
  }
  return text;
}

tl::expected<AddressDomain, AddressListError> parse_domain(Tokens tokens) {
  const Token& first = tokens.front();
  if (tokens.size() == 1 && first.kind == Token::Kind::literal) {
    if (is_address_literal(first.text)) return AddressDomain{{}, true};
    return fail("domain literal without an IP address", first.offset);
  }
  const auto quoted = std::find_if(tokens.begin(), tokens.end(), [](const Token& token) {
    return token.kind == Token::Kind::quoted_string;
  });
  if (quoted != tokens.end()) return fail("quoted string in a domain", quoted->offset);
  auto text = join(tokens, "domain");
  if (!text) return Failure(text.error());
  if (const auto checked = check_text(*text, first.offset); !checked)
    return Failure(checked.error());
  return AddressDomain{*std::move(text), false};
}

// RFC 5322 section 3.4.1 "Addr-Spec Specification".
tl::expected<AddressDomain, AddressListError> parse_addr_spec(Tokens tokens) {
  const std::size_t offset = tokens.front().offset;
  const auto at = std::find_if(tokens.begin(), tokens.end(), [](auto& t) { return t.is('@'); });
  if (at == tokens.end()) return fail("no \"@\" in the address", offset);
  const Tokens local(tokens.begin(), at);
  const Tokens domain(at + 1, tokens.end());

  const auto local_part = join(local, "local part");
  if (!local_part) return Failure(local_part.error());
  if (std::none_of(local.begin(), local.end(), [](auto& token) { return token.is_word(); }))
    return fail("no local part", offset);
  if (const auto checked = check_text(*local_part, offset); !checked)
    return Failure(checked.error());

  if (domain.empty()) return fail("no domain", offset);
  return parse_domain(domain);
}

/// Reads tokens from left to right.
class ListParser {
 public:
  explicit ListParser(Tokens tokens) : rest_(tokens) {}

  Done parse() {
    while (!rest_.empty()) {
      // RFC 5322 section 4.4 "Obsolete Addressing": elements may be empty.
      if (accept(',')) continue;
      if (in_group_ && accept(';')) {
        in_group_ = false;
        if (!rest_.empty() && !rest_.front().is(',')) return fail_here("text after a group");
        continue;
      }
      if (const auto parsed = parse_element(); !parsed) return parsed;
    }
    if (in_group_) return fail_here("a group is not closed");
    if (list_.addresses.empty() && !group_met_) return fail_here("no address");
    return {};
  }

  /// A display name that the grammar does not allow, before the one <address> of the field. They
  /// are frequent in real mail, and mail programs show the address in the brackets.
  Done parse_free_name() {
    const Tokens name = take_until_bracket();
    const auto has = [&](char c) {
      return std::any_of(name.begin(), name.end(), [c](const Token& t) { return t.is(c); });
    };
    if (!std::all_of(name.begin(), name.end(), may_stand_in_name) || (has('@') && has(':')))
      return fail_here("not a display name");
    return parse_angle_address(true);
  }

  AddressList& list() { return list_; }

 private:
  bool accept(char c) {
    if (rest_.empty() || !rest_.front().is(c)) return false;
    rest_ = rest_.subspan(1);
    return true;
  }

  Failure fail_here(std::string_view what) const {
    if (rest_.empty()) return Failure({AuthorDefect::syntax, std::string(what)});
    return fail(what, rest_.front().offset);
  }

  template <typename Predicate>
  Tokens take_until(Predicate stop) {
    const auto end = std::find_if(rest_.begin(), rest_.end(), stop);
    const Tokens taken(rest_.begin(), end);
    rest_ = Tokens(end, rest_.end());
    return taken;
  }

  Tokens take_until_bracket() {
    return take_until([](const Token& token) { return token.is('<'); });
  }

  static bool may_stand_in_name(const Token& token) {
    if (token.kind != Token::Kind::literal)
      return token.is_word() || token.is('.') || token.is('@') || token.is(':') || token.is(']');
    // "[Tag] Name <address>"; some reader could take anything else in the brackets for an address.
    return std::all_of(token.text.begin(), token.text.end(),
                       [](char c) { return is_atom_octet(c) || base::is_blank(c) || c == '.'; });
  }

  // RFC 5322 section 3.2.5 "Miscellaneous Tokens", phrase; a dot may also come first.
  static bool is_phrase(Tokens tokens) {
    return std::all_of(tokens.begin(), tokens.end(),
                       [](const Token& token) { return token.is_word() || token.is('.'); });
  }

  // RFC 5322 section 3.4 "Address Specification": a mailbox, or the start of a group.
  Done parse_element() {
    const Tokens words = take_until([](const Token& token) {
      return token.is(',') || token.is(';') || token.is(':') || token.is('<') || token.is('>');
    });
    const bool at_bracket = !rest_.empty() && rest_.front().is('<');
    if (at_bracket) {
      if (!is_phrase(words)) return fail_here("text before an address is not a display name");
      return parse_angle_address(false);
    }
    if (accept(':')) {
      if (in_group_ || words.empty() || !is_phrase(words)) return fail_here("broken group");
      in_group_ = group_met_ = true;
      return {};
    }
    if (words.empty()) return fail_here("no address");
    return add(words);
  }

  Done parse_angle_address(bool must_be_last) {
    if (!accept('<')) return fail_here("no address");
    const Tokens inner = take_until([](const Token& token) { return token.is('>'); });
    if (!accept('>')) return fail_here("an angle bracket is not closed");
    if (inner.empty()) return fail_here("no address between \"<\" and \">\"");
    const auto address = take_route(inner);
    if (!address) return Failure(address.error());
    if (address->empty()) return fail_here("no address between \"<\" and \">\"");
    if (must_be_last && !rest_.empty()) return fail_here("text after an address");
    return add(*address);
  }

  Done add(Tokens addr_spec) {
    if (!rest_.empty() && !rest_.front().is(',') && !rest_.front().is(';'))
      return fail_here("text after an address");
    return keep(parse_addr_spec(addr_spec), list_.addresses, addr_spec.front().offset);
  }

  // RFC 5322 section 4.4 "Obsolete Addressing", obs-domain-list. Returns what follows its colon.
  tl::expected<Tokens, AddressListError> take_route(Tokens tokens) {
    if (!tokens.front().is('@') && !tokens.front().is(',')) return tokens;
    const std::size_t offset = tokens.front().offset;
    const auto colon =
        std::find_if(tokens.begin(), tokens.end(), [](auto& t) { return t.is(':'); });
    if (colon == tokens.end()) return fail("source route without its colon", offset);
    Tokens route(tokens.begin(), colon);
    while (!route.empty()) {
      const auto end = std::find_if(route.begin(), route.end(), [](auto& t) { return t.is(','); });
      const Tokens host(route.begin(), end);
      route = Tokens(end == route.end() ? end : end + 1, route.end());
      if (host.empty()) continue;
      if (!host.front().is('@') || host.size() == 1) return fail("broken source route", offset);
      const auto kept = keep(parse_domain(host.subspan(1)), list_.routes, offset);
      if (!kept) return Failure(kept.error());
    }
    return Tokens(colon + 1, tokens.end());
  }

  Done keep(tl::expected<AddressDomain, AddressListError> domain, std::vector<AddressDomain>& in,
            std::size_t offset) {
    if (!domain) return Failure(domain.error());
    if (list_.addresses.size() + list_.routes.size() == max_from_addresses)
      return fail(AuthorDefect::too_long, "too many addresses", offset);
    in.push_back(*std::move(domain));
    return {};
  }

  Tokens rest_;
  bool in_group_ = false;
  bool group_met_ = false;
  AddressList list_;
};

}  // namespace

tl::expected<AddressList, AddressListError> parse_address_list(std::string_view value) {
  // In older multi-octet encodings a backslash can be half of a character, so it is not certain
  // what it escapes.
  const std::size_t backslash = value.find('\\');
  if (backslash != std::string_view::npos && !base::is_utf8(value))
    return fail(AuthorDefect::bad_octet, "backslash in text that is not UTF-8", backslash);
  const auto tokens = tokenize(value);
  if (!tokens) return Failure(tokens.error());
  if (tokens->empty()) return Failure({AuthorDefect::syntax, "the field is empty"});
  ListParser grammar(*tokens);
  const auto parsed = grammar.parse();
  if (parsed) return std::move(grammar.list());
  ListParser habit(*tokens);
  if (habit.parse_free_name()) return std::move(habit.list());
  return Failure(parsed.error());
}

}  // namespace dmarc::mail
