// What a filter answers to an event, and what it wants changed at the end of a message.
//
//   Edits edits;
//   auto answer = read_response(packet);                       // nothing: not the end of the event
//   auto edit = read_edit(packet, edits);                    // false: no change either
//   mail::HeaderBlock delivered = apply(edits.header, received);
//
// The changes are made in the order in which they came, each on what the one before left, as
// Postfix does it. Postfix hides the Received field that it has put on top from its filters, but
// counts it for an insertion: index 0 lands above it, 1 below. For changes the n-th field of that
// name counts, from 1, without Postfix's own.
//
// Threads: values and pure functions.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/header_field.h>

#include "milter/wire.h"

namespace dmarc::milter::client {

namespace wire = milter::wire;

struct Response {
  enum class Kind { proceed, accept, reject, tempfail, discard, skip, disconnect };
  Kind kind = Kind::proceed;
  std::string reply;  ///< the filter's own SMTP reply ("550 5.7.1 no"); empty for the MTA's

  /// What the SMTP client is told: the filter's reply, or Postfix's own words; empty if the
  /// filter does not refuse.
  std::string smtp_reply() const;
  bool refuses() const { return kind == Kind::reject || kind == Kind::tempfail; }
};

std::string_view to_string(Response::Kind kind);

/// The answer in a packet that ends an event; nothing when the packet does not end one. The error
/// is one clause, printable.
tl::expected<std::optional<Response>, std::string> read_response(const wire::Packet& packet);

struct HeaderEdit {
  enum class Kind { insert, add, change };
  Kind kind;
  std::uint32_t index = 0;  ///< not for add
  std::string name;
  std::string value;  ///< a change to an empty value removes the field

  bool removes() const { return kind == Kind::change && value.empty(); }
};

struct Edits {
  std::vector<HeaderEdit> header;  ///< in the order they were asked for
  std::optional<std::string> quarantine;
  std::optional<std::string> body;
  std::optional<std::string> sender;
  std::vector<std::string> added_recipients;
  std::vector<std::string> removed_recipients;
};

/// Adds what a packet asks for. False when the packet asks for no change; the error is one clause.
tl::expected<bool, std::string> read_edit(const wire::Packet& packet, Edits& edits);

/// The header after the edits, without the Received field of the MTA.
mail::HeaderBlock apply(const std::vector<HeaderEdit>& edits, const mail::HeaderBlock& received);

}  // namespace dmarc::milter::client
