// Which record applies to an Author Domain, and which of its policies (RFC 9989 section 4.10.1
// "DMARC Policy Discovery").
//
//   Discovery found = discover(author, options, resolver);
//   if (found.applied) ... found.walk[*found.applied].record
//
// Threads: pure functions; the resolver is called from the calling thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/evaluate.h>
#include <dmarc/resolver.h>

namespace dmarc {

/// The method that is really used: psl needs a list.
DiscoveryMethod effective_method(const Options& options);

/// The names that may be asked for a record, in order.
std::vector<dns::Name> names_to_ask(const dns::Name& name, const Options& options);

struct Discovery {
  std::vector<WalkStep> walk;
  /// See possible_organizational_domains(); exactly one when no look-up failed.
  std::vector<dns::Name> organizations;
  /// The step of `walk` whose record applies. Without one, either a look-up failed or there is no
  /// record.
  std::optional<std::size_t> applied;
};

Discovery discover(const dns::Name& author, const Options& options, dns::Resolver& resolver);

struct PolicyChoice {
  PolicySource source = PolicySource::p;  ///< the tag that the value comes from
  /// Before t=y; unset when `existence` is a temporary failure.
  std::optional<Policy> published;
  /// Set when it had to be asked whether the Author Domain exists, with the reason of a failure.
  std::optional<dns::Outcome> existence;
  dns::Failure existence_failure = dns::Failure::none;
};

/// `policy_domain` is where `record` was found. Asks whether the Author Domain exists only if that
/// makes a difference.
PolicyChoice choose_policy(const dns::Name& author, const dns::Name& policy_domain,
                           const Record& record, dns::Resolver& resolver);

}  // namespace dmarc
