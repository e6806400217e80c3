// What the libmilter_*.cpp files share. Only they include libmilter's own header; this one does
// not.
#pragma once

#include <exception>
#include <optional>
#include <string>

#include "milter/libmilter_engine.h"
#include "milter/session.h"
#include "milter/traffic.h"
#include "policy/judge.h"

struct smfi_str;  // libmilter's own part of a connection

namespace dmarc::milter::glue {

using Context = smfi_str*;

// ---- the engine (libmilter_engine.cpp)

/// What start_libmilter() was given; valid from then on.
const EngineOptions& options();
bool over_tcp();
std::string hexadecimal(unsigned long value);

// ---- events (libmilter_callbacks.cpp)

/// Names the filter's callbacks to libmilter; false when it does not accept them.
bool register_callbacks();

/// Our part of a connection.
struct Connection {
  Connection(std::shared_ptr<const Environment> environment, Traffic::Ticket place)
      : session(std::move(environment)), ticket(std::move(place)) {}

  Session session;
  Traffic::Ticket ticket;
  bool failed =
      false;  ///< an event that has no reply went wrong: the message is deferred at its end
};

/// Null before CONNECT, after QUIT and for a connection that was refused.
Connection* connection_of(Context context);

/// Frees our part; what libmilter's close callback does.
void forget_connection(Context context);

/// The MTA's macros of this moment.
Macros macros_of(Context context);
std::string job_id_of(Context context);

/// Writes the exception that is being handled into the log.
void log_exception(Context context) noexcept;

// ---- negotiation (libmilter_negotiation.cpp)

/// What is asked of the MTA: the changes that the filter may make, and the steps that the MTA may
/// leave out or need not wait for.
struct Terms {
  unsigned long actions = 0;
  unsigned long steps = 0;
};

/// Nothing when the MTA does not allow what the filter can't do without; required_actions() is
/// that.
std::optional<Terms> terms_for(unsigned long offered_actions, unsigned long offered_steps,
                               bool tcp);
unsigned long required_actions();

/// Names the macros that are wanted; only for an MTA that offered to listen.
void request_macros(Context context, unsigned long actions);

// ---- end of message (libmilter_actions.cpp)

/// Passes the changes on and gives the value to return to libmilter.
int apply(Context context, const policy::Judgement& judgement);

// ---- threads and signals (libmilter_threads.cpp)

/// Waits until libmilter has begun to serve; true when it called our parts in place of its own.
bool corrections_in_force();

}  // namespace dmarc::milter::glue
