// ReportCommand: a program such as "sendmail -t" that takes messages on its standard input.
//
//   auto words = sending::split_command("/usr/sbin/sendmail -t -odq");
//   sending::CommandTransport transport(*words, 30s);
//
// No shell is involved: OpenDMARC's popen() gave a sender's address to one. Words are separated by
// blanks and may be quoted ('...', "...", \x); what only a shell understands is an error, so that
// nobody believes that it works.
//
// Threads: belongs to one thread; it needs no signal handler and leaves no child behind.
#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "sending/transport.h"

namespace dmarc::sending {

/// What is kept of a command's output, for the log.
inline constexpr std::size_t max_command_output = 1000;

/// The error is one clause.
tl::expected<std::vector<std::string>, std::string> split_command(std::string_view text);

class CommandTransport final : public Transport {
 public:
  /// `words` must not be empty; the first is the program's path.
  CommandTransport(std::vector<std::string> words, std::chrono::milliseconds time_limit)
      : words_(std::move(words)), time_limit_(time_limit) {}

  /// The recipients are the message's own business: "-t" reads them from its header. A program
  /// called sendmail gets the reverse-path by "-f". Lines end with LF on their way, as the program
  /// of every MTA wants them.
  Outcome send(const Envelope& envelope, std::string_view message, const Commit& commit) override;
  using Transport::send;

 private:
  std::vector<std::string> words_;
  std::chrono::milliseconds time_limit_;
};

}  // namespace dmarc::sending
