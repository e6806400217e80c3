// The MTA's side of a milter conversation, as Postfix leads it.
//
//   auto client = Client::connect_to(*spec, {});
//   client->set_macro("j", "mx.example.org");
//   client->connect("mail.example.net", "192.0.2.1");
//   client->helo("mail.example.net");
//   client->mail("<a@example.net>");
//   ...
//   auto end = client->end_of_message();   // the answer and the changes asked for
//
// Before each event the macros for its stage are sent. Events that the filter does not want are not
// sent, and answers that it does not give are not waited for. Once the filter has accepted a
// message or a connection, nothing more of it is sent, and each event answers `accept`. The order
// of events is up to the caller, who may choose one that Postfix would not.
//
// Threads: one at a time. Errors: after an Error the connection can't be used any more.
#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/ip_address.h>

#include "milter/client/response.h"
#include "milter/client/stream.h"

namespace dmarc::milter::client {

struct EndOfMessage {
  Response answer;
  Edits edits;
};

class Client {
 public:
  using Result = tl::expected<Response, Error>;

  struct Options {
    std::chrono::milliseconds timeout{30000};
    wire::Negotiation offer;
    std::size_t chunk = wire::max_chunk;  ///< octets of a body that are sent at a time
  };

  /// Connects and negotiates.
  static tl::expected<Client, Error> connect_to(const io::SocketSpec& spec, const Options& options);

  /// What the filter asked for in the negotiation.
  const wire::Negotiation& negotiated() const { return negotiated_; }

  /// The value of a macro from now on; names without braces.
  void set_macro(const std::string& name, std::string value) { macros_[name] = std::move(value); }
  void clear_macro(const std::string& name) { macros_.erase(name); }

  /// A client with an IP address, of any other kind without.
  Result connect(std::string_view host, const std::optional<base::IpAddress>& address,
                 std::uint16_t port = 25);
  Result helo(std::string_view name);
  /// `path` with its angle brackets, `parameters` as "SIZE=100".
  Result mail(std::string_view path, const std::vector<std::string>& parameters = {});
  Result rcpt(std::string_view path, const std::vector<std::string>& parameters = {});
  Result data();
  /// The value from behind the colon on, its blanks included; line ends become LF, as Postfix sends
  /// them.
  Result header(std::string_view name, std::string_view value);
  Result end_of_header();
  /// Cut into chunks, of which no more are sent once the filter has said that it needs none.
  Result body(std::string_view octets);
  /// How many chunks of this message were sent.
  std::size_t chunks_sent() const { return chunks_sent_; }
  /// The values of fields in the edits begin behind the colon too, as the message gets them.
  tl::expected<EndOfMessage, Error> end_of_message();
  Result unknown(std::string_view command);

  /// Ends the message in progress, or the one that was just finished: Postfix sends this after
  /// each.
  tl::expected<void, Error> abort();
  /// Ends the SMTP session but keeps the connection to the filter for the next one.
  tl::expected<void, Error> quit_new_connection();
  /// Ends the session and closes the connection.
  void quit();

 private:
  enum class Done { nothing, message, connection };

  Client(Stream stream, wire::Negotiation negotiated, std::size_t chunk);

  Result tell(wire::Command command, std::string_view data);
  void queue_macros(const wire::Event& event);
  bool leading_space() const;
  tl::expected<Response, Error> await_answer(Edits* edits);
  Response note(const wire::Event& event, Response answer);

  Stream stream_;
  wire::Negotiation negotiated_;
  std::map<std::string, std::string> macros_;
  Done done_ = Done::nothing;
  Response done_answer_;
  std::size_t chunk_;
  std::size_t chunks_sent_ = 0;
  bool skip_body_ = false;
};

}  // namespace dmarc::milter::client
