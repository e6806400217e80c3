#include "milter/negotiated_options.h"

#include <array>
#include <cstdio>

namespace dmarc::milter {
namespace {

using namespace wire;

// Header fields are inserted; OpenDMARC requires the right to quarantine too, whatever is set.
constexpr std::uint32_t needed = action::add_headers | action::quarantine;

// Without the right to change fields a forged Authentication-Results field stays, without that to
// add recipients CopyFailuresTo can't act; the log says so.
constexpr std::uint32_t welcome =
    action::change_headers | action::choose_macros | action::add_recipients;

// Events that the filter usually has no use for, and those that it hears without ever answering.
// CONNECT is answered for IgnoreHosts and MAIL for IgnoreAuthenticatedClients. OpenDMARC hears the
// end of the header too: its tests, and other clients made for it, tell it unasked.
constexpr std::uint32_t unwanted =
    protocol::no_rcpt | protocol::no_body | protocol::no_data | protocol::no_unknown;
constexpr std::uint32_t unanswered = protocol::silent_helo | protocol::silent_rcpt |
                                     protocol::silent_header | protocol::silent_end_of_header;

// A signature over a field as it is written needs the blank behind the colon (RFC 6376 section
// 3.4.1 "The "simple" Header Canonicalization Algorithm").
constexpr std::uint32_t features = protocol::leading_space;

}  // namespace

filter::Transfer NegotiatedOptions::transfer() const {
  return {(steps & protocol::leading_space) != 0};
}

// Reloaded settings may want to hear of more than was negotiated with settings of before.
bool NegotiatedOptions::cover(const filter::Environment& environment) const {
  const bool recipients = (steps & protocol::no_rcpt) == 0;
  const bool bodies = (steps & protocol::no_body) == 0;
  return (recipients || !filter::wants_recipients(environment)) &&
         (bodies || !filter::wants_bodies(environment));
}

Situation situation_of(const filter::Environment& environment, bool slow_acknowledgements) {
  return {slow_acknowledgements, filter::wants_recipients(environment),
          filter::wants_bodies(environment)};
}

std::uint32_t required_actions() {
  return needed;
}

std::optional<NegotiatedOptions> negotiate_options(std::uint32_t offered_actions,
                                                   std::uint32_t offered_steps,
                                                   const Situation& situation) {
  if ((offered_actions & needed) != needed) return std::nullopt;
  std::uint32_t steps = unwanted | unanswered | features;
  if (situation.recipients) steps &= ~protocol::no_rcpt;
  // Each chunk is answered: only so the MTA can be told to skip the rest.
  if (situation.bodies) steps = (steps & ~protocol::no_body) | protocol::skip;
  // Postfix sends the macros of DATA even when DATA itself is unwanted, just before it hands the
  // connection to another process. Nothing answers them, so over TCP that process's first write
  // waits for our delayed acknowledgement: 40 ms for each message. An answer to DATA carries it.
  // libmilter ignores an end of message that comes right after DATA, as it would for a message
  // without any header field, and the MTA would wait for the answer; the end of the header comes
  // between them.
  if (situation.slow_acknowledgements) steps &= ~protocol::no_data;
  return NegotiatedOptions{needed | (offered_actions & welcome), offered_steps & steps};
}

const std::map<Stage, std::vector<std::string>>& wanted_macros() {
  static const std::map<Stage, std::vector<std::string>> wanted{
      {Stage::connect, {"j", "v"}},
      {Stage::mail, {"i", "{mail_addr}", "{auth_authen}", "{dmarcd_probe}"}},
      {Stage::end_of_message, {"i"}},
  };
  return wanted;
}

std::string hexadecimal(std::uint32_t value) {
  std::array<char, 2 * sizeof value + 1> text{};
  std::snprintf(text.data(), text.size(), "%x", value);
  return text.data();
}

}  // namespace dmarc::milter
