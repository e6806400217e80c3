// What the files of this folder share. Only they include libmilter's own header; this one does not.
#pragma once

#include <exception>
#include <string>

#include "filter/connection_limit.h"
#include "filter/session.h"
#include "filter/wait.h"
#include "libmilter/engine.h"
#include "milter/negotiated_options.h"
#include "policy/judgement.h"

struct smfi_str;  // libmilter's own part of a connection

namespace dmarc::libmilter {

using filter::ConnectionLimit;
using filter::Macros;
using filter::Session;

using Context = smfi_str*;

// ---- the engine (engine.cpp)

/// What start() was given; valid from then on.
const Options& options();
bool over_tcp();

// ---- events (callbacks.cpp)

/// Names the filter's callbacks to libmilter; false when it does not accept them.
bool register_callbacks();

/// Our part of a connection.
struct Connection {
  Connection(std::shared_ptr<const filter::Environment> environment,
             ConnectionLimit::Admission place, const milter::NegotiatedOptions& options)
      : negotiated(options),
        session(std::move(environment), wakeup.wake(), negotiated.transfer()),
        admission(std::move(place)) {}

  const milter::NegotiatedOptions negotiated;
  filter::Wakeup wakeup;
  Session session;
  ConnectionLimit::Admission admission;
  std::string job_id;  ///< as MAIL brought it
  /// An event that has no reply went wrong: the message is deferred at its end.
  bool failed = false;
};

/// Null before CONNECT, after QUIT and for a connection that was refused.
Connection* connection_of(Context context);

/// Frees our part; what libmilter's close callback does.
void forget_connection(Context context);

// What was negotiated on a connection holds for all of its clients, while libmilter keeps our part
// for one: its close callback doesn't tell whether another client follows. So it is kept here until
// the connection has ended, or, where that can't be seen (Corrections::impossible), until its
// context is used for the next.

struct Negotiation {
  milter::NegotiatedOptions options;
  std::shared_ptr<const filter::Environment> environment;  ///< that it was made for

  std::shared_ptr<const filter::Environment> environment_for_client() const;
};

void remember_negotiation(Context context, Negotiation negotiation);
Negotiation negotiation_of(Context context);
void forget_negotiation(Context context);

/// The MTA's macros of this moment. What MAIL brought, but for the job id, is forgotten when it has
/// been heard.
Macros macros_of(Context context);
std::string job_id_of(Context context);

/// Writes the exception that is being handled into the log.
void log_exception(Context context) noexcept;

// ---- threads and signals (threads.cpp)

/// Waits until libmilter has begun to serve; true when it called our parts in place of its own.
bool corrections_in_force();

/// Forgets what the MTA has sent for MAIL and for what follows it: libmilter keeps it until another
/// MAIL brings its own, which may bring none.
void forget_macros_of_mail(Context context);

}  // namespace dmarc::libmilter
