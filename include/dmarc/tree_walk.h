// The DNS Tree Walk (RFC 9989 section 4.10 "DNS Tree Walk"): from a name towards the root, asking
// each name for its DMARC Policy Record, and the Organizational Domain that it leads to.
//
//   dmarc::TreeWalk check(name, options);
//   const dmarc::Walk walk = dmarc::dns::wait_for(check, resolver);
//   if (walk.organizations.size() == 1) ... that is the Organizational Domain
//
// At most 8 names are asked. The walk ends at a record with psd=y or psd=n, otherwise at the
// single-label name. A look-up that fails does not end it: what the names above say can show that
// the missing answer does not matter.
//
// A walk without failures leads to exactly one Organizational Domain. A look-up that failed stands
// for every answer that it could have had, so such a walk leads to several names in general. That
// matters for safety: with it, an identifier whose own DNS fails keeps a verdict open only if some
// answer would have aligned it, and a sender can't make a fail into a temporary error by breaking
// the DNS of a domain of his.
//
// With Options::discovery psl, a list of public suffixes takes the place of the walk (RFC 7489
// section 3.2 "Organizational Domain"): nothing is asked to find the Organizational Domain.
//
// Threads: a check belongs to one thread at a time, see dmarc/check.h.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <dmarc/check.h>
#include <dmarc/domain_name.h>
#include <dmarc/public_suffixes.h>
#include <dmarc/record.h>
#include <dmarc/resolver.h>

namespace dmarc {

/// How Organizational Domains and records are found.
enum class DiscoveryMethod { treewalk, psl };

struct Options {
  DiscoveryMethod discovery = DiscoveryMethod::treewalk;
  /// May be null; psl discovery falls back to the tree walk without it. With it, a tree walk takes
  /// a record at a public suffix that does not say psd for one that says psd=y. It must outlive the
  /// checks.
  const PublicSuffixes* public_suffixes = nullptr;
};

/// The method that is really used: psl needs a list.
DiscoveryMethod effective_method(const Options& options);

/// One name of a walk.
struct WalkStep {
  dns::Name name;  ///< the domain; asked was _dmarc.<name>
  dns::Outcome outcome = dns::Outcome::temporary_failure;
  dns::Failure failure = dns::Failure::none;
  bool stale = false;
  /// The number of TXT records that are DMARC records; only exactly one counts (RFC 9989
  /// section 4.10 step 2).
  std::size_t records_found = 0;
  RecordPtr record = {};
  bool suffix_guard = false;  ///< treated as psd=y because the name is a public suffix
};

/// The psd tag that counts at that step: y where the suffix guard speaks, otherwise as published.
PublicSuffixFlag effective_psd(const WalkStep& step);

inline bool has_failed(const WalkStep& step) {
  return step.outcome == dns::Outcome::temporary_failure;
}

/// The first step whose look-up failed; null when all succeeded.
const WalkStep* find_failure(std::span<const WalkStep> walk);

struct Walk {
  /// Never empty, the first is where the walk began; but empty where a list of public suffixes
  /// answered instead.
  std::vector<WalkStep> steps;
  /// Every name that is the Organizational Domain under some answer of the look-ups that failed;
  /// each is the first name or an ancestor of it. Never empty, without duplicates.
  std::vector<dns::Name> organizations;
};

/// The names that a walk from `start` visits unless a record stops it, longest first.
std::vector<dns::Name> walk_names(const dns::Name& start);

/// A name that a walk visits.
struct WalkName {
  dns::Name name;
  /// Where its record is asked for; nothing when that is too long for the DNS.
  std::optional<dns::Question> question;
};

/// The records that several walks of one message have read: each answer is read once.
class RecordReader {
 public:
  explicit RecordReader(const Options& options) : options_(options) {}

  /// What the name's answer says; null while it is under way. Good until the next call.
  const WalkStep* read(const WalkName& visited, const dns::Answers& answers);

 private:
  Options options_;
  std::vector<WalkStep> steps_;
};

class TreeWalk {
 public:
  enum class Purpose {
    organization,  ///< the Organizational Domain is wanted
    record,        ///< the record that applies to an author, too
  };

  TreeWalk(const dns::Name& start, const Options& options, Purpose purpose = Purpose::organization);

  dns::Step<Walk> begin();
  dns::Step<Walk> next(const dns::Answers& answers);

  // What next() is made of, for a check that makes several walks.

  /// Goes as far as the answers allow; true at the end.
  bool advance(RecordReader& reader, const dns::Answers& answers);
  bool is_done() const { return done_; }
  /// Appends what is still open and not yet in the list; the walk waits for the first of them.
  void ask(std::vector<dns::Question>& questions, const dns::Answers& answers) const;
  const dns::Name& start() const { return names_.front().name; }
  /// The steps made so far, and at the end the Organizational Domains.
  const Walk& walk() const { return walk_; }
  Walk& walk() { return walk_; }

 private:
  bool ends_at(const WalkStep& step) const;
  void finish();

  Options options_;
  std::vector<WalkName> names_;  ///< to be asked unless a record ends the walk
  std::size_t names_to_ask_;
  Walk walk_;
  bool done_ = false;
};

}  // namespace dmarc
