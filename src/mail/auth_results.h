// The Authentication-Results field (RFC 8601): what it says, and how to write one.
//
// Reading is strict about structure and lenient about vocabulary (RFC 8601 section 2.7.6 "Extension
// Methods"): unknown methods, results, ptypes and properties are kept as they are, for the caller
// to ignore. Keywords are compared without regard to case, so they are stored in lower case. A
// field that breaks the structure anywhere is an error as a whole, because nobody can tell where
// the broken part ends.
//
// Beyond the grammar, because filters in use write it: empty elements ("; ;"), an id that holds
// "/" or ":", underscores in keywords, properties without a ptype (skipped), empty values, and
// values without quotes that are not tokens, such as base64, IPv6 addresses and "<>". Stricter than
// the grammar: a comment may not follow such a value without a blank.
//
// Limits: 64 KiB of value, 100 results, 50 properties each, comments 32 deep (mail/limits.h).
// Threads: pure functions.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/domain_name.h>

namespace dmarc::mail {

struct Property {
  std::string type;   ///< "smtp", "header", "body", "policy", ...; lower case
  std::string name;   ///< "mailfrom", "d", ...; lower case
  std::string value;  ///< quoting removed, otherwise as written
};

/// The results of SPF, DKIM, ARC and DMARC (RFC 8601 section 2.7 "Defined Methods"), and those of
/// older methods that some filters report for DKIM too: history records have codes for them.
enum class ResultWord {
  none,
  pass,
  fail,
  softfail,
  neutral,
  policy,
  temperror,
  permerror,
  nxdomain,
  signed_,
  unknown,
  discard,
  other,  ///< a word that says nothing here (RFC 8601 section 2.7.7 "Extension Result Codes")
};

/// The word in a header field; "other" for `other`.
std::string_view to_string(ResultWord word);
/// Without regard to case.
ResultWord parse_result_word(std::string_view text);

struct MethodResult {
  /// "dkim", "spf", ...; lower case. With a version other than 1 it is "dkim/2".
  std::string method;
  ResultWord result = ResultWord::none;
  std::string reason;  ///< the reason= value, or empty
  std::vector<Property> properties = {};
  std::string other_word = {};  ///< of ResultWord::other: as written, in lower case

  /// The word of the result, as it was read.
  std::string_view word() const;
  /// The property of that type and name; null when there is none, or when several disagree: then
  /// nobody can tell which one the filter wrote and which one a sender smuggled in.
  const Property* find(std::string_view type, std::string_view name) const;
  /// True when there is one or more of them.
  bool has(std::string_view type, std::string_view name) const;
  /// The value of find(), when it is a domain or an address: its domain.
  std::optional<dns::Name> domain(std::string_view type, std::string_view name) const;
};

struct AuthResults {
  std::string authserv_id;  ///< quoting removed, case kept
  unsigned version = 1;
  std::vector<MethodResult> results;  ///< empty for "none"
  std::size_t passed_over = 0;        ///< elements that can't be read
};

enum class AuthResultsError {
  no_authserv_id,       ///< empty, or it begins with a method ("dkim=pass ...")
  syntax,               ///< not the grammar of RFC 8601 section 2.2
  unsupported_version,  ///< a version other than 1
  too_long,             ///< more text, nesting, results or properties than the limits allow
};

std::string_view describe(AuthResultsError error);

/// What an element that breaks the structure ("gateway.spf=pass") does to the field.
enum class BrokenElements {
  spoil_field,
  /// It is left out, if its end is beyond doubt: it has no quotes, comments or backslashes.
  are_passed_over,
};

tl::expected<AuthResults, AuthResultsError> parse_auth_results(
    std::string_view value, BrokenElements broken = BrokenElements::spoil_field);

/// Why a field can't be read, for logs: one clause with what stands where reading ends, in
/// printable ASCII.
std::string describe_unreadable(std::string_view value);

/// The authserv-id alone, however the rest of the field looks: what decides whether a field claims
/// to be ours and has to be removed (RFC 8601 section 5 "Removing Existing Header Fields"). Nothing
/// when the field begins with no id.
std::optional<std::string> claimed_authserv_id(std::string_view value);

/// Puts a field value together:  `id; method=result (comment) reason="..." ptype.property=value`.
///
///   AuthResultsWriter writer("mx.example.org");
///   writer.result("dmarc", "fail").comment("p=reject dis=none");
///   writer.property("header", "from", "a.example");
///   writer.value();  // mx.example.org; dmarc=fail (p=reject dis=none) header.from=a.example
///
/// Whatever it is given, what it writes is one line, reads back equal with parse_auth_results()
/// within its limits, and can't end its element: values that are not a token are quoted, octets
/// that are controls or not UTF-8 become "?", keywords become lower case with "-" for what they
/// can't hold, comments lose their parentheses. A second result() starts a new element after ";".
/// What is added before the first result() is left out. Without any result the value is "id; none".
class AuthResultsWriter {
 public:
  explicit AuthResultsWriter(std::string_view authserv_id);

  AuthResultsWriter& result(std::string_view method, std::string_view result);
  AuthResultsWriter& comment(std::string_view text);
  AuthResultsWriter& reason(std::string_view text);
  AuthResultsWriter& property(std::string_view type, std::string_view name, std::string_view value);

  std::string value() const;

 private:
  std::string text_;
  bool empty_ = true;
};

}  // namespace dmarc::mail
