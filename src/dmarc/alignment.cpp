#include "dmarc/alignment.h"

#include <algorithm>
#include <vector>

#include "dmarc/organizational_domain.h"
#include "dmarc/tree_walk.h"

namespace dmarc {
namespace {

std::vector<dns::Name> find_organizations(Identifier& identifier, const Discovery& author,
                                          const Options& options, dns::Resolver& resolver) {
  if (effective_method(options) == DiscoveryMethod::psl)
    return {registrable_or_same(identifier.domain, *options.public_suffixes)};
  identifier.walk = walk_tree(identifier.domain, options, resolver, author.walk);
  return possible_organizational_domains(identifier.walk);
}

AlignmentOutcome compare_organizations(Identifier& identifier, const Discovery& author,
                                       const Options& options, dns::Resolver& resolver) {
  const auto& ours = author.organizations;
  const bool could_align = std::any_of(ours.begin(), ours.end(), [&](const dns::Name& org) {
    return identifier.domain.is_at_or_below(org);
  });
  if (!could_align) return AlignmentOutcome::not_aligned;

  const auto theirs = find_organizations(identifier, author, options, resolver);
  if (theirs.size() == 1) identifier.organizational_domain = theirs.front();
  const bool may_be_equal =
      std::find_first_of(ours.begin(), ours.end(), theirs.begin(), theirs.end()) != ours.end();
  if (!may_be_equal) return AlignmentOutcome::not_aligned;
  const bool certain = ours.size() == 1 && theirs.size() == 1;
  return certain ? AlignmentOutcome::relaxed : AlignmentOutcome::unknown;
}

}  // namespace

void align(Identifier& identifier, const Discovery& author, const Options& options,
           dns::Resolver& resolver) {
  if (!identifier.domain.is_hostname()) {
    // No SPF or DKIM check can have been about such a name; text that only looks like a result is
    // how verdicts get forged.
    identifier.alignment = AlignmentOutcome::not_aligned;
  } else if (identifier.domain == author.walk.front().name) {
    // Section 4.10.2: the same name needs no Organizational Domain, in either mode.
    identifier.alignment = AlignmentOutcome::strict;
  } else if (identifier.mode == AlignmentMode::strict) {
    identifier.alignment = AlignmentOutcome::not_aligned;
  } else {
    identifier.alignment = compare_organizations(identifier, author, options, resolver);
  }
}

}  // namespace dmarc
