// What one packet says, on the filter's side: the data of the MTA's events, its macros, and the
// answers.
//
//   const auto client = read_client(data_of_connect);
//   MacroTable macros;
//   macros.define(data_of_a_macro_packet);
//   macros.begin(wire::Stage::mail);    // MAIL has come: what followed the last one is over
//   const auto job_id = macros.find("i");
//   append_packet(answers, wire::Response::proceed);
//
// The MTA's packets are read strictly: nothing for data that is cut off or makes no sense. No
// function fails on any octets.
//
// Threads: pure functions; a MacroTable belongs to one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <dmarc/ip_address.h>

#include "log/event.h"
#include "milter/negotiated_options.h"
#include "milter/wire.h"
#include "policy/judgement.h"

namespace dmarc::milter {

// ---- events; the views are into the data

/// Of CONNECT.
struct ClientData {
  std::string_view host;
  std::optional<base::IpAddress> address;  ///< nothing for a UNIX socket or an unknown client
};

/// Of HEADER.
struct FieldData {
  std::string_view name;
  std::string_view value;
};

std::optional<ClientData> read_client(std::string_view data);
std::optional<FieldData> read_field(std::string_view data);

/// The first text: of HELO the name, of MAIL and RCPT the path.
std::optional<std::string_view> read_first_text(std::string_view data);

// ---- macros

/// The macros that the MTA has sent on one connection.
///
/// They come in front of the event that they belong to, all of a stage at once, and hold until an
/// event of that stage or an earlier one comes again, with macros or without: what was said of one
/// message or client is never taken for the next. Memory: what the MTA sent, at most one packet for
/// each stage.
class MacroTable {
 public:
  /// Data that is cut off counts as far as it goes; for a command without a stage it is ignored.
  void define(std::string_view data);

  /// An event of that stage: forgets the macros of later stages, and those that came for an earlier
  /// event of the same stage.
  void begin(wire::Stage stage);
  /// Forgets those of MAIL and of all that follows.
  void end_message();
  void clear();

  /// By name without braces; of several stages the latest counts.
  std::optional<std::string> find(std::string_view name) const;

 private:
  void clear_from(std::size_t place);

  /// In the order of events, each as the packet had it: names and values in turn, each with a NUL.
  std::array<std::string, wire::stage_count> stages_;
  std::array<bool, wire::stage_count> begun_{};  ///< the event that they came for has come
};

// ---- answers, appended to what is to be sent

void append_packet(std::string& out, wire::Response reply, std::string_view data = {});

/// The changes to the message, as far as the MTA allowed them in the negotiation, and the answer.
/// What was not allowed is logged.
void append_answer(std::string& out, const policy::Judgement& judgement,
                   const NegotiatedOptions& negotiated, std::string_view job_id, log::Sink& sink);

}  // namespace dmarc::milter
