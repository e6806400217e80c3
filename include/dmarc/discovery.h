// Which record applies to an Author Domain, and which of its policies (RFC 9989 section 4.10.1
// "DMARC Policy Discovery"), with all that is needed to see whether the identifiers of the message
// align with it: a check that asks the DNS (dmarc/check.h).
//
//   DiscoveryCheck check(author, options);
//   auto step = check.begin();                         // at the From field
//   ...
//   check.identifiers(candidates, /*complete=*/true);  // when all methods have come to an end
//   step = check.next(answers);
//   const Verdict verdict = evaluate(inputs, std::get<Discovery>(step));
//
// The identifiers are told as they become known: MAIL FROM before its SPF result, signatures before
// their keys. Whoever may turn out to be an aligned, authenticated identifier has its walk asked
// for together with the author's, so that the end of the message needs no further round. Nothing is
// waited for that evaluate() would not look at: an identifier that did not authenticate, one that
// is not at or below the author's Organizational Domain, one that is aligned strictly, one whose
// method failed temporarily beside an aligned pass.
//
// Until identifiers() was told that the list is complete there is no result, and Need::questions
// may be empty: the check then waits for the identifiers alone. Need::sufficient is set as soon as
// an aligned pass is certain.
//
// Limits: 9 questions for the author and 8 for each identifier that can matter.
// Threads: a check belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <dmarc/check.h>
#include <dmarc/domain_name.h>
#include <dmarc/record.h>
#include <dmarc/tree_walk.h>

namespace dmarc {

/// How one authentication method came out, as far as DMARC cares (RFC 9989 section 4.4 "Identifier
/// Alignment Explained"): only a pass authenticates; a temporary error may keep the verdict open.
enum class MethodOutcome { pass, temperror, other };

/// The methods whose identifiers DMARC knows.
enum class Method { spf, dkim };

/// An identifier that may come to be an Authenticated Identifier.
struct Candidate {
  Method method = Method::spf;
  dns::Name domain;
  std::optional<MethodOutcome> outcome = {};  ///< unset while it is not known
};

enum class PolicySource { p, sp, np };
std::string_view to_string(PolicySource source);

/// What the DNS says of an Author Domain and of those identifiers that may align with it.
struct Discovery {
  explicit Discovery(dns::Name author_domain) : author(std::move(author_domain)) {}

  dns::Name author;
  DiscoveryMethod method = DiscoveryMethod::treewalk;
  /// The author's walk and its Organizational Domains; exactly one when no look-up failed.
  Walk walk;
  /// The step of `walk` whose record applies. Without one, either a look-up failed or there is no
  /// record.
  std::optional<std::size_t> applied;

  /// The tag of the applied record that the policy comes from.
  PolicySource policy_source = PolicySource::p;
  /// The policy before t=y. Unset when no record applies or when `existence` is a temporary
  /// failure.
  std::optional<Policy> published_policy;
  /// Set when it made a difference whether the Author Domain exists, with the reason of a failure.
  std::optional<dns::Outcome> existence;
  dns::Failure existence_failure = dns::Failure::none;

  /// The walks of identifiers, each domain once.
  struct IdentifierWalk {
    dns::Name domain;
    Walk walk;
  };
  std::vector<IdentifierWalk> identifiers;

  /// The record that applies; null without one.
  const Record* record() const;
  /// The walk of an identifier; null when it was not needed.
  const Walk* find(const dns::Name& domain) const;
};

class DiscoveryCheck {
 public:
  /// The identifiers are told later.
  DiscoveryCheck(const dns::Name& author, const Options& options);
  /// All identifiers are known.
  DiscoveryCheck(const dns::Name& author, const Options& options,
                 std::vector<Candidate> candidates);

  /// The identifiers as far as they are known, in place of those told before. `complete` says that
  /// there will be no others; an outcome that is not known by then may be any.
  void identifiers(std::vector<Candidate> candidates, bool complete);

  dns::Step<Discovery> begin();
  dns::Step<Discovery> next(const dns::Answers& answers);

 private:
  enum class Standing;

  const Record* record() const;
  void find_record();
  /// Both are true when nothing is left to find out.
  bool find_policy(const dns::Answers& answers);
  bool find_existence(const Record& record, const dns::Answers& answers);
  Standing compare(const Candidate& candidate, const dns::Answers& answers, dns::Need& need);
  bool may_align(const dns::Name& domain) const;
  TreeWalk& walk_of(const dns::Name& domain);
  /// True when an aligned pass is certain.
  bool compare_identifiers(const dns::Answers& answers, dns::Need& need);
  Discovery take();

  Options options_;
  RecordReader reader_;
  TreeWalk author_;
  std::vector<TreeWalk> walks_;  ///< of identifiers, each domain once
  std::vector<Candidate> candidates_;
  bool complete_ = false;
  Discovery found_;
};

}  // namespace dmarc
