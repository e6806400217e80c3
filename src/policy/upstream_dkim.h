// Which DKIM results of believed fields count.
//
// Unsigned message (DkimSource::upstream): each dkim=pass of a plainly spelled field counts, unless
// any field of the block reports a result of dkim that is not a pass: a DKIM filter has spoken
// then, and what else there is, it did not write. A temporary error does not count as a result.
//
// Signed message (DkimSource::matched): in each field, every dkim=pass is matched to a signature of
// the message that no other pass of the field was matched to: header.d, .s, .a and .b agree as far
// as given (without header.d, header.i is at or below its d=), and the signature is valid by its
// syntax, has not expired and covers the whole body: no l=, or one that leaves nothing out, which
// our own check of lengths tells. If one pass of
// the field has no such signature, no result of dkim in that field counts. A filter writes an i=
// into its field as it decodes it, so a signature whose i= is not a mailbox makes every field
// worthless.
//
// header.d is the domain that DMARC goes by (RFC 9989 section 4.4.1 "DKIM-Authenticated
// Identifiers"). Without it the domain of header.i stands in, for relaxed alignment alone, because
// the signing domain is that or one above it (RFC 6376 section 3.5), and not at a public suffix. A
// header.i that is not at or below header.d is impossible, and the result does not count.
//
// Limits: dkim::max_signatures_read signatures are looked at. Threads: a pure function.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "dkim/check.h"
#include "policy/dkim_source.h"
#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/settings.h"
#include "policy/trusted_results.h"

namespace dmarc::policy {

struct UpstreamDkim {
  /// As reported, topmost first; a pass among them counts.
  std::vector<Authentication::Dkim> signatures;

  /// A field with a dkim=pass that does not count.
  struct Discounted {
    std::size_t index = 0;
    std::string authserv_id;
    std::string reason;  ///< one clause
  };
  std::vector<Discounted> discounted;
};

/// `own` is what our own check found, for DkimSource::matched; while it is null, signatures with l=
/// are taken to cover the whole body.
UpstreamDkim read_upstream_dkim(const Message& message, const TrustedResults& trusted,
                                DkimSource source, const Settings& settings,
                                const dkim::Result* own = nullptr);

}  // namespace dmarc::policy
