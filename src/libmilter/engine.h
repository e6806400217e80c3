// The milter protocol by libmilter, with what is wrong with that library set right from outside:
//
// - Signals are the program's own: libmilter would take SIGHUP for "stop".
// - Each connection has a thread of its own. In libmilter's pool, messages that wait for nothing
//   queue behind others that wait for the DNS, and the time for one command grows with the number
//   of idle connections.
// - Running out of descriptors is waited out; libmilter would spin.
// - Only the steps that this filter has use for are asked of the MTA, and as many as possible
//   without a reply.
// - No exception leaves a callback: whatever goes wrong defers the message and is logged.
//
// libmilter's state is one per process, so this is a function, not a class, and there is no way to
// stop it: leave the process by _exit() when ConnectionLimit says that nothing is under way,
// because its threads run until then.
//
// Threads: start() from one thread, once.
#pragma once

#include <tl/expected.hpp>

#include <functional>
#include <string>

#include "io/listener.h"
#include "milter/engine_options.h"

namespace dmarc::libmilter {

struct Options {
  milter::EngineOptions engine;
  int debug_level = 0;  ///< of libmilter's own log lines
  std::string socket;   ///< for a libmilter that can't take over an open socket
  /// libmilter has given up, with errno as it left it; called from its thread.
  std::function<void(int error)> ended;
};

/// Whether the corrections above took effect. They do wherever libmilter was linked without
/// -Bsymbolic; elsewhere it is used as it is.
enum class Corrections { in_force, impossible };

/// Serves connections on threads of its own. Everything passed must live until _exit(). The error
/// is one clause.
tl::expected<Corrections, std::string> start(io::Listener& listener, Options options);

/// For -V: "0x1000001" and "1.0.1".
std::string compiled_version();
std::string library_version();

}  // namespace dmarc::libmilter
