// One record of a history file, read: every value checked, every name in its canonical form.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "history/aggregate_data.h"
#include "history/codes.h"

namespace dmarc::history {

/// One instance of an ARC chain, as OpenDMARC records it.
struct ArcSeal {
  unsigned instance = 0;
  std::string domain;
  std::string selector;
  std::string client;  ///< address in the ARC-Authentication-Results field; may be empty
};

struct HistoryEntry {
  std::string job;
  std::string reporter;
  std::int64_t received = 0;
  std::string ip;  ///< canonical text; empty for a client without an address
  std::string from;
  std::string envelope_from;  ///< empty for the null reverse-path
  std::vector<DkimSignature> dkim;
  std::uint32_t signatures = 0;  ///< the number of them, also of those that `dkim` leaves out
  AuthCode spf = AuthCode::undefined;
  SpfScope spf_scope = SpfScope::none;
  PolicyCode policy = PolicyCode::no_record;
  ActionCode action = ActionCode::accept;
  AlignCode align_dkim = AlignCode::not_aligned;
  AlignCode align_spf = AlignCode::not_aligned;
  unsigned pct = 0;
  unsigned arc = 0;
  unsigned arc_policy = 1;
  std::vector<ArcSeal> arc_seals;
  /// The record of the DMARC Policy Domain, which is `published.domain` also without a record.
  PublishedPolicy published;
  /// The policy that applied, or would have; unset in OpenDMARC's records of a pass.
  std::optional<Policy> requested;
  std::vector<OverrideReason> reasons;
};

}  // namespace dmarc::history
