// What a filter wants changed at the end of a message, and the message after that.
//
//   mail::HeaderBlock delivered = apply(edits, received);
//
// The requests are carried out in the order in which they came, each on what the one before left,
// as Postfix does it. Postfix hides the Received field that it has put on top from its filters, but
// counts it for an insertion: index 0 lands above it, 1 below. For changes the n-th field of that
// name counts, from 1, without Postfix's own.
//
// Threads: values and pure functions.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <dmarc/header_field.h>

#include "milter/wire.h"

namespace dmarc::milter::client {

namespace wire = milter::wire;

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
