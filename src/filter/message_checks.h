// What is found out about one message: who may have sent it (SPF, signatures), and what its authors
// want done with it. The checks run side by side, each with look-ups of its own.
//
//   MessageChecks checks(environment, message, wake);
//   checks.begin_spf();                        // at MAIL
//   checks.begin_policies(authors);            // at the first From field
//   checks.begin_signatures();                 // at the end of the header
//   checks.body(piece);
//   checks.end_message(claims);                // with all that the MTA tells
//   while (!checks.advance()) ...              // until wake was called or deadline() has come
//   judge(message, checks.take_evidence(), settings);
//
// Nothing is begun that the settings don't want. At the deadline what is still open has failed.
// Once the verdict is certain, that is one second later: a signer with slow servers must not hold
// up mail that has passed. For mail that has not, the ARC chain is waited for.
//
// Threads: belongs to one thread; `wake` is called from threads of the resolver.
// Limits: see docs/LIMITS.md, "DNS".
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <dmarc/discovery.h>
#include <dmarc/spf.h>

#include "arc/check.h"
#include "dkim/canonical_body.h"
#include "dkim/check.h"
#include "filter/lookups.h"
#include "filter/running_check.h"
#include "filter/session.h"
#include "io/clock.h"
#include "policy/evidence.h"

namespace dmarc::filter {

class MessageChecks {
 public:
  /// All but `wake` must outlive it; the message grows meanwhile.
  MessageChecks(const Environment& environment, const policy::Message& message, const Wake& wake,
                const io::Clock& clock);

  void begin_spf();
  /// Of these authors, instead of those that were named before: usually, but not always, the first
  /// From field has those that the whole header has in the end.
  void begin_policies(std::span<const dns::Name> authors);
  bool has_authors() const { return !authors_.empty(); }
  /// Reads signatures and ARC sets and asks for their keys. The domains of signatures may turn out
  /// to be authenticated, so that these are looked up with the author's.
  void begin_signatures();

  /// True while more of the body makes a difference.
  bool body(std::string_view piece);
  void end_message(policy::Claims claims);

  /// Goes as far as the answers allow; true when the message can be judged.
  bool advance();
  io::Time deadline() const { return deadline_; }

  /// After advance() was true: a signature failed that may be right, but for a blank that the MTA
  /// did not pass on.
  bool lack_blanks() const;
  policy::Evidence take_evidence();

 private:
  using SpfCheck = RunningCheck<spf::Check, spf::Result>;
  using PolicyCheck = RunningCheck<DiscoveryCheck, Discovery>;
  using ArcCheck = RunningCheck<arc::Check, arc::Result>;
  using DkimCheck = RunningCheck<dkim::Check, dkim::Result>;

  bool run();
  policy::OwnFindings findings() const;
  void tell_identifiers();
  void begin_dkim();
  void begin_arc();
  bool passes(const PolicyCheck& check) const;
  bool is_settled() const;

  const Environment& environment_;
  const policy::Message& message_;
  const Wake wake_;
  const io::Clock& clock_;

  /// SPF, signatures and seals ask what the sender tells them to ask, and must not use up what the
  /// author's policy needs, nor share an answer that they had no budget for.
  MessageQuestions questions_;
  Lookups spf_lookups_;
  Lookups key_lookups_;
  Lookups arc_lookups_;
  Lookups policy_lookups_;
  std::optional<SpfCheck> spf_;
  dkim::BodyHashes hashes_;  ///< each canonicalization once, for signatures and seals together
  std::optional<DkimCheck> dkim_;
  std::optional<ArcCheck> arc_;
  std::vector<dns::Name> authors_;
  std::vector<PolicyCheck> policies_;  ///< of `authors_`, in the same order

  std::optional<policy::Claims> claims_;
  std::ptrdiff_t told_outcomes_ = 0;  ///< what the policy checks know of
  bool identifiers_known_ = false;    ///< the policy checks were told all outcomes
  io::Time deadline_;
};

}  // namespace dmarc::filter
