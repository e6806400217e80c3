// What a failure report tells of a message, and whether there is to be one: taken down when the
// message is answered, so that the report can be written later.
//
//   if (auto incident = failure_incident(message, judgement, settings, criteria, now))
//     queue.push(*std::move(incident));
//
// No report about report mail, nor about anything that a program has answered with: two receivers
// would go on about each other's reports for ever (RFC 9991 section 5.1 "Transport").
//
// Limits: max_reported_header octets of the header are kept. Threads: pure functions, values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/header_field.h>

#include "failure/failure_kind.h"
#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/settings.h"

namespace dmarc::failure {

/// Ten times the header of ordinary mail.
inline constexpr std::size_t max_reported_header = 32 * 1024;

struct FailureCriteria {
  /// FailureReportsOnNone: also where the policy that applies is none.
  bool on_none = false;
  /// FailureReportsBcc is set: the operator wants to see failures that no owner has asked for.
  bool for_operator = false;
};

struct FailureIncident {
  FailureIncident(dns::Name author_domain, dns::Name record_domain)
      : author(std::move(author_domain)), policy_domain(std::move(record_domain)) {}

  std::vector<FailureKind> kinds;  ///< one report each
  std::vector<std::string> ruf;    ///< as published; empty for a report to the operator alone
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
  };
  std::optional<Signature> failed_signature;  ///< the one nearest to the author
  struct Spf {
    dns::Name domain;
    std::string record;  ///< empty when it was checked by somebody else
  };
  std::optional<Spf> failed_spf;

  mail::HeaderBlock header;
  bool header_cut = false;
};

/// `arrival` is in seconds since 1970.
std::optional<FailureIncident> failure_incident(const policy::Message& message,
                                                const policy::Judgement& judgement,
                                                const policy::Settings& settings,
                                                const FailureCriteria& criteria,
                                                std::int64_t arrival);

/// Report mail, or mail that a program sent because of other mail (RFC 3834 section 5 "The
/// Auto-Submitted header field").
bool is_automatic(const policy::Message& message);

}  // namespace dmarc::failure
