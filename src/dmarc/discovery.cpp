#include "dmarc/discovery.h"

#include <algorithm>
#include <span>

#include "dmarc/organizational_domain.h"
#include "dmarc/tree_walk.h"

namespace dmarc {
namespace {

std::optional<std::size_t> find_applied(std::span<const WalkStep> walk, const dns::Name& org) {
  const auto last = std::find_if(walk.rbegin(), walk.rend(),
                                 [](const WalkStep& step) { return step.record.has_value(); });
  if (last == walk.rend()) return {};
  const auto at_org = std::find_if(walk.begin(), walk.end(), [&](const WalkStep& step) {
    return step.record && step.name == org;
  });
  // Without a record at the Organizational Domain, the walk ended at a Public Suffix Domain, whose
  // record applies. Records in between never do.
  const auto applied = at_org != walk.end() ? at_org : std::prev(last.base());
  return static_cast<std::size_t>(applied - walk.begin());
}

std::vector<WalkStep> ask_by_suffix_list(const dns::Name& author, const Options& options,
                                         dns::Resolver& resolver) {
  std::vector<WalkStep> steps;
  for (const dns::Name& name : names_to_ask(author, options)) {
    steps.push_back(look_up_record(name, options, resolver));
    if (steps.back().record) break;
  }
  return steps;
}

PolicySource source_for_existing(const Record& record) {
  return record.sp ? PolicySource::sp : PolicySource::p;
}

}  // namespace

DiscoveryMethod effective_method(const Options& options) {
  return options.public_suffixes ? options.discovery : DiscoveryMethod::treewalk;
}

std::vector<dns::Name> names_to_ask(const dns::Name& name, const Options& options) {
  if (effective_method(options) == DiscoveryMethod::treewalk) return walk_names(name);
  // RFC 7489 section 6.6.3 "Policy Discovery": the domain, then its Organizational Domain.
  std::vector<dns::Name> names{name};
  dns::Name org = registrable_or_same(name, *options.public_suffixes);
  if (org != name) names.push_back(std::move(org));
  return names;
}

Discovery discover(const dns::Name& author, const Options& options, dns::Resolver& resolver) {
  Discovery found;
  if (effective_method(options) == DiscoveryMethod::psl) {
    found.walk = ask_by_suffix_list(author, options, resolver);
    found.organizations = {registrable_or_same(author, *options.public_suffixes)};
  } else {
    found.walk = walk_tree(author, options, resolver);
    found.organizations = possible_organizational_domains(found.walk);
  }
  if (found.walk.front().record) {
    found.applied = 0;
  } else if (!find_failure(found.walk)) {
    found.applied = find_applied(found.walk, found.organizations.front());
  }
  return found;
}

PolicyChoice choose_policy(const dns::Name& author, const dns::Name& policy_domain,
                           const Record& record, dns::Resolver& resolver) {
  PolicyChoice choice;
  if (author == policy_domain || record.usability() != Usability::apply) {
    choice.published = record.for_domain();
    return choice;
  }
  choice.source = source_for_existing(record);
  choice.published = record.for_subdomain();
  const Policy nonexistent = record.for_nonexistent_subdomain();
  const auto tested = [&](Policy policy) {
    return record.testing ? one_level_lower(policy) : policy;
  };
  if (tested(nonexistent) == tested(*choice.published)) return choice;

  // RFC 9989 section 3.2.13 "Non-existent Domains": NXDOMAIN for the name itself, whatever the type
  // asked for.
  const dns::AnswerPtr answer = resolver.lookup(author, dns::Type::a);
  choice.existence = answer->outcome;
  if (answer->outcome == dns::Outcome::temporary_failure) {
    choice.existence_failure = answer->failure;
    choice.published.reset();
  } else if (answer->outcome == dns::Outcome::no_such_name) {
    choice.source = PolicySource::np;
    choice.published = nonexistent;
  }
  return choice;
}

}  // namespace dmarc
