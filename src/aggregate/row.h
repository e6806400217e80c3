// What an aggregate report says of messages that have everything but the time in common: the store
// fills it, the XML writer reads it.
//
// It holds what was observed; the writer leaves out or rewords what RFC 9990 asks it to.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "history/entry.h"
#include "policy/override_reason.h"

namespace dmarc::aggregate {

/// What was done. `pass`: nothing, because the message passed an enforcing policy.
enum class Disposition { none, pass, quarantine, reject };

struct Row {
  std::string source_ip;  ///< canonical text
  std::uint64_t count = 0;
  Disposition disposition = Disposition::none;
  bool dkim_aligned = false;
  bool spf_aligned = false;
  std::vector<policy::OverrideReason> reasons;
  std::string header_from;
  std::string envelope_from;  ///< empty for the null reverse-path
  std::vector<history::DkimSignature> dkim;
  /// Of the MAIL FROM identity, whose domain is `envelope_from`; unset when only HELO was checked,
  /// or nothing.
  std::optional<history::AuthCode> spf;
  std::string helo = {};                           ///< may be known where `envelope_from` is empty
  std::optional<history::AuthCode> helo_spf = {};  ///< of the HELO identity, when that was checked
};

}  // namespace dmarc::aggregate
