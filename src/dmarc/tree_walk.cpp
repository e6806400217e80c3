#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include <dmarc/tree_walk.h>

namespace dmarc {
namespace {

// RFC 9989 section 4.5 "DMARC Policy Record Explained": where policy records live.
constexpr std::string_view record_label = "_dmarc";

// RFC 9989 section 4.10: a name of eight or more labels is followed by its ancestor of seven, so
// that no name costs more than eight queries.
constexpr std::size_t longest_ancestor = 7;

// A list of public suffixes knows some whose operators publish a record without saying psd=y
// (RFC 9989 section 11.8 "Relaxed Alignment Considerations"). psd=n is the operator's word that it
// is not a suffix.
bool is_guarded(const WalkStep& step, const Options& options) {
  return step.record && step.record->psd == PublicSuffixFlag::unknown && options.public_suffixes &&
         options.public_suffixes->is_public_suffix(step.name);
}

/// Where the record of a name is asked for; nothing when that is too long for the DNS.
std::optional<dns::Question> record_question(const dns::Name& name) {
  auto owner = name.with_prefix(record_label);
  if (!owner) return {};
  return dns::Question{*std::move(owner), dns::Type::txt};
}

WalkStep read_step(const dns::Name& name, const dns::Answer& answer, const Options& options) {
  WalkStep step{.name = name, .outcome = answer.outcome, .failure = answer.failure};
  step.stale = answer.stale;
  const std::string* record = nullptr;
  for (const std::string& text : answer.records) {
    if (!Record::has_version_tag(text)) continue;
    ++step.records_found;
    record = &text;
  }
  // Section 4.10 step 2: several records at one name are all discarded.
  if (step.records_found == 1) step.record = read_record(*record);
  step.suffix_guard = is_guarded(step, options);
  return step;
}

using Names = std::vector<dns::Name>;

void add(Names& names, const dns::Name& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// Rule 2: below a Public Suffix Domain, the Organizational Domain is one label longer, whether or
// not that name was asked. The name where the walk began is its own, even if it says psd=y.
dns::Name below_public_suffix(const dns::Name& start, const dns::Name& suffix) {
  return start.rightmost(suffix.label_count() + 1);
}

Names possible_organizational_domains(std::span<const WalkStep> walk) {
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

/// The suffix and one more label, or the name itself if it is a suffix (RFC 7489 section 3.2
/// "Organizational Domain").
dns::Name registrable_or_same(const dns::Name& name, const PublicSuffixes& suffixes) {
  return suffixes.registrable_domain(name).value_or(name);
}

std::vector<dns::Name> names_by_list(const dns::Name& name, const PublicSuffixes& suffixes) {
  // RFC 7489 section 6.6.3 "Policy Discovery": the domain, then its Organizational Domain.
  std::vector<dns::Name> names{name};
  dns::Name org = registrable_or_same(name, suffixes);
  if (org != name) names.push_back(std::move(org));
  return names;
}

}  // namespace

DiscoveryMethod effective_method(const Options& options) {
  return options.public_suffixes ? options.discovery : DiscoveryMethod::treewalk;
}

std::vector<dns::Name> walk_names(const dns::Name& start) {
  std::vector<dns::Name> names{start};
  std::size_t labels = std::min(start.label_count() - 1, longest_ancestor);
  names.reserve(labels + 1);
  for (; labels > 0; --labels)
    names.push_back(start.rightmost(labels));
  return names;
}

PublicSuffixFlag effective_psd(const WalkStep& step) {
  if (step.suffix_guard) return PublicSuffixFlag::yes;
  return step.record ? step.record->psd : PublicSuffixFlag::unknown;
}

const WalkStep* find_failure(std::span<const WalkStep> walk) {
  const auto failure = std::find_if(walk.begin(), walk.end(), has_failed);
  return failure == walk.end() ? nullptr : &*failure;
}

const WalkStep* RecordReader::read(const WalkName& visited, const dns::Answers& answers) {
  const auto known = std::find_if(steps_.begin(), steps_.end(),
                                  [&](const WalkStep& step) { return step.name == visited.name; });
  if (known != steps_.end()) return &*known;
  if (!visited.question) {
    // A name too long for the DNS cannot exist, so it publishes no record.
    return &steps_.emplace_back(
        WalkStep{.name = visited.name, .outcome = dns::Outcome::no_such_name});
  }
  const dns::AnswerPtr answer = answers.find(*visited.question);
  if (!answer) return nullptr;
  return &steps_.emplace_back(read_step(visited.name, *answer, options_));
}

TreeWalk::TreeWalk(const dns::Name& start, const Options& options, Purpose purpose)
    : options_(options) {
  const bool by_list = effective_method(options) == DiscoveryMethod::psl;
  const Names names = by_list ? names_by_list(start, *options.public_suffixes) : walk_names(start);
  for (const dns::Name& name : names)
    names_.push_back({name, record_question(name)});
  // The list decides without the DNS.
  names_to_ask_ = by_list && purpose == Purpose::organization ? 0 : names_.size();
  walk_.steps.reserve(names_to_ask_);
  if (names_to_ask_ == 0) finish();
}

dns::Step<Walk> TreeWalk::begin() {
  return next(dns::NoAnswers{});
}

dns::Step<Walk> TreeWalk::next(const dns::Answers& answers) {
  RecordReader reader(options_);
  if (advance(reader, answers)) return std::move(walk_);
  dns::Need need;
  ask(need.questions, answers);
  return need;
}

bool TreeWalk::advance(RecordReader& reader, const dns::Answers& answers) {
  while (!done_) {
    const WalkStep* const step = reader.read(names_[walk_.steps.size()], answers);
    if (!step) return false;
    walk_.steps.push_back(*step);
    if (walk_.steps.size() == names_to_ask_ || ends_at(*step)) finish();
  }
  return true;
}

bool TreeWalk::ends_at(const WalkStep& step) const {
  if (!step.record) return false;
  // By the list, the first record is the one that applies.
  return effective_method(options_) == DiscoveryMethod::psl ||
         effective_psd(step) != PublicSuffixFlag::unknown;
}

void TreeWalk::finish() {
  done_ = true;
  if (effective_method(options_) == DiscoveryMethod::psl)
    walk_.organizations = {names_.back().name};
  else
    walk_.organizations = possible_organizational_domains(walk_.steps);
}

void TreeWalk::ask(std::vector<dns::Question>& questions, const dns::Answers& answers) const {
  if (done_) return;
  for (std::size_t i = walk_.steps.size(); i < names_to_ask_; ++i) {
    const auto& question = names_[i].question;
    if (!question || answers.find(*question)) continue;
    if (std::find(questions.begin(), questions.end(), *question) == questions.end())
      questions.push_back(*question);
  }
}

}  // namespace dmarc
