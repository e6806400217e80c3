// DMARC evaluation of one Author Domain (RFC 9989 section 5.3 "Mail Receiver Actions").
//
//   dmarc::Inputs inputs{.author = author, .spf = spf, .dkim = signatures};
//   dmarc::DiscoveryCheck check(author, options, candidates(inputs));
//   ... carry the check on until it has its result (dmarc/check.h, dmarc/discovery.h)
//   dmarc::Verdict verdict = dmarc::evaluate(inputs, discovery);
//   if (verdict.result == dmarc::Result::fail && verdict.policy == dmarc::Policy::reject) ...
//
// or, with a resolver that waits:
//
//   dmarc::Verdict verdict = dmarc::evaluate(inputs, options, resolver);
//
// The Verdict carries its own trace: the names that were asked and what each answered, the record
// applied, every Authenticated Identifier with its Organizational Domain and why it aligned or not.
// Log lines, header fields, history records, explanations and reports are renderings of this one
// value.
//
// Threads: pure functions; the resolver is called from the calling thread only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/discovery.h>
#include <dmarc/domain_name.h>
#include <dmarc/record.h>
#include <dmarc/resolver.h>
#include <dmarc/tree_walk.h>

namespace dmarc {

/// RFC 9989 section 9.2 "Email Authentication Result Names Registry Update".
enum class Result { none, pass, fail, temperror, permerror };
std::string_view to_string(Result result);

/// SPF: the MAIL FROM identity, which for a null reverse-path is postmaster at HELO.
struct SpfInput {
  dns::Name domain;
  MethodOutcome outcome = MethodOutcome::other;
  dns::Failure failure = dns::Failure::none;  ///< of the look-up, with temperror
};

/// One DKIM signature.
struct DkimInput {
  dns::Name domain;  ///< d=
  MethodOutcome outcome = MethodOutcome::other;
  std::string selector = {};                  ///< carried into the trace; may be empty
  dns::Failure failure = dns::Failure::none;  ///< of the look-up, with temperror
};

struct Inputs {
  dns::Name author;
  std::optional<SpfInput> spf = {};
  std::vector<DkimInput> dkim = {};
};

enum class AlignmentOutcome {
  strict,   ///< the same name as the Author Domain
  relaxed,  ///< the same Organizational Domain
  not_aligned,
  unknown,     ///< a look-up that decides it failed
  not_needed,  ///< not evaluated: the identifier did not authenticate
};
std::string_view to_string(AlignmentOutcome outcome);

/// One identifier of the message and what became of it.
struct Identifier {
  Method method = Method::spf;
  dns::Name domain;
  std::string selector = {};
  MethodOutcome outcome = MethodOutcome::other;
  dns::Failure failure = dns::Failure::none;  ///< of the method, with temperror
  AlignmentMode mode = AlignmentMode::relaxed;
  AlignmentOutcome alignment = AlignmentOutcome::not_needed;
  /// The Organizational Domain of `domain`, when it was needed and found.
  std::optional<dns::Name> organizational_domain = {};
  /// Its own walk, when there was one.
  std::vector<WalkStep> walk = {};
};

struct Verdict {
  explicit Verdict(dns::Name author_domain) : author(std::move(author_domain)) {}

  dns::Name author;
  Result result = Result::none;
  /// Of a temperror: an answer that could change it was kept away by dns::Failure::own_limit.
  bool own_limit = false;
  /// For none, temperror and permerror: why, one clause in printable ASCII.
  std::string reason;

  /// Unset when no record applies, or when it could not be found out.
  std::optional<dns::Name> organizational_domain;
  std::optional<dns::Name> policy_domain;
  RecordPtr record;  ///< the record of policy_domain; null when no record applies
  PolicySource policy_source = PolicySource::p;
  /// The policy that applies or would apply, after p, sp, np and t. Unset when no record applies or
  /// when the query that decides between sp and np failed.
  std::optional<Policy> policy;
  /// The same before t=y.
  std::optional<Policy> published_policy;
  /// Set when the existence of the author domain had to be found out.
  std::optional<dns::Outcome> existence;

  bool spf_aligned = false;
  bool dkim_aligned = false;
  std::vector<Identifier> identifiers;
  std::vector<WalkStep> walk;  ///< of the Author Domain
  DiscoveryMethod discovery = DiscoveryMethod::treewalk;

  /// What the Domain Owner asks for: the policy on a fail, otherwise none.
  Policy disposition() const;
  /// What RFC 9989 section 7.4 allows a receiver that knows nothing else about the message:
  /// quarantine instead of reject.
  Policy default_disposition() const;
};

/// The identifiers that a check of this message's author is to know of.
std::vector<Candidate> candidates(const Inputs& inputs);

/// The verdict on what was found: no look-up, no state. `discovery` must be that of inputs.author,
/// made with the candidates of `inputs`.
Verdict evaluate(const Inputs& inputs, const Discovery& discovery);

/// Both steps with a resolver that waits: for tools and tests.
Verdict evaluate(const Inputs& inputs, const Options& options, dns::Resolver& resolver);

}  // namespace dmarc
