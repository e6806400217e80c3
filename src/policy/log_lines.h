// The log lines on how a message was judged: OpenDMARC's line with the result, and for whatever is
// neither pass nor none a second one that says why.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/event.h"
#include "policy/judgement.h"
#include "policy/message.h"
#include "policy/trusted_results.h"

namespace dmarc::policy {

/// OpenDMARC's line on our own SPF check.
log::Event spf_event(const Message& message, const spf::Result& result);

/// Why SPF has nobody to authenticate; nothing when it has.
std::optional<log::Event> identity_event(const Message& message);

/// Why a message is refused for its form, and whose it was.
log::Event form_event(const Message& message, const mail::Author& author, std::string_view reason);

/// One line for each removal; past a few, one line for the rest.
std::vector<log::Event> removal_events(const Message& message,
                                       const std::vector<Removal>& removals);

/// Aligned signatures that did not pass here, and passes that a believed field reports and that
/// were not found here; a few lines of each.
std::vector<log::Event> dkim_events(const Message& message, const Judgement& judgement,
                                    const TrustedResults& trusted);

/// The same for SPF, and for ARC where the chain was looked at here.
std::vector<log::Event> spf_disagreements(const Message& message, const Judgement& judgement,
                                          const TrustedResults& trusted);
std::vector<log::Event> arc_disagreements(const Message& message, const Judgement& judgement,
                                          const TrustedResults& trusted);

/// The result line, then the detail line. `domain` is the Author Domain as shown in the header
/// field.
std::vector<log::Event> result_events(const Message& message, const Judgement& judgement,
                                      std::string_view domain);

}  // namespace dmarc::policy
