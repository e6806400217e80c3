#include "mail/auth_results.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/lexer.h"
#include "mail/limits.h"

namespace dmarc::mail {

// --- reading -------------------------------------------------------------------------------------

namespace {

/// In the order of ResultWord.
constexpr std::array<std::string_view, 13> result_words{
    "none",      "pass",     "fail",   "softfail", "neutral", "policy", "temperror",
    "permerror", "nxdomain", "signed", "unknown",  "discard", "other"};

// RFC 8601 section 2.2 takes Keyword from RFC 5321: letters, digits and hyphens. Filters in use
// write underscores too.
bool is_keyword_octet(char c) {
  return base::is_alnum(c) || c == '-' || c == '_';
}

// More than the token of RFC 8601 section 2.2: ids with a job id after a slash, with a port, and
// internationalised host names are in use. "=" would make it a method.
bool is_id_octet(char c) {
  static constexpr base::OctetSet more(
      [](char octet) { return std::string_view("./:@[]").find(octet) != std::string_view::npos; });
  return c != '=' && (is_atom_octet(c) || more.contains(c));
}

// More than the pvalue of RFC 8601 section 2.2: base64, IPv6 addresses, "<>" and the like are
// written without quotes. What remains can't be taken for the end of the value, a comment or a
// quoted string.
bool is_value_octet(char c) {
  static constexpr base::OctetSet values([](char octet) {
    return !base::is_blank(octet) &&
           std::string_view(";\"()\\").find(octet) == std::string_view::npos;
  });
  return values.contains(c);
}

/// Reads one field from left to right. Every read_ function stands behind its piece and the blanks
/// and comments after it when it returns true; when it returns false, error() says why.
class Reader {
 public:
  Reader(std::string_view text, BrokenElements broken)
      : text_(text), lexer_(text), broken_(broken) {}

  // RFC 8601 section 2.2 "Formal Definition", authres-payload.
  bool read_field() {
    if (!skip_cfws() || !read_authserv_id() || !read_version()) return false;
    while (!lexer_.at_end()) {
      if (!lexer_.accept(';')) return fail(AuthResultsError::syntax);
      if (!skip_cfws()) return false;
      // An empty element says nothing; filters in use end their field with a semicolon.
      element_ = lexer_.offset();
      if (!at_element_end() && !read_element() && !pass_over()) return false;
    }
    return true;
  }

  AuthResults& field() { return field_; }
  AuthResultsError error() const { return error_; }
  /// The element that was begun last, up to its first semicolon.
  std::string_view element() const {
    const std::string_view rest = text_.substr(element_);
    return rest.substr(0, rest.find(';'));
  }

 private:
  bool fail(AuthResultsError error) {
    error_ = error;
    return false;
  }

  /// The element that can't be read, as far as that is safe.
  bool pass_over() {
    if (broken_ != BrokenElements::are_passed_over || error_ != AuthResultsError::syntax || none_)
      return false;
    if (element().find_first_of("\"()\\") != std::string_view::npos) return false;
    lexer_.take_while([](char c) { return c != ';'; });
    ++field_.passed_over;
    return true;
  }

  bool skip_cfws() {
    const auto skipped = lexer_.skip_cfws();
    if (skipped) return true;
    return fail(skipped.error() == LexError::deep_comment ? AuthResultsError::too_long
                                                          : AuthResultsError::syntax);
  }

  bool at_element_end() const { return lexer_.at_end() || lexer_.peek() == ';'; }

  bool read_authserv_id() {
    if (lexer_.peek() == '"') {
      const auto raw = lexer_.quoted_string();
      if (!raw) return fail(AuthResultsError::syntax);
      field_.authserv_id = unquote(*raw);
    } else {
      field_.authserv_id = lexer_.take_while(is_id_octet);
    }
    const bool separated = base::is_blank(lexer_.peek()) || lexer_.peek() == '(';
    if (!skip_cfws()) return false;
    if (field_.authserv_id.empty() || lexer_.peek() == '=')
      return fail(AuthResultsError::no_authserv_id);
    return at_element_end() || separated || fail(AuthResultsError::syntax);
  }

  bool read_version() {
    if (at_element_end()) return true;
    std::string_view digits = lexer_.take_while(base::is_digit);
    if (digits.empty() || !skip_cfws() || !at_element_end()) return fail(AuthResultsError::syntax);
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits == "1" || fail(AuthResultsError::unsupported_version);
  }

  bool read_keyword(std::string& keyword) {
    keyword = base::lower(lexer_.take_while(is_keyword_octet));
    return keyword.empty() ? fail(AuthResultsError::syntax) : skip_cfws();
  }

  bool read_element() {
    if (none_) return fail(AuthResultsError::syntax);
    MethodResult result;
    if (!read_keyword(result.method)) return false;
    if (result.method == "none" && at_element_end()) {
      none_ = true;
      return field_.results.empty() || fail(AuthResultsError::syntax);
    }
    if (field_.results.size() == max_auth_results) return fail(AuthResultsError::too_long);
    if (!read_method_version(result.method) || !read_equals() || !read_result(result)) return false;
    while (!at_element_end()) {
      if (!read_property(result)) return false;
    }
    field_.results.push_back(std::move(result));
    return true;
  }

