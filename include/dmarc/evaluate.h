// DMARC evaluation of one Author Domain (RFC 9989 section 5.3 "Mail Receiver Actions").
//
//   dmarc::Inputs inputs{.author = author, .spf = spf, .dkim = signatures};
//   dmarc::Verdict verdict = dmarc::evaluate(inputs, dmarc::Options{}, resolver);
//   if (verdict.result == dmarc::Result::fail && verdict.policy == dmarc::Policy::reject) ...
//
// The Verdict carries its own trace: the names that were asked and what each answered, the record
// applied, every Authenticated Identifier with its Organizational Domain and why it aligned or not.
// Log lines, header fields, history records, explanations and reports are renderings of this one
// value.
//
// prefetch() starts the look-ups that evaluate() will need; call it as soon as a domain is known.
//
// Threads: pure functions; the resolver is called from the calling thread only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/public_suffixes.h>
#include <dmarc/record.h>
#include <dmarc/resolver.h>

namespace dmarc {

/// RFC 9989 section 9.2 "Email Authentication Result Names Registry Update".
enum class Result { none, pass, fail, temperror, permerror };
std::string_view to_string(Result result);

/// How one authentication method came out, as far as DMARC cares (RFC 9989 section 4.4 "Identifier
/// Alignment Explained"): only a pass authenticates; a temporary error may keep the verdict open.
enum class MethodOutcome { pass, temperror, other };

/// SPF: the MAIL FROM identity, which for a null reverse-path is postmaster at HELO.
struct SpfInput {
  dns::Name domain;
  MethodOutcome outcome = MethodOutcome::other;
};

/// One DKIM signature.
struct DkimInput {
  dns::Name domain;  ///< d=
  MethodOutcome outcome = MethodOutcome::other;
  std::string selector = {};  ///< carried into the trace; may be empty
};

struct Inputs {
  dns::Name author;
  std::optional<SpfInput> spf = {};
  std::vector<DkimInput> dkim = {};
};

/// How Organizational Domains and records are found.
enum class DiscoveryMethod { treewalk, psl };

struct Options {
  DiscoveryMethod discovery = DiscoveryMethod::treewalk;
  const PublicSuffixes* public_suffixes =
      nullptr;  ///< may be null; psl discovery falls back to the tree walk without it
};

/// One name of a tree walk.
struct WalkStep {
  dns::Name name;  ///< the domain; asked was _dmarc.<name>
  dns::Outcome outcome = dns::Outcome::temporary_failure;
  dns::Failure failure = dns::Failure::none;
  bool stale = false;
  /// The number of TXT records that are DMARC records; only exactly one counts (RFC 9989
  /// section 4.10 step 2).
  std::size_t records_found = 0;
  std::optional<Record> record = {};
  bool suffix_guard = false;  ///< treated as psd=y because the name is a public suffix
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
  enum class Method { spf, dkim } method = Method::spf;
  dns::Name domain;
  std::string selector = {};
  MethodOutcome outcome = MethodOutcome::other;
  AlignmentMode mode = AlignmentMode::relaxed;
  AlignmentOutcome alignment = AlignmentOutcome::not_needed;
  /// The Organizational Domain of `domain`, when it was needed and found.
  std::optional<dns::Name> organizational_domain = {};
  /// Its own walk, when there was one.
  std::vector<WalkStep> walk = {};
};

enum class PolicySource { p, sp, np };
std::string_view to_string(PolicySource source);

struct Verdict {
  explicit Verdict(dns::Name author_domain) : author(std::move(author_domain)) {}

  dns::Name author;
  Result result = Result::none;
  /// For none, temperror and permerror: why, one clause in printable ASCII.
  std::string reason;

  /// Unset when no record applies, or when it could not be found out.
  std::optional<dns::Name> organizational_domain;
  std::optional<dns::Name> policy_domain;
  std::optional<Record> record;  ///< the record of policy_domain
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

/// Starts the look-ups of the Author Domain's walk, and the one for its existence.
void prefetch_author(const dns::Name& author, const Options& options, dns::Resolver& resolver);
/// Starts the look-ups of an identifier's walk.
void prefetch_identifier(const dns::Name& domain, const Options& options, dns::Resolver& resolver);

Verdict evaluate(const Inputs& inputs, const Options& options, dns::Resolver& resolver);

}  // namespace dmarc
