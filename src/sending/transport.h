// How a finished message leaves: handed to a command, or by SMTP.
//
//   const Outcome outcome = transport.send({"", {"dmarc@example.org"}}, message);
//   if (outcome.state == Outcome::State::later) try_again(outcome.answer);
//
// Threads: a transport belongs to one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::sending {

struct Envelope {
  std::string sender;  ///< the reverse-path; empty for the null one
  std::vector<std::string> recipients;
};

struct Outcome {
  enum class State {
    sent,
    later,   ///< it may work another time: no connection, 4xx, EX_TEMPFAIL
    failed,  ///< it will not: 5xx, a command that is not there
  };
  State state = State::sent;
  std::string answer;  ///< what the other side said, one line in printable ASCII
  /// Not sent for a reason that concerns every message: no connection, or what was refused is the
  /// session, the sender or the relaying, not this recipient or this message.
  bool of_session = false;
};

class Transport {
 public:
  virtual ~Transport() = default;

  /// Called when all but the last octets of a message have left: from then on it may arrive, even
  /// if this process dies. False calls it off (Outcome::State::later).
  using Commit = std::function<bool()>;

  /// `message` has lines that end with CRLF. Blocks, for a limited time.
  virtual Outcome send(const Envelope& envelope, std::string_view message,
                       const Commit& commit) = 0;
  Outcome send(const Envelope& envelope, std::string_view message) {
    return send(envelope, message, [] { return true; });
  }
};

}  // namespace dmarc::sending
