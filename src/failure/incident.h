// What a failure report says of a message, and whether there is to be one: recorded when the
// message is answered, so that the report can be written later.
//
//   if (auto incident = failure::incident_of(message, judgement, settings, criteria, now))
//     queue.push(*std::move(incident));
//
// Which reports a Domain Owner wants (RFC 9989 section 4.7 "DMARC Policy Record Format", tag fo;
// RFC 9991 sections 2 "DMARC Failure Reports" and 3 "Other Failure Reports"):
//
//   fo   report   when
//   0    dmarc    nothing passed and was aligned (this is the default)
//   1    dmarc    SPF or DKIM did not pass, or was not aligned
//   d    dkim     a signature failed, whether or not it would have been aligned
//   s    spf      SPF failed, whether or not it would have been aligned
//
// There is no report on report mail, nor on any other answer by a program: two receivers would
// report on each other's reports for ever (RFC 9991 section 5.1 "Transport").
//
// Threads: pure functions and values.
// Limits: max_reported_header octets of the header are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/evaluate.h>
#include <dmarc/header_field.h>

#include "mail/auth_results.h"
#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/settings.h"

namespace dmarc::failure {

enum class Kind { dmarc, dkim, spf };
std::string_view to_string(Kind kind);

/// How the authentication of one message went, as far as fo asks about it.
struct Facts {
  bool spf_failed = false;    ///< is_spf_failure() of its result
  bool spf_aligned = false;   ///< and it passed
  bool dkim_failed = false;   ///< some signature did not verify
  bool dkim_aligned = false;  ///< some signature that verified was
};

Facts facts_of(const policy::Judgement& judgement);

/// A temporary error is not a failure: nothing is known then.
bool is_spf_failure(std::optional<mail::ResultWord> result);
bool is_dkim_failure(mail::ResultWord result);

/// What the record asks for. Empty without ruf, and for a record with psd=y (RFC 9991 section 2).
std::vector<Kind> requested_reports(const Record& record, const Facts& facts);

/// True when the record that applies is that of a public suffix, by its own word or by the list.
bool is_public_suffix_policy(const Verdict& verdict);

/// The methods that gave no aligned identifier; what the field Identity-Alignment lists, "none"
/// when empty (RFC 9991 section 4 "Reporting Format Update").
std::vector<std::string> unaligned_methods(const Facts& facts);

/// Ten times the header of ordinary mail.
inline constexpr std::size_t max_reported_header = 32 * 1024;

struct Criteria {
  /// FailureReportsOnNone: also where the policy that applies is none.
  bool on_none = false;
  /// FailureReportsBcc is set: the operator wants to see failures that no owner has asked for.
  bool for_operator = false;
};

struct Incident {
  Incident(dns::Name author_domain, dns::Name record_domain)
      : author(std::move(author_domain)), policy_domain(std::move(record_domain)) {}

  std::vector<Kind> kinds;       ///< one report each
  std::vector<std::string> ruf;  ///< as published; empty for a report to the operator alone
  dns::Name author;
  dns::Name policy_domain;

  std::string job_id;
  std::string mta_name;
  std::string client_name;
  std::string client_address;  ///< empty for a client without one
  mail::ReversePath sender;
  std::int64_t arrival = 0;  ///< seconds since 1970

  std::string results;  ///< as an Authentication-Results field has them
  std::vector<std::string> unaligned;
  enum class Delivery { delivered, policy, reject, other };
  Delivery delivery = Delivery::delivered;

  struct Signature {
    dns::Name domain;
    std::string selector;
    std::string identity;
    std::string_view type = "signature";  ///< Auth-Failure (RFC 6591 section 3.3)
  };
  std::optional<Signature> failed_signature;  ///< the one nearest to the author
  struct Spf {
    dns::Name domain;
    std::string record;  ///< empty when another filter checked it
  };
  std::optional<Spf> failed_spf;

  mail::HeaderBlock header;
  bool header_cut = false;
};

/// `arrival` is in seconds since 1970.
std::optional<Incident> incident_of(const policy::Message& message,
                                    const policy::Judgement& judgement,
                                    const policy::Settings& settings, const Criteria& criteria,
                                    std::int64_t arrival);

/// Report mail, or mail that a program sent because of other mail (RFC 3834 section 5 "The
/// Auto-Submitted header field").
bool is_automatic(const policy::Message& message);

}  // namespace dmarc::failure
