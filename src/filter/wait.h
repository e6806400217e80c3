// For callers that have a thread to wait with.
//
//   Wakeup wakeup;
//   Session session(environment, wakeup.wake(), transfer);
//   ... connect, helo, mail, header
//   const policy::Judgement judgement = wait_for_judgement(session, wakeup, macros);
//
// Threads: the Wake may be called from any thread, also when its Wakeup is gone; everything else
// belongs to the thread that waits.
#pragma once

#include <memory>

#include "filter/session.h"

namespace dmarc::filter {

class Wakeup {
 public:
  Wakeup();

  Wake wake() const;

  /// Returns when wake() was called since the last time, at the latest at `deadline`.
  void wait_until(io::Time deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< shared with those who may call late
};

/// The end of the session's message, judged when the answers of the DNS are there or their time is
/// up. The session must have the system's clock.
policy::Judgement wait_for_judgement(Session& session, Wakeup& wakeup, const Macros& macros);

}  // namespace dmarc::filter
