// What every protocol engine is given. There are two behind one filter::Session: our own
// (milter/native_engine.h) and libmilter's (libmilter/engine.h); the option MilterEngine chooses.
#pragma once

#include <functional>
#include <memory>

#include "filter/connection_limit.h"
#include "filter/session.h"
#include "log/event.h"

namespace dmarc::milter {

/// Everything that is pointed to must outlive the engine.
struct EngineOptions {
  /// The environment of a connection that comes now. From any thread.
  std::function<std::shared_ptr<const filter::Environment>()> environment;
  filter::ConnectionLimit* connection_limit = nullptr;  ///< must not be null
  log::Sink* sink = nullptr;                            ///< must not be null
};

}  // namespace dmarc::milter
