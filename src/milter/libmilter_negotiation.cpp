#include <libmilter/mfapi.h>

#include <array>
#include <utility>

#include "milter/libmilter_glue.h"

namespace dmarc::milter::glue {
namespace {

// Header fields are inserted; OpenDMARC requires the right to quarantine too, whatever is set.
constexpr unsigned long needed = SMFIF_ADDHDRS | SMFIF_QUARANTINE;

// Without SMFIF_CHGHDRS a forged Authentication-Results field stays, and the log says so.
constexpr unsigned long welcome = SMFIF_CHGHDRS | SMFIF_SETSYMLIST;

// Events that the filter has no use for, and those that it hears without ever answering. CONNECT is
// answered for IgnoreHosts and MAIL for IgnoreAuthenticatedClients.
constexpr unsigned long unwanted =
    SMFIP_NORCPT | SMFIP_NOEOH | SMFIP_NOBODY | SMFIP_NODATA | SMFIP_NOUNKNOWN;
constexpr unsigned long unanswered = SMFIP_NR_HELO | SMFIP_NR_HDR;

}  // namespace

unsigned long required_actions() {
  return needed;
}

std::optional<Terms> terms_for(unsigned long offered_actions, unsigned long offered_steps,
                               bool tcp) {
  if ((offered_actions & needed) != needed) return std::nullopt;
  unsigned long steps = unwanted | unanswered;
  // Postfix sends the macros of DATA even when DATA itself is unwanted, just before it hands the
  // connection to another process. Nothing answers them, so over TCP that process's first write
  // waits for our delayed acknowledgement: 40 ms for each message. An answer to DATA carries it.
  // libmilter ignores an end of message that comes right after DATA, as it would for a message
  // without any header field, and the MTA would wait for the answer: so the end of the header is
  // heard too.
  if (tcp) {
    steps &= ~static_cast<unsigned long>(SMFIP_NODATA | SMFIP_NOEOH);
    steps |= SMFIP_NR_EOH;
  }
  return Terms{needed | (offered_actions & welcome), offered_steps & steps};
}

void request_macros(Context context, unsigned long actions) {
  if ((actions & SMFIF_SETSYMLIST) == 0) return;
  // For a stage that is named here the list replaces the MTA's own.
  static constexpr std::array<std::pair<int, const char*>, 3> wanted{{
      {SMFIM_CONNECT, "j"},
      {SMFIM_ENVFROM, "i {mail_addr} {auth_authen}"},
      {SMFIM_EOM, "i"},
  }};
  for (const auto& [stage, names] : wanted) {
    std::string copy(names);
    smfi_setsymlist(context, stage, copy.data());
  }
}

}  // namespace dmarc::milter::glue
