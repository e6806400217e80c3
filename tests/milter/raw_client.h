// Octets on the daemon's socket, without any idea of a protocol; and a conversation by the book, in
// pieces, to be taken apart.
//
//   RawClient(daemon).negotiate().send(Command::connect, client_fields());
//
// What fails is a std::runtime_error, except for writing: the daemon may close when it has heard
// enough. Threads: one.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "daemon_process.h"
#include "milter/wire.h"

namespace dmarc::test {

class RawClient {
 public:
  explicit RawClient(const DaemonProcess& daemon);

  /// Ends early when the daemon closes the connection.
  RawClient& send(std::string_view octets);
  RawClient& send(milter::wire::Command command, std::string_view data = {});
  /// With the answer. An offer without protocol steps makes the daemon answer every event.
  RawClient& negotiate(const milter::wire::Negotiation& offer = {});

  /// What the daemon sends next; empty when it has closed the connection.
  std::string receive();
  /// True when the daemon closes the connection, after any answers.
  bool is_closed_by_daemon();
  /// Breaks the connection in the rudest way there is.
  void reset();

 private:
  bool await(short event) const;
  base::UniqueFd socket_;
};

/// Of the commands CONNECT and HEADER.
std::string client_fields();
std::string header_fields();

/// A message of an author at author.example, from CONNECT to the end of the message.
const std::vector<std::pair<milter::wire::Command, std::string>>& conversation();

}  // namespace dmarc::test
