#include <tl/expected.hpp>

#include <algorithm>

#include <dmarc/reverse_path.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/lexer.h"
#include "mail/limits.h"

namespace dmarc::mail {
namespace {

/// What is wrong, in printable ASCII.
using Error = std::string;

tl::unexpected<Error> fail(std::string_view what) {
  return tl::unexpected<Error>(std::string(what));
}

tl::expected<std::string_view, Error> without_brackets(std::string_view argument) {
  const bool opened = argument.starts_with('<');
  const bool closed = argument.ends_with('>');
  if (!opened && !closed) return argument;
  if (!opened || !closed || argument.size() < 2) return fail("unbalanced angle brackets");
  return argument.substr(1, argument.size() - 2);
}

// RFC 5321 section 4.1.2 "Command Argument Syntax", A-d-l: an obsolete source route, which section
// 3.6.1 "Source Routes and Relaying" tells receivers to ignore.
tl::expected<void, Error> skip_source_route(Lexer& lexer) {
  if (lexer.peek() != '@') return {};
  const auto is_route_octet = [](char c) { return is_atom_octet(c) || c == '.'; };
  do {
    if (!lexer.accept('@') || lexer.take_while(is_route_octet).empty())
      return fail("broken source route");
  } while (lexer.accept(','));
  if (!lexer.accept(':')) return fail("broken source route");
  return {};
}

tl::expected<std::string, Error> parse_local_part(Lexer& lexer) {
  if (lexer.peek() == '"') {
    const auto raw = lexer.quoted_string();
    if (!raw) return fail(describe(raw.error()));
    return unquote(*raw);
  }
  // More than the grammar's Dot-string: Japanese mobile providers gave out mailboxes with dots in a
  // row and at the end, and dots there can't change what the domain is.
  const auto local = lexer.take_while([](char c) { return is_atom_octet(c) || c == '.'; });
  if (local.empty()) return fail("no local part");
  return std::string(local);
}

tl::expected<void, Error> parse_domain(Lexer& lexer, ReversePath& path) {
  if (lexer.peek() == '[') {
    const auto literal = lexer.domain_literal();
    if (!literal) return fail(describe(literal.error()));
    path.kind = ReversePath::Kind::literal;
    return {};
  }
  std::string_view domain = lexer.take_while([](char c) { return is_atom_octet(c) || c == '.'; });
  if (domain.ends_with('.')) domain.remove_suffix(1);
  auto name = dns::Name::parse(domain);
  if (!name) return fail("domain: " + std::string(dns::describe(name.error())));
  if (!name->is_hostname())
    return fail("domain: not only letters, digits, hyphens and underscores");
  path.kind = ReversePath::Kind::mailbox;
  path.domain = *std::move(name);
  return {};
}

// RFC 5321 section 4.1.2 "Command Argument Syntax", Mailbox.
tl::expected<void, Error> parse_mailbox(std::string_view text, ReversePath& path) {
  if (text.size() > max_path) return fail("too long");
  if (std::any_of(text.begin(), text.end(), base::is_control)) return fail("control octet");
  if (!base::is_utf8(text)) return fail("not UTF-8");

  Lexer lexer(text);
  if (const auto skipped = skip_source_route(lexer); !skipped)
    return tl::unexpected(skipped.error());
  auto local_part = parse_local_part(lexer);
  if (!local_part) return tl::unexpected(local_part.error());
  if (!lexer.accept('@')) return fail("no \"@\" after the local part");
  if (const auto parsed = parse_domain(lexer, path); !parsed) return parsed;
  if (!lexer.at_end()) return fail("text after the domain");
  if (path.kind == ReversePath::Kind::mailbox) path.local_part = *std::move(local_part);
  return {};
}

}  // namespace

ReversePath parse_reverse_path(std::string_view argument) {
  ReversePath path;
  const auto text = without_brackets(argument);
  path.text = text.value_or(argument);
  if (text && text->empty()) {
    path.kind = ReversePath::Kind::null;
    return path;
  }
  const auto parsed = text ? parse_mailbox(*text, path) : tl::unexpected(text.error());
  if (!parsed) {
    path.kind = ReversePath::Kind::invalid;
    path.domain.reset();
    path.detail = parsed.error();
  }
  return path;
}

}  // namespace dmarc::mail
