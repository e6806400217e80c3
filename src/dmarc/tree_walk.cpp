#include "dmarc/tree_walk.h"

#include <algorithm>
#include <string_view>

namespace dmarc {
namespace {

// RFC 9989 section 4.5 "DMARC Policy Record Explained": where policy records live.
constexpr std::string_view record_label = "_dmarc";

// RFC 9989 section 4.10: a name of eight or more labels is followed by its ancestor of seven, so
// that no name costs more than eight queries.
constexpr std::size_t longest_ancestor = 7;

// A list of public suffixes knows some whose operators publish a record without saying psd=y
// (RFC 9989 section 11.8 "Relaxed Alignment Considerations"). psd=n is the operator's word that it
// is no suffix.
bool is_guarded(const WalkStep& step, const Options& options) {
  return step.record && step.record->psd == PublicSuffixFlag::unknown && options.public_suffixes &&
         options.public_suffixes->is_public_suffix(step.name);
}

void read_answer(WalkStep& step, const dns::Answer& answer) {
  step.outcome = answer.outcome;
  step.failure = answer.failure;
  step.stale = answer.stale;
  const std::string* record = nullptr;
  for (const std::string& text : answer.records) {
    if (!Record::has_version_tag(text)) continue;
    ++step.records_found;
    record = &text;
  }
  // Section 4.10 step 2: several records at one name are all discarded.
  if (step.records_found == 1) step.record = Record::parse(*record);
}

}  // namespace

std::vector<dns::Name> walk_names(const dns::Name& start) {
  std::vector<dns::Name> names{start};
  std::size_t labels = std::min(start.label_count() - 1, longest_ancestor);
  names.reserve(labels + 1);
  for (; labels > 0; --labels)
    names.push_back(start.rightmost(labels));
  return names;
}

WalkStep look_up_record(const dns::Name& name, const Options& options, dns::Resolver& resolver) {
  WalkStep step{.name = name};
  const auto question = name.with_prefix(record_label);
  if (!question) {
    // A name too long for the DNS cannot exist, so it publishes no record.
    step.outcome = dns::Outcome::no_such_name;
    return step;
  }
  read_answer(step, *resolver.lookup(*question, dns::Type::txt));
  step.suffix_guard = is_guarded(step, options);
  return step;
}

void prefetch_record(const dns::Name& name, dns::Resolver& resolver) {
  if (const auto question = name.with_prefix(record_label))
    resolver.prefetch(*question, dns::Type::txt);
}

std::vector<WalkStep> walk_tree(const dns::Name& start, const Options& options,
                                dns::Resolver& resolver, std::span<const WalkStep> known) {
  std::vector<WalkStep> walk;
  const auto names = walk_names(start);
  walk.reserve(names.size());
  for (const dns::Name& name : names) {
    const auto made = std::find_if(known.begin(), known.end(),
                                   [&](const WalkStep& step) { return step.name == name; });
    walk.push_back(made != known.end() ? *made : look_up_record(name, options, resolver));
    if (walk.back().record && effective_psd(walk.back()) != PublicSuffixFlag::unknown) break;
  }
  return walk;
}

PublicSuffixFlag effective_psd(const WalkStep& step) {
  if (step.suffix_guard) return PublicSuffixFlag::yes;
  return step.record ? step.record->psd : PublicSuffixFlag::unknown;
}

const WalkStep* find_failure(std::span<const WalkStep> walk) {
  const auto failure = std::find_if(walk.begin(), walk.end(), has_failed);
  return failure == walk.end() ? nullptr : &*failure;
}

}  // namespace dmarc
