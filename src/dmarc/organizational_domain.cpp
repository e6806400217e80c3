#include "dmarc/organizational_domain.h"

#include <algorithm>

#include "dmarc/tree_walk.h"

namespace dmarc {
namespace {

using Names = std::vector<dns::Name>;

void add(Names& names, const dns::Name& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// Rule 2: below a Public Suffix Domain, the Organizational Domain is one label longer, whether or
// not that name was asked. The name where the walk began is its own, even if it says psd=y.
dns::Name below_public_suffix(const dns::Name& start, const dns::Name& suffix) {
  return start.rightmost(suffix.label_count() + 1);
}

}  // namespace

std::vector<dns::Name> possible_organizational_domains(std::span<const WalkStep> walk) {
  const dns::Name& start = walk.front().name;
  Names decided;          // by a psd tag
  Names shortest{start};  // by rules 3 and 4, should no psd tag follow: the last record's name
  for (const WalkStep& step : walk) {
    if (has_failed(step)) {
      // No record, or a record with psd=u, n or y.
      add(decided, step.name);
      add(decided, below_public_suffix(start, step.name));
      add(shortest, step.name);
      continue;
    }
    if (!step.record) continue;
    switch (effective_psd(step)) {
      case PublicSuffixFlag::no:  // rule 1
        add(decided, step.name);
        return decided;
      case PublicSuffixFlag::yes:  // rule 2
        add(decided, below_public_suffix(start, step.name));
        return decided;
      case PublicSuffixFlag::unknown:
        shortest = {step.name};
    }
  }
  for (const dns::Name& name : shortest)
    add(decided, name);
  return decided;
}

dns::Name registrable_or_same(const dns::Name& name, const PublicSuffixes& suffixes) {
  return suffixes.registrable_domain(name).value_or(name);
}

}  // namespace dmarc
