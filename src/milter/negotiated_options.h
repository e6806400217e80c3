// What is negotiated with the MTA: the changes that the filter may make, and the steps that the MTA
// may leave out or need not wait for. The same for both engines.
//
// Only the steps that this filter has use for are asked for, and as many as possible without a
// reply.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "filter/session.h"
#include "filter/transfer.h"
#include "milter/wire.h"

namespace dmarc::milter {

struct NegotiatedOptions {
  std::uint32_t actions = 0;
  std::uint32_t steps = 0;

  /// What that means for messages.
  filter::Transfer transfer() const;
  /// The MTA tells all that sessions with that environment have to know.
  bool cover(const filter::Environment& environment) const;
  /// The MTA stops sending a body when it is told to.
  bool can_skip() const { return (steps & wire::protocol::skip) != 0; }
};

/// The changes without which nothing is filtered.
std::uint32_t required_actions();

/// What the steps depend on.
struct Situation {
  /// Our side acknowledges what it receives only when it has something to say, or after 40 ms.
  bool slow_acknowledgements = false;
  /// It matters who the recipients are.
  bool recipients = false;
  /// Bodies may matter.
  bool bodies = false;
};
Situation situation_of(const filter::Environment& environment, bool slow_acknowledgements);

/// Nothing when the MTA does not offer what is required.
std::optional<NegotiatedOptions> negotiate_options(std::uint32_t offered_actions,
                                                   std::uint32_t offered_steps,
                                                   const Situation& situation);

/// The macros that are wanted, as symbols ("i", "{mail_addr}"); for an MTA that offers to listen.
/// For a stage that is named here they replace the MTA's own choice.
const std::map<wire::Stage, std::vector<std::string>>& wanted_macros();

/// For log lines.
std::string hexadecimal(std::uint32_t value);

}  // namespace dmarc::milter
