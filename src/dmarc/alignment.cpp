#include "dmarc/alignment.h"

#include <algorithm>
#include <vector>

#include "dmarc/discovery.h"
#include "dmarc/organizational_domain.h"
#include "dmarc/tree_walk.h"

namespace dmarc {
namespace {

std::vector<dns::Name> find_organizations(Identifier& identifier, const Options& options,
                                          dns::Resolver& resolver) {
  if (effective_method(options) == DiscoveryMethod::psl)
    return {registrable_or_same(identifier.domain, *options.public_suffixes)};
  identifier.walk = walk_tree(identifier.domain, options, resolver);
  return possible_organizational_domains(identifier.walk);
}

bool have_common_name(std::span<const dns::Name> a, std::span<const dns::Name> b) {
  return std::find_first_of(a.begin(), a.end(), b.begin(), b.end()) != a.end();
}

AlignmentOutcome compare_organizations(Identifier& identifier,
                                       std::span<const dns::Name> author_orgs,
                                       const Options& options, dns::Resolver& resolver) {
  const bool could_align =
      std::any_of(author_orgs.begin(), author_orgs.end(),
                  [&](const dns::Name& org) { return identifier.domain.is_at_or_below(org); });
  if (!could_align) return AlignmentOutcome::not_aligned;

  const auto orgs = find_organizations(identifier, options, resolver);
  if (orgs.size() == 1) identifier.organizational_domain = orgs.front();
  if (!have_common_name(orgs, author_orgs)) return AlignmentOutcome::not_aligned;
  const bool certain = orgs.size() == 1 && author_orgs.size() == 1;
  return certain ? AlignmentOutcome::relaxed : AlignmentOutcome::unknown;
}

}  // namespace

void align(Identifier& identifier, const dns::Name& author, std::span<const dns::Name> author_orgs,
           const Options& options, dns::Resolver& resolver) {
  if (!identifier.domain.is_hostname()) {
    // No SPF or DKIM check can have been about such a name; text that only looks like a result is
    // how verdicts get forged.
    identifier.alignment = AlignmentOutcome::not_aligned;
  } else if (identifier.domain == author) {
    // Section 4.10.2: the same name needs no Organizational Domain, in either mode.
    identifier.alignment = AlignmentOutcome::strict;
  } else if (identifier.mode == AlignmentMode::strict) {
    identifier.alignment = AlignmentOutcome::not_aligned;
  } else {
    identifier.alignment = compare_organizations(identifier, author_orgs, options, resolver);
  }
}

}  // namespace dmarc
