// The filter's side of one milter connection, without the connection: octets in, answers out.
//
//   Conversation conversation(options, slow_acknowledgements, wake);
//   conversation.receive(octets, answers);        // takes whole packets off the front of `octets`
//   if (conversation.state() == Conversation::State::judging)
//     ... when wake was called or deadline() has come: conversation.advance(answers);
//
// Any octets are survived. What is against the protocol in its form (an unknown command, data that
// is cut off, no negotiation) ends the connection, because the rest of the stream can't be trusted
// to mean what it says; events out of their order are answered, and a message without a proper
// beginning is deferred. While a message waits for the DNS nothing more is taken.
//
// No exception leaves it: what goes wrong defers the message and is logged.
//
// Threads: one at a time. The options and the clock must outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "filter/connection_limit.h"
#include "filter/session.h"
#include "io/clock.h"
#include "milter/engine_options.h"
#include "milter/negotiated_options.h"
#include "milter/packets.h"
#include "milter/wire.h"

namespace dmarc::milter {

class Conversation {
 public:
  enum class State {
    open,     ///< more can be received
    judging,  ///< a message waits for the DNS
    closed,   ///< the connection is to be closed, when the answers have been sent
  };

  Conversation(const EngineOptions& options, bool slow_acknowledgements, filter::Wake wake,
               const io::Clock& clock = io::steady_clock());

  /// Acts on the whole packets in `octets` while the state is open, and removes them; answers are
  /// appended.
  void receive(std::string_view& octets, std::string& answers);

  /// Lets the session go on after a wake, or at the deadline; at any time.
  void advance(std::string& answers);

  State state() const { return state_; }
  /// When a message that waits is judged with what there is.
  io::Time deadline() const { return session_->deadline(); }

  /// The client has said who it is.
  bool is_introduced() const { return session_.has_value() || refused_; }
  /// Everything was sent: a message that has its answer need not be waited for at the end of the
  /// program.
  void settle();

 private:
  void act_on(const wire::PacketView& packet, std::string& answers);
  void negotiate(std::string_view data, std::string& answers);
  void hear(const wire::Event& event, std::string_view data, std::string& answers);
  filter::Response tell_session(const wire::Event& event, std::string_view data);
  std::shared_ptr<const filter::Environment> environment_for_client() const;
  filter::Response connect(std::string_view data);
  filter::Response mail(std::string_view data);
  void recipient(std::string_view data);
  void header(std::string_view data);
  void end_message(std::string_view data, std::string& answers);
  void conclude(const std::optional<policy::Judgement>& judgement, std::string& answers);
  void defer(std::string& answers);
  void begin_anew();
  void fail() noexcept;
  std::string job_id() const;

  const EngineOptions& options_;
  const bool slow_acknowledgements_;
  const filter::Wake wake_;
  const io::Clock& clock_;
  const filter::Macros macros_;
  State state_ = State::open;
  std::optional<NegotiatedOptions> negotiated_;
  std::shared_ptr<const filter::Environment> negotiated_for_;
  MacroTable table_;
  std::optional<filter::ConnectionLimit::Admission> admission_;
  std::optional<filter::Session> session_;
  bool refused_ = false;  ///< there are too many connections
  bool failed_ = false;   ///< something went wrong: the message is deferred at its end
};

}  // namespace dmarc::milter
