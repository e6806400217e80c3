// The macros that the MTA has sent on one connection.
//
// They come in front of the event that they belong to, all of a stage at once, and hold until the
// MTA sends that stage again or an earlier one begins anew: what was said of one message is never
// taken for the next.
//
//   MacroTable macros;
//   macros.define(data_of_a_macro_packet);
//   macros.begin(wire::Stage::mail);              // MAIL has come: what followed the last one is
//   over auto job_id = macros.find("i");
//
// Threads: one at a time. Memory: what the MTA sent, at most one packet for each stage.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "milter/wire.h"

namespace dmarc::milter {

class MacroTable {
 public:
  /// Data that is cut off counts as far as it goes; for a command without a stage it is ignored.
  void define(std::string_view data);

  /// An event of that stage: forgets the macros of later stages.
  void begin(wire::Stage stage);
  /// Forgets those of MAIL and of all that follows.
  void end_message();
  void clear();

  /// By name without braces; of several stages the latest counts.
  std::optional<std::string> find(std::string_view name) const;

 private:
  /// In the order of events, each as the packet had it: names and values in turn, each with a NUL.
  std::array<std::string, wire::stage_count> stages_;
};

}  // namespace dmarc::milter
