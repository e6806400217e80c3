// The check_host() function (RFC 7208 section 4 "The check_host() Function"), by our own code.
//
//   Evaluator evaluator(identity, resolver, options);
//   Finding finding = evaluator.check_host(identity.domain);
//
// One Evaluator is one check: its counters run through all records that include and redirect lead
// to. When a record has been read, the questions of its terms are prefetched together, in order, as
// far as the record can still need them: not behind a term that matches without the DNS, and never
// more terms than the limit lets be evaluated. What counts (terms, void look-ups) is counted only
// when a term is really evaluated, in order, so that the result never depends on prefetching.
//
// Threads: the caller's. Recursion ends at max_dns_terms.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <dmarc/resolver.h>

#include "spf/expansion.h"
#include "spf/finding.h"
#include "spf/identity.h"
#include "spf/record.h"

namespace dmarc::spf {

class Evaluator {
 public:
  /// The references must stay valid as long as the Evaluator lives.
  Evaluator(const Identity& identity, dns::Resolver& resolver, const Options& options)
      : identity_(identity), resolver_(resolver), options_(options) {}

  Finding check_host(const dns::Name& domain);

 private:
  /// How a directive matched; for include, the way to the directive that decided.
  struct Match {
    std::string mechanism;
    std::vector<std::string> path;
  };
  /// Nothing when the directive does not match.
  using MatchResult = tl::expected<std::optional<Match>, Trouble>;

  Finding evaluate(const Record& record, const dns::Name& domain);
  Finding follow_redirect(const std::optional<MacroString>& redirect, const dns::Name& domain);

  MatchResult match(const Directive& directive, const dns::Name& domain);
  MatchResult ask(const Directive& directive, const dns::Name& target);
  MatchResult ask_include(const dns::Name& target);
  MatchResult ask_a(const Directive& directive, const dns::Name& target);
  MatchResult ask_mx(const Directive& directive, const dns::Name& target);
  MatchResult ask_ptr(const Directive& directive, const dns::Name& target);
  MatchResult ask_exists(const Directive& directive, const dns::Name& target);

  /// The name that a term is about: without a domain-spec the domain itself.
  tl::expected<dns::Name, ExpansionError> target_name(const std::optional<MacroString>& spec,
                                                      const dns::Name& domain);
  bool in_network(const Directive& directive, const base::IpAddress& network) const;
  bool holds_client(const Directive& directive, const dns::Answer& addresses) const;

  std::optional<Trouble> count_term();
  std::optional<Trouble> count_void(const dns::Name& name, dns::Type type);
  /// What the answer to a term's own question means by itself: a failure, or a void look-up too
  /// many.
  std::optional<Trouble> examine(const dns::Answer& answer, const dns::Name& name, dns::Type type);

  void prefetch(const Record& record, const dns::Name& domain);
  void prefetch(const Directive& directive, const dns::Name& domain);

  const Identity& identity_;
  dns::Resolver& resolver_;
  const Options& options_;
  std::size_t terms_ = 0;
  std::size_t void_lookups_ = 0;
  std::size_t prefetched_terms_ = 0;
};

}  // namespace dmarc::spf
