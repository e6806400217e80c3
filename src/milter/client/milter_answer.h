// What a filter makes of an event.
//
// Threads: values and pure functions.
#pragma once

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "milter/wire.h"

namespace dmarc::milter::client {

namespace wire = milter::wire;

struct Answer {
  enum class Kind { proceed, accept, reject, tempfail, discard, skip, disconnect };
  Kind kind = Kind::proceed;
  std::string reply;  ///< the filter's own SMTP reply ("550 5.7.1 no"); empty for the MTA's

  /// What the SMTP client is told: the filter's reply, or Postfix's own words; empty when the
  /// client hears nothing of the filter.
  std::string smtp_reply() const;
  bool refuses() const { return kind == Kind::reject || kind == Kind::tempfail; }
};

std::string_view to_string(Answer::Kind kind);

/// The answer in a packet that ends an event; nothing when the packet does not end one. The error
/// is one clause, printable.
tl::expected<std::optional<Answer>, std::string> read_answer(const wire::Packet& packet);

}  // namespace dmarc::milter::client
