// What an aggregate report that arrived says (RFC 9990 section 3.1 "Aggregate Report Format", and
// RFC 7489 appendix C), as values.
//
// Reports come from anybody: a result word that is not known is `unknown`, and what is not there is
// empty. Texts are UTF-8 as they came, without blanks at both ends, cut to a limit of octets
// (receiving/limits.h); domains are in lower case.
//
// The numbers of the enumerators are those in the database; new ones go to the end.
//
// Threads: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/ip_address.h>
#include <dmarc/record.h>

namespace dmarc::receiving {

/// What was done with the messages. `pass`: nothing, as they passed (RFC 9990).
enum class Disposition : std::uint8_t { unknown, none, pass, quarantine, reject };

/// What DMARC made of DKIM or of SPF: `pass` is an aligned pass.
enum class Evaluation : std::uint8_t { unknown, pass, fail };

/// A result of DKIM or SPF alone.
enum class AuthResult : std::uint8_t {
  unknown,
  none,
  pass,
  fail,
  softfail,
  neutral,
  policy,
  temperror,
  permerror,
};

enum class AuthMethod : std::uint8_t { dkim, spf };

enum class SpfScope : std::uint8_t { unknown, helo, mfrom };

/// Why messages were not handled as the policy asks; the words of both RFCs.
enum class Override : std::uint8_t {
  unknown,
  forwarded,
  local_policy,
  mailing_list,
  other,
  policy_test_mode,
  sampled_out,
  trusted_forwarder,
};

std::string_view to_string(Disposition value);
std::string_view to_string(Evaluation value);
std::string_view to_string(AuthResult value);
std::string_view to_string(AuthMethod value);
std::string_view to_string(Override value);

/// These read a word as senders write it: in any case, with blanks around it, with more behind it
/// ("fail (bad signature)"), and under the names of older drafts ("hardfail").
Disposition read_disposition(std::string_view text);
Evaluation read_evaluation(std::string_view text);
AuthResult read_auth_result(std::string_view text);
SpfScope read_spf_scope(std::string_view text);
Override read_override(std::string_view text);

/// Seconds since 1970: as such, with a fraction, in milliseconds, or as a date ("2026-11-01",
/// "2026-11-01T00:00:00+01:00", "Sun, 01 Nov 2026 00:00:00 +0000"; UTC if no zone is named).
std::optional<std::int64_t> read_time(std::string_view text);

/// A domain, also from within an address ("<user@Example.ORG.>").
std::string read_domain(std::string_view text);

struct Reason {
  Override type = Override::unknown;
  std::string comment;
};

/// One signature, or one check of SPF.
struct AuthDetail {
  AuthMethod method = AuthMethod::dkim;
  std::string domain;
  std::string selector = {};  ///< DKIM
  SpfScope scope = SpfScope::unknown;
  AuthResult result = AuthResult::unknown;
  std::string comment = {};  ///< human_result; the word itself when the result is not known
};

/// Messages that have all but the time in common.
struct Row {
  std::optional<base::IpAddress> source;
  std::uint64_t count = 1;
  Disposition disposition = Disposition::unknown;
  Evaluation dkim = Evaluation::unknown;
  Evaluation spf = Evaluation::unknown;
  std::vector<Reason> reasons;
  std::string header_from;
  std::string envelope_from;
  std::string envelope_to;
  std::vector<AuthDetail> results;
};

/// The policy record as the reporter saw it.
struct PublishedPolicy {
  std::string domain;
  std::optional<Policy> p, sp, np;
  std::optional<AlignmentMode> adkim, aspf;
  std::optional<unsigned> pct;
  std::optional<bool> testing;
};

struct Report {
  std::string version;
  std::string org_name;
  std::string email;
  std::string extra_contact;
  std::string report_id;
  std::string generator;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::vector<std::string> errors;  ///< what the reporter had trouble with
  PublishedPolicy policy;
  std::vector<Row> rows;

  /// By which the reporter is known: the name of the organization in lower case, or else the
  /// address. Never empty.
  std::string reporter() const;
  std::uint64_t messages() const;
};

}  // namespace dmarc::receiving
