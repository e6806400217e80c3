// DKIM verification of one message (RFC 6376 section 6 "Verifier Actions"): a check that asks the
// DNS for keys and wants the body (include/dmarc/check.h says what a check is).
//
//   dkim::BodyHashes hashes;                                      // of the message, for all checks
//   dkim::Check check(header, authors, {.now = seconds}, keys, hashes);  // at the end of the
//   header dns::Step<dkim::Result> step = check.begin();
//   ... ask need->questions; if (need->wants_body) hashes.update(chunk) for each chunk
//   hashes.finish();
//   step = check.next(answers);                          // again whenever an answer has come
//   for (const dkim::SignatureResult& found : std::get<dkim::Result>(step).signatures)
//     if (found.code() == dkim::Code::pass) ... *found.domain
//
// begin() does all that depends on the header: reads the signatures, chooses those to verify (those
// that may align with an author first) and computes what was signed of the header. Nothing of the
// header is kept, so `header` may go after begin(). A message without a signature, or with faulty
// ones alone, has its result at once.
//
// begin() says which hashes of the body it wants; others may want the same ones. Signatures are
// verified when their key and the whole body are there; a body that was changed makes a fail
// without a key. Where the caller can't have the body it must not finish the hashes, and has no
// result.
//
// Answers that the caller gives up on are to be temporary failures; they become temperror.
//
// Ownership: `keys` and `hashes` must outlive the check. Threads: a check belongs to one thread at
// a time. Limits: dkim/limits.h; memory does not depend on the size of the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/check.h>
#include <dmarc/domain_name.h>
#include <dmarc/header_field.h>

#include "dkim/canonical_header.h"
#include "dkim/fault.h"

namespace dmarc::dkim {

class BodyHashes;
class KeyCache;

/// What is found out of each signature. What is not verified ends as Fault::not_verified at best.
enum class Extent {
  verified,          ///< all of it
  keys_and_lengths,  ///< whether its key can be looked up, and whether l= leaves octets out
  lengths,           ///< whether l= does: the body is wanted for no other signature, nor any key
};

struct Options {
  std::int64_t now = 0;  ///< seconds since 1970
  /// Lost when the MTA did not grant SMFIP_HDR_LEADSPC.
  LeadingBlanks blanks = LeadingBlanks::kept;
  Extent extent = Extent::verified;
};

/// What one DKIM-Signature field came to. Of a faulty field as much is filled in as could be read.
struct SignatureResult {
  Fault fault = Fault::none;
  dns::Failure failure = dns::Failure::none;  ///< with Fault::lookup_failed

  std::size_t field = 0;              ///< its index in the header
  std::optional<dns::Name> domain;    ///< d=, when it is a host name
  std::optional<dns::Name> selector;  ///< s=, likewise
  std::string algorithm;              ///< a=, as written
  std::string identity;               ///< i= without folding; empty when absent
  std::string characters;             ///< b=, without folding
  std::uint64_t octets_left_out = 0;  ///< of the body, by l=
  unsigned key_bits = 0;              ///< of the key that it was verified with; 0 without one
  bool testing = false;               ///< t=y in the key record

  Code code() const { return code_of(fault); }
  /// One clause, or nothing for a pass.
  std::string_view reason() const {
    return failure == dns::Failure::none ? describe(fault) : dns::describe(failure);
  }
};

struct Result {
  /// In the order of the header.
  std::vector<SignatureResult> signatures;
  /// DKIM-Signature fields beyond max_signatures_read.
  std::size_t unread = 0;
};

class Check {
 public:
  /// `authors` are the Author Domains as far as there are any.
  Check(std::span<const mail::HeaderField> header, std::span<const dns::Name> authors,
        const Options& options, KeyCache& keys, BodyHashes& hashes);
  Check(Check&&) noexcept;
  Check& operator=(Check&&) noexcept;
  ~Check();

  /// Any of its answers takes it further: no question builds on another.
  static constexpr bool asks_all_at_once = true;

  /// Before the first octet of the body.
  dns::Step<Result> begin();
  dns::Step<Result> next(const dns::Answers& answers);

  /// The signatures that may still come to pass or have passed, those that may align first: what
  /// DiscoveryCheck::identifiers() wants to know.
  struct Identifier {
    dns::Name domain;
    std::optional<Code> code = {};  ///< unset while it is not known
  };
  std::vector<Identifier> identifiers() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

/// A message that is there as a whole.
struct Message {
  std::span<const mail::HeaderField> header;
  std::string_view body;
};

/// Runs a check to its end with a resolver that waits: for tools and tests.
Result verify(const Message& message, std::span<const dns::Name> authors, const Options& options,
              KeyCache& keys, dns::Resolver& resolver);

/// True for the name of the field.
bool is_signature_field(const mail::HeaderField& field);

}  // namespace dmarc::dkim
