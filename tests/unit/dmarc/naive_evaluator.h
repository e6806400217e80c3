// A second evaluator, written for plainness alone: no parser, no shortcuts, names as lists of
// labels. It follows RFC 9989 sections 4.10, 4.10.1 and 4.10.2 step by step, and tries every answer
// that a failed look-up could have had. The real evaluator must agree with it.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dmarc::test {

using Labels = std::vector<std::string>;  ///< leftmost first

inline std::string join(const Labels& labels) {
  std::string text;
  for (const std::string& label : labels)
    text += (text.empty() ? "" : ".") + label;
  return text;
}

struct NaiveRecord {
  int p = 0;             ///< 0 none, 1 quarantine, 2 reject, -1 absent, -2 invalid
  int sp = -1, np = -1;  ///< the same
  char psd = 'u';
  bool strict_spf = false, strict_dkim = false, testing = false, has_rua = false;
};

/// What is published at _dmarc.<name>.
struct NaiveNode {
  bool fails = false;
  std::vector<NaiveRecord> records;
};

struct NaiveIdentifier {
  Labels domain;
  bool is_spf = false;
  enum { pass, temperror, other } outcome = pass;
};

struct NaiveWorld {
  std::map<std::string, NaiveNode> nodes;
  std::set<std::string> hosts;  ///< names with an address
  bool author_lookup_fails = false;
};

struct NaiveVerdict {
  std::string result;
  int policy = -1;  ///< -1: unset
  std::string policy_domain;
  std::string org;  ///< "" when there is not exactly one
  bool spf_aligned = false, dkim_aligned = false;
};

class NaiveEvaluator {
 public:
  explicit NaiveEvaluator(const NaiveWorld& world) : world_(world) {}

  NaiveVerdict evaluate(const Labels& author, const std::vector<NaiveIdentifier>& identifiers) {
    NaiveVerdict verdict;
    if (!discover(author, verdict)) return verdict;
    choose_policy(author, verdict);
    bool open = verdict.policy == -1;
    for (const NaiveIdentifier& identifier : identifiers) {
      const int aligned = alignment(author, identifier);
      if (identifier.outcome == NaiveIdentifier::pass && aligned == yes)
        (identifier.is_spf ? verdict.spf_aligned : verdict.dkim_aligned) = true;
      if (identifier.outcome == NaiveIdentifier::pass && aligned == maybe) open = true;
      if (identifier.outcome == NaiveIdentifier::temperror && aligned != no) open = true;
    }
    if (is_only_identifier(author, identifiers)) verdict.org = join(author);
    verdict.result = verdict.spf_aligned || verdict.dkim_aligned ? "pass"
                     : open                                      ? "temperror"
                                                                 : "fail";
    return verdict;
  }

 private:
  enum { no, maybe, yes };
  using Found = std::vector<std::pair<Labels, char>>;  ///< names with a record, and its psd

  const NaiveNode& node(const Labels& name) const {
    static const NaiveNode nothing;
    const auto found = world_.nodes.find(join(name));
    return found == world_.nodes.end() ? nothing : found->second;
  }

  static Labels last(const Labels& name, std::size_t count) {
    return {name.end() - static_cast<std::ptrdiff_t>(std::min(count, name.size())), name.end()};
  }

  // The name asked after `name` in a walk that began at `start`; empty at the end.
  static Labels next(const Labels& name, const Labels& start) {
    if (name == start && name.size() >= 8) return last(name, 7);
    return last(name, name.size() - 1);
  }

  static Labels organization(const Labels& start, const Found& found) {
    for (const auto& [name, psd] : found) {
      if (psd == 'n') return name;
      if (psd == 'y' && name != start) return last(start, name.size() + 1);
    }
    return found.empty() ? start : found.back().first;
  }

  // Collects the Organizational Domain under every possible answer of the look-ups that fail.
  void explore(const Labels& start, const Labels& name, const Found& found,
               std::set<Labels>& organizations) const {
    if (name.empty()) {
      organizations.insert(organization(start, found));
      return;
    }
    std::vector<char> answers;  // 0: no record
    if (node(name).fails)
      answers = {0, 'u', 'n', 'y'};
    else if (node(name).records.size() == 1)
      answers = {node(name).records[0].psd};
    else
      answers = {0};
    for (const char psd : answers) {
      Found more = found;
      if (psd != 0) more.emplace_back(name, psd);
      const bool stops = psd == 'n' || psd == 'y';
      explore(start, stops ? Labels{} : next(name, start), more, organizations);
    }
  }

