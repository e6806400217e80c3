#include "dmarc/alignment.h"

#include <algorithm>

namespace dmarc {
namespace {

AlignmentOutcome align_by_organization(Identifier& identifier, const Discovery& author) {
  const auto& ours = author.walk.organizations;
  if (!can_belong_to(identifier.domain, ours)) return AlignmentOutcome::not_aligned;
  const Walk* const walk = author.find(identifier.domain);
  if (!walk) return AlignmentOutcome::unknown;
  identifier.walk = walk->steps;
  const auto& theirs = walk->organizations;
  if (theirs.size() == 1) identifier.organizational_domain = theirs.front();
  return compare_organizations(ours, theirs);
}

}  // namespace

bool can_belong_to(const dns::Name& domain, std::span<const dns::Name> organizations) {
  return std::any_of(organizations.begin(), organizations.end(),
                     [&](const dns::Name& org) { return domain.is_at_or_below(org); });
}

AlignmentOutcome compare_organizations(std::span<const dns::Name> ours,
                                       std::span<const dns::Name> theirs) {
  const bool may_be_equal =
      std::find_first_of(ours.begin(), ours.end(), theirs.begin(), theirs.end()) != ours.end();
  if (!may_be_equal) return AlignmentOutcome::not_aligned;
  const bool certain = ours.size() == 1 && theirs.size() == 1;
  return certain ? AlignmentOutcome::relaxed : AlignmentOutcome::unknown;
}

AlignmentMode mode_for(Method method, const Record& record) {
  return method == Method::spf ? record.aspf : record.adkim;
}

void align(Identifier& identifier, const Discovery& author) {
  if (!identifier.domain.is_hostname()) {
    // No SPF or DKIM check can have been about such a name; text that only looks like a result is
    // how verdicts get forged.
    identifier.alignment = AlignmentOutcome::not_aligned;
  } else if (identifier.domain == author.author) {
    // Section 4.10.2: the same name needs no Organizational Domain, in either mode.
    identifier.alignment = AlignmentOutcome::strict;
  } else if (identifier.mode == AlignmentMode::strict) {
    identifier.alignment = AlignmentOutcome::not_aligned;
  } else {
    identifier.alignment = align_by_organization(identifier, author);
  }
}

}  // namespace dmarc
