// RequiredHeaders: how often a field may stand in a header (RFC 5322 section 3.6 "Field
// Definitions").
//
// Threads: a pure function.
#pragma once

#include <optional>
#include <string_view>

#include <dmarc/header_field.h>

namespace dmarc::policy {

/// The rule that the header breaks, in the words that OpenDMARC logs and answers with ("missing
/// Date field"); nothing when it breaks none. Of several broken rules the last of OpenDMARC's order
/// is named: From, Date, Reply-To, To, Cc, Bcc, Message-Id, In-Reply-To, References, Subject.
std::optional<std::string_view> broken_header_requirement(const mail::HeaderBlock& header);

}  // namespace dmarc::policy
