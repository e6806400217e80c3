// What a domain's owner should know about the DMARC record that applies to it.
//
//   Review review = review_domain(name, options, resolver);
//
// A problem is something that receivers ignore, or that makes them ignore the record; advice is
// about a record that is right, but perhaps not what was meant.
//
// Threads: a pure function; the resolver is called from the calling thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <dmarc/evaluate.h>

namespace dmarc::ctl {

enum class ReviewStatus { fine, problems, temporary_failure };

struct Review {
  explicit Review(Verdict outcome) : verdict(std::move(outcome)) {}

  Verdict verdict;  ///< of a message from the domain that authenticates nothing
  /// What is done with mail that fails, t applied. Unset where no record applies.
  std::optional<Policy> for_domain, for_subdomain, for_nonexistent_subdomain;
  std::vector<std::string> problems;
  std::vector<std::string> advice;

  ReviewStatus status() const;
};

Review review_domain(const dns::Name& domain, const Options& options, dns::Resolver& resolver);

/// The policy's name, or "no policy".
std::string policy_word(const std::optional<Policy>& policy);

}  // namespace dmarc::ctl