  // RFC 8601 section 2.2, method-version: 1 when absent. A method in a version that a reader
  // does not know is another method to it.
  bool read_method_version(std::string& method) {
    if (!lexer_.accept('/')) return true;
    if (!skip_cfws()) return false;
    const std::string_view version = lexer_.take_while(base::is_digit);
    if (version.empty()) return fail(AuthResultsError::syntax);
    if (version != "1") method.append("/").append(version);
    return skip_cfws();
  }

  bool read_result(MethodResult& result) {
    std::string word;
    if (!read_keyword(word)) return false;
    result.result = parse_result_word(word);
    if (result.result == ResultWord::other) result.other_word = std::move(word);
    return true;
  }

  bool read_equals() { return lexer_.accept('=') ? skip_cfws() : fail(AuthResultsError::syntax); }

  bool read_property(MethodResult& result) {
    Property property;
    if (!read_keyword(property.type)) return false;
    if (lexer_.accept('.')) {
      if (!skip_cfws() || !read_keyword(property.name) || !read_equals() ||
          !read_value(property.value))
        return false;
      if (result.properties.size() == max_result_properties)
        return fail(AuthResultsError::too_long);
      result.properties.push_back(std::move(property));
      return true;
    }
    // "reason=", or a property without a ptype ("action=none"), which some filters write; nothing
    // here looks for such a property.
    if (!read_equals() || !read_value(property.value)) return false;
    if (property.type == "reason" && result.reason.empty())
      result.reason = std::move(property.value);
    return true;
  }

  bool read_value(std::string& value) {
    if (at_element_end()) return true;
    if (lexer_.peek() == '"') {
      const auto raw = lexer_.quoted_string();
      if (!raw) return fail(AuthResultsError::syntax);
      value = unquote(*raw);
      if (lexer_.peek() == '@') value += lexer_.take_while(is_value_octet);
      if (lexer_.peek() == '(') return skip_cfws();
    } else {
      value = lexer_.take_while(is_value_octet);
      // The grammar lets a comment follow a value without a blank. With
      // filters that copy a domain unquoted a sender could then end it with a "(", so it is
      // refused.
      if (value.empty()) return fail(AuthResultsError::syntax);
    }
    if (!at_element_end() && !base::is_blank(lexer_.peek())) return fail(AuthResultsError::syntax);
    return skip_cfws();
  }

