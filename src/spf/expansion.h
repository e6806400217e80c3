// Macro strings become domain names and text (RFC 7208 section 7.3 "Macro Processing Details").
//
// Threads: pure functions. Cost: bounded by spf/limits.h however long the macro string is.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include <dmarc/domain_name.h>

#include "spf/identity.h"
#include "spf/macro.h"

namespace dmarc::spf {

struct MacroContext {
  const Identity& identity;
  const dns::Name& domain;                ///< %{d}: the domain whose record is evaluated
  std::string client_name = "unknown";    ///< %{p}; only has to be right when the string uses it
  std::string_view receiver = "unknown";  ///< %{r}
  std::int64_t now = 0;                   ///< %{t}
};

enum class ExpansionError {
  unusable_name,         ///< not a name that the DNS could be asked for
  non_ascii_local_part,  ///< %{s} or %{l} of a sender whose local part is not ASCII
  too_long,              ///< above the limits
};

/// The name of a DNS question. A name of more than 253 octets loses labels from the left.
tl::expected<dns::Name, ExpansionError> expand_domain(const MacroString& text,
                                                      const MacroContext& context);

/// The text of an explanation.
tl::expected<std::string, ExpansionError> expand_text(const MacroString& text,
                                                      const MacroContext& context);

/// The name for a PTR question: "4.3.2.1.in-addr.arpa".
dns::Name reverse_name(const base::IpAddress& address);

}  // namespace dmarc::spf
