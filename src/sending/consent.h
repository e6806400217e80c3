// Who may get a domain's reports: the URIs of its record, once those that lie elsewhere have agreed
// (RFC 9990 section 4 "Verifying External Destinations"), and nobody in the NoReportsList.
//
//   for (const Destination& each : verify(policy_domain, record.rua, ReportTag::rua, options, dns))
//     for (const ReportUri& target : each.targets) send(target);
//
// This keeps a record from directing reports at a victim (RFC 9990 section 8.1). It is done when
// reports are sent, not when mail arrives, because a destination may withdraw its agreement.
//
// Threads: pure functions; the resolver is called from the calling thread.
// Limits: max_destinations of one record.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/evaluate.h>
#include <dmarc/resolver.h>

#include "sending/addresses.h"

namespace dmarc::sending {

/// URIs of one record that reports are sent to, in the order published (RFC 9990 section 3.5 has
/// receivers set a limit). The rest is refused.
inline constexpr std::size_t max_destinations = 10;

enum class ReportTag { rua, ruf };

enum class Agreement {
  given,     ///< the same organization, or it has agreed
  refused,   ///< it has not agreed, or nothing can be sent there
  deferred,  ///< not known now, because the DNS failed
};

struct Destination {
  std::string uri;  ///< as published
  /// The policy domain's Organizational Domain; unset when it could not be found out.
  std::optional<dns::Name> organization = {};
  Agreement agreement = Agreement::refused;
  std::string reason;  ///< of refused and deferred, one clause in printable ASCII
  /// Where the reports go: the URI itself, or what the destination wants instead.
  std::vector<ReportUri> targets;
  /// What it wants instead and must not have, because it lies on another host.
  std::vector<std::string> refused_targets;
};

/// One for each URI, in order.
std::vector<Destination> verify(const dns::Name& policy_domain, std::span<const std::string> uris,
                                ReportTag tag, const Options& options, dns::Resolver& resolver);

/// Mailboxes and domains that get no reports, whatever a record asks for. A domain stands for its
/// own mailboxes, not for those of its subdomains, as in OpenDMARC. Const after it was filled.
class NoReportsList {
 public:
  /// "user@example.org" or "example.org", in any case.
  void add(std::string_view entry);

  bool contains(std::string_view mailbox) const;

 private:
  std::set<std::string, std::less<>> entries_;
};

}  // namespace dmarc::sending