  std::string_view text_;
  Lexer lexer_;
  const BrokenElements broken_;
  std::size_t element_ = 0;  ///< where it begins
  AuthResults field_;
  AuthResultsError error_ = AuthResultsError::syntax;
  bool none_ = false;
};

std::string take_id_piece(Lexer& lexer) {
  if (lexer.peek() != '"') return std::string(lexer.take_while(is_id_octet));
  if (const auto raw = lexer.quoted_string()) return unquote(*raw);
  lexer.accept('"');
  return std::string(lexer.take_while([](char c) { return c != '"' && c != ';'; }));
}

}  // namespace

std::string_view describe(AuthResultsError error) {
  switch (error) {
    case AuthResultsError::no_authserv_id:
      return "no authserv-id";
    case AuthResultsError::syntax:
      return "not the syntax of RFC 8601";
    case AuthResultsError::unsupported_version:
      return "unsupported version";
    case AuthResultsError::too_long:
      return "beyond the limits";
  }
  return "";
}

std::string_view to_string(ResultWord word) {
  return result_words.at(static_cast<std::size_t>(word));
}

ResultWord parse_result_word(std::string_view text) {
  const auto known = result_words.end() - 1;
  const auto found = std::find_if(result_words.begin(), known,
                                  [&](std::string_view word) { return base::iequals(word, text); });
  return static_cast<ResultWord>(found - result_words.begin());
}

std::string_view MethodResult::word() const {
  return result == ResultWord::other ? std::string_view(other_word) : to_string(result);
}

const Property* MethodResult::find(std::string_view type, std::string_view name) const {
  const Property* found = nullptr;
  for (const Property& property : properties) {
    if (property.type != type || property.name != name) continue;
    if (found && found->value != property.value) return nullptr;
    found = &property;
  }
  return found;
}

bool MethodResult::has(std::string_view type, std::string_view name) const {
  return std::ranges::any_of(properties, [&](const Property& property) {
    return property.type == type && property.name == name;
  });
}

std::optional<dns::Name> MethodResult::domain(std::string_view type, std::string_view name) const {
  const Property* const property = find(type, name);
  if (property == nullptr) return std::nullopt;
  const std::string_view text = base::trim(property->value);
  auto domain = dns::Name::parse(text.substr(text.rfind('@') + 1));
  return domain ? std::optional(*std::move(domain)) : std::nullopt;
}

tl::expected<AuthResults, AuthResultsError> parse_auth_results(std::string_view value,
                                                               BrokenElements broken) {
  if (value.size() > max_auth_results_value) return tl::unexpected(AuthResultsError::too_long);
  const auto text = unfold(value);
  if (!text) return tl::unexpected(AuthResultsError::syntax);
  Reader reader(*text, broken);
  if (!reader.read_field()) return tl::unexpected(reader.error());
  return std::move(reader.field());
}

std::string describe_unreadable(std::string_view value) {
  constexpr std::size_t max_shown = 60;
  if (value.size() > max_auth_results_value)
    return std::string(describe(AuthResultsError::too_long));
  const auto text = unfold(value);
  if (!text) return std::string(describe(AuthResultsError::syntax));
  Reader reader(*text, BrokenElements::spoil_field);
  if (reader.read_field()) return {};
  std::string clause(describe(reader.error()));
  if (reader.error() != AuthResultsError::syntax) return clause;
  return clause + ": \"" + base::printable(base::trim(reader.element()), max_shown) + "\"";
}

std::optional<std::string> claimed_authserv_id(std::string_view value) {
  // Nothing that only this parser refuses may hide the id from it: controls count as blanks,
  // comments nest without limit, an open quote ends where it can, and an id in pieces is put
  // together.
  std::string text(value);
  std::replace_if(text.begin(), text.end(), base::is_control, ' ');
  Lexer lexer(text, std::numeric_limits<std::size_t>::max());
  if (!lexer.skip_cfws()) return {};
  std::string id = take_id_piece(lexer);
  for (;;) {
    const auto gap = lexer.skip_cfws();
    if (!gap || (*gap && !id.ends_with('.') && lexer.peek() != '.')) break;
    const std::string piece = take_id_piece(lexer);
    const bool version = *gap && std::all_of(piece.begin(), piece.end(), base::is_digit);
    if (piece.empty() || version) break;
    id += piece;
  }
  if (lexer.peek() == '=') return {};
  std::string_view found = base::trim(id);
  while (found.ends_with('.'))
    found.remove_suffix(1);
  if (found.empty()) return {};
  return std::string(found);
}

// --- writing -------------------------------------------------------------------------------------

namespace {

// RFC 2045 section 5.1 "Syntax of the Content-Type Header Field", token, as RFC 8601 section 2.2
// uses it.
bool is_token_octet(char c) {
  static constexpr base::OctetSet token([](char octet) {
    return base::is_alnum(octet) ||
           std::string_view("!#$%&'*+-.^_`{|}~").find(octet) != std::string_view::npos;
  });
  return token.contains(c);
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_octet);
}

// RFC 8601 section 2.2 "Formal Definition", pvalue: [ [ local-part ] "@" ] domain-name.
bool is_plain_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at + 1 == text.size()) return false;
  const auto is_local_octet = [](char c) {
    return c == '.' || (is_atom_octet(c) && !base::is_eight_bit(c));
  };
  const auto is_domain_octet = [](char c) { return c == '.' || c == '-' || base::is_alnum(c); };
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  return std::all_of(local.begin(), local.end(), is_local_octet) &&
         std::all_of(domain.begin(), domain.end(), is_domain_octet);
}

/// The text with a "?" for each octet that is a control or not UTF-8.
std::string clean(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = base::utf8_sequence(text);
    const bool acceptable = length > 0 && !base::is_control(text.front());
    const std::size_t taken = acceptable ? length : 1;
    result += acceptable ? text.substr(0, taken) : "?";
    text.remove_prefix(taken);
  }
  return result;
}

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string as_value(std::string_view text) {
  if (is_token(text) || is_plain_address(text)) return std::string(text);
  return in_quotes(clean(text));
}

// RFC 8601 section 2.2 takes Keyword from RFC 5321: letters, digits and hyphens.
std::string as_keyword(std::string_view text) {
  std::string keyword = base::lower(text);
  std::replace_if(
      keyword.begin(), keyword.end(), [](char c) { return !base::is_alnum(c) && c != '-'; }, '-');
  return keyword.empty() ? "-" : keyword;
}

}  // namespace

AuthResultsWriter::AuthResultsWriter(std::string_view authserv_id)
    : text_(is_token(authserv_id) ? std::string(authserv_id) : in_quotes(clean(authserv_id))) {}

AuthResultsWriter& AuthResultsWriter::result(std::string_view method, std::string_view result) {
  text_ += "; " + as_keyword(method) + '=' + as_keyword(result);
  empty_ = false;
  return *this;
}

AuthResultsWriter& AuthResultsWriter::comment(std::string_view text) {
  if (empty_) return *this;
  std::string inner = clean(text);
  std::erase_if(inner, [](char c) { return c == '(' || c == ')' || c == '\\'; });
  text_ += " (" + inner + ')';
  return *this;
}

AuthResultsWriter& AuthResultsWriter::reason(std::string_view text) {
  if (empty_) return *this;
  text_ += " reason=" + in_quotes(clean(text));
  return *this;
}

AuthResultsWriter& AuthResultsWriter::property(std::string_view type, std::string_view name,
                                               std::string_view value) {
  if (empty_) return *this;
  text_ += ' ' + as_keyword(type) + '.' + as_keyword(name) + '=' + as_value(value);
  return *this;
}

std::string AuthResultsWriter::value() const {
  return empty_ ? text_ + "; none" : text_;
}

}  // namespace dmarc::mail