  std::set<Labels> organizations(const Labels& start) const {
    std::set<Labels> found;
    explore(start, start, {}, found);
    return found;
  }

  bool walk_fails(const Labels& start) const {
    for (Labels name = start; !name.empty(); name = next(name, start)) {
      if (node(name).fails) return true;
      if (node(name).records.size() == 1 && node(name).records[0].psd != 'u') return false;
    }
    return false;
  }

  // A name that the walk skipped was never asked, so its record is not known.
  bool has_known_record(const Labels& name, const Labels& start) const {
    for (Labels visited = start; !visited.empty(); visited = next(visited, start))
      if (visited == name) return node(name).records.size() == 1;
    return false;
  }

  // Section 4.10.1. False when no policy applies; the result is set then.
  bool discover(const Labels& author, NaiveVerdict& verdict) {
    const auto orgs = organizations(author);
    if (node(author).records.size() == 1 && !node(author).fails) {
      policy_domain_ = author;
    } else if (walk_fails(author)) {
      verdict.result = "temperror";
      return false;
    } else {
      policy_domain_ = *orgs.begin();
      if (!has_known_record(policy_domain_, author)) {
        // No record there: that of the Public Suffix Domain, one label above.
        policy_domain_ = last(policy_domain_, policy_domain_.size() - 1);
        if (!has_known_record(policy_domain_, author) ||
            node(policy_domain_).records[0].psd != 'y') {
          verdict.result = "none";
          return false;
        }
      }
    }
    record_ = node(policy_domain_).records[0];
    bad_policy_ = record_.p < 0 || record_.sp == -2 || record_.np == -2;
    if (bad_policy_ && !record_.has_rua) {
      verdict.result = "none";
      return false;
    }
    verdict.policy_domain = join(policy_domain_);
    if (orgs.size() == 1) verdict.org = join(*orgs.begin());
    return true;
  }

  // Section 4.10.2, the first case in which no evaluation is needed.
  bool is_only_identifier(const Labels& author,
                          const std::vector<NaiveIdentifier>& identifiers) const {
    bool any = false, only = policy_domain_ == author;
    for (const NaiveIdentifier& identifier : identifiers) {
      if (identifier.outcome != NaiveIdentifier::pass) continue;
      any = true;
      only = only && identifier.domain == author;
    }
    return any && only;
  }

  bool exists(const Labels& name) const {
    const std::string text = join(name), below = '.' + text;
    const auto is_there = [&](const std::string& host) {
      return host == text || host.ends_with(below);
    };
    return std::any_of(world_.hosts.begin(), world_.hosts.end(), is_there) ||
           std::any_of(world_.nodes.begin(), world_.nodes.end(),
                       [&](const auto& entry) { return is_there("_dmarc." + entry.first); });
  }

  void choose_policy(const Labels& author, NaiveVerdict& verdict) const {
    const auto tested = [this](int policy) {
      return record_.testing && policy > 0 ? policy - 1 : policy;
    };
    if (bad_policy_) {
      verdict.policy = 0;
    } else if (policy_domain_ == author) {
      verdict.policy = tested(record_.p);
    } else {
      const int existing = tested(record_.sp >= 0 ? record_.sp : record_.p);
      const int nonexistent = record_.np >= 0 ? tested(record_.np) : existing;
      if (existing == nonexistent)
        verdict.policy = existing;
      else if (!world_.author_lookup_fails)
        verdict.policy = exists(author) ? existing : nonexistent;
    }
  }

  int alignment(const Labels& author, const NaiveIdentifier& identifier) const {
    if (identifier.domain == author) return yes;
    if (identifier.is_spf ? record_.strict_spf : record_.strict_dkim) return no;
    const auto ours = organizations(author), theirs = organizations(identifier.domain);
    std::vector<Labels> common;
    std::set_intersection(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                          std::back_inserter(common));
    if (common.empty()) return no;
    return ours.size() == 1 && theirs.size() == 1 ? yes : maybe;
  }

  const NaiveWorld& world_;
  Labels policy_domain_;
  NaiveRecord record_;
  bool bad_policy_ = false;
};

}  // namespace dmarc::test
