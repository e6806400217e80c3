// ARC chain validation of one message (RFC 8617 section 5.2 "Validator Actions"): a check that asks
// the DNS for keys and wants the body (include/dmarc/check.h says what a check is).
//
//   dkim::BodyHashes hashes;                              // of the message, for all checks
//   arc::Check check(header, {.now = seconds}, keys, hashes);     // at the end of the header
//   dns::Step<arc::Result> step = check.begin();
//   ... ask need->questions; if (need->wants_body) hashes.update(chunk) for each chunk
//   hashes.finish();
//   step = check.next(answers);                           // again whenever an answer has come
//   std::get<arc::Result>(step).chain                     // none, pass or fail
//
// begin() does all that depends on the header: a message without ARC fields, or with sets that are
// not whole, has its result at once. Seals are hashed in one pass over all sets, so that the time
// is linear in their octets. Nothing of the header is kept but the results of the first sealer, so
// `header` may go after begin().
//
// Then the newest message signature and all seals have to verify. What fails first, from the newest
// on, is the reason; that does not depend on the order in which answers come. Once the chain has
// passed, the older message signatures are looked at, to see how far back the message is unchanged:
// Need::sufficient is set while nothing else is open.
//
// A key whose look-up fails makes the chain fail: there is no result in between (RFC 8617 section
// 5.2.1 "All Failures Are Permanent"). The problem says that it is temporary.
//
// Ownership: `keys` and `hashes` must outlive the check. Threads: a check belongs to one thread at
// a time. Limits: mail::max_arc_sets; max_arc_keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <dmarc/check.h>
#include <dmarc/header_field.h>

#include "arc/problem.h"
#include "arc/seal.h"
#include "dkim/canonical_header.h"
#include "mail/auth_results.h"

namespace dmarc::dkim {
class BodyHashes;
class KeyCache;
}  // namespace dmarc::dkim

namespace dmarc::arc {

/// Keys asked for. Most sealers use one key for both signatures of a set, so that the longest chain
/// needs no more.
inline constexpr std::size_t max_arc_keys = 50;

struct Options {
  std::int64_t now = 0;  ///< seconds since 1970
  /// Lost when the MTA did not grant SMFIP_HDR_LEADSPC.
  dkim::LeadingBlanks blanks = dkim::LeadingBlanks::kept;
};

/// What was found of one set. A fault is unset where the signature was not looked at.
struct SetResult {
  Seal seal;
  std::optional<dkim::Fault> seal_fault;
  std::optional<dns::Name> message_signer;  ///< d= of the message signature
  std::optional<dkim::Fault> message_fault;
};

struct Result {
  ChainStatus chain = ChainStatus::none;
  std::optional<Problem> problem;  ///< why the chain fails
  bool own_limit = false;          ///< a key was not asked for: dns::Failure::own_limit
  /// In the order of their instances; empty when the sets are not whole.
  std::vector<SetResult> sets;
  /// The lowest instance whose message signature still verifies together with those above it, 0
  /// when all do (RFC 8617 section 5.2 step 5). Of a chain that passes.
  unsigned oldest_pass = 0;
  /// What the first sealer found of the message when it came to him. Of a chain that passes, unless
  /// it can't be read.
  std::optional<mail::AuthResults> first_results;
};

class Check {
 public:
  Check(std::span<const mail::HeaderField> header, const Options& options, dkim::KeyCache& keys,
        dkim::BodyHashes& hashes);
  Check(Check&&) noexcept;
  Check& operator=(Check&&) noexcept;
  ~Check();

  /// Any of its answers takes it further: no question builds on another.
  static constexpr bool asks_all_at_once = true;

  /// Before the first octet of the body.
  dns::Step<Result> begin();
  dns::Step<Result> next(const dns::Answers& answers);

 private:
  class State;
  std::unique_ptr<State> state_;
};

/// For tools and tests: the whole message is at hand, and the resolver waits.
Result verify(std::span<const mail::HeaderField> header, std::string_view body,
              const Options& options, dkim::KeyCache& keys, dns::Resolver& resolver);

}  // namespace dmarc::arc
